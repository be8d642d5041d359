// engine/io/walk_file.h: what does a reader meet that goes everywhere in a file?
#pragma once

#include <filesystem>

namespace leverkin {

enum class WalkFor {
  places,   ///< where everything is
  reading,  ///< that, all attributes and all texts, and all chunks; of the numbers nothing
};

/// Opens everything in an HDF5 file. What HDF5 refuses is left out: whoever needs it is told by HDF5. Throws
/// BadSession where links, raw values or sources of virtual data sets lie where they should not
/// (stored_values.h).
void walk_file(const std::filesystem::path& path, WalkFor purpose);

}  // namespace leverkin
