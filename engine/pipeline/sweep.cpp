#include "leverkin/sweep.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <mutex>

#include "leverkin/bouts.h"
#include "leverkin/correlogram.h"
#include "leverkin/error.h"
#include "leverkin/movements.h"
#include "leverkin/summary.h"
#include "pipeline/plan.h"
#include "stages/bouts/smoothed_lever.h"
#include "stages/findings/findings.h"
#include "support/median.h"
#include "support/no_number.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double same_onset_s = 0.4;  // of two settings: further apart, they are of different movements
constexpr double tolerance = 1e-3;    // of medians of r, where the settings ask for none

// What the parameters make of the raw samples.
Parameters front_of(const Parameters& parameters) {
  Parameters front;
  front.resample_half_width = parameters.resample_half_width;
  front.resample_kaiser_beta = parameters.resample_kaiser_beta;
  front.resample_ends = parameters.resample_ends;
  front.gap_limit_s = parameters.gap_limit_s;
  front.gaps = parameters.gaps;
  return front;
}

double onset_shift_s(const std::vector<double>& first, const std::vector<double>& here) {
  std::vector<double> shifts;
  for (const double onset : first) {
    const auto after = std::ranges::lower_bound(here, onset);
    double nearest = no_number;
    for (auto at = after == here.begin() ? after : after - 1; at != here.end() && at <= after; ++at)
      if (!(std::abs(*at - onset) >= std::abs(nearest))) nearest = *at - onset;
    if (std::abs(nearest) <= same_onset_s) shifts.push_back(nearest);
  }
  return median(std::move(shifts));
}

std::vector<double> onsets_of(const Segmentation& segmentation) {
  std::vector<double> onsets;
  for (const Bout& bout : segmentation.bouts) onsets.push_back(bout.onset_s());
  return onsets;
}

// What a setting makes of one session, and what became of its trials.
struct Swept {
  SweepSession numbers;
  std::vector<double> onsets_s;
  std::vector<TrialOutcome> outcomes;
};

Swept sweep_session(const Trace& trace, SmoothedLever& lever, const TrialTable& trials,
                    const Parameters& parameters) {
  const Segmentation segmentation = lever.segment(parameters);
  Swept swept{.outcomes = assign_trials(trials, trace, segmentation, parameters)};
  const SessionSummary summary = summarise(trials, swept.outcomes, trace, segmentation);
  swept.numbers.n_bouts = static_cast<std::int64_t>(segmentation.bouts.size());
  swept.numbers.n_movements = summary.n_movements;
  swept.numbers.moving_fraction = summary.moving_fraction;
  swept.numbers.median_reaction_time_s = summary.median_reaction_time_s;
  swept.onsets_s = onsets_of(segmentation);
  return swept;
}

// One session, of which `traces` are those that the settings ask for, through every setting.
std::vector<Swept> sweep_settings(const std::vector<Trace>& traces, const std::vector<std::size_t>& front,
                                  const TrialTable& trials, const std::vector<Parameters>& settings,
                                  int threads) {
  std::deque<SmoothedLever> levers;  // they stay where they are
  std::vector<std::size_t> made;     // front end of each
  std::vector<std::size_t> lever(settings.size());
  for (std::size_t i = 0; i < settings.size(); ++i) {
    while (lever[i] < levers.size() && (made[lever[i]] != front[i] || !levers[lever[i]].serves(settings[i])))
      ++lever[i];
    if (lever[i] < levers.size()) continue;
    levers.emplace_back(traces[front[i]], settings[i], threads);
    made.push_back(front[i]);
  }
  std::vector<Swept> swept(settings.size());
  parallel_for(static_cast<std::int64_t>(settings.size()), threads, [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    swept[at] = sweep_session(traces[front[at]], levers[lever[at]], trials, settings[at]);
  });
  for (Swept& one : swept) one.numbers.onset_shift_s = onset_shift_s(swept.front().onsets_s, one.onsets_s);
  return swept;
}

