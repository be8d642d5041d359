// engine/stages/correlate_blocks.h: medians of session pairs, in full or from a few coefficients per row.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "stages/unit_rows.h"

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

/// Of r in double, or in float where its proved bound is within `tolerance`. `rows` are without
/// excluded ones.
void correlate_in_full(const RowsBySession& rows, const SessionPairs& pairs, double tolerance, int threads,
                       BlockMedians& medians);

/// What is proved within `tolerance` from coefficients in a fixed basis: docs/certified-correlation.md.
/// Centres the rows and leaves excluded ones out. Returns the session pairs that are left to be correlated in
/// full; all of them, at little cost, where the rows do not compress.
SessionPairs correlate_compressed(RowsBySession& rows, double tolerance, int threads, BlockMedians& medians);

}  // namespace leverkin
