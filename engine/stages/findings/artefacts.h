// engine/stages/findings/artefacts.h: which movements hold something that no animal did?
#pragma once

#include <cstdint>
#include <vector>

#include "leverkin/movements.h"

namespace leverkin {

/// What remains of a movement once its running mean over 51 ms is taken off: a press leaves little, a sensor
/// that rings or jumps leaves nearly all of it. In units of the session's usual movement, the median range.
struct Artefact {
  std::int64_t movement = 0;        ///< row
  std::int64_t swings = 0;          ///< to and fro by more than a quarter of a usual movement on either side
  double largest = 0.0;             ///< of the remainder, usual movements
  std::int64_t largest_at = 0;      ///< sample of the movement
  std::int64_t begin = 0, end = 0;  ///< samples of the movement within which it swings
};

/// One per movement, in order; none where there are fewer than `enough` movements to know what is usual.
[[nodiscard]] std::vector<Artefact> artefacts_of(const Movements& movements, std::int64_t enough);

}  // namespace leverkin
