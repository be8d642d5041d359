// A session in itself: every function looks for one kind of finding.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/findings/artefacts.h"
#include "stages/findings/kinds.h"
#include "support/median.h"

namespace leverkin::findings {
namespace {

constexpr double fastest_reaction_s = 0.1;  // to a sound; mice need longer
constexpr double flat_run_s = 0.01;         // noise touches its extremes for a sample or two
constexpr double away_from_rest = 0.1;      // of the range
constexpr std::size_t listed = 5;           // places that are told: enough to find the cause

bool all_missing(const std::vector<double>& seconds) {
  return !seconds.empty() && std::ranges::all_of(seconds, [](double t) { return std::isnan(t); });
}

std::string counted(std::int64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::int64_t count(const SessionEvidence& session, RejectReason reason) {
  return std::ranges::count(session.outcomes, reason, &TrialOutcome::reason);
}

double seconds_of(std::int64_t lever_samples) { return static_cast<double>(lever_samples) / lever_rate_hz; }

// The two commonest reasons: "89 no reward, 20 started before cue".
std::string reasons_text(const SessionEvidence& session) {
  std::array<std::pair<std::int64_t, int>, reject_reason_count> reasons;
  for (int i = 0; i < reject_reason_count; ++i)
    reasons[static_cast<std::size_t>(i)] = {count(session, static_cast<RejectReason>(i)), i};
  reasons[0].first = 0;  // those that are used
  std::ranges::stable_sort(reasons, std::greater<>(), &std::pair<std::int64_t, int>::first);
  std::string text;
  for (std::size_t i = 0; i < 2 && reasons[i].first > 0; ++i) {
    std::string reason(name(static_cast<RejectReason>(reasons[i].second)));
    std::ranges::replace(reason, '_', ' ');
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reasons[i].first, reason);
  }
  return text;
}

std::int64_t missing_samples(const Trace& trace) {
  std::int64_t missing = 0;
  for (const SampleRange& range : trace.no_data) missing += range.end - range.begin;
  for (const LeftOut& part : trace.left_out) missing += part.samples;
  return missing;
}

double missing_share(const SessionEvidence& session) {
  const auto samples = static_cast<double>(session.trace.on_session_clock(std::ssize(session.trace.volts)));
  return samples > 0 ? static_cast<double>(missing_samples(session.trace)) / samples : 0.0;
}

Found gaps(const SessionEvidence& session, const Kind& kind) {
  std::vector<SampleRange> ranges;
  for (const SampleRange& range : session.trace.no_data)
    ranges.push_back(
        {session.trace.on_session_clock(range.begin), session.trace.on_session_clock(range.end)});
  std::ranges::stable_sort(ranges, std::greater<>(), [](const SampleRange& r) { return r.end - r.begin; });
  std::string longest;
  for (std::size_t i = 0; i < std::min(listed, ranges.size()); ++i)
    longest += fmt::format("{}{:.3f} s at {:.3f} s", longest.empty() ? "" : ", ",
                           seconds_of(ranges[i].end - ranges[i].begin), seconds_of(ranges[i].begin));
  const double missing_s = seconds_of(missing_samples(session.trace));
  return {missing_s,
          say(kind, arg("share", 100.0 * missing_share(session)),
              arg("gaps", counted(std::ssize(ranges), "gap", "gaps")), arg("seconds", missing_s),
              arg("longest", longest)),
          seconds_of(ranges.front().begin), seconds_of(ranges.front().end)};
}

// Where the lever lies most of the time; a sixteenth of the samples says so as well.
double rest_of(const std::vector<double>& volts) {
  std::vector<double> some;
  some.reserve(volts.size() / 16 + 1);
  for (std::size_t i = 0; i < volts.size(); i += 16) some.push_back(volts[i]);
  return median(std::move(some));
}

std::int64_t trial_of(const SessionEvidence& session, const Artefact& artefact) {
  return session.movements.trial[static_cast<std::size_t>(artefact.movement)];
}

double time_of(const SessionEvidence& session, const Artefact& artefact, std::int64_t sample) {
  return session.movements.onset_s[static_cast<std::size_t>(artefact.movement)] + seconds_of(sample);
}

}  // namespace

FoundList recorded(const SessionEvidence& session, const Kind& kind) {
  FoundList found;
  for (const SessionNote& note : session.info.notes)
    if (note.code == kind.code)
      found.push_back({note.value, say(kind, arg("said", note.text)), note.start_s, note.stop_s});
  return found;
}

FoundList no_bouts(const SessionEvidence& session, const Kind& kind) {
  if (session.segmentation.reason.empty()) return {};
  return {{none, say(kind, arg("why", session.segmentation.reason))}};
}

FoundList no_trials(const SessionEvidence& session, const Kind& kind) {
  if (session.trials.size() > 0) return {};
  return {{none, say(kind)}};
}

FoundList no_cues(const SessionEvidence& session, const Kind& kind) {
  if (!all_missing(session.trials.cue_s)) return {};
  return {{none, say(kind, arg("n", session.trials.size()))}};
}

FoundList no_rewards(const SessionEvidence& session, const Kind& kind) {
  if (!all_missing(session.trials.reward_s)) return {};
  return {{none, say(kind, arg("n", session.trials.size()))}};
}

FoundList no_movements(const SessionEvidence& session, const Kind& kind) {
  const SessionSummary& summary = session.summary;
  if (summary.n_rewarded == 0 || summary.n_movements > 0) return {};
  if (all_missing(session.trials.cue_s) || !session.segmentation.reason.empty()) return {};  // said already
  return {{none, say(kind, arg("n", summary.n_rewarded))}};
}

FoundList few_trials_used(const SessionEvidence& session, const Kind& kind) {
  const SessionSummary& summary = session.summary;
  if (summary.n_trials < enough_trials || summary.n_movements == 0) return {};
  const double share = static_cast<double>(summary.n_movements) / static_cast<double>(summary.n_trials);
  if (share >= kind.threshold) return {};
  return {{share, say(kind, arg("share", 100.0 * share), arg("n", summary.n_trials),
                      arg("why", reasons_text(session)))}};
}

FoundList fast_reactions(const SessionEvidence& session, const Kind& kind) {
  std::vector<double> reactions;
  for (const TrialOutcome& outcome : session.outcomes)
    if (outcome.reason == RejectReason::used && !std::isnan(outcome.reaction_time_s))
      reactions.push_back(outcome.reaction_time_s);
  const auto n = std::ssize(reactions);
  if (n < enough_movements) return {};
  const auto fast = std::ranges::count_if(reactions, [](double t) { return t < fastest_reaction_s; });
  const double share = static_cast<double>(fast) / static_cast<double>(n);
  if (share < kind.threshold) return {};
  const double median_ms = 1000.0 * median(std::move(reactions));
  return {{share, say(kind, arg("share", 100.0 * share), arg("n", n), arg("median", median_ms))}};
}

FoundList rewards_at_rest(const SessionEvidence& session, const Kind& kind) {
  const std::int64_t at_rest = count(session, RejectReason::reward_outside_movement);
  const std::int64_t rewards = session.summary.n_rewarded;
  const double share = static_cast<double>(at_rest) / static_cast<double>(std::max<std::int64_t>(1, rewards));
  if (at_rest < enough_rewards || share < kind.threshold) return {};
  return {{share, say(kind, arg("n", at_rest), arg("rewards", rewards))}};
}

FoundList ringing(const SessionEvidence& session, const Kind& kind) {
  FoundList found;
  for (const Artefact& one : artefacts_of(session.movements, enough_movements)) {
    if (static_cast<double>(one.swings) < kind.threshold) continue;
    const double start_s = time_of(session, one, one.begin), stop_s = time_of(session, one, one.end);
    found.push_back({static_cast<double>(one.swings),
                     say(kind, arg("trial", trial_of(session, one)), arg("swings", one.swings),
                         arg("length", stop_s - start_s), arg("at", start_s)),
                     start_s, stop_s});
  }
  return found;
}

FoundList jumps(const SessionEvidence& session, const Kind& kind) {
  const double ringing_from = kind_of("ringing")->threshold;
  FoundList found;
  for (const Artefact& one : artefacts_of(session.movements, enough_movements)) {
    if (one.largest < kind.threshold || static_cast<double>(one.swings) >= ringing_from) continue;
    const double at_s = time_of(session, one, one.largest_at);
    found.push_back(
        {one.largest,
         say(kind, arg("trial", trial_of(session, one)), arg("size", one.largest), arg("at", at_s)), at_s,
         at_s});
  }
  return found;
}

FoundList clipped(const SessionEvidence& session, const Kind& kind) {
  const SampleFacts& samples = session.samples;
  const bool top = samples.high.samples >= samples.low.samples;
  const SampleFacts::Extreme& end = top ? samples.high : samples.low;
  const double rate = session.info.rate_hz, range = samples.high.volts - samples.low.volts;
  const double seconds = static_cast<double>(end.samples) / rate;
  const double run_s = static_cast<double>(end.longest) / rate;
  if (!(range > 0.0) || !(seconds >= kind.threshold) || run_s < flat_run_s || end.longest < 3) return {};
  const double rest = rest_of(session.trace.volts);
  if (std::abs(end.volts - rest) < away_from_rest * range) return {};
  const double begin_s = static_cast<double>(end.longest_begin) / rate;
  return {{seconds,
           say(kind, arg("volts", end.volts + 0.0), arg("seconds", seconds),
               arg("which", std::string(top ? "highest" : "lowest"))),
           begin_s, begin_s + run_s}};
}

FoundList not_finite(const SessionEvidence& session, const Kind& kind) {
  const SampleFacts& samples = session.samples;
  if (samples.not_finite == 0) return {};
  const double rate = session.info.rate_hz;
  std::string places;
  for (const SampleFacts::Stretch& one : samples.not_finite_at)
    places += fmt::format(
        "{}sample {}{} for {}", places.empty() ? "" : ", ", one.begin,
        session.info.regular ? fmt::format(" ({:.3f} s)", static_cast<double>(one.begin) / rate) : "",
        counted(one.end - one.begin, "sample", "samples"));
  const bool placed = session.info.regular && !samples.not_finite_at.empty();
  return {{static_cast<double>(samples.not_finite),
           say(kind, arg("samples", counted(samples.not_finite, "sample is", "samples are")),
               arg("places", places)),
           placed ? static_cast<double>(samples.not_finite_at.front().begin) / rate : none,
           placed ? static_cast<double>(samples.not_finite_at.front().end) / rate : none}};
}

FoundList much_without_data(const SessionEvidence& session, const Kind& kind) {
  if (missing_share(session) < kind.threshold) return {};
  return {gaps(session, kind)};
}

FoundList without_data(const SessionEvidence& session, const Kind& kind) {
  if (session.trace.no_data.empty() || missing_share(session) >= kind_of("much_without_data")->threshold)
    return {};
  return {gaps(session, kind)};
}

FoundList outside_recording(const SessionEvidence& session, const Kind& kind) {
  const TrialTable& trials = session.trials;
  const double length_s = session.info.duration_s;
  const auto beyond = [&](std::size_t i) {
    return std::ranges::any_of(std::array{trials.start_s[i], trials.cue_s[i], trials.reward_s[i]},
                               [&](double t) { return t < 0.0 || t > length_s; });
  };
  std::int64_t n = 0;
  std::size_t first = 0;
  for (std::size_t i = static_cast<std::size_t>(trials.size()); i-- > 0;)
    if (beyond(i)) ++n, first = i;
  if (n == 0) return {};
  return {{static_cast<double>(n),
           say(kind, arg("trials", counted(n, "trial lies", "trials lie")), arg("length", length_s),
               arg("first", first), arg("start", trials.start_s[first]), arg("cue", trials.cue_s[first]),
               arg("reward", trials.reward_s[first])),
           trials.start_s[first], trials.stop_s[first]}};
}

FoundList being_written(const SessionEvidence& session, const Kind& kind) {
  if (!session.info.being_written) return {};
  return {{none, say(kind)}};
}

}  // namespace leverkin::findings
