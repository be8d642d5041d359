// engine/io/formats/bit_code.h: which trial began when, as the state machine wrote it into the recording?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace leverkin {

struct CodedTrial {
  std::int64_t number = 0;
  double start_s = 0.0;  ///< of the code's first pulse
};

/// Trial numbers that were written as pulses: one of 5 ms to begin with, then 12 bits, the highest first, 10
/// ms apart. State machines lose time: the spacing is found between 9 and 11 ms, from all codes together and
/// then from each. `rises_s`: when the line rose, in order. A code with pulses that fit no spacing is left
/// out.
[[nodiscard]] std::vector<CodedTrial> read_bit_codes(std::span<const double> rises_s);

}  // namespace leverkin
