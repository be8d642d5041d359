#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "pipeline/analyze_session.h"
#include "stages/findings/findings.h"

namespace leverkin {
namespace {

// A rate that no short filter brings to 1 kHz exactly. Uneven time stamps go through a grid of a whole number
// of Hz.
void note_clock_error(SessionInfo& info) {
  if (!info.regular) return;
  const RateRatio ratio = lever_rate_ratio(info.rate_hz);
  const double error = relative_error(ratio, info.rate_hz);
  if (error == 0.0) return;
  const double off_ms = 1e3 * 3600.0 * error;
  info.notes.push_back(
      {.code = "rate_rounded",
       .value = off_ms,
       .text = fmt::format(
           "{:.10g} samples per second are taken as {:.10g}: after an hour the clock is {:.2g} ms {}",
           info.rate_hz, lever_rate_hz * static_cast<double>(ratio.down) / static_cast<double>(ratio.up),
           std::abs(off_ms), off_ms > 0.0 ? "ahead" : "behind")});
}

// Decisions hold for the very recording that a person saw, not for one that took its place.
void require_reviewed_input(const SessionResult& result, std::span<const Decision> decisions) {
  for (const Decision& decision : decisions)
    if (decision.input_xxh3 != result.input_xxh3)
      throw BadSession({result.info.path, "", "",
                        fmt::format("a recording (input_xxh3 {}) that is not the one that was reviewed",
                                    result.input_xxh3),
                        decision.input_xxh3});
}

SessionEvidence evidence_of(const SessionResult& result, const SampleFacts& samples) {
  return {result.info,         result.trials,   samples,          result.trace,
          result.segmentation, result.outcomes, result.movements, result.summary};
}

}  // namespace

void analyze_trace(SessionResult& result, const SampleFacts& samples, const Parameters& parameters,
                   int threads, std::span<const Decision> decisions, Keep keep) {
  try {
    result.segmentation =
        segment(result.trace, parameters, threads, parameters.keep_traces ? Keep::everything : keep);
  } catch (const BadArgument& error) {
    throw BadSession(
        {result.info.path, result.info.dataset, "", error.what(), "a recording long enough to filter"});
  }
  result.outcomes = assign_trials(result.trials, result.trace, result.segmentation, parameters);
  require_reviewed_input(result, decisions);
  apply_review(decisions, result.trials, result.trace, result.segmentation, parameters, result.outcomes);
  result.movements = extract(result.trace, result.outcomes, parameters);
  result.summary = summarise(result.trials, result.outcomes, result.trace, result.segmentation);
  result.overview = overview_of(result.trace);
  result.findings = session_findings(evidence_of(result, samples));
}

SessionResult analyze_session(Session& session, const Parameters& parameters, int threads,
                              const BlockDone& block_done, std::span<const Decision> decisions, Keep keep) {
  SessionResult result;
  result.info = session.info();
  result.trials = session.trials();
  TraceRead read = read_trace(session, parameters, threads, block_done);
  note_clock_error(result.info);
  result.trace = std::move(read.trace);
  result.input_xxh3 = session.input_xxh3();
  analyze_trace(result, read.samples, parameters, threads, decisions, keep);
  return result;
}

SessionResult analyze_session(Session& session, const Parameters& parameters, int threads) {
  check(parameters);
  return analyze_session(session, parameters, threads, {}, {});
}

Inspection inspect(Session& session, const Parameters& parameters, int threads, const BlockDone& block_done) {
  Parameters held = parameters;
  held.gaps = GapPolicy::hold;
  check(held);
  SessionResult result;
  result.info = session.info();
  result.trials = session.trials();
  SampleWatch watch(held.gap_limit_s);
  TraceRead read = watch_trace(session, held, threads, block_done, watch);
  note_clock_error(result.info);
  result.trace = std::move(read.trace);
  Inspection inspection{.samples = std::move(read.samples)};
  try {
    watch.require_movement(result.info);
    analyze_trace(result, inspection.samples, held, threads, {});
    inspection.findings = std::move(result.findings);
  } catch (const BadSession& error) {
    inspection.findings = session_findings(evidence_of(result, inspection.samples));
    inspection.findings.insert(inspection.findings.begin(), cannot_be_analysed(error.problem().found));
  }
  return inspection;
}

}  // namespace leverkin
