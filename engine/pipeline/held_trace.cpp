#include "leverkin/held_trace.h"

#include "pipeline/lever_front.h"

namespace leverkin {

Trace held_trace(std::span<const double> volts, double rate_hz, Parameters parameters) {
  static_cast<void>(lever_rate_ratio(rate_hz));  // or it throws
  parameters.gaps = GapPolicy::hold;
  SessionInfo info;
  info.rate_hz = rate_hz;
  info.samples = static_cast<std::int64_t>(volts.size());
  info.duration_s = static_cast<double>(info.samples) / rate_hz;
  LeverFront front(info, parameters);
  front.push({}, volts);
  return front.finish().trace;
}

}  // namespace leverkin
