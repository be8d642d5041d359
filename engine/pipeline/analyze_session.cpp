#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

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
           "{:.10g} samples per second are taken as {:.10g}: after an hour the clock is {:.2g} ms {} "
           "(docs/troubleshooting.md#rates)",
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

// Where a time of the session is on the clock of a trace that leaves something out.
double on_trace_clock(const Trace& trace, double session_s) {
  double left_out_s = 0.0;
  for (const LeftOut& part : trace.left_out) {
    const double begin_s = static_cast<double>(part.before) / lever_rate_hz + left_out_s;
    const double length_s = static_cast<double>(part.samples) / lever_rate_hz;
    if (session_s < begin_s) break;
    if (session_s < begin_s + length_s) return begin_s - left_out_s;
    left_out_s += length_s;
  }
  return session_s - left_out_s;
}

TrialTable on_trace_clock(const Trace& trace, TrialTable trials) {
  for (std::vector<double>* column : {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s})
    for (double& seconds : *column) seconds = on_trace_clock(trace, seconds);
  return trials;
}

std::vector<Decision> on_trace_clock(const Trace& trace, std::span<const Decision> decisions) {
  std::vector<Decision> moved(decisions.begin(), decisions.end());
  for (Decision& decision : moved) decision.onset_s = on_trace_clock(trace, decision.onset_s);
  return moved;
}

// Bins of what is left out hold nothing.
void open_overview(const Trace& trace, TraceOverview& overview) {
  std::int64_t before = 0;
  for (const LeftOut& part : trace.left_out) {
    const std::int64_t at = part.before / TraceOverview::bin_samples + before;
    const std::int64_t bins = part.samples / TraceOverview::bin_samples;
    for (std::vector<double>* values : {&overview.min_v, &overview.max_v})
      values->insert(values->begin() + at, static_cast<std::size_t>(bins),
                     std::numeric_limits<double>::quiet_NaN());
    before += bins;
  }
}

// Back on the clock of the session.
void put_on_session_clock(SessionResult& result) {
  const Trace& trace = result.trace;
  const auto moved_s = [&](double seconds) {
    const std::int64_t sample = event_sample(seconds);  // all of them are at one
    return std::isnan(seconds) ? seconds : trace.seconds(sample);
  };
  for (Bout& bout : result.segmentation.bouts) {
    const std::int64_t left_out = trace.on_session_clock(bout.begin) - bout.begin;
    bout.begin += left_out;
    bout.end += left_out;
    for (double* seconds : {&bout.onset_1pct_s, &bout.offset_1pct_s})
      *seconds += static_cast<double>(left_out) / lever_rate_hz;
  }
  for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
    TrialOutcome& outcome = result.outcomes[i];
    outcome.movement_onset_s = moved_s(outcome.movement_onset_s);
    outcome.reaction_time_s = outcome.movement_onset_s - result.trials.cue_s[i];
    outcome.cue_to_reward_s = result.trials.reward_s[i] - result.trials.cue_s[i];
  }
  for (double& seconds : result.movements.onset_s) seconds = moved_s(seconds);
  open_overview(trace, result.overview);
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
  const TrialTable trials = on_trace_clock(result.trace, result.trials);
  result.outcomes = assign_trials(trials, result.trace, result.segmentation, parameters);
  require_reviewed_input(result, decisions);
  apply_review(on_trace_clock(result.trace, decisions), trials, result.trace, result.segmentation, parameters,
               result.outcomes);
  result.movements = extract(result.trace, result.outcomes, parameters);
  result.overview = overview_of(result.trace);
  if (!result.trace.left_out.empty()) put_on_session_clock(result);
  result.summary = summarise(result.trials, result.outcomes, result.trace, result.segmentation);
  result.findings = session_findings(evidence_of(result, samples), threads);
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
  SampleWatch watch(longest_step_s(result.info, held));
  TraceRead read = watch_trace(session, held, threads, block_done, watch);
  note_clock_error(result.info);
  result.trace = std::move(read.trace);
  Inspection inspection{.samples = std::move(read.samples)};
  try {
    watch.require_movement(result.info);
    analyze_trace(result, inspection.samples, held, threads, {});
    inspection.findings = std::move(result.findings);
  } catch (const BadSession& error) {
    inspection.findings = session_findings(evidence_of(result, inspection.samples), threads);
    inspection.findings.insert(inspection.findings.begin(), cannot_be_analysed(error.problem().found));
  }
  return inspection;
}

}  // namespace leverkin
