#include "io/input_hash.h"

#include <vector>

namespace leverkin {

std::string InputHash::finish(const TrialTable& trials) {
  for (const std::vector<double>* column : {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s})
    add(column->data(), column->size() * sizeof(double));
  return hash_.hex();
}

}  // namespace leverkin
