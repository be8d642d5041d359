#include "io/lzf_filter.h"

#include <lzf.h>

#include <cstddef>

namespace leverkin {
namespace {

// h5py writes three settings: versions of filter and library, and the bytes of a whole chunk.
constexpr std::size_t chunk_bytes = 2;

std::size_t unpack(unsigned flags, std::size_t n_settings, const unsigned settings[], std::size_t bytes,
                   std::size_t* room, void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0 || n_settings <= chunk_bytes)
    return 0;  // it never packs: chunks stay as they are
  const std::size_t whole = settings[chunk_bytes];
  void* const unpacked = H5allocate_memory(whole, false);
  if (unpacked == nullptr) return 0;
  const std::size_t got =
      lzf_decompress(*buffer, static_cast<unsigned>(bytes), unpacked, static_cast<unsigned>(whole));
  if (got == 0) {
    H5free_memory(unpacked);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = unpacked;
  *room = whole;
  return got;
}

}  // namespace

void register_lzf_filter() {
  if (H5Zfilter_avail(lzf_filter) > 0) return;
  const H5Z_class2_t lzf{H5Z_CLASS_T_VERS, lzf_filter, 1, 1, "lzf", nullptr, nullptr, unpack};
  H5Zregister(&lzf);
}

}  // namespace leverkin
