#include "pipeline/read_trace.h"

#include <optional>
#include <vector>

#include "leverkin/error.h"
#include "pipeline/lever_front.h"

namespace leverkin {
TraceRead read_trace(Session& session, const Parameters& parameters, int threads,
                     const BlockDone& block_done) {
  const SessionInfo& info = session.info();
  SampleWatch watch;
  std::optional<LeverFront> front;
  try {
    front.emplace(info, parameters);
  } catch (const BadArgument& error) {
    throw BadSession({info.path, info.dataset, "", error.what(), "a rate that leverkin can bring to 1 kHz"});
  }
  std::vector<double> seconds;
  const auto take = [&](std::int64_t first, std::span<const double> volts) {
    watch.see(first, volts);
    if (!info.regular) {
      seconds.resize(volts.size());
      session.read_timestamps(first, seconds);
    }
    if (watch.all_finite() || parameters.gaps == GapPolicy::hold) front->push(seconds, volts);
    if (block_done) block_done(static_cast<std::int64_t>(volts.size()));
  };
  session.stream_volts(take, threads);
  if (!watch.all_finite() && parameters.gaps == GapPolicy::refuse) {
    double place_s = static_cast<double>(watch.first_not_finite()) / info.rate_hz;
    if (!info.regular) session.read_timestamps(watch.first_not_finite(), {&place_s, 1});
    watch.refuse_not_finite(info, place_s);
  }
  watch.require_movement(info);
  return front->finish();
}

TraceRead read_trace(Session& session, const Parameters& parameters, int threads) {
  check(parameters);
  return read_trace(session, parameters, threads, {});
}

}  // namespace leverkin
