#include "io/walk_file.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5.h"
#include "io/look_first.h"
#include "io/stored_values.h"

namespace leverkin {
namespace {

constexpr hssize_t most_bytes = hssize_t{1} << 28;  // of one attribute, or of the texts of one data set

// H5Aread and H5Dread, whose values lead to others.
template <typename Read>
void read_and_free(hid_t stored, hid_t space, const Read& read) {
  const hid_t type = H5Tget_native_type(stored, H5T_DIR_DEFAULT);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  const auto width = static_cast<hssize_t>(type < 0 ? 0 : H5Tget_size(type));
  if (count > 0 && width > 0 && count <= most_bytes / width) {
    std::vector<char> values(static_cast<std::size_t>(count * width));
    if (read(type, values.data()) >= 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, values.data());
  }
  if (type >= 0) H5Tclose(type);
}

bool leads_to_other_places(hid_t type) {
  return H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tdetect_class(type, H5T_STRING) > 0 ||
         H5Tdetect_class(type, H5T_REFERENCE) > 0;
}

class Walk {
 public:
  Walk(const std::string& path, WalkFor purpose)
      : path_(path), file_(hdf5::open_to_read(path)), reads_(purpose == WalkFor::reading) {}

  void all() {
    visit_from(file_.getId(), "/");
    while (!groups_.empty()) {
      const H5::Group group = groups_.back();
      groups_.pop_back();
      try {
        for (const std::string& name : hdf5::names_in(group)) visit_from(group.getId(), name);
      } catch (const H5::Exception&) {  // what is left of it cannot be listed for anybody
      }
    }
  }

 private:
  void visit_from(hid_t parent, const std::string& name) {
    still_looking();
    const hid_t object = H5Oopen(parent, name.c_str(), H5P_DEFAULT);
    if (object < 0) return;
    try {
      if (is_new(object)) visit(object, name);
    } catch (const H5::Exception&) {
    } catch (...) {
      H5Oclose(object);
      throw;
    }
    H5Oclose(object);
  }

  bool is_new(hid_t object) {
    H5O_info_t info{};
    return H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0 && seen_.emplace(info.fileno, info.addr).second;
  }

  void visit(hid_t object, const std::string& name) {
    require_inside(file_holding(object), path_, name);
    if (reads_) H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, read_attribute, nullptr);
    const H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_GROUP) groups_.emplace_back(object);
    if (kind == H5I_DATASET) look_at(H5::DataSet(object));
  }

  void look_at(const H5::DataSet& dataset) const {
    (void)files_beside(dataset, path_);
    if (!reads_) return;
    const H5::DataType type = dataset.getDataType();
    const H5::DataSpace space = dataset.getSpace();
    hsize_t chunks = 0;
    if (dataset.getCreatePlist().getLayout() == H5D_CHUNKED)
      H5Dget_num_chunks(dataset.getId(), space.getId(), &chunks);
    if (leads_to_other_places(type.getId()))
      read_and_free(type.getId(), space.getId(), [&](hid_t memory, void* values) {
        return H5Dread(dataset.getId(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
      });
  }

  static herr_t read_attribute(hid_t object, const char* name, const H5A_info_t*, void*) {
    still_looking();
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return 0;
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    read_and_free(type, space,
                  [&](hid_t memory, void* values) { return H5Aread(attribute, memory, values); });
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return 0;
  }

  std::string path_;
  H5::H5File file_;
  bool reads_;
  std::vector<H5::Group> groups_;                     // whose members are to be visited
  std::set<std::pair<unsigned long, haddr_t>> seen_;  // links may lead in circles
};

}  // namespace

void walk_file(const std::filesystem::path& path, WalkFor purpose) {
  const hdf5::Lock lock;
  try {
    Walk(path.string(), purpose).all();
  } catch (const H5::Exception&) {  // it cannot be opened
  }
}

}  // namespace leverkin
