// engine/pipeline/correlate_two.h: how alike are the movements of a session, and those of the one before it?
#pragma once

#include "leverkin/correlogram.h"
#include "leverkin/movements.h"

namespace leverkin {

/// Two sessions, `before` (0) and `today` (1): the same medians as in a correlogram of more sessions. NaN
/// where one of them has no movements, or movements of another length.
[[nodiscard]] Correlogram correlate_two(const Movements& before, const Movements& today, double tolerance,
                                        int threads);

}  // namespace leverkin
