// tools/terminal/filter_plugins.h: where on this machine may HDF5 find more filters?
#pragma once

namespace leverkin::tools {

/// Tells HDF5 of an installed hdf5plugin: in the Python environment that is active or that this program lies
/// in, the user's own, and the system's.
void look_for_installed_filters();

}  // namespace leverkin::tools
