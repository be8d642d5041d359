#include "leverkin/named_arrays.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "io/byte_source.h"
#include "io/hdf5.h"
#include "io/look_first.h"
#include "io/mat_file.h"
#include "leverkin/error.h"
#include "support/text_encoding.h"

namespace leverkin {
namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 27;

// Columns after one another into rows after one another.
void transpose(NamedArray& array) {
  std::vector<double> rows(array.values.size());
  for (std::int64_t i = 0; i < array.rows; ++i)
    for (std::int64_t j = 0; j < array.columns; ++j)
      rows[static_cast<std::size_t>(i * array.columns + j)] =
          array.values[static_cast<std::size_t>(j * array.rows + i)];
  array.values = std::move(rows);
}

bool is_number(const H5::DataSet& dataset) {
  const H5T_class_t kind = dataset.getTypeClass();
  return kind == H5T_FLOAT || kind == H5T_INTEGER || kind == H5T_ENUM;
}

// What MATLAB keeps beside its variables, and its texts.
bool is_matlabs_own(const H5::DataSet& dataset, const std::string& name) {
  if (name.starts_with("#refs#") || name.starts_with("#subsystem#")) return true;
  if (hdf5::has_attribute(dataset, "MATLAB_empty")) return true;
  return hdf5::has_attribute(dataset, "MATLAB_class") &&
         hdf5::read_text_attribute(dataset, "MATLAB_class") == "char";
}

bool read_extent(const H5::DataSet& dataset, NamedArray& array) {
  const H5::DataSpace space = dataset.getSpace();
  const int rank = space.getSimpleExtentNdims();
  if (rank < 1 || rank > 2) return false;
  std::array<hsize_t, 2> extent{1, 1};
  space.getSimpleExtentDims(extent.data());
  if (extent[0] == 0 || extent[1] == 0 || extent[0] > static_cast<hsize_t>(most_elements) / extent[1])
    return false;
  array.rows = static_cast<std::int64_t>(extent[0]);
  array.columns = static_cast<std::int64_t>(extent[1]);
  return true;
}

// MATLAB writes its matrices column by column, so the dimensions of the file are the other way round.
void read_values(const H5::DataSet& dataset, NamedArray& array, bool of_matlab) {
  array.values.resize(static_cast<std::size_t>(array.rows * array.columns));
  if (dataset.getTypeClass() == H5T_ENUM) {
    const H5::EnumType type(dataset);  // truth, as h5py writes it
    if (type.getSize() != 1) return array.values.clear();
    std::vector<std::int8_t> bytes(array.values.size());
    dataset.read(bytes.data(), type);
    std::ranges::copy(bytes, array.values.begin());
  } else {
    dataset.read(array.values.data(), H5::PredType::NATIVE_DOUBLE);
  }
  if (array.rows == 1 || array.columns == 1) {
    array.rows *= array.columns, array.columns = 1;
  } else if (of_matlab) {
    std::swap(array.rows, array.columns);
    transpose(array);
  }
}

std::vector<NamedArray> arrays_of(const H5::H5File& file, bool of_matlab) {
  std::vector<NamedArray> arrays;
  for (const auto& [name, kind] : hdf5::objects_in(file.openGroup("/"))) {
    if (kind != H5O_TYPE_DATASET) continue;
    const H5::DataSet dataset = file.openDataSet(name);
    NamedArray array{.name = as_utf8(name)};
    if (!is_number(dataset) || is_matlabs_own(dataset, name) || !read_extent(dataset, array)) continue;
    read_values(dataset, array, of_matlab);
    if (!array.values.empty()) arrays.push_back(std::move(array));
  }
  std::ranges::sort(arrays, {}, &NamedArray::name);
  return arrays;
}

// Of a variable, and of what is in its structures ("data.onsets"); of an array of structures, the first.
void add_arrays(const MatValue& value, const std::string& name, std::vector<NamedArray>& arrays) {
  if (value.kind == MatValue::Kind::structure && value.elements() > 0)
    for (const std::string& field : value.fields) add_arrays(*value.field(field), name + '.' + field, arrays);
  if (value.kind != MatValue::Kind::numbers || value.extent.size() != 2) return;
  if (value.elements() == 0 || value.elements() > most_elements) return;
  NamedArray array{.name = name, .rows = value.extent[0], .columns = value.extent[1]};
  array.values = all_numbers(value, name);
  if (array.rows == 1 || array.columns == 1)
    array.rows *= array.columns, array.columns = 1;
  else
    transpose(array);
  arrays.push_back(std::move(array));
}

std::vector<NamedArray> arrays_of_mat_5(const std::string& path) {
  std::vector<NamedArray> arrays;
  for (const MatValue& variable : read_mat_file(path, [](std::string_view) { return true; }))
    add_arrays(variable, variable.name, arrays);
  std::ranges::sort(arrays, {}, &NamedArray::name);
  return arrays;
}

}  // namespace

std::vector<NamedArray> read_named_arrays(const std::filesystem::path& path) {
  const std::string head = head_of(path);
  if (is_mat_5(head)) return arrays_of_mat_5(path.string());
  look_first(path, Look::numbers);
  const hdf5::Lock lock;
  try {
    if (!hdf5::is_hdf5(path))
      throw BadSession({path.string(), "", "", "a file that is not HDF5", "numbers in a MAT or HDF5 file"});
    return arrays_of(hdf5::open_to_read(path), head.starts_with("MATLAB"));
  } catch (const H5::Exception& error) {
    throw hdf5::unreadable(error, path.string());
  }
}

}  // namespace leverkin
