// engine/stages/correlogram/correlate_compressed.h: medians of session pairs from a few coefficients per row.
#pragma once

#include "stages/correlogram/session_pairs.h"

namespace leverkin {

/// What is proved within `tolerance` from coefficients in a fixed basis: docs/certified-correlation.md.
/// Centres the rows and leaves excluded ones out. Returns the session pairs that are left to be correlated in
/// full; all of them, at little cost, where the rows do not compress.
SessionPairs correlate_compressed(RowsBySession& rows, double tolerance, int threads, BlockMedians& medians);

}  // namespace leverkin
