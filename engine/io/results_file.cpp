#include "io/results_file.h"
#include "support/system_file.h"

namespace leverkin::results_file {

void require_hdf5(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw IoError(path.string() + ": cannot be read: there is no such file");
  if (std::filesystem::is_directory(status))
    throw IoError(path.string() + ": cannot be read: it is a folder, expected a results file");
  const bool is_file =
      std::filesystem::is_regular_file(status);  // a pipe would keep its reader waiting for ever
  if (!is_file || H5Fis_hdf5(system_file::c_name(path).c_str()) == 0)
    throw BadSession({path.string(), "", "", "a file that is not HDF5", "a leverkin results file"});
}

std::uint64_t Reader::seal_of(const H5::DataSet& dataset) const {
  std::vector<hsize_t> extent(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNdims()));
  std::int64_t count = 1;
  for (const std::int64_t length : lengths(dataset, std::ssize(extent))) count *= length;
  const H5::DataType stored = dataset.getDataType();
  if (stored.getClass() == H5T_STRING) {
    std::vector<std::string> texts(static_cast<std::size_t>(count));
    if (count > 0) read_texts(dataset, texts);
    return seal::of_texts(texts);
  }
  std::vector<std::byte> values(static_cast<std::size_t>(count) * stored.getSize());
  if (count > 0) dataset.read(values.data(), stored);
  return seal::of_values(values.data(), static_cast<std::size_t>(count), stored, stored);
}

void Reader::require_sealed(const H5::DataSet& dataset) const {
  const std::uint64_t seal = seal_of(dataset);
  if (sealed_ && seal::is_broken(dataset, seal)) refuse_unsealed(dataset.getObjName(), "values");
}

// Each only where the file says it: the first files with seals did not.
void Reader::require_all_names() const {
  const auto is_other = [&](const char* attribute, const auto& seal) {
    return sealed_ && hdf5::has_attribute(root(), attribute) && seal::is_broken(root(), seal(), attribute);
  };
  if (is_other(seal::names_attribute, [&] { return seal::of_names(objects()); }))
    refuse("", "groups or tables that are not all those that were written",
           "a whole file; what is left of it is not to be trusted");
  if (is_other(seal::types_attribute, [&] { return seal::of_types(root(), objects()); }))
    refuse("", "words of enumerations that are not those that were written",
           "a whole file; what it says in such words is not to be trusted");
}

void Reader::require_whole() const {
  require_all_names();
  for (const hdf5::NamedObject& one : objects()) {
    still_looking();
    if (one.kind == H5O_TYPE_GROUP) require_sealed(root().openGroup(one.path));
    if (one.kind == H5O_TYPE_DATASET) require_sealed(root().openDataSet(one.path));
  }
}

std::string schema_of(const std::filesystem::path& path) {
  try {
    look_first(path, Look::kind);
    const hdf5::Lock lock;
    if (!std::filesystem::is_regular_file(path) || !hdf5::is_hdf5(path)) return "";
    return text_or_empty(hdf5::open_to_read(path).openGroup("/"), names::attributes::schema);
  } catch (const H5::Exception&) {
  } catch (const BadSession&) {  // nothing that can be opened
  } catch (const std::filesystem::filesystem_error&) {
  }
  return "";
}

void require_schema(const Reader& reader, const char* expected) {
  const std::string schema = text_or_empty(reader.root(), names::attributes::schema);
  if (schema == expected) return;
  const std::string words = fmt::format("a leverkin results file of schema {}", expected);
  if (schema.empty()) reader.refuse("", "an HDF5 file without a schema attribute", words);
  reader.refuse("", "schema " + schema, words);
}

}  // namespace leverkin::results_file
