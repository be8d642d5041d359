#include "io/nwb_file.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <string_view>

#include "io/formats/names.h"
#include "io/nwb_specifications.h"

namespace leverkin::nwb {
namespace {

constexpr hsize_t chunk_values = 65536;
constexpr unsigned gzip_level = 1;  // of noise, more takes long and gains little

std::vector<const char*> pointers(const std::vector<std::string>& values) {
  std::vector<const char*> all;
  for (const std::string& value : values) all.push_back(value.c_str());
  return all;
}

void write_reference(const H5::H5Object& object, const char* name, const H5::H5File& file,
                     const std::string& target) {
  hobj_ref_t reference{};
  file.reference(&reference, target);
  object.createAttribute(name, H5::PredType::STD_REF_OBJ, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::STD_REF_OBJ, &reference);
}

}  // namespace

std::string File::object_id(const std::string& path) const {
  const std::string text = seed_ + "\n" + path;
  XXH128_canonical_t id;
  XXH128_canonicalFromHash(&id, XXH3_128bits(text.data(), text.size()));
  id.digest[6] = static_cast<unsigned char>((id.digest[6] & 0x0f) | 0x40);
  id.digest[8] = static_cast<unsigned char>((id.digest[8] & 0x3f) | 0x80);
  std::string uuid;
  for (std::size_t i = 0; i < sizeof id.digest; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    uuid += fmt::format("{:02x}", id.digest[i]);
  }
  return uuid;
}

void File::describe(const H5::H5Object& object, const std::string& path, const char* library,
                    const char* type) const {
  hdf5::write_attribute(object, "namespace", library);
  hdf5::write_attribute(object, names::nwb::type, type);
  hdf5::write_attribute(object, "object_id", object_id(path));
}

void File::write_root(const FileFacts& facts) {
  const H5::Group root = file_.openGroup("/");
  describe(root, "/", "core", "NWBFile");
  hdf5::write_attribute(root, names::nwb::version, schema_version());
  text("/identifier", object_id("identifier"));
  text("/session_description", facts.session_description);
  text(names::nwb::session_start_time, facts.start_time);
  text("/timestamps_reference_time", facts.reference_time);
  texts("/file_create_date", {facts.start_time});  // not the clock's: the same input gives the same bytes
  for (const char* path : {"/analysis", "/stimulus", "/stimulus/presentation", "/stimulus/templates"})
    group(path);
  write_specifications(root);
}

void File::write_specifications(const H5::Group& root) {
  group("/specifications");
  std::string folder;
  for (const Specification& one : specifications()) {
    const std::string library = fmt::format("/specifications/{}", one.library),
                      version = fmt::format("{}/{}", library, one.version);
    if (version != folder) group(library), group(version);
    folder = version;
    text(fmt::format("{}/{}", version, one.name), one.json);
  }
  write_reference(root, ".specloc", file_, "/specifications");
}

H5::Group File::group(const std::string& path, const char* library, const char* type) {
  const H5::Group made = file_.createGroup(path);
  describe(made, path, library, type);
  return made;
}

H5::Group File::module(const std::string& path, const char* description) {
  const H5::Group made = group(path, "core", "ProcessingModule");
  hdf5::write_attribute(made, "description", description);
  return made;
}

H5::DataSet File::text(const std::string& path, const std::string& value) {
  const H5::StrType type = hdf5::utf8_text();
  const H5::DataSet made = file_.createDataSet(path, type, H5::DataSpace(H5S_SCALAR), hdf5::plain_dataset());
  made.write(value, type);
  return made;
}

void File::texts(const std::string& path, const std::vector<std::string>& values, std::size_t width) {
  const H5::StrType type = hdf5::utf8_text();
  column(path, type, type, pointers(values).data(), width == 0 ? values.size() : values.size() / width,
         width);
}

H5::DataSet File::number(const std::string& path, double value) {
  const H5::DataSet made =
      file_.createDataSet(path, H5::PredType::IEEE_F64LE, H5::DataSpace(H5S_SCALAR), hdf5::plain_dataset());
  made.write(&value, H5::PredType::NATIVE_DOUBLE);
  return made;
}

H5::DataSet File::column(const std::string& path, const H5::DataType& stored, const H5::DataType& native,
                         const void* values, std::size_t count, std::size_t width) {
  const hsize_t extent[] = {count, width};
  const H5::DataSet made =
      file_.createDataSet(path, stored, H5::DataSpace(width == 0 ? 1 : 2, extent), hdf5::plain_dataset());
  if (count > 0) made.write(values, native);
  return made;
}

H5::DataSet File::long_column(const std::string& path, const std::vector<double>& values) {
  const hsize_t extent = values.size(), chunk = std::clamp<hsize_t>(extent, 1, chunk_values);
  H5::DSetCreatPropList properties = hdf5::plain_dataset();
  properties.setChunk(1, &chunk);
  properties.setShuffle();
  properties.setDeflate(gzip_level);
  const H5::DataSet made =
      file_.createDataSet(path, H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent), properties);
  if (extent > 0) made.write(values.data(), H5::PredType::NATIVE_DOUBLE);
  return made;
}