// Within and across the sessions [begin, end) of one animal.
void correlate_animal(const std::vector<std::vector<Trace>>& traces, std::size_t front,
                      const std::vector<std::vector<TrialOutcome>>& outcomes,
                      const std::vector<SessionIdentity>& sessions, std::size_t begin, std::size_t end,
                      const Parameters& parameters, std::vector<SweepSession>& found) {
  std::vector<double> volts;
  std::vector<std::int64_t> row_session, numbers;
  for (std::size_t i = begin; i < end; ++i) {
    const Movements movements = extract(traces[i][front], outcomes[i], parameters);
    volts.insert(volts.end(), movements.volts.begin(), movements.volts.end());
    row_session.insert(row_session.end(), movements.trial.size(), sessions[i].session);
    numbers.push_back(sessions[i].session);
  }
  MovementRows rows;
  rows.samples = std::max<std::int64_t>(1, parameters.window_ms + 1);
  rows.volts = volts;
  rows.session = row_session;
  const double allowed = parameters.tolerance > 0.0 ? parameters.tolerance : tolerance;
  const Correlogram correlogram = correlate(rows, {numbers, allowed, 1});
  for (std::size_t i = begin; i < end; ++i) {
    found[i].within_r = correlogram.within_r[i - begin];
    found[i].across_r = i + 1 < end ? correlogram.across_r[i - begin] : no_number;
  }
}

// Of a session, between the profile of the first setting and every other profile there is.
void find_disagreement(SweepResult& result, const SessionIdentity& session, const std::vector<Swept>& swept) {
  const std::vector<Parameters>& settings = result.settings;
  for (std::size_t i = 1; i < settings.size(); ++i)
    if (settings[i].profile != settings.front().profile)
      if (auto found = profiles_disagree(settings.front().profile, settings[i].profile,
                                         swept[i].numbers.onset_shift_s))
        result.findings.push_back({std::move(*found), session.subject, session.session});
}

}  // namespace

SweepResult sweep(const std::vector<SessionSource>& sources, const std::vector<Parameters>& settings,
                  int threads, const std::function<bool(std::int64_t, std::int64_t)>& progress,
                  const SessionOptions& options) {
  if (settings.empty()) throw BadArgument("sweep: found no setting; expected one at least");
  for (const Parameters& parameters : settings) check(parameters);
  std::vector<Parameters> fronts;
  std::vector<std::size_t> front(settings.size());
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Parameters wanted = front_of(settings[i]);
    const auto at = std::ranges::find(fronts, wanted);
    front[i] = static_cast<std::size_t>(at - fronts.begin());
    if (at == fronts.end()) fronts.push_back(wanted);
  }
  StudyPlan plan = plan_sessions(sources, options);
  SweepResult result{.settings = settings, .failed = std::move(plan.failed)};
  const auto total = static_cast<std::int64_t>(plan.sessions.size() + settings.size());
  std::int64_t done = 0;
  std::mutex reporting;
  const auto report = [&] {
    const std::scoped_lock lock(reporting);
    if (progress && !progress(++done, total)) throw Cancelled("the sweep was stopped");
  };
  std::vector<std::vector<Trace>> traces;                                         // [session][front end]
  std::vector<std::vector<std::vector<TrialOutcome>>> outcomes(settings.size());  // [setting][session]
  result.of.resize(settings.size());
  for (const PlannedSession& planned : plan.sessions) {
    try {
      std::vector<Trace> here;
      TrialTable trials;
      for (const Parameters& parameters : fronts) {
        Session session(planned.source.path, options);
        trials = session.trials();
        here.push_back(read_trace(session, parameters, threads).trace);
      }
      auto swept = sweep_settings(here, front, trials, settings, threads);
      for (std::size_t i = 0; i < settings.size(); ++i) {
        result.of[i].push_back(swept[i].numbers);
        outcomes[i].push_back(std::move(swept[i].outcomes));
      }
      find_disagreement(result, planned.identity, swept);
      traces.push_back(std::move(here));
      result.sessions.push_back(planned.identity);
    } catch (const BadSession& error) {
      result.failed.push_back(
          {planned.source.path.string(), planned.identity.subject, planned.identity.session, error.what()});
    }
    report();
  }
  parallel_for(static_cast<std::int64_t>(settings.size()), threads, [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    for (std::size_t begin = 0, end = 0; begin < result.sessions.size(); begin = end) {
      while (end < result.sessions.size() && result.sessions[end].subject == result.sessions[begin].subject)
        ++end;
      correlate_animal(traces, front[at], outcomes[at], result.sessions, begin, end, settings[at],
                       result.of[at]);
    }
    report();
  });
  return result;
}

}  // namespace leverkin
