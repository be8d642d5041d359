// leverkin/resampled_medians.h: how sure is a correlogram, and what would chance give?
//
//   session -> trace -> bouts -> movements -> correlogram -> [resampled medians]
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace leverkin {

/// Movements that are drawn again, to ask what else the medians might have been.
struct PairedRows {
  std::span<const double> r;              ///< of all pairs, as correlate_all_pairs() gives it
  std::span<const std::int64_t> session;  ///< one per row
};

struct SessionPair {
  std::int64_t first = 0, second = 0;
};

/// The median r of every pair of sessions where rows are drawn with replacement (a bootstrap): draws x pairs,
/// row-major; NaN where no pair entered. `counts` says how often each row was drawn, rows x draws. Copies of
/// one row are no pair. `threads` (0: one per core) never changes the numbers. Throws BadArgument where sizes
/// disagree.
[[nodiscard]] std::vector<double> bootstrap_medians(const PairedRows& rows,
                                                    std::span<const std::int64_t> counts,
                                                    std::span<const SessionPair> pairs, int threads = 0);

/// The same where rows are exchanged between sessions (a permutation): what stands at place p of an order
/// counts as a movement of session[p]. `orders` is draws x places; no row stands in one twice.
[[nodiscard]] std::vector<double> permuted_medians(const PairedRows& rows,
                                                   std::span<const std::int64_t> orders,
                                                   std::span<const SessionPair> pairs, int threads = 0);

}  // namespace leverkin
