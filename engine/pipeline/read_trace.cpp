#include "pipeline/read_trace.h"

#include <optional>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {
namespace {

LeverFront front_of(const SessionInfo& info, const Parameters& parameters) {
  try {
    return LeverFront(info, parameters);
  } catch (const BadArgument& error) {
    throw BadSession({info.path, info.dataset, "", error.what(), "a rate that leverkin can bring to 1 kHz"});
  }
}

}  // namespace

TraceRead watch_trace(Session& session, const Parameters& parameters, int threads,
                      const BlockDone& block_done, SampleWatch& watch) {
  const SessionInfo& info = session.info();
  LeverFront front = front_of(info, parameters);
  std::vector<double> seconds;
  const auto take = [&](std::int64_t first, std::span<const double> volts) {
    if (!info.regular) {
      seconds.resize(volts.size());
      session.read_timestamps(first, seconds);
    }
    watch.see(volts, seconds);
    if (watch.all_finite() || parameters.gaps == GapPolicy::hold) front.push(seconds, volts);
    if (block_done) block_done(static_cast<std::int64_t>(volts.size()));
  };
  session.stream_volts(take, threads);
  TraceRead read = front.finish();
  read.samples = watch.facts();
  return read;
}

TraceRead read_trace(Session& session, const Parameters& parameters, int threads,
                     const BlockDone& block_done) {
  const SessionInfo& info = session.info();
  SampleWatch watch(parameters.gap_limit_s);
  TraceRead read = watch_trace(session, parameters, threads, block_done, watch);
  if (!watch.all_finite() && parameters.gaps == GapPolicy::refuse) {
    double place_s = static_cast<double>(watch.first_not_finite()) / info.rate_hz;
    if (!info.regular) session.read_timestamps(watch.first_not_finite(), {&place_s, 1});
    watch.refuse_not_finite(info, place_s);
  }
  watch.require_movement(info);
  return read;
}

TraceRead read_trace(Session& session, const Parameters& parameters, int threads) {
  check(parameters);
  return read_trace(session, parameters, threads, {});
}

}  // namespace leverkin
