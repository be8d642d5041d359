// engine/io/hdf5.h: the only door to HDF5: one lock, quiet errors, whole files or none.
#pragma once

#include <H5Cpp.h>
#include <hdf5_hl.h>

#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/whole_file.h"
#include "leverkin/error.h"

namespace leverkin::hdf5 {

/// Held around every group of HDF5 calls: the C++ wrappers are not thread-safe, and even a thread-safe
/// library does not protect call sequences. While held, HDF5 does not print its error stack; the caller's
/// setting comes back after.
class Lock {
 public:
  Lock();
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> guard_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
};

/// HDF5's own words for what went wrong last in this thread, in one line: the innermost entry of its error
/// stack, kept where the call failed (closing what was open empties the stack).
std::string last_error(const H5::Exception& error);

/// The error of a recording that HDF5 could not read: what went wrong, and what a user can do about it, told
/// by that innermost entry.
BadSession unreadable(const H5::Exception& error, const std::string& file, const std::string& dataset = {},
                      const std::string& place = {});

/// Opens a file to be read only: beside a writer in SWMR mode, and without a lock where the file system has
/// none, or where a lock would keep the writer out (Windows). Throws H5::Exception.
H5::H5File open_to_read(const std::filesystem::path& path);

/// An HDF5 file that comes into being whole or not at all (whole_file.h). Throws IoError with the path and
/// the system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  [[nodiscard]] H5::H5File& file() { return file_; }
  [[nodiscard]] const std::filesystem::path& target() const { return whole_.target(); }
  /// Throws IoError where something could not be written so far: stop early on a full disk.
  void check() const;
  void commit();  ///< flush, close, sync to disk, rename

 private:
  WholeFile whole_;
  int write_error_ = 0;  // errno; HDF5 itself is never told (write_driver.h)
  H5::H5File file_;
};

/// Does the file begin as an HDF5 file does? Looks at its header alone.
bool is_hdf5(const std::filesystem::path& path);

/// Does the file's header say that a program writes on it in such a way that others may read (SWMR)? Stays so
/// where that program died.
bool is_being_written(const std::filesystem::path& path);
/// The same of what it begins with, 12 bytes or more; false of less.
bool head_says_being_written(std::string_view head);

/// "1.10.8"
std::string library_version();

/// Of texts of any length.
H5::StrType utf8_text();

/// Creation properties of data sets without time stamps, so that the same data give the same bytes.
H5::DSetCreatPropList plain_dataset();

/// Of the links in a group, in order; in one pass, where asking for one after the other takes as many.
std::vector<std::string> names_in(const H5::Group& group);

/// A group (it itself is "."), or something in it or below: where, from the group on, and what.
struct NamedObject {
  std::string path;
  H5O_type_t kind = H5O_TYPE_UNKNOWN;
};
/// In the order of their names.
std::vector<NamedObject> objects_in(const H5::Group& group);

/// Is there a link of that name? Where the group's own structure cannot be read, throws H5::Exception: what
/// is damaged is not absent. What is no group has none.
bool has_link(const H5::H5Location& parent, const std::string& path);

/// Is it, in every bit, one of these? HDF5 itself believes any exponent bias, any mantissa, any bits left
/// unused.
bool is_one_of(const H5::DataType& type, std::span<const hid_t> known);

/// What is there, and whole, is of another kind than what is read.
struct OtherKind : H5::DataTypeIException {
  using H5::DataTypeIException::DataTypeIException;
};

bool has_attribute(const H5::H5Object& object, const std::string& name);
std::string read_text_attribute(const H5::H5Object& object,
                                const std::string& name);  ///< as read_text
/// Any numeric type, scalar or the first element. Throws OtherKind.
double read_number_attribute(const H5::H5Object& object, const std::string& name);
/// One string, fixed or variable length. Throws OtherKind.
std::string read_text(const H5::DataSet& dataset);
/// Does the link of that name, which is there, lead to an object? Throws as has_link does.
bool leads_somewhere(const H5::H5Location& parent, const std::string& path);
bool path_exists(const H5::H5File& file,
                 const std::string& path);  ///< every link of "/a/b/c" leads somewhere
void write_attribute(const H5::H5Object& object, const std::string& name,
                     const std::string& text);  ///< UTF-8
void write_attribute(const H5::H5Object& object, const std::string& name, const char* text);
void write_attribute(const H5::H5Object& object, const std::string& name, double value);
void write_attribute(const H5::H5Object& object, const std::string& name, std::int64_t value);

}  // namespace leverkin::hdf5
