#include "io/hdf5.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "io/write_driver.h"
#include "leverkin/error.h"
#include "support/host_process.h"
#include "support/system_file.h"
#include "support/text_encoding.h"

namespace leverkin::hdf5 {
namespace {

// A process may fork() while another thread is in HDF5: fork waits for it, so that the child's HDF5 is whole.
// Nobody waits for anything else while it is held.
std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  static std::once_flag once;
  std::call_once(once, [] {
    at_fork([] { library_mutex().lock(); }, [] { library_mutex().unlock(); },
            [] { ::new (&library_mutex()) std::recursive_mutex; });  // held by another thread's number
  });
  return mutex;
}

// The innermost entry of the error stack of the last call that failed in this thread.
std::string& failure() {
  thread_local std::string words;
  return words;
}

herr_t keep_innermost(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

// In place of printing: called by HDF5 itself, while the stack of the failed call is whole.
herr_t keep_failure(hid_t stack, void*) {
  failure().clear();
  return H5Ewalk2(stack, H5E_WALK_DOWNWARD, keep_innermost, &failure());
}

constexpr std::size_t longest_text = std::size_t{256}
                                     << 20U;  // bytes; a damaged length must not take all memory

// The C++ wrappers take a text that was created and never written for a pointer to one; to us it is empty.
// Padding of a fixed length is left out. `read` fills what it is given.
template <typename Read>
std::string read_one_text(const H5::AbstractDs& object, const std::string& name, const Read& read) {
  if (object.getTypeClass() != H5T_STRING || object.getSpace().getSimpleExtentNpoints() != 1)
    throw OtherKind("read_one_text", name + " is not one text");
  const H5::StrType type = object.getStrType();
  if (type.isVariableStr()) {
    char* text = nullptr;
    if (read(type.getId(), &text) < 0)
      throw H5::AttributeIException("read_one_text", name + " cannot be read");
    std::string copy(text == nullptr ? "" : text);
    H5free_memory(text);
    return copy;
  }
  if (type.getSize() > longest_text) throw OtherKind("read_one_text", name + " is longer than any text is");
  std::string text(type.getSize(), '\0');
  if (read(type.getId(), text.data()) < 0)
    throw H5::AttributeIException("read_one_text", name + " cannot be read");
  text.resize(std::min(text.find('\0'), text.size()));
  if (H5Tget_strpad(type.getId()) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

Lock::Lock() : guard_(library_mutex()) {
  H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
  H5Eset_auto2(H5E_DEFAULT, keep_failure, nullptr);
}

Lock::~Lock() { H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_); }

std::string last_error(const H5::Exception& error) {
  return as_utf8(failure().empty() ? error.getDetailMsg() : failure());  // it quotes what a file says
}

namespace {

struct Cause {
  std::string found, expected;
};

Cause cause_of(const std::string& words) {
  const auto says = [&](std::string_view part) { return words.find(part) != std::string::npos; };
  if (says("unable to lock file") && says("temporarily unavailable"))
    return {
        fmt::format("a file that another program has open to write on ({})", words),
        "a file that is closed, or written in SWMR mode; HDF5_USE_FILE_LOCKING=FALSE reads it as it stands "
        "(docs/troubleshooting.md#locked-files)"};
  if (says("unable to lock file"))
    return {fmt::format("a file that cannot be locked, as on some network drives ({})", words),
            "HDF5_USE_FILE_LOCKING=FALSE in the environment, which reads without locks "
            "(docs/troubleshooting.md#locked-files)"};
  if (says("truncated file"))
    return {fmt::format("a file that is cut short ({})", words),
            "a whole file; copy it again from where it was recorded (docs/troubleshooting.md#damaged-files)"};
  if (says("version") && (says("bad") || says("unknown") || says("wrong") || says("unrecognized")))
    return {fmt::format("a file written by a newer HDF5 than {}, which reads it here ({})", library_version(),
                        words),
            "a file in an older form: written with libver=(\"earliest\", \"v110\"), or rewritten by h5repack "
            "(docs/troubleshooting.md#newer-hdf5)"};
  if (says("required filter"))
    return {fmt::format("data packed by a filter that is not installed ({})", words),
            "a filter that HDF5 finds: pip install hdf5plugin (docs/troubleshooting.md#packed-data)"};
  if (says("memory allocation failed"))
    return {fmt::format("no memory for what HDF5 reads there ({})", words),
            "free memory, or fewer --threads; where there is enough, a whole file "
            "(docs/troubleshooting.md#damaged-files)"};
  return {fmt::format("damaged HDF5 ({})", words),
          "a whole file; copy it again from where it was recorded (docs/troubleshooting.md#damaged-files)"};
}

}  // namespace

BadSession unreadable(const H5::Exception& error, const std::string& file, const std::string& dataset,
                      const std::string& place) {
  Cause cause = cause_of(last_error(error));
  return BadSession({file, dataset, place, std::move(cause.found), std::move(cause.expected)});
}

namespace {

H5::H5File open_with(const std::filesystem::path& path, bool locked) {
  H5::FileAccPropList access;
  if (!system_file::readers_lock) access = read_beside_others();
  if (!locked) H5Pset_file_locking(access.getId(), false, true);
  const unsigned beside_a_writer = is_being_written(path) ? H5F_ACC_SWMR_READ : 0U;
  return H5::H5File(system_file::c_name(path), H5F_ACC_RDONLY | beside_a_writer,
                    H5::FileCreatPropList::DEFAULT, access);
}

}  // namespace

H5::H5File open_to_read(const std::filesystem::path& path) {
  try {
    return open_with(path, system_file::readers_lock);
  } catch (const H5::Exception&) {
    const bool taken = failure().find("temporarily unavailable") != std::string::npos;
    if (taken || failure().find("unable to lock file") == std::string::npos) throw;
  }
  return open_with(path, false);  // the file system has no locks
}

AtomicFile::AtomicFile(const std::filesystem::path& target) : whole_(target) {
  const Lock lock;
  WholeFile::remove_leftovers(whole_.target());
  try {
    file_ = H5::H5File(system_file::c_name(whole_.temporary()), H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT,
                       remember_write_errors(write_error_));
  } catch (const H5::Exception& error) {
    throw IoError(target.string() + ": cannot be written: " + last_error(error));
  }
}

AtomicFile::~AtomicFile() {
  const Lock lock;
  try {
    file_.close();
  } catch (const H5::Exception&) {  // the file is thrown away in any case
  }
}

void AtomicFile::check() const {
  if (write_error_ != 0)
    throw IoError(target().string() +
                  ": cannot be written to the end: " + std::generic_category().message(write_error_));
}

void AtomicFile::commit() {
  const Lock lock;
  try {
    file_.flush(H5F_SCOPE_GLOBAL);
    file_.close();
  } catch (const H5::Exception& error) {
    throw IoError(target().string() + ": cannot be written to the end: " + last_error(error));
  }
  check();
  whole_.commit();
}

// The superblock of version 3 (HDF5 file format, II.A): signature, version, two sizes, consistency flags, of
// which bit 0 says "open for writing" and bit 2 "readers are welcome".
bool is_hdf5(const std::filesystem::path& path) {
  const Lock lock;
  return H5Fis_hdf5(system_file::c_name(path).c_str()) > 0;
}

bool head_says_being_written(std::string_view head) {
  constexpr std::string_view signature("\x89HDF\r\n\x1a\n");
  if (head.size() < 12 || !head.starts_with(signature) || head[8] != 3) return false;
  constexpr int writing = 1, readers_welcome = 4;
  return (head[11] & (writing | readers_welcome)) == (writing | readers_welcome);
}

bool is_being_written(const std::filesystem::path& path) {
  std::array<char, 12> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return file && head_says_being_written({head.data(), head.size()});
}

std::string library_version() {
  return std::to_string(H5_VERS_MAJOR) + '.' + std::to_string(H5_VERS_MINOR) + '.' +
         std::to_string(H5_VERS_RELEASE);
}

H5::StrType utf8_text() {
  H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  type.setCset(H5T_CSET_UTF8);
  return type;
}

H5::DSetCreatPropList plain_dataset() {
  H5::DSetCreatPropList properties;
  H5Pset_obj_track_times(properties.getId(), false);
  return properties;
}

std::vector<std::string> names_in(const H5::Group& group) {
  std::vector<std::string> names;
  const auto note = [](hid_t, const char* name, const H5L_info_t*, void* all) {
    static_cast<std::vector<std::string>*>(all)->emplace_back(name);
    return herr_t{0};
  };
  hsize_t from_the_first = 0;
  if (H5Literate(group.getId(), H5_INDEX_NAME, H5_ITER_INC, &from_the_first, note, &names) < 0)
    throw H5::GroupIException("names_in", "the group cannot be read");
  return names;
}

std::vector<NamedObject> objects_in(const H5::Group& group) {
  std::vector<NamedObject> objects;
  const auto note = [](hid_t, const char* name, const H5O_info_t* info, void* all) {
    static_cast<std::vector<NamedObject>*>(all)->push_back({name, info->type});
    return herr_t{0};
  };
  if (H5Ovisit2(group.getId(), H5_INDEX_NAME, H5_ITER_INC, note, &objects, H5O_INFO_BASIC) < 0)
    throw H5::GroupIException("objects_in", "the groups cannot be followed");
  return objects;
}

bool has_link(const H5::H5Location& parent, const std::string& path) {
  const auto looked_up = [&] { return H5Lexists(parent.getId(), path.c_str(), H5P_DEFAULT); };
  if (const htri_t found = looked_up(); found >= 0) return found > 0;
  const std::size_t slash = path.rfind('/');
  H5O_info_t holder{};
  if (slash != std::string::npos && slash > 0 &&
      H5Oget_info_by_name2(parent.getId(), path.substr(0, slash).c_str(), &holder, H5P_DEFAULT,
                           H5O_INFO_BASIC) >= 0 &&
      holder.type != H5O_TYPE_GROUP)
    return false;
  looked_up();  // so that what HDF5 says of it is the last thing it said
  throw H5::GroupIException("has_link", path + " cannot be looked up");
}

bool leads_somewhere(const H5::H5Location& parent, const std::string& path) {
  const auto looked_up = [&] { return H5Oexists_by_name(parent.getId(), path.c_str(), H5P_DEFAULT); };
  if (const htri_t found = looked_up(); found >= 0) return found > 0;
  H5L_info_t link{};
  if (H5Lget_info(parent.getId(), path.c_str(), &link, H5P_DEFAULT) >= 0 && link.type != H5L_TYPE_HARD)
    return false;
  looked_up();  // as in has_link
  throw H5::GroupIException("leads_somewhere", path + " cannot be looked up");
}

bool is_one_of(const H5::DataType& type, std::span<const hid_t> known) {
  return std::ranges::any_of(known, [&](hid_t one) { return H5Tequal(type.getId(), one) > 0; });
}

bool has_attribute(const H5::H5Object& object, const std::string& name) { return object.attrExists(name); }

std::string read_text_attribute(const H5::H5Object& object, const std::string& name) {
  const H5::Attribute attribute = object.openAttribute(name);
  return read_one_text(attribute, name,
                       [&](hid_t type, void* to) { return H5Aread(attribute.getId(), type, to); });
}

std::string read_text(const H5::DataSet& dataset) {
  return read_one_text(dataset, dataset.getObjName(), [&](hid_t type, void* to) {
    return H5Dread(dataset.getId(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
  });
}

bool path_exists(const H5::H5File& file, const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!file.nameExists(part) || !leads_somewhere(file, part)) return false;
    if (end == std::string::npos) return true;
  }
}

double read_number_attribute(const H5::H5Object& object, const std::string& name) {
  const H5::Attribute attribute = object.openAttribute(name);
  const H5T_class_t kind = attribute.getTypeClass();
  if (kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_ENUM)
    throw OtherKind("read_number_attribute", name + " is not a number");
  std::vector<double> values(static_cast<std::size_t>(attribute.getSpace().getSimpleExtentNpoints()));
  if (values.empty()) throw OtherKind("read_number_attribute", name + " is empty");
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
