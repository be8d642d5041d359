#include "leverkin/tables_file.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "io/hdf5.h"
#include "io/link_name.h"
#include "io/replacing.h"
#include "io/results_file.h"
#include "io/seal.h"
#include "io/whole_file.h"
#include "io/write_driver.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

using results_file::Reader;
constexpr const char* schema = results_file::names::tables_schema_name;

struct Seal {
  std::string path;
  std::uint64_t seal = 0;
};

std::vector<Seal> seals_of(const Reader& reader) {
  std::vector<Seal> seals;
  for (const hdf5::NamedObject& one : reader.objects()) {
    if (one.kind == H5O_TYPE_GROUP)
      seals.push_back({one.path, seal::of_attributes(reader.root().openGroup(one.path))});
    if (one.kind == H5O_TYPE_DATASET)
      seals.push_back({one.path, reader.seal_of(reader.root().openDataSet(one.path))});
  }
  return seals;
}

// `write_error`: errno of what could not be written; 0: all was.
void put_seals(const std::filesystem::path& path, int& write_error) {
  const std::vector<Seal> seals = seals_of(Reader(path));
  const H5::H5File file(system_file::c_name(path), H5F_ACC_RDWR, H5::FileCreatPropList::DEFAULT,
                        hdf5::remember_write_errors(write_error));
  for (const auto& [where, seal] : seals) {
    if (file.childObjType(where) == H5O_TYPE_GROUP)
      seal::put(file.openGroup(where), seal);
    else
      seal::put(file.openDataSet(where), seal);
  }
  seal::put_on_root(file.openGroup("/"));
}

const std::filesystem::path& replaceable(const std::filesystem::path& path) {
  if (!is_free(path) && results_file::schema_of(path) != schema)
    throw BadArgument(fmt::format("{}: found a file that is no {} file, expected none: it is not replaced",
                                  path.string(), schema));
  return path;
}

}  // namespace

struct NewTablesFile::Impl {
  explicit Impl(const std::filesystem::path& path) : file(replaceable(path)) {
    WholeFile::remove_leftovers(file.target());
  }
  WholeFile file;
};

NewTablesFile::NewTablesFile(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}

NewTablesFile::~NewTablesFile() = default;

const std::filesystem::path& NewTablesFile::temporary() const { return impl_->file.temporary(); }

void NewTablesFile::commit() {
  const hdf5::Lock lock;
  const std::string where = impl_->file.target().string() + ": cannot be written to the end: ";
  int write_error = 0;
  try {
    put_seals(temporary(), write_error);
  } catch (const H5::Exception& error) {
    throw IoError(where + hdf5::last_error(error));
  }
  if (write_error != 0) throw IoError(where + std::generic_category().message(write_error));
  impl_->file.commit();
}

std::string group_of_subject(const std::string& subject) { return link_name(subject); }

void check_tables_file(const std::filesystem::path& path) {
  results_file::reading(
      path, [](const Reader& reader) { reader.require_whole(); }, Look::tables, schema);
}

}  // namespace leverkin
