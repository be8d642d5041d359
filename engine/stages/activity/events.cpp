#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "leverkin/activity.h"
#include "leverkin/error.h"
#include "support/thread_pool.h"

// The rules are those of the published programs, sample for sample: docs/activity.md, "Events".

namespace leverkin {
namespace {

using CellTrace = std::vector<double>;
using Index = std::int64_t;

constexpr Index least_frames = 31;  // the smoother's

double at(const CellTrace& x, Index i) { return x[static_cast<std::size_t>(i)]; }
double& at(CellTrace& x, Index i) { return x[static_cast<std::size_t>(i)]; }

struct Run {
  Index begin = 0, end = 0;
};

/// Maximal runs of samples for which `holds(i)`.
template <typename Condition>
std::vector<Run> runs_of(Index first, Index last, const Condition& holds) {
  std::vector<Run> runs;
  for (Index i = first; i < last; ++i) {
    if (!holds(i)) continue;
    if (runs.empty() || runs.back().end != i) runs.push_back({.begin = i, .end = i});
    runs.back().end = i + 1;
  }
  return runs;
}

double standard_deviation(const CellTrace& x) {
  const auto n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1));
}

CellTrace residual(const CellTrace& x, const CellTrace& s) {
  CellTrace rest(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) rest[i] = x[i] - s[i];
  return rest;
}

CellTrace steps(const CellTrace& x) {
  CellTrace v(x.size(), 0.0);
  for (std::size_t i = 1; i < x.size(); ++i) v[i] = x[i] - x[i - 1];
  return v;
}

/// Back to the beginning of the run of s > level that holds sample i.
Index run_begin(const CellTrace& s, Index i, double level) {
  while (i > 0 && at(s, i - 1) > level) --i;
  return i;
}

// ------------------------------------------------------------------------------------------ 2014

struct Slopes {
  CellTrace v, a;
  [[nodiscard]] bool rises_through(Index i, double level) const {
    return at(v, i - 1) < level && at(v, i) > level && at(a, i) > 0;
  }
  [[nodiscard]] bool peak(Index i) const { return at(v, i - 1) > 0 && at(v, i) < 0 && at(a, i) < 0; }
  [[nodiscard]] bool foot(Index i) const { return at(v, i - 1) < 0 && at(v, i) > 0 && at(a, i) > 0; }
};

double rise_threshold(const CellTrace& v, const CellTrace& s, double sigma) {
  CellTrace quiet;
  for (std::size_t i = 0; i < v.size(); ++i)
    if (s[i] < 3 * sigma) quiet.push_back(v[i]);
  return 5 * standard_deviation(quiet);
}

struct Rise {
  Index foot = 0, peak = 0;
};

std::optional<Rise> around(const Slopes& slopes, Index rise) {
  const auto n = std::ssize(slopes.v);
  Rise found{.foot = rise, .peak = rise};
  while (found.peak < n && !slopes.peak(found.peak)) ++found.peak;
  while (found.foot > 0 && !slopes.foot(found.foot)) --found.foot;
  if (found.peak == n || found.foot == 0) return std::nullopt;
  return found;
}

/// From the foot of the rise to its top; nothing where it is not high enough.
void mark_rise(const CellTrace& x, const Rise& rise, double sigma, CellTrace& events) {
  const auto n = std::ssize(x);
  Index top = std::max<Index>(0, rise.peak - 5);
  for (Index i = top; i <= std::min(rise.peak + 5, n - 2); ++i)
    if (at(x, i) > at(x, top)) top = i;
  const double low = at(x, rise.foot);
  Index start = top;
  while (start >= 0 && at(x, start) >= low + sigma) --start;
  const bool too_low = at(x, top) < 3 * sigma || at(x, top + 1) - low < 2 * sigma || low < -2 * sigma;
  if (too_low || start < 0) return;
  for (Index i = start; i <= top; ++i) at(events, i) = at(x, top) - low;
}

CellTrace excitatory_2014(const CellTrace& x) {
  const CellTrace s = smooth_activity(x);
  const double sigma = standard_deviation(residual(x, s));
  Slopes slopes{.v = steps(s), .a = {}};
  slopes.a = steps(slopes.v);
  const double threshold = rise_threshold(slopes.v, s, sigma);
  CellTrace events(x.size(), 0.0);
  for (Index i = 1; i < std::ssize(x); ++i) {
    if (!slopes.rises_through(i, threshold)) continue;
    if (const auto rise = around(slopes, i)) mark_rise(x, *rise, sigma, events);
  }
  return events;
}

CellTrace inhibitory_2014(const CellTrace& x) {
  const CellTrace s = smooth_activity(x);
  double sigma = 0;
  for (const double rest : residual(x, s)) sigma += std::abs(rest);
  sigma /= static_cast<double>(x.size());
  CellTrace events(x.size(), 0.0);
  for (const Run& run : runs_of(0, std::ssize(x), [&](Index i) { return at(s, i) > 3 * sigma; })) {
    for (Index i = run_begin(s, run.begin, sigma); i < run.end; ++i) at(events, i) = at(x, i);
  }
  return events;
}

