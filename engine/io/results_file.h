// engine/io/results_file.h: how is a results file read without trusting it?
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "io/hdf5.h"
#include "io/look_first.h"
#include "io/results_schema.h"
#include "io/seal.h"
#include "leverkin/columns.h"
#include "leverkin/error.h"

namespace leverkin::results_file {

namespace names = results_schema;

/// A results file open for reading, and the words for what is wrong with it.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path)
      : path_(path.string()),
        file_size_(static_cast<std::int64_t>(std::filesystem::file_size(path))),
        file_(hdf5::open_to_read(path_)),
        sealed_(hdf5::has_attribute(root(), seal::attribute)) {}

  [[nodiscard]] H5::Group root() const { return file_.openGroup("/"); }

  [[noreturn]] void refuse(const std::string& where, const std::string& found,
                           const std::string& expected) const {
    throw BadSession({path_, where, "", found, expected});
  }

  /// All groups and data sets. Asked for once, as every one of them is opened for it.
  [[nodiscard]] const std::vector<hdf5::NamedObject>& objects() const {
    if (objects_.empty()) objects_ = hdf5::objects_in(root());
    return objects_;
  }

  /// The length of a column with one dimension.
  [[nodiscard]] std::int64_t length(const H5::Group& group, const char* name) const {
    return lengths(group.openDataSet(name), 1).front();
  }

  /// A column of doubles, integers, bytes, texts or an enumeration. `shape`: what its lengths must be; empty:
  /// any one length.
  template <class Value>
  [[nodiscard]] std::vector<Value> column(const H5::Group& group, const char* name,
                                          const std::vector<std::int64_t>& shape = {}) const {
    const H5::DataSet dataset = group.openDataSet(name);
    const std::vector<std::int64_t> found = lengths(dataset, shape.empty() ? 1 : std::ssize(shape));
    for (std::size_t i = 0; i < shape.size(); ++i) require_length(group, name, found[i], shape[i]);
    std::int64_t count = 1;
    for (const std::int64_t one : found) count *= one;
    std::vector<Value> values(static_cast<std::size_t>(count));
    if (count == 0) return values;
    if constexpr (std::is_same_v<Value, std::string>)
      read_texts(dataset, values);
    else if constexpr (std::is_same_v<Value, double>)
      dataset.read(values.data(), H5::PredType::NATIVE_DOUBLE);
    else if constexpr (std::is_same_v<Value, std::int64_t>)
      dataset.read(values.data(), H5::PredType::NATIVE_INT64);
    else
      dataset.read(values.data(), H5::PredType::NATIVE_UINT8);
    if constexpr (std::is_enum_v<Value>) require_known(dataset, values);
    require_sealed(dataset, values);
    return values;
  }

  /// Seals are there to be compared: not in files of older versions.
  [[nodiscard]] bool is_sealed() const { return sealed_; }

  /// The group keeps the attributes that were written.
  void require_sealed(const H5::Group& group) const {
    if (sealed_ && seal::is_broken(group, seal::of_attributes(group)))
      refuse_unsealed(group.getObjName(), "attributes");
  }

  /// Nothing that was written has been lost from the lists of names, which HDF5 follows and does not check,
  /// and the words of enumerations are those that were written.
  void require_all_names() const;

  /// The data set holds the values that were written; of any kind that results have.
  void require_sealed(const H5::DataSet& dataset) const;

  /// The file holds all that was written, and nothing else.
  void require_whole() const;

  /// What the seal of a data set should say, from its values.
  [[nodiscard]] std::uint64_t seal_of(const H5::DataSet& dataset) const;

  void require_length(const H5::Group& group, const char* name, std::int64_t found,
                      std::int64_t expected) const {
    if (found != expected)
      refuse(group.getObjName() + "/" + name, fmt::format("{} values", found), std::to_string(expected));
  }

 private:
  [[noreturn]] void refuse_unsealed(const std::string& where, const std::string& what) const {
    refuse(where, what + " that are not those that were written",
           "a whole file; this table is not to be trusted");
  }

  template <class Value>
  void require_sealed(const H5::DataSet& dataset, const std::vector<Value>& values) const {
    if (!sealed_) return;
    std::uint64_t seal = 0;
    if constexpr (std::is_same_v<Value, std::string>)
      seal = seal::of_texts(values);
    else if constexpr (std::is_same_v<Value, double>)
      seal =
          seal::of_values(values.data(), values.size(), H5::PredType::NATIVE_DOUBLE, dataset.getDataType());
    else if constexpr (std::is_same_v<Value, std::int64_t>)
      seal = seal::of_values(values.data(), values.size(), H5::PredType::NATIVE_INT64, dataset.getDataType());
    else  // one byte each, also of an enumeration
      seal = seal::of_values(values.data(), values.size(), H5::PredType::NATIVE_UINT8,
                             H5::PredType::NATIVE_UINT8);
    if (seal::is_broken(dataset, seal)) refuse_unsealed(dataset.getObjName(), "values");
  }

