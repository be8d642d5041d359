// engine/support/system_file.h: how does this system open, read, write, lock and replace files?
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

// POSIX's functions where there are some (system_file_posix.cpp), their like on Windows
// (system_file_windows.cpp). Descriptors are those of the C library. What returns a number returns -1 where
// it failed, with the reason in errno.
namespace leverkin::system_file {

struct Mode {
  bool write = false, create = false;
  bool fresh = false;  ///< with `create`: fails where the file is there already
  bool truncate = false;
  bool follow_links = true;
};

/// Others may read, write, rename and remove the file meanwhile; programs that are started do not inherit it.
[[nodiscard]] int open(const std::filesystem::path& path, Mode mode);
int close(int descriptor);
[[nodiscard]] std::int64_t size(int descriptor);

/// At a place, whatever other threads do with the descriptor; as many bytes as there were, 0 at the end.
[[nodiscard]] std::int64_t read_at(int descriptor, void* bytes, std::size_t count, std::int64_t place);
[[nodiscard]] std::int64_t write_at(int descriptor, const void* bytes, std::size_t count, std::int64_t place);
/// After what was written before.
[[nodiscard]] std::int64_t append(int descriptor, const void* bytes, std::size_t count);
[[nodiscard]] int set_size(int descriptor, std::int64_t bytes);
[[nodiscard]] int sync(int descriptor);

#ifdef _WIN32
inline constexpr bool readers_lock =
    false;  ///< what a reader locks, nobody can write: HDF5 is to lock nothing
#else
inline constexpr bool readers_lock = true;
#endif

/// Says that the writer of a file lives; false: nobody can say so here, or another one does. A lock of the
/// open file, not of the process; it keeps nobody from reading or writing, and HDF5 does not look at it.
bool take_lock(int descriptor);
/// The file was removed, and is there only as long as somebody has it open.
[[nodiscard]] bool is_removed(int descriptor);

/// Renames; a file of that name is replaced, whole or not at all.
[[nodiscard]] std::error_code replace(const std::filesystem::path& from, const std::filesystem::path& target);

/// The path as libraries written in C take it: on Windows UTF-8, and in the form that may be longer than 260
/// characters where it has to be.
[[nodiscard]] std::string c_name(const std::filesystem::path& path);
/// The path as results keep it: "/" between folders everywhere.
[[nodiscard]] std::string stored_name(const std::filesystem::path& path);

/// Without links, ".." and "."; of what is there not yet, as far as it is there.
[[nodiscard]] std::filesystem::path real_path(const std::filesystem::path& path);

/// What tells a file from every other, and from itself before it was changed.
struct Version {
  std::uint64_t volume = 0, file = 0;
  std::int64_t size = 0, changed_ns = 0;
  auto operator<=>(const Version&) const = default;
};
/// Nothing where there is no such file, or it is a folder or a device.
[[nodiscard]] std::optional<Version> version(const std::filesystem::path& path);

[[nodiscard]] std::int64_t process_id();

}  // namespace leverkin::system_file
