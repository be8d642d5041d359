// engine/io/write_driver.h: what happens when the disk fills up while HDF5 writes?
#pragma once

#include <H5Cpp.h>

namespace leverkin::hdf5 {

/// How HDF5 is to write a file: HDF5 never sees a write fail. The first failure's errno goes to `error` (0
/// before), and what is written after it is dropped. HDF5 1.10 that is told of the failure cannot close the
/// file any more: it prints, and crashes when the process ends. `error` must outlive the file.
H5::FileAccPropList remember_write_errors(int& error);

}  // namespace leverkin::hdf5