  // One length per dimension. One that is longer than its file can hold is damage: found before memory is
  // asked for it.
  [[nodiscard]] std::vector<std::int64_t> lengths(const H5::DataSet& dataset, std::ptrdiff_t rank) const {
    constexpr std::int64_t smallest_deflated = 1032;  // bytes out of one, at the most
    const H5::DataSpace space = dataset.getSpace();
    if (space.getSimpleExtentNdims() != rank)
      refuse(dataset.getObjName(), fmt::format("{} dimensions", space.getSimpleExtentNdims()),
             std::to_string(rank));
    std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
    space.getSimpleExtentDims(extent.data());
    const bool chunked = dataset.getCreatePlist().getLayout() == H5D_CHUNKED;
    if (space.getSimpleExtentNpoints() > file_size_ * (chunked ? smallest_deflated : 1))
      refuse(dataset.getObjName(), fmt::format("{} values", space.getSimpleExtentNpoints()),
             "no more than the file can hold; it is damaged");
    return {extent.begin(), extent.end()};
  }

  void read_texts(const H5::DataSet& dataset, std::vector<std::string>& values) const {
    const H5::StrType type = dataset.getStrType();
    if (!type.isVariableStr())
      refuse(dataset.getObjName(), "text of fixed length", "text of variable length");
    std::vector<char*> pointers(values.size(), nullptr);
    dataset.read(pointers.data(), type);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (pointers[i] != nullptr) values[i] = pointers[i];
    H5::DataSet::vlenReclaim(pointers.data(), type, dataset.getSpace());
  }

  template <class Enum>
  void require_known(const H5::DataSet& dataset, const std::vector<Enum>& values) const {
    for (const Enum value : values)
      if (static_cast<int>(value) >= Enumeration<Enum>::count)
        refuse(dataset.getObjName(), std::to_string(static_cast<int>(value)),
               fmt::format("0 to {}", Enumeration<Enum>::count - 1));
  }

  std::string path_;
  std::int64_t file_size_;
  H5::H5File file_;
  mutable std::vector<hdf5::NamedObject> objects_;
  bool sealed_;  // files of older versions are not
};

inline std::int64_t integer_attribute(const H5::Group& group, const char* name) {
  const H5::Attribute attribute = group.openAttribute(name);
  if (attribute.getSpace().getSimpleExtentNpoints() != 1)
    throw H5::AttributeIException("integer_attribute", std::string(name) + " is not one number");
  std::int64_t value = 0;
  attribute.read(H5::PredType::NATIVE_INT64, &value);
  return value;
}

inline bool holds(const H5::Group& group, const char* name) { return hdf5::has_link(group, name); }

inline std::string text_or_empty(const H5::Group& group, const char* name) {
  return hdf5::has_attribute(group, name) ? hdf5::read_text_attribute(group, name) : std::string();
}

inline std::vector<H5::Group> children(const H5::Group& parent) {
  std::vector<H5::Group> groups;
  for (const std::string& name : hdf5::names_in(parent))
    if (parent.childObjType(name) == H5O_TYPE_GROUP) groups.push_back(parent.openGroup(name));
  return groups;
}

/// What a file says that it is ("leverkin-results/1"); empty: nothing, or it cannot be opened.
[[nodiscard]] std::string schema_of(const std::filesystem::path& path);

/// Throw IoError where there is no such file, BadSession where it is no HDF5 or of another schema.
void require_hdf5(const std::filesystem::path& path);
void require_schema(const Reader& reader, const char* expected);

/// Opens `path` and hands it to `read`; HDF5's errors become IoError.
template <class Read>
auto reading(const std::filesystem::path& path, const Read& read, Look look = Look::results,
             const char* schema = names::schema_name) {
  look_first(path, look);
  const hdf5::Lock lock;
  require_hdf5(path);
  try {
    const Reader reader(path);
    require_schema(reader, schema);
    return read(reader);
  } catch (const H5::Exception& error) {
    throw IoError(path.string() + ": cannot be read: " + hdf5::last_error(error));
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError(path.string() + ": cannot be read: " + error.code().message());
  }
}

}  // namespace leverkin::results_file
