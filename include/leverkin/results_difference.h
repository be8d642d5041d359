// leverkin/results_difference.h: in what do two results files differ, and one from what was written into it?
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace leverkin {

/// One table, or one attribute, that is not the same in both.
struct ResultsDifference {
  std::string place;  ///< "/subjects/ada/sessions/003/bouts/onset_s", "/subjects/ada/sessions/003, rate_hz"
  std::string what;   ///< "12 of 40 values", "40 values, then 41", "only in the first"
  /// Of numbers, relative to the largest in that table of either; NaN where nothing can be compared.
  double largest = std::numeric_limits<double>::quiet_NaN();
};

/// Compares everything but what says when, by which version and with how many threads a file was made.
/// Numbers differ where they are further apart than `tolerance`, relative to the largest of their table; 0:
/// where their bits differ. Integers and texts differ where they are not the same. In the order of the files'
/// names. Throws as load_results does.
[[nodiscard]] std::vector<ResultsDifference> results_differences(const std::filesystem::path& first,
                                                                 const std::filesystem::path& second,
                                                                 double tolerance = 0.0);

/// Reads every table and throws BadSession where one does not hold what was written into it: it names the
/// table that is not to be trusted. Traces and pairwise r, which are long, are looked at when they are read;
/// what load_results and the others read is looked at in any case. Files of older versions cannot tell.
void check_results(const std::filesystem::path& path);

}  // namespace leverkin
