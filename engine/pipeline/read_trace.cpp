#include "pipeline/read_trace.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {
namespace {

double time_of(Session& session, std::int64_t sample) {
  double seconds = static_cast<double>(sample) / session.info().rate_hz;
  if (!session.info().regular) session.read_timestamps(sample, {&seconds, 1});
  return seconds;
}

void refuse_absent(Session& session) {
  const AbsentSamples& absent = session.absent();
  if (absent.ranges.empty()) return;
  const SessionInfo& info = session.info();
  const RawRange& first = absent.ranges.front();
  throw BadSession(
      {info.path, info.dataset,
       fmt::format("samples {} to {} ({:.4f} s to {:.4f} s)", first.begin, first.end - 1,
                   time_of(session, first.begin), time_of(session, first.end - 1)),
       fmt::format(
           "nothing stored for {} of {} samples in {} ({})", absent.count(), info.samples,
           absent.ranges.size() == 1 ? "1 stretch" : fmt::format("{} stretches", absent.ranges.size()),
           absent.reason),
       "a recording that is whole (gaps = hold treats what is missing as no data: "
       "docs/troubleshooting.md#missing-samples)"});
}

LeverFront front_of(const SessionInfo& info, const Parameters& parameters) {
  try {
    return LeverFront(info, parameters);
  } catch (const BadArgument& error) {
    throw BadSession({info.path, info.dataset, "", error.what(),
                      "a rate that leverkin can bring to 1 kHz (docs/troubleshooting.md#rates)"});
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
  if (parameters.gaps == GapPolicy::refuse) refuse_absent(session);
  SampleWatch watch(longest_step_s(info, parameters));
  TraceRead read = watch_trace(session, parameters, threads, block_done, watch);
  if (!watch.all_finite() && parameters.gaps == GapPolicy::refuse) {
    watch.refuse_not_finite(info, time_of(session, watch.first_not_finite()));
  }
  watch.require_movement(info);
  return read;
}

TraceRead read_trace(Session& session, const Parameters& parameters, int threads) {
  check(parameters);
  return read_trace(session, parameters, threads, {});
}

}  // namespace leverkin
