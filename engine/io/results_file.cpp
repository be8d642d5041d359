#include "io/results_file.h"

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
  if (!is_file || H5Fis_hdf5(path.c_str()) == 0)
    throw BadSession({path.string(), "", "", "a file that is not HDF5", "a leverkin results file"});
}

void require_known_schema(const Reader& reader) {
  const H5::Group root = reader.root();
  const std::string schema = text_or_empty(root, names::attributes::schema);
  if (schema == names::schema_name) return;
  const std::string expected = fmt::format("a leverkin results file of schema {}", names::schema_name);
  if (schema.empty()) reader.refuse("", "an HDF5 file without a schema attribute", expected);
  reader.refuse("", "schema " + schema, expected);
}

}  // namespace leverkin::results_file
