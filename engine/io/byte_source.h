// engine/io/byte_source.h: where do the bytes of a file that is not HDF5 come from?
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace leverkin {

/// Bytes that can be read from any place, by several threads at once.
class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  [[nodiscard]] virtual const std::string& path() const = 0;  ///< of the file, as messages name it
  [[nodiscard]] virtual std::int64_t size() const = 0;  ///< bytes; at most so many where they are packed
  [[nodiscard]] virtual bool is_packed() const { return false; }
  /// The same bytes for a reader that goes its own way: packed ones are unpacked for each. Null: they can be
  /// read from many places at once anyway.
  [[nodiscard]] virtual std::shared_ptr<const ByteSource> apart() const { return nullptr; }
  /// Throws BadSession where the file ends before, or is damaged there.
  virtual void read(std::int64_t offset, std::span<std::byte> bytes) const = 0;
};

/// For a reader that will go through many of them.
[[nodiscard]] std::shared_ptr<const ByteSource> apart_from_others(
    const std::shared_ptr<const ByteSource>& bytes);

/// A whole file. Throws IoError where it cannot be opened.
[[nodiscard]] std::shared_ptr<const ByteSource> open_bytes(const std::string& path);

/// The first 64 bytes of a file, which say of what kind it is; fewer where it is shorter. Throws IoError
/// where it cannot be opened.
[[nodiscard]] std::string head_of(const std::filesystem::path& path);

/// What a zlib stream of `bytes` bytes at `offset` of a file unpacks to. Read forward in passing; places from
/// which it can go on are kept every few dozen megabytes, so memory is bounded whatever its length.
[[nodiscard]] std::shared_ptr<const ByteSource> unpack_bytes(std::shared_ptr<const ByteSource> file,
                                                             std::int64_t offset, std::int64_t bytes);

}  // namespace leverkin
