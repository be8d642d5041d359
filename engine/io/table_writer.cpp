#include "io/table_writer.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "io/seal.h"
#include "leverkin/error.h"

namespace leverkin::hdf5 {
namespace {

constexpr hsize_t chunk_values = 65536;  // half a megabyte of doubles: about a minute of lever trace

void require(herr_t status, const char* call) {
  if (status < 0) throw H5::GroupIException("TableWriter", std::string(call) + " failed");
}

hobj_ref_t reference_to(const H5::DataSet& dataset) {
  hobj_ref_t reference = 0;
  require(H5Rcreate(&reference, dataset.getId(), ".", H5R_OBJECT, -1), "H5Rcreate");
  return reference;
}

void describe(const H5::DataSet& dataset, const Field& field) {
  if (field.meaning != nullptr) write_attribute(dataset, "long_name", field.meaning);
  if (field.unit != nullptr) write_attribute(dataset, "units", field.unit);
}

const H5::PredType& type_of(Stored stored, const H5::PredType& as_it_is) {
  switch (stored) {
    case Stored::float32:
      return H5::PredType::NATIVE_FLOAT;
    case Stored::uint8:
      return H5::PredType::NATIVE_UINT8;
    case Stored::as_it_is:
      break;
  }
  return as_it_is;
}

H5::DSetCreatPropList properties_of(Packing packing, const std::vector<hsize_t>& lengths) {
  H5::DSetCreatPropList properties = plain_dataset();
  const bool empty = std::find(lengths.begin(), lengths.end(), 0) != lengths.end();
  if (packing == Packing::compressed && !empty) {  // an empty dataset cannot have chunks
    std::vector<hsize_t> chunk = lengths;
    chunk.front() = std::min(chunk.front(), chunk_values);
    properties.setChunk(static_cast<int>(chunk.size()), chunk.data());
    properties.setShuffle();
    properties.setDeflate(1);
  }
  return properties;
}

}  // namespace

H5::Group open_or_create_group(const H5::Group& parent, const std::string& name) {
  if (H5Lexists(parent.getId(), name.c_str(), H5P_DEFAULT) > 0) return parent.openGroup(name);
  const H5::PropList created(H5P_GROUP_CREATE), linked(H5P_LINK_CREATE);
  require(H5Pset_obj_track_times(created.getId(), false), "H5Pset_obj_track_times");
  require(H5Pset_char_encoding(linked.getId(), H5T_CSET_UTF8), "H5Pset_char_encoding");
  const hid_t id = H5Gcreate2(parent.getId(), name.c_str(), linked.getId(), created.getId(), H5P_DEFAULT);
  if (id < 0) throw H5::GroupIException("open_or_create_group", "group " + name + " cannot be created");
  H5::Group group(id);  // takes a reference of its own
  H5Gclose(id);
  return group;
}

TableWriter::TableWriter(const H5::Group& group, Packing packing) : group_(group), packing_(packing) {}

bool TableWriter::has_axis(const std::string& name) const {
  return std::ranges::any_of(scales_, [&](const Scale& scale) { return scale.name == name; });
}

void TableWriter::index_axis(const Field& field, std::int64_t length) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(length));
  std::iota(index.begin(), index.end(), std::int64_t{0});
  axis(field, index);
}

void TableWriter::axis(const Field& field, std::span<const double> values) {
  make_axis(field, values.data(), values.size(), H5::PredType::NATIVE_DOUBLE);
}

void TableWriter::axis(const Field& field, std::span<const std::int64_t> values) {
  make_axis(field, values.data(), values.size(), H5::PredType::NATIVE_INT64);
}

void TableWriter::column(const Field& field, const Axes& axes, std::span<const double> values,
                         Stored stored) {
  const H5::PredType& type = H5::PredType::NATIVE_DOUBLE;
  make_column(field, axes, values.data(), values.size(), type, type_of(stored, type));
}

void TableWriter::column(const Field& field, const Axes& axes, std::span<const std::int64_t> values,
                         Stored stored) {
  const H5::PredType& type = H5::PredType::NATIVE_INT64;
  make_column(field, axes, values.data(), values.size(), type, type_of(stored, type));
}

