#include "io/hdf5.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <string_view>
#include <system_error>
#include <vector>

#include "io/replacing.h"
#include "io/write_driver.h"
#include "leverkin/error.h"

namespace leverkin::hdf5 {
namespace {

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

H5::StrType utf8_text() {
  H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  type.setCset(H5T_CSET_UTF8);
  return type;
}

// The C++ wrappers read one string into one pointer, whatever the object holds: anything else would overrun
// it.
void require_one_text(const H5::AbstractDs& object, const std::string& name) {
  if (object.getTypeClass() != H5T_STRING || object.getSpace().getSimpleExtentNpoints() != 1)
    throw H5::AttributeIException("require_one_text", name + " is not one text");
}

}  // namespace

Lock::Lock() : guard_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Lock::~Lock() { H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_); }

std::string last_error(const H5::Exception& error) {
  std::string text = error.getDetailMsg();
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &text);
  return text;
}

AtomicFile::AtomicFile(const std::filesystem::path& target) : target_(behind_links(target)) {
  Lock lock;
  temporary_ = target_;
  temporary_ += ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(std::random_device{}() % 1000000);
  std::error_code ignored;
  if (std::filesystem::is_directory(target_, ignored))
    throw IoError(target_.string() + ": cannot be written: it is a folder, expected the name of a file");
  // HDF5's own message hides the reason; the system's says it plainly ("No such file or directory").
  const int probe = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (probe < 0)
    throw IoError(target_.string() + ": cannot be written: " + std::generic_category().message(errno));
  ::close(probe);
  try {
    file_ = H5::H5File(temporary_.string(), H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT,
                       remember_write_errors(write_error_));
  } catch (const H5::Exception& error) {
    std::filesystem::remove(temporary_, ignored);
    throw IoError(target_.string() + ": cannot be written: " + last_error(error));
  }
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  Lock lock;
  try {
    file_.close();
  } catch (const H5::Exception&) {  // the file is thrown away in any case
  }
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::check() const {
  if (write_error_ != 0)
    throw IoError(target_.string() +
                  ": cannot be written to the end: " + std::generic_category().message(write_error_));
}

void AtomicFile::commit() {
  Lock lock;
  try {
    file_.flush(H5F_SCOPE_GLOBAL);
    file_.close();
  } catch (const H5::Exception& error) {
    throw IoError(target_.string() + ": cannot be written to the end: " + last_error(error));
  }
  check();
  const int written = ::open(temporary_.c_str(), O_RDONLY);
  const bool synced = written >= 0 && ::fsync(written) == 0;
  const int reason = errno;
  if (written >= 0) ::close(written);
  if (!synced)
    throw IoError(target_.string() +
                  ": cannot be written to the end: " + std::generic_category().message(reason));
  std::error_code error;
  std::filesystem::rename(temporary_, target_, error);
  if (error) throw IoError(target_.string() + ": cannot be renamed into place: " + error.message());
  committed_ = true;
}

// The superblock of version 3 (HDF5 file format, II.A): signature, version, two sizes, consistency flags, of
// which bit 0 says "open for writing" and bit 2 "readers are welcome".
bool is_being_written(const std::filesystem::path& path) {
  std::array<char, 12> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  constexpr std::string_view signature("\x89HDF\r\n\x1a\n");
  if (!file || std::string_view(head.data(), signature.size()) != signature || head[8] != 3) return false;
  constexpr int writing = 1, readers_welcome = 4;
  return (head[11] & (writing | readers_welcome)) == (writing | readers_welcome);
}

std::string library_version() {
  return std::to_string(H5_VERS_MAJOR) + '.' + std::to_string(H5_VERS_MINOR) + '.' +
         std::to_string(H5_VERS_RELEASE);
}

H5::DSetCreatPropList plain_dataset() {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), false);
  return properties;
}

bool has_attribute(const H5::H5Object& object, const std::string& name) { return object.attrExists(name); }

std::string read_text_attribute(const H5::H5Object& object, const std::string& name) {
  const H5::Attribute attribute = object.openAttribute(name);
  require_one_text(attribute, name);
  std::string text;
  attribute.read(attribute.getStrType(), text);
  return text.c_str();  // fixed-length strings may carry padding after the first NUL
}

std::string read_text(const H5::DataSet& dataset) {
  require_one_text(dataset, dataset.getObjName());
  std::string text;
  dataset.read(text, dataset.getStrType());
  return text.c_str();  // as above
}

bool path_exists(const H5::H5File& file, const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!file.nameExists(part) || H5Oexists_by_name(file.getId(), part.c_str(), H5P_DEFAULT) <= 0)
      return false;
    if (end == std::string::npos) return true;
  }
}

double read_number_attribute(const H5::H5Object& object, const std::string& name) {
  const H5::Attribute attribute = object.openAttribute(name);
  std::vector<double> values(static_cast<std::size_t>(attribute.getSpace().getSimpleExtentNpoints()));
  if (values.empty()) throw H5::AttributeIException("read_number_attribute", name + " is empty");
  attribute.read(H5::PredType::NATIVE_DOUBLE, values.data());
  return values.front();
}

void write_attribute(const H5::H5Object& object, const std::string& name, const std::string& text) {
  const H5::StrType type = utf8_text();
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, text);
}

void write_attribute(const H5::H5Object& object, const std::string& name, const char* text) {
  write_attribute(object, name, std::string(text));
}

void write_attribute(const H5::H5Object& object, const std::string& name, double value) {
  object.createAttribute(name, H5::PredType::NATIVE_DOUBLE, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_DOUBLE, &value);
}

void write_attribute(const H5::H5Object& object, const std::string& name, std::int64_t value) {
  object.createAttribute(name, H5::PredType::NATIVE_INT64, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_INT64, &value);
}

}  // namespace leverkin::hdf5
