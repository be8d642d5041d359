// engine/io/write_driver.h: how do HDF5's files reach the disk, and what where it fills up?
#pragma once

#include <H5Cpp.h>

namespace leverkin::hdf5 {

/// How HDF5 is to write a file: HDF5 never sees a write fail. The first failure's errno goes to `error` (0
/// before), and what is written after it is dropped. HDF5 1.10 that is told of the failure cannot close the
/// file any more: it prints, and crashes when the process ends. `error` must outlive the file.
H5::FileAccPropList remember_write_errors(int& error);

/// How HDF5 is to read a file that other programs may have open, rename and replace meanwhile: without locks.
H5::FileAccPropList read_beside_others();

/// Do files that were opened so have a descriptor (H5Fget_vfd_handle) at which bytes lie where HDF5 says?
bool has_descriptor(const H5::FileAccPropList& access);

}  // namespace leverkin::hdf5
