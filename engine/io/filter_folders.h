// engine/io/filter_folders.h: where does HDF5 look for the filters that recordings are packed with?
#pragma once

#include <string>
#include <vector>

namespace leverkin {

/// HDF5's own folder or those of HDF5_PLUGIN_PATH, then those of look_for_filters_in(). Under hdf5::Lock.
[[nodiscard]] std::vector<std::string> filter_folders();

}  // namespace leverkin
