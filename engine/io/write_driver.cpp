#include "io/write_driver.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

namespace leverkin::hdf5 {
namespace {

// HDF5 hands its own part, the first member, to every callback.
struct DriverFile {
  H5FD_t hdf5;
  int descriptor;
  haddr_t allocated;  // as far as HDF5 has given addresses out
  haddr_t end;        // as far as something was written
  int* error;
};

DriverFile& of(H5FD_t* file) { return *reinterpret_cast<DriverFile*>(file); }
const DriverFile& of(const H5FD_t* file) { return *reinterpret_cast<const DriverFile*>(file); }

void remember(const DriverFile& file, int reason) {
  if (*file.error == 0) *file.error = reason;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t access, haddr_t) {
  auto* const* error = static_cast<int* const*>(H5Pget_driver_info(access));
  int mode = (flags & H5F_ACC_RDWR) != 0 ? O_RDWR : O_RDONLY;
  if ((flags & H5F_ACC_TRUNC) != 0) mode |= O_TRUNC;
  if ((flags & H5F_ACC_CREAT) != 0) mode |= O_CREAT;
  if ((flags & H5F_ACC_EXCL) != 0) mode |= O_EXCL;
  const int descriptor = ::open(name, mode | O_CLOEXEC, 0666);
  if (descriptor < 0) return nullptr;
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  auto file = std::make_unique<DriverFile>();
  file->descriptor = descriptor;
  file->end = size < 0 ? 0 : static_cast<haddr_t>(size);
  file->error = *error;
  return &file.release()->hdf5;
}

herr_t close_file(H5FD_t* handle) {
  const std::unique_ptr<DriverFile> file(&of(handle));
  if (::close(file->descriptor) != 0) remember(*file, errno);
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr)
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
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
    const ssize_t got = ::pread(of(handle).descriptor, bytes, count, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
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
    const ssize_t put = ::pwrite(file.descriptor, bytes, count, static_cast<off_t>(address));
    if (put < 0 && errno == EINTR) continue;
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
      ::ftruncate(file.descriptor, static_cast<off_t>(file.allocated)) != 0)
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
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(int*);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = get_allocated;
  driver.set_eoa = set_allocated;
  driver.get_eof = get_end;
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

}  // namespace leverkin::hdf5
