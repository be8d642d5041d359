// tools/commands/other_numbers.h: where do somebody's own numbers differ from these results, and why?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "leverkin/results.h"

namespace leverkin::tools {

/// One quantity, theirs beside ours.
struct Difference {
  std::string theirs, ours;  ///< names: "corr", "median_r"
  std::string taken;         ///< how theirs was read: "in ms"; empty: as it is
  std::int64_t compared = 0, differing = 0;
  std::string where;  ///< of the largest: "mouse_01, sessions 3 and 3"
  double their_value = 0.0, our_value = 0.0, largest = 0.0;
  double relative = 0.0;  ///< largest / the larger of the two
  std::string why;   ///< which quirk of the scripts explains it, and what is left; empty: nothing known does
  std::string note;  ///< what could not be compared, or tried
};

struct OtherNumbers {
  std::vector<Difference> differences;  ///< the worst first
  std::vector<std::string> unknown;     ///< variables that match nothing here
};

/// Another results file: every column of every table.
[[nodiscard]] OtherNumbers against_results(const std::string& path, const StoredResults& ours,
                                           const std::string& other);

struct OtherOptions {
  std::string subject;             ///< empty: the only one
  std::int64_t session = 0;        ///< 0: the only one
  std::vector<std::string> pairs;  ///< "variable=quantity"
};

/// Variables of a MAT or HDF5 file. Throws Refusal where it is not clear what they are of.
[[nodiscard]] OtherNumbers against_variables(const std::string& path, const StoredResults& ours,
                                             const std::string& other, const OtherOptions& options);

}  // namespace leverkin::tools