void File::starting_time(const std::string& series, double seconds, double rate_hz) {
  const H5::DataSet start = number(series + "/" + names::nwb::starting_time, seconds);
  hdf5::write_attribute(start, names::nwb::rate, rate_hz);
  hdf5::write_attribute(start, "unit", "seconds");
}

void write_texts_attribute(const H5::H5Object& object, const char* name,
                           const std::vector<std::string>& values) {
  const hsize_t count = values.size();
  const H5::StrType type = hdf5::utf8_text();
  object.createAttribute(name, type, H5::DataSpace(1, &count)).write(type, pointers(values).data());
}

std::string nwb_time(const std::string& start_time) {
  std::string text = start_time.empty() ? names::nwb::unknown_start : start_time;
  if (text.size() == 10) text += "T00:00:00";
  if (text.size() > 10) text[10] = 'T';
  return text.find_first_of("Zz+-", 10) == std::string::npos ? text + "+00:00" : text;
}

void write_identity(File& file, const std::string& subject, std::int64_t session) {
  if (session > 0) file.text(names::nwb::session_id, fmt::format("session_{:02d}", session));
  if (subject.empty()) return;
  file.group("/general/subject", "core", "Subject");
  file.text(names::nwb::subject_id, subject);
  file.text("/general/subject/description", "A mouse; its age and sex were not recorded.");
  file.text("/general/subject/species", "Mus musculus");
  file.text("/general/subject/sex", "U");
  hdf5::write_attribute(file.text("/general/subject/age", "P8W/P2Y"), "reference", "birth");
}

// ---------------------------------------------------------------------------------------------------

Table::Table(File& file, std::string path, const char* type, const char* description, std::size_t rows,
             std::vector<std::int64_t> ids)
    : file_(file), path_(std::move(path)), rows_(rows) {
  const bool common = std::string_view(type) == "DynamicTable";
  group_ = file_.group(path_, common ? "hdmf-common" : "core", type);
  hdf5::write_attribute(group_, "description", description);
  for (std::size_t i = ids.size(); i < rows; ++i) ids.push_back(static_cast<std::int64_t>(i));
  const H5::DataSet id =
      file_.column(path_ + "/id", H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64, ids.data(), rows);
  file_.describe(id, path_ + "/id", "hdmf-common", "ElementIdentifiers");
}

void Table::add(const std::string& name, const std::string& description, const std::vector<double>& values,
                std::size_t width) {
  const H5::DataSet column =
      add(name, description, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, values.data(), width);
  file_.describe(column, path_ + "/" + name, "hdmf-common", "VectorData");
}

void Table::add(const std::string& name, const std::string& description,
                const std::vector<std::int64_t>& values) {
  const H5::DataSet column =
      add(name, description, H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64, values.data());
  file_.describe(column, path_ + "/" + name, "hdmf-common", "VectorData");
}

void Table::add(const std::string& name, const std::string& description,
                const std::vector<std::uint8_t>& flags) {
  H5::EnumType boolean(H5::PredType::STD_I8LE);  // what NWB's Python libraries read as bool
  std::int8_t value = 0;
  boolean.insert("FALSE", &value);
  value = 1;
  boolean.insert("TRUE", &value);
  const H5::DataSet column = add(name, description, boolean, boolean, flags.data());
  file_.describe(column, path_ + "/" + name, "hdmf-common", "VectorData");
}

void Table::add(const std::string& name, const std::string& description,
                const std::vector<std::string>& texts) {
  const H5::StrType type = hdf5::utf8_text();
  const H5::DataSet column = add(name, description, type, type, pointers(texts).data());
  file_.describe(column, path_ + "/" + name, "hdmf-common", "VectorData");
}

void Table::add_timestamps(const std::string& description, const std::vector<double>& seconds) {
  const H5::DataSet column =
      add("timestamp", description, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, seconds.data());
  file_.describe(column, path_ + "/timestamp", "core", "TimestampVectorData");
  hdf5::write_attribute(column, "unit", "seconds");
}

void Table::add_region(const std::string& name, const std::string& description,
                       const std::vector<std::int64_t>& rows, const std::string& table) {
  const H5::DataSet column =
      add(name, description, H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64, rows.data());
  file_.describe(column, path_ + "/" + name, "hdmf-common", "DynamicTableRegion");
  write_reference(column, "table", file_.hdf5(), table);
}

H5::DataSet Table::add(const std::string& name, const std::string& description, const H5::DataType& stored,
                       const H5::DataType& native, const void* values, std::size_t width) {
  const H5::DataSet column = file_.column(path_ + "/" + name, stored, native, values, rows_, width);
  hdf5::write_attribute(column, "description", description);
  columns_.push_back(name);
  return column;
}

void Table::finish() { write_texts_attribute(group_, "colnames", columns_); }

}  // namespace leverkin::nwb
