// leverkin/tables_file.h: how do results beside the lever's own become a file, and does it hold what was
// written?
//
// The Python package fills such files (schema leverkin-activity/1, docs/activity.md, docs/structures.md) with
// h5py.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace leverkin {

/// A file that another HDF5 library fills under a temporary name. Until commit() nothing is at its path, or
/// what was there before; the next one removes what a killed program left.
class NewTablesFile {
 public:
  /// Throws BadArgument where `path` holds anything but such tables, which is never replaced; IoError where
  /// nothing can be written.
  explicit NewTablesFile(const std::filesystem::path& path);
  ~NewTablesFile();
  NewTablesFile(const NewTablesFile&) = delete;
  NewTablesFile& operator=(const NewTablesFile&) = delete;

  /// An empty file, to be written as HDF5 and closed before commit().
  [[nodiscard]] const std::filesystem::path& temporary() const;

  /// Gives every table and every group of attributes its checksum, as results have; sync to disk, rename.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The name of an animal's group in it, as in results: U+2215 stands for "/". Throws BadArgument for a name
/// that HDF5 cannot use.
[[nodiscard]] std::string group_of_subject(const std::string& subject);

/// Reads all of such a file. Throws IoError where there is none, BadSession where it is of another kind, is
/// damaged or holds other values than those that were written, with the name of the table; a file of before
/// November 2026 has no checksums.
void check_tables_file(const std::filesystem::path& path);

}  // namespace leverkin
