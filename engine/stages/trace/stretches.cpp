#include "stages/trace/stretches.h"

namespace leverkin {

std::vector<SampleRange> stretches_with_data(std::int64_t samples, std::span<const SampleRange> no_data) {
  std::vector<SampleRange> stretches;
  std::int64_t begin = 0;
  for (const SampleRange& gap : no_data) {
    if (gap.begin > begin) stretches.push_back({begin, gap.begin});
    begin = gap.end;
  }
  if (begin < samples) stretches.push_back({begin, samples});
  return stretches;
}

JoinedStretches::JoinedStretches(std::int64_t samples, std::span<const SampleRange> no_data)
    : stretches_(stretches_with_data(samples, no_data)) {
  std::int64_t end = 0;
  for (const SampleRange& stretch : stretches_) ends_.push_back(end += stretch.end - stretch.begin);
}

}  // namespace leverkin