// ------------------------------------------------------------------------------------------ 2017

/// Of the samples below 0 and their mirror images; 0: there are none.
double mirrored_noise(const CellTrace& x) {
  double squares = 0;
  double count = 0;
  for (const double value : x) {
    if (value >= 0) continue;
    squares += value * value;
    ++count;
  }
  return count > 0 ? std::sqrt(2 * squares / (2 * count - 1)) : 0;
}

/// The run that begins where the raw trace leaves the noise; its last sample is the run's end, as published.
std::optional<Run> refined(const CellTrace& x, Run run, double sigma) {
  const auto n = std::ssize(x);
  if (run.begin == 0 || run.end >= n - 1) return std::nullopt;
  Index above = run.begin;
  while (above < n && at(x, above) <= 3 * sigma) ++above;
  if (above == n) return std::nullopt;
  Index quiet = std::min(above + 1, n - 1);
  while (quiet >= 0 && at(x, quiet) >= sigma) --quiet;
  if (quiet < 0 || quiet - 1 <= 0) return std::nullopt;
  return Run{.begin = quiet - 1, .end = run.end + 1};
}

/// Stretches in which the smoothed trace rises, each as high as the raw trace spans. Ends count in, as
/// published.
void mark_rising(const CellTrace& x, const CellTrace& s, Run run, CellTrace& events) {
  const auto n = std::ssize(x);
  const auto rising = [&](Index i) { return i == run.begin ? at(s, i) > 0 : at(s, i) > at(s, i - 1); };
  for (const Run& stretch : runs_of(run.begin, std::min(run.end + 1, n), rising)) {
    const Index last = std::min(stretch.end, n - 1);
    const auto [low, high] = std::minmax_element(x.begin() + stretch.begin, x.begin() + last + 1);
    std::fill(events.begin() + stretch.begin, events.begin() + last + 1, *high - *low);
  }
}

CellTrace events_2017(const CellTrace& x) {
  const double sigma = mirrored_noise(x);
  CellTrace events(x.size(), 0.0);
  if (sigma == 0) return events;
  const CellTrace s = smooth_activity(x);
  std::vector<std::uint8_t> inside(x.size(), 0);
  for (Run run : runs_of(0, std::ssize(x), [&](Index i) { return at(s, i) > 3 * sigma; })) {
    run.begin = run_begin(s, run.begin, sigma);
    const auto found = refined(x, run, sigma);
    if (found)
      std::fill(inside.begin() + found->begin, inside.begin() + std::min(found->end, std::ssize(x)), 1);
  }
  const auto marked = [&](Index i) { return inside[static_cast<std::size_t>(i)] != 0; };
  for (const Run& run : runs_of(0, std::ssize(x), marked)) mark_rising(x, s, run, events);
  return events;
}

CellTrace events_of(std::span<const double> dff, EventMethod method) {
  CellTrace x(dff.begin(), dff.end());
  if (std::all_of(x.begin(), x.end(), [](double value) { return std::isnan(value); })) return x;
  std::replace_if(
      x.begin(), x.end(), [](double value) { return std::isnan(value); }, 0.0);
  if (std::ssize(x) < least_frames) return CellTrace(x.size(), 0.0);
  switch (method) {
    case EventMethod::peters2014:
      return excitatory_2014(x);
    case EventMethod::peters2014_inhibitory:
      return inhibitory_2014(x);
    case EventMethod::peters2017:
      return events_2017(x);
  }
  return CellTrace(x.size(), 0.0);
}

}  // namespace

EventMethod event_method(std::string_view name) {
  if (name == "peters2014") return EventMethod::peters2014;
  if (name == "peters2014_inhibitory") return EventMethod::peters2014_inhibitory;
  if (name == "peters2017") return EventMethod::peters2017;
  throw BadArgument(
      fmt::format("method: found '{}', expected one of peters2014, peters2014_inhibitory, peters2017", name));
}

std::vector<double> detect_events(const CellTraces& dff, EventMethod method, int threads) {
  const Index cells = dff.frames > 0 ? std::ssize(dff.values) / dff.frames : 0;
  if (cells * dff.frames != std::ssize(dff.values)) {
    throw BadArgument(fmt::format("dff: found {} values, expected whole cells of {} frames",
                                  dff.values.size(), dff.frames));
  }
  const auto infinite =
      std::find_if(dff.values.begin(), dff.values.end(), [](double v) { return std::isinf(v); });
  if (infinite != dff.values.end()) {
    const Index place = infinite - dff.values.begin();
    throw BadArgument(fmt::format("dff: found {} in cell {}, frame {}, expected numbers or NaN", *infinite,
                                  place / dff.frames, place % dff.frames));
  }
  std::vector<double> events(dff.values.size());
  parallel_for(cells, threads, [&](std::int64_t cell) {
    const auto from = static_cast<std::size_t>(cell * dff.frames);
    const CellTrace found = events_of(dff.values.subspan(from, static_cast<std::size_t>(dff.frames)), method);
    std::copy(found.begin(), found.end(), events.begin() + static_cast<Index>(from));
  });
  return events;
}

}  // namespace leverkin
