#include "io/write_driver.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "support/system_file.h"

namespace leverkin::hdf5 {
namespace {

// HDF5 hands its own part, the first member, to every callback.
struct DriverFile {
  H5FD_t hdf5;
  int descriptor;
  haddr_t allocated;  // as far as HDF5 has given addresses out
  haddr_t end;        // as far as something was written
  int* error;         // null where it is only read
};

DriverFile& of(H5FD_t* file) { return *reinterpret_cast<DriverFile*>(file); }
const DriverFile& of(const H5FD_t* file) { return *reinterpret_cast<const DriverFile*>(file); }

void remember(const DriverFile& file, int reason) {
  if (file.error != nullptr && *file.error == 0) *file.error = reason;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t access, haddr_t) {
  auto* const* error = static_cast<int* const*>(H5Pget_driver_info(access));
  const int descriptor = system_file::open(name, {.write = (flags & H5F_ACC_RDWR) != 0,
                                                  .create = (flags & H5F_ACC_CREAT) != 0,
                                                  .fresh = (flags & H5F_ACC_EXCL) != 0,
                                                  .truncate = (flags & H5F_ACC_TRUNC) != 0});
  if (descriptor < 0) {
    H5Epush2(H5E_DEFAULT, "write_driver.cpp", __func__, __LINE__, H5E_ERR_CLS, H5E_FILE, H5E_CANTOPENFILE,
             "unable to open file: name = '%s', error message = '%s'", name, std::strerror(errno));
    return nullptr;
  }
  const std::int64_t size = system_file::size(descriptor);
  auto file = std::make_unique<DriverFile>();
  file->descriptor = descriptor;
  file->end = size < 0 ? 0 : static_cast<haddr_t>(size);
  file->error = error == nullptr ? nullptr : *error;  // none for files that a link or a source leads to
  return &file.release()->hdf5;
}

herr_t close_file(H5FD_t* handle) {
  const std::unique_ptr<DriverFile> file(&of(handle));
  if (system_file::close(file->descriptor) != 0) remember(*file, errno);
  return 0;
}

// For who reads samples without HDF5.
herr_t get_descriptor(H5FD_t* handle, hid_t, void** place) {
  *place = &of(handle).descriptor;
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr)
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_SUPPORTS_SWMR_IO;
  return 0;
}

haddr_t get_allocated(const H5FD_t* file, H5FD_mem_t) { return of(file).allocated; }

herr_t set_allocated(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  of(file).allocated = address;
  return 0;
}

haddr_t get_end(const H5FD_t* file, H5FD_mem_t) { return of(file).end; }

herr_t read_bytes(H5FD_t* handle, H5FD_mem_t, hid_t, haddr_t address, std::size_t count, void* buffer) {
  auto* bytes = static_cast<char*>(buffer);
  while (count > 0) {
    const std::int64_t got =
        system_file::read_at(of(handle).descriptor, bytes, count, static_cast<std::int64_t>(address));
    if (got < 0) return -1;
    if (got == 0) break;
    bytes += got;
    address += static_cast<haddr_t>(got);
    count -= static_cast<std::size_t>(got);
  }
  std::fill_n(bytes, count, char{0});  // HDF5 reads allocated space that nothing was written to as zeros
  return 0;
}

herr_t write_bytes(H5FD_t* handle, H5FD_mem_t, hid_t, haddr_t address, std::size_t count,
                   const void* buffer) {
  DriverFile& file = of(handle);
  file.end = std::max<haddr_t>(file.end, address + count);
  const auto* bytes = static_cast<const char*>(buffer);
  while (count > 0 && *file.error == 0) {
    const std::int64_t put =
        system_file::write_at(file.descriptor, bytes, count, static_cast<std::int64_t>(address));
    if (put <= 0) {
      remember(file, put < 0 ? errno : ENOSPC);
      break;
    }
    bytes += put;
    address += static_cast<haddr_t>(put);
    count -= static_cast<std::size_t>(put);
  }
  return 0;
}

herr_t truncate_file(H5FD_t* handle, hid_t, hbool_t) {
  DriverFile& file = of(handle);
  if (file.end != file.allocated && *file.error == 0 &&
      system_file::set_size(file.descriptor, static_cast<std::int64_t>(file.allocated)) != 0)
    remember(file, errno);
  file.end = file.allocated;
  return 0;
}

H5FD_class_t driver_class() {
  constexpr H5FD_mem_t one_free_list[] = H5FD_FLMAP_DICHOTOMY;
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(511);  // from the range for drivers that are not registered
#endif
  driver.name = "leverkin";
  driver.maxaddr = static_cast<haddr_t>(1) << 62;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(int*);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = get_allocated;
  driver.set_eoa = set_allocated;
  driver.get_eof = get_end;
  driver.get_handle = get_descriptor;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate_file;
  std::copy(std::begin(one_free_list), std::end(one_free_list), std::begin(driver.fl_map));
  return driver;
}

hid_t driver_id() {
  static const H5FD_class_t driver = driver_class();
  static hid_t id = H5I_INVALID_HID;
  if (H5Iget_type(id) != H5I_VFL) id = H5FDregister(&driver);  // again where the host has restarted HDF5
  if (id < 0) throw H5::PropListIException("remember_write_errors", "the driver cannot be registered");
  return id;
}

}  // namespace

// Structures of tables that are finished are not looked at again: HDF5 would keep 32 MB of them.
void keep_little_metadata(const H5::FileAccPropList& properties) {
  H5AC_cache_config_t cache{};
  cache.version = H5AC__CURR_CACHE_CONFIG_VERSION;
  if (H5Pget_mdc_config(properties.getId(), &cache) < 0) return;
  cache.max_size = std::size_t{4} << 20U;
  cache.initial_size = cache.min_size = std::size_t{1} << 20U;
  cache.set_initial_size = 1;
  (void)H5Pset_mdc_config(properties.getId(), &cache);
}

H5::FileAccPropList remember_write_errors(int& error) {
  error = 0;
  int* const place = &error;
  H5::FileAccPropList properties;
  properties.setDriver(driver_id(), &place);
  properties.setFcloseDegree(H5F_CLOSE_STRONG);
  keep_little_metadata(properties);
  return properties;
}

H5::FileAccPropList read_beside_others() {
  int* const nowhere = nullptr;
  H5::FileAccPropList properties;
  properties.setDriver(driver_id(), &nowhere);
  return properties;
}

bool has_descriptor(const H5::FileAccPropList& access) {
  const hid_t driver = H5Pget_driver(access.getId());
  return driver == H5FD_SEC2 || driver == driver_id();
}

}  // namespace leverkin::hdf5
