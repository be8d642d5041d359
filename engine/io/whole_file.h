// engine/io/whole_file.h: how does a file come into being whole or not at all?
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace leverkin {

/// A file (where `target` is a link: what it leads to) that is written under a temporary name in the same
/// folder and renamed by commit(). Without commit() it is removed; where its process dies, remove_leftovers()
/// does that later. Throws IoError with the path and the system's reason.
class WholeFile {
 public:
  explicit WholeFile(const std::filesystem::path& target);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  [[nodiscard]] const std::filesystem::path& target() const { return target_; }
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

  void append(const void* bytes, std::size_t count);
  void commit();  ///< sync to disk, rename

  /// Removes temporaries beside `target` (of any target in a folder: `folder / ""`) that nobody writes any
  /// more. A writer holds a lock on its temporary, on every machine that sees the folder, until it ends in
  /// any way.
  static void remove_leftovers(const std::filesystem::path& target);

 private:
  [[noreturn]] void fail(const std::string& what, int reason) const;

  std::filesystem::path target_, temporary_;
  int descriptor_ = -1;
};

}  // namespace leverkin
