#include "pipeline/correlate_two.h"

#include <algorithm>

namespace leverkin {

Correlogram correlate_two(const Movements& before, const Movements& today, double tolerance, int threads) {
  std::vector<double> volts;
  std::vector<std::int64_t> session;
  const bool comparable = before.samples == today.samples;
  if (comparable) {
    volts = before.volts;
    session.assign(before.trial.size(), 0);
  }
  volts.insert(volts.end(), today.volts.begin(), today.volts.end());
  session.insert(session.end(), today.trial.size(), 1);
  const std::vector<std::int64_t> both{0, 1};
  return correlate({volts, std::max<std::int64_t>(1, today.samples), session}, {both, tolerance, threads});
}

}  // namespace leverkin
