// engine/stages/correlogram/correlate_full.h: medians of session pairs from r of every pair of movements.
#pragma once

#include "stages/correlogram/session_pairs.h"

namespace leverkin {

/// Of r in double, or in float where its proved bound is within `tolerance`. `rows` are without
/// excluded ones.
void correlate_in_full(const RowsBySession& rows, const SessionPairs& pairs, double tolerance, int threads,
                       BlockMedians& medians);

}  // namespace leverkin
