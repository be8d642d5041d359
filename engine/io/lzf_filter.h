// engine/io/lzf_filter.h: how are data read that h5py packed with its own filter, lzf?
#pragma once

#include <hdf5.h>

namespace leverkin {

inline constexpr H5Z_filter_t lzf_filter = 32000;  ///< the number that the HDF Group gave it

/// Makes HDF5 unpack lzf from now on, where it cannot yet. Under hdf5::Lock.
void register_lzf_filter();

}  // namespace leverkin
