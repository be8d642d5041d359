// leverkin/named_arrays.h: which numbers does somebody else's file hold?
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace leverkin {

/// A vector or a matrix of real numbers, as its author sees it: rows of a MATLAB matrix are rows.
struct NamedArray {
  std::string name;  ///< "corr", "data.onsets", "group/onsets"
  std::int64_t rows = 0, columns = 1;
  std::vector<double> values;  ///< row after row; a row vector becomes a column

  [[nodiscard]] bool is_vector() const { return columns == 1; }
};

/// Those of an HDF5 file or a MAT file of any version, by name; texts, cells and everything of more than two
/// dimensions or 2^27 values are left out. Throws IoError where it cannot be opened, BadSession for any
/// other file.
[[nodiscard]] std::vector<NamedArray> read_named_arrays(const std::filesystem::path& path);

}  // namespace leverkin
