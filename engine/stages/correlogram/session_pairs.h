// engine/stages/correlogram/session_pairs.h: which pairs of sessions are to be compared, and what came of
// them?
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "stages/correlogram/unit_rows.h"

namespace leverkin {

/// S x S, filled above and on the diagonal; NaN where no pair entered.
struct BlockMedians {
  explicit BlockMedians(std::size_t sessions);

  std::size_t sessions;
  std::vector<double> median_r, bound;

  void set(std::size_t i, std::size_t j, double median, double largest_error) {
    median_r[i * sessions + j] = median;
    bound[i * sessions + j] = largest_error;
  }
};

/// Session pairs: for every session, the later ones (or itself) that it is compared with, ascending.
using SessionPairs = std::vector<std::vector<std::size_t>>;

/// All pairs of which at least one pair of movements exists.
SessionPairs all_session_pairs(const RowsBySession& rows);

/// Calls task(session) for every session that has pairs, those with most work first.
void for_each_strip(const RowsBySession& rows, const SessionPairs& pairs, int threads,
                    const std::function<void(std::size_t)>& task);

}  // namespace leverkin