void TableWriter::column(const Field& field, const Axes& axes, std::span<const std::uint8_t> values,
                         Stored stored) {
  const H5::PredType& type = H5::PredType::NATIVE_UINT8;
  make_column(field, axes, values.data(), values.size(), type, type_of(stored, type));
}

void TableWriter::column(const Field& field, const Axes& axes, std::span<const std::string> values) {
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  make_column(field, axes, texts.data(), texts.size(), utf8_text(), utf8_text());
}

void TableWriter::enum_column(const Field& field, const Axes& axes, std::span<const std::uint8_t> values,
                              const H5::EnumType& type) {
  make_column(field, axes, values.data(), values.size(), type, type);
}

void TableWriter::finish() {
  H5::CompType type(sizeof(Use));
  type.insertMember("dataset", offsetof(Use, column), H5::PredType::STD_REF_OBJ);
  type.insertMember("dimension", offsetof(Use, dimension), H5::PredType::NATIVE_INT);
  for (Scale& scale : scales_) {
    if (scale.uses.empty()) continue;
    const hsize_t count = scale.uses.size();
    scale.dataset.createAttribute("REFERENCE_LIST", type, H5::DataSpace(1, &count))
        .write(type, scale.uses.data());
  }
  scales_.clear();
}

std::vector<TableWriter::Scale*> TableWriter::scales_of(const Axes& axes) {
  std::vector<Scale*> found;
  for (const char* const name : axes)
    for (Scale& scale : scales_)
      if (name != nullptr && scale.name == name) found.push_back(&scale);
  return found;
}

void TableWriter::make_axis(const Field& field, const void* values, std::size_t count,
                            const H5::DataType& type) {
  const H5::DataSet dataset = write_dataset(field, {count}, values, type, type);
  require(H5DSset_scale(dataset.getId(), field.name), "H5DSset_scale");
  scales_.push_back({field.name, dataset, count, {}});
}

void TableWriter::make_column(const Field& field, const Axes& axes, const void* values, std::size_t count,
                              const H5::DataType& memory, const H5::DataType& stored) {
  const std::vector<Scale*> scales = scales_of(axes);
  std::vector<hsize_t> lengths;
  for (const Scale* scale : scales) lengths.push_back(scale->length);
  const hsize_t expected = std::accumulate(lengths.begin(), lengths.end(), hsize_t{1}, std::multiplies<>());
  if (count != expected)
    throw BadArgument("column " + std::string(field.name) + ": found " + std::to_string(count) +
                      " values; expected " + std::to_string(expected));
  attach(write_dataset(field, lengths, values, memory, stored), scales);
}

H5::DataSet TableWriter::write_dataset(const Field& field, const std::vector<hsize_t>& lengths,
                                       const void* values, const H5::DataType& memory,
                                       const H5::DataType& stored) {
  const H5::DataSpace space(static_cast<int>(lengths.size()), lengths.data());
  H5::DataSet dataset = group_.createDataSet(field.name, stored, space, properties_of(packing_, lengths));
  if (space.getSimpleExtentNpoints() > 0) dataset.write(values, memory);
  const auto count = static_cast<std::size_t>(space.getSimpleExtentNpoints());
  seal::put(dataset, memory.getClass() == H5T_STRING
                         ? seal::of_texts(std::span(static_cast<const char* const*>(values), count))
                         : seal::of_values(values, count, memory, stored));
  describe(dataset, field);
  return dataset;
}

void TableWriter::attach(const H5::DataSet& column, const std::vector<Scale*>& scales) {
  std::vector<hobj_ref_t> references;
  references.reserve(scales.size());
  std::vector<hvl_t> per_dimension;
  for (Scale* const scale : scales) {
    scale->uses.push_back({reference_to(column), static_cast<std::int32_t>(per_dimension.size()), 0});
    references.push_back(reference_to(scale->dataset));
    per_dimension.push_back({1, &references.back()});
  }
  const H5::VarLenType type(H5::PredType::STD_REF_OBJ);
  const hsize_t rank = scales.size();
  column.createAttribute("DIMENSION_LIST", type, H5::DataSpace(1, &rank)).write(type, per_dimension.data());
}

}  // namespace leverkin::hdf5
