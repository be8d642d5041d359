#include "leverkin/sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

#include "leverkin/bouts.h"
#include "leverkin/correlogram.h"
#include "leverkin/error.h"
#include "leverkin/movements.h"
#include "leverkin/summary.h"
#include "pipeline/plan.h"
#include "support/median.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
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

struct Opened {
  TrialTable trials;
  std::vector<Trace> traces;  // one per kind of front end
};

double onset_shift_s(const std::vector<double>& first, const std::vector<double>& here) {
  std::vector<double> shifts;
  for (const double onset : first) {
    const auto after = std::ranges::lower_bound(here, onset);
    double nearest = none;
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

// One setting over all sessions; `first` holds the onsets of the first setting, or is filled with them.
std::vector<SweepSession> run_setting(const std::vector<Opened>& opened,
                                      const std::vector<SessionIdentity>& sessions, std::size_t front,
                                      const Parameters& parameters, std::vector<std::vector<double>>& first) {
  std::vector<SweepSession> found(opened.size());
  const bool is_first = first.empty();
  for (std::size_t begin = 0; begin < opened.size();) {
    std::size_t end = begin;
    MovementRows rows;
    std::vector<double> volts;
    std::vector<std::int64_t> row_session, numbers;
    for (; end < opened.size() && sessions[end].subject == sessions[begin].subject; ++end) {
      const Trace& trace = opened[end].traces[front];
      const Segmentation segmentation = segment(trace, parameters, 1, Keep::bouts);
      const auto outcomes = assign_trials(opened[end].trials, trace, segmentation, parameters);
      const Movements movements = extract(trace, outcomes, parameters);
      const SessionSummary summary = summarise(opened[end].trials, outcomes, trace, segmentation);
      SweepSession& here = found[end];
      here.n_bouts = static_cast<std::int64_t>(segmentation.bouts.size());
      here.n_movements = movements.size();
      here.moving_fraction = summary.moving_fraction;
      here.median_reaction_time_s = summary.median_reaction_time_s;
      if (is_first) first.push_back(onsets_of(segmentation));
      here.onset_shift_s = onset_shift_s(first[end], onsets_of(segmentation));
      volts.insert(volts.end(), movements.volts.begin(), movements.volts.end());
      row_session.insert(row_session.end(), movements.trial.size(), sessions[end].session);
      numbers.push_back(sessions[end].session);
      rows.samples = std::max<std::int64_t>(1, parameters.window_ms + 1);
    }
    rows.volts = volts;
    rows.session = row_session;
    const double allowed = parameters.tolerance > 0.0 ? parameters.tolerance : tolerance;
    const Correlogram correlogram = correlate(rows, {numbers, allowed, 1});
    for (std::size_t i = begin; i < end; ++i) {
      found[i].within_r = correlogram.within_r[i - begin];
      found[i].across_r = i + 1 < end ? correlogram.across_r[i - begin] : none;
    }
    begin = end;
  }
  return found;
}

}  // namespace

SweepResult sweep(const std::vector<SessionSource>& sources, const std::vector<Parameters>& settings,
                  int threads, const std::function<bool(std::int64_t, std::int64_t)>& progress) {
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
  StudyPlan plan = plan_sessions(sources, {});
  SweepResult result{.settings = settings, .failed = std::move(plan.failed)};
  std::vector<Opened> opened;
  for (const PlannedSession& planned : plan.sessions) {
    try {
      Opened one;
      for (const Parameters& parameters : fronts) {
        Session session(planned.source.path);
        one.trials = session.trials();
        one.traces.push_back(read_trace(session, parameters, threads).trace);
      }
      opened.push_back(std::move(one));
      result.sessions.push_back(planned.identity);
    } catch (const BadSession& error) {
      result.failed.push_back(
          {planned.source.path.string(), planned.identity.subject, planned.identity.session, error.what()});
    }
  }
  const auto total = static_cast<std::int64_t>(settings.size());
  result.of.resize(settings.size());
  std::vector<std::vector<double>> first;
  std::mutex reporting;
  std::int64_t done = 0;
  const auto run = [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    result.of[at] = run_setting(opened, result.sessions, front[at], settings[at], first);
    const std::scoped_lock lock(reporting);
    if (progress && !progress(++done, total)) throw Cancelled("the sweep was stopped");
  };
  run(0);
  parallel_for(total - 1, threads, [&](std::int64_t i) { run(i + 1); });
  return result;
}

}  // namespace leverkin
