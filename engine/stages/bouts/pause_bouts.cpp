#include "stages/bouts/pause_bouts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/bouts/rest_noise.h"
#include "stages/bouts/slow_speed.h"
#include "stages/trace/stretches.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

// Constants of the method, in lever samples; docs/onsets.md has their reasons.
constexpr std::int64_t every = 8;             // which speeds the noise is heard of
constexpr std::int64_t shortest_pause = 120;  // between cores: in less, no rest can be seen
constexpr std::int64_t most_later = 230;      // a pause from edge to edge is at most this much longer than
constexpr std::int64_t most_earlier = 300;    // that between cores, and at most this much shorter
constexpr std::int64_t level_samples = 20;    // of which a level is the mean
constexpr std::int64_t after_samples = 100;   // in which the lever must be back
constexpr std::int64_t edge_samples = 30;     // at either end of a pause, where the lever may not be still
constexpr double held_share = 0.4, back_share = 0.15;  // of the bout's largest displacement
constexpr double limit_share = 0.2;  // of the noise at rest: less there is only at the sensor's limit
constexpr double one_percent = 0.01;
constexpr std::int64_t chunk = 1 << 16;  // samples per task

std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

// Of [begin, end]; of a place that no fit of a lever gives (NaN), `begin`.
std::int64_t nearest_sample(double place, std::int64_t begin, std::int64_t end) {
  if (!(place > static_cast<double>(begin))) return begin;
  return place < static_cast<double>(end) ? static_cast<std::int64_t>(std::llround(place)) : end;
}

// Means of level_samples over [from, to); the last one may be of fewer.
template <typename See>
void for_each_level(std::span<const double> volts, std::int64_t from, std::int64_t to, See see) {
  for (std::int64_t begin = from; begin < to; begin += level_samples) {
    const std::int64_t end = std::min(to, begin + level_samples);
    double sum = 0.0;
    for (std::int64_t i = begin; i < end; ++i) sum += volts[index(i)];
    see(sum / static_cast<double>(end - begin));
  }
}

// Samples with data, and how the rest level drifts there.
struct Stretch {
  SampleRange samples;
  Drift drift;

  Stretch(std::span<const double> volts, SampleRange range, int threads)
      : samples(range), drift(of(volts), threads) {}
  [[nodiscard]] std::span<const double> of(std::span<const double> volts) const {
    return volts.subspan(index(samples.begin), index(samples.end - samples.begin));
  }
};

std::vector<Stretch> drifting_stretches(std::span<const double> volts, std::span<const SampleRange> no_data,
                                        int threads) {
  std::vector<Stretch> stretches;
  for (const SampleRange& range : stretches_with_data(static_cast<std::int64_t>(volts.size()), no_data))
    stretches.emplace_back(volts, range, threads);
  return stretches;
}

// Calls visit(first, speed) for all of a chunk's samples with data, in order: how fast the lever moves beside
// the drift of its rest level. Sums begin anew at fixed samples of the recording.
template <typename Visit>
void for_each_speed(std::span<const double> volts, const Stretch& stretch, SampleRange part, Visit visit) {
  std::array<double, slow_speed_block> speed;
  std::int64_t begin = std::max(part.begin, stretch.samples.begin);
  const std::int64_t end = std::min(part.end, stretch.samples.end);
  while (begin < end) {
    const std::int64_t next = std::min(end, (begin / slow_speed_block + 1) * slow_speed_block);
    const auto out = std::span(speed).first(index(next - begin));
    slow_speed(stretch.of(volts), begin - stretch.samples.begin, out);
    stretch.drift.take_from(begin - stretch.samples.begin, out);
    visit(begin, std::span<const double>(out));
    begin = next;
  }
}

// Calls look(part, i) for the i-th chunk of the trace, on any thread.
template <typename Look>
void for_each_chunk(std::int64_t samples, int threads, Look look) {
  parallel_for((samples + chunk - 1) / chunk, threads, [&](std::int64_t i) {
    look(SampleRange{i * chunk, std::min(samples, (i + 1) * chunk)}, index(i));
  });
}

// Runs of speed beyond a threshold, of one sign, whatever they move, and how fast the lever seems to be: of
// one chunk.
struct Seen {
  RestSpeed speeds;
  std::vector<Core> runs;
};

template <typename Hear>
void see_chunk(std::span<const double> volts, std::span<const Stretch> stretches, SampleRange part,
               double threshold, std::vector<Core>& runs, Hear hear) {
  Parameters all;
  all.min_amplitude_v = 0.0;
  runs.clear();
  for (const Stretch& stretch : stretches) {
    if (stretch.samples.end <= part.begin || stretch.samples.begin >= part.end) continue;
    CoreFinder finder(all);
    for_each_speed(volts, stretch, part, [&](std::int64_t first, std::span<const double> speed) {
      hear(first, speed);
      finder.see(first, speed, threshold, runs);
    });
    finder.finish(runs);
  }
}

// The runs of all chunks by stretch, those that a chunk's border had cut in two put together; without those
// that move the lever by less than `least_v`.
std::vector<std::vector<Core>> cores_of(const std::vector<Seen>& seen, std::span<const Stretch> stretches,
                                        double least_v) {
  std::vector<std::vector<Core>> cores(stretches.size());
  std::size_t s = 0;
  for (const Seen& some : seen)
    for (const Core& run : some.runs) {
      while (run.begin >= stretches[s].samples.end) ++s;
      auto& here = cores[s];
      const bool goes_on = !here.empty() && here.back().end == run.begin && run.begin % chunk == 0 &&
                           (here.back().moved_v > 0.0) == (run.moved_v > 0.0);
      if (goes_on) {
        here.back().end = run.end;
        here.back().moved_v += run.moved_v;
      } else {
        here.push_back(run);
      }
    }
  for (std::size_t i = 0; i < cores.size(); ++i) {
    std::erase_if(cores[i], [&](const Core& c) { return std::abs(c.moved_v) < least_v; });
    for (Core& core : cores[i]) core.drift = stretches[i].drift.at(core.begin - stretches[i].samples.begin);
  }
  return cores;
}

// The threshold follows from all speeds. On a quiet lever it is the floor, which the first look was at.
std::vector<std::vector<Core>> find_cores(std::span<const double> volts, std::span<const Stretch> stretches,
                                          const Parameters& parameters, int threads) {
  const auto n = static_cast<std::int64_t>(volts.size());
  const double floor = speed_threshold(parameters, 0.0);
  std::vector<Seen> seen(index((n + chunk - 1) / chunk));
  for_each_chunk(n, threads, [&](SampleRange part, std::size_t i) {
    see_chunk(volts, stretches, part, floor, seen[i].runs,
              [&](std::int64_t first, std::span<const double> speed) {
                for (std::int64_t at = (first + every - 1) / every * every;
                     at < first + static_cast<std::int64_t>(speed.size()); at += every)
                  seen[i].speeds.see(speed[index(at - first)]);
              });
  });
  RestSpeed all;
  for (const Seen& some : seen) all.add(some.speeds);
  const double threshold = speed_threshold(parameters, all.sd());
  if (threshold > floor)
    for_each_chunk(n, threads, [&](SampleRange part, std::size_t i) {
      see_chunk(volts, stretches, part, threshold, seen[i].runs,
                [](std::int64_t, std::span<const double>) {});
    });
  return cores_of(seen, stretches, parameters.min_amplitude_v);
}

template <std::size_t samples>
bool rests(std::span<const double, samples> speed, double threshold) {
  std::array<double, 4> fastest{};
  for (std::size_t i = 0; i < samples; i += fastest.size())
    for (std::size_t lane = 0; lane < fastest.size(); ++lane)
      fastest[lane] = std::max(fastest[lane], std::abs(speed[i + lane]));
  return std::ranges::max(fastest) <= threshold;
}

}  // namespace

double speed_threshold(const Parameters& parameters, double rest_sd) {
  return std::max(parameters.speed_threshold_sd * rest_sd, parameters.speed_threshold_v_per_s);
}

void CoreFinder::close(std::vector<Core>& cores) {
  if (sign_ != 0 && std::abs(open_.moved_v) >= least_v_) cores.push_back(open_);
  sign_ = 0;
}

void CoreFinder::see(std::int64_t first, std::span<const double> speed, double threshold,
                     std::vector<Core>& cores) {
  constexpr std::size_t at_once = 32;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    if (sign_ == 0 && i % at_once == 0 && i + at_once <= speed.size() &&
        rests(speed.subspan(i).first<at_once>(), threshold)) {
      i += at_once - 1;
      continue;
    }
    const int sign = speed[i] > threshold ? 1 : speed[i] < -threshold ? -1 : 0;
    const std::int64_t at = first + static_cast<std::int64_t>(i);
    if (sign != sign_) {
      close(cores);
      if (sign != 0) open_ = {at, at};
      sign_ = sign;
    }
    if (sign == 0) continue;
    open_.end = at + 1;
    open_.moved_v += speed[i] / lever_rate_hz;
  }
}

void CoreFinder::finish(std::vector<Core>& cores) { close(cores); }

bool BoutJoiner::surely_one(std::size_t part, std::size_t next) const {
  return parts_[next].core.begin - parts_[part].core.end <
         std::max(shortest_pause, parameters_.gap_ms - most_later);
}

bool BoutJoiner::surely_two(std::int64_t end, std::int64_t next_begin, std::int64_t pause_ms) const {
  return next_begin - end >= std::max(shortest_pause, pause_ms + most_earlier);
}

void BoutJoiner::start(std::span<const double> volts, SampleRange stretch) {
  volts_ = volts;
  stretch_ = stretch;
  parts_.clear();
  groups_.clear();
  grouped_ = 0;
}

std::int64_t BoutJoiner::longest_wait(const Parameters& parameters) {
  return std::max({shortest_pause, parameters.gap_ms + most_earlier, parameters.hold_ms + most_earlier});
}

// Between two movements, what is too short to rest in is not the end of the data.
EdgeFit BoutJoiner::unlike_cut(EdgeFit edge, double start) {
  if (edge.state != EdgeFit::State::cut) return edge;
  edge.state = EdgeFit::State::not_fitted;
  edge.start = start;
  edge.sd = EdgeFit::crude_sd;
  return edge;
}

EdgeFit BoutJoiner::fit(const EdgePlace& place, EdgeFitter& fitter) const {
  const auto now = [&] {
    const auto volts = volts_.subspan(index(place.first), index(place.end - place.first));
    const std::int64_t core = place.core - place.first;
    EdgeFit edge = place.onset ? fitter.fit(volts, core, place.least_v)
                               : fitter.fit_backwards(volts, core, place.least_v);
    edge.shift(static_cast<double>(place.onset ? place.first : place.end - 1), place.onset ? 1.0 : -1.0);
    return edge;
  };
  return edges_ != nullptr ? edges_->get(place, now) : now();
}

const EdgeFit& BoutJoiner::onset(std::size_t part, EdgeFitter& fitter) {
  Part& here = parts_[part];
  if (here.has_onset) return here.onset;
  const std::int64_t before = part == 0 ? stretch_.begin : parts_[part - 1].core.end;
  const std::int64_t first = std::max({stretch_.begin, before, here.core.begin - EdgeFitter::look_back});
  const std::int64_t end = std::min(stretch_.end, here.core.begin + EdgeFitter::look_ahead);
  here.onset = fit({first, end, here.core.begin, parameters_.min_amplitude_v, true}, fitter);
  if (part > 0) here.onset = unlike_cut(here.onset, static_cast<double>(here.core.begin));
  here.has_onset = true;
  return here.onset;
}

// The same on the trace read backwards.
const EdgeFit& BoutJoiner::offset(std::size_t part, EdgeFitter& fitter) {
  Part& here = parts_[part];
  if (here.has_offset) return here.offset;
  const std::int64_t after = part + 1 < parts_.size() ? parts_[part + 1].core.begin : stretch_.end;
  const std::int64_t end = std::min({stretch_.end, after, here.core.end + EdgeFitter::look_back});
  const std::int64_t first = std::max(stretch_.begin, here.core.end - EdgeFitter::look_ahead);
  here.offset = fit({first, end, here.core.end, parameters_.min_amplitude_v, false}, fitter);
  if (after < stretch_.end) here.offset = unlike_cut(here.offset, static_cast<double>(here.core.end));
  here.has_offset = true;
  return here.offset;
}

void BoutJoiner::fit_edges(int threads) {
  struct Wanted {
    std::size_t part;
    bool onset;
  };
  std::vector<Wanted> wanted;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (i == 0 || !surely_one(i - 1, i)) wanted.push_back({i, true});
    if (i + 1 == parts_.size() || !surely_one(i, i + 1)) wanted.push_back({i, false});
  }
  constexpr std::int64_t together = 64;  // edges that share their memory
  const auto count = static_cast<std::int64_t>(wanted.size());
  parallel_for((count + together - 1) / together, threads, [&](std::int64_t task) {
    EdgeFitter fitter;
    for (std::int64_t i = task * together; i < std::min(count, (task + 1) * together); ++i)
      (void)(wanted[index(i)].onset ? onset(wanted[index(i)].part, fitter)
                                    : offset(wanted[index(i)].part, fitter));
  });
}

void BoutJoiner::close(Group& group, EdgeFitter& fitter) {
  const auto within = [&](double place) { return nearest_sample(place, stretch_.begin, stretch_.end); };
  const std::int64_t from = within(onset(group.first, fitter).start),
                     to = std::max(from + 1, within(offset(group.last, fitter).start));
  group.low_v = 1e300, group.high_v = -1e300;
  for_each_level(volts_, from, std::min(to, stretch_.end), [&](double level) {
    group.low_v = std::min(group.low_v, level);
    group.high_v = std::max(group.high_v, level);
  });
  group.closed = true;
}

void BoutJoiner::group_parts(std::int64_t passed, EdgeFitter& fitter) {
  for (; grouped_ < parts_.size(); ++grouped_) {
    const std::size_t now = grouped_;
    if (groups_.empty() || groups_.back().closed) {
      groups_.push_back({now, now});
      continue;
    }
    Group& open = groups_.back();
    const auto pause = [&] { return onset(now, fitter).start - offset(open.last, fitter).start; };
    const bool apart = surely_two(parts_[open.last].core.end, parts_[now].core.begin, parameters_.gap_ms) ||
                       (!surely_one(open.last, now) && pause() >= static_cast<double>(parameters_.gap_ms));
    if (!apart) {
      open.last = now;
      continue;
    }
    close(open, fitter);
    groups_.push_back({now, now});
  }
  if (!groups_.empty() && !groups_.back().closed &&
      surely_two(parts_[groups_.back().last].core.end, passed, parameters_.gap_ms))
    close(groups_.back(), fitter);
}

struct BoutJoiner::Rest {
  double start = 0.0, level_v = 0.0;  // there
  double drift = 0.0, gain = 0.0;     // V/s at `start`, and how much more after a second

  [[nodiscard]] double at(double place) const {
    const double later_s = (place - start) / lever_rate_hz;
    return level_v + later_s * (drift + 0.5 * later_s * gain);
  }
};

bool BoutJoiner::held(double from, double to, const Rest& rest, double reach_v) const {
  bool all = true;
  const auto begin = nearest_sample(from + edge_samples, stretch_.begin, stretch_.end);
  const auto end = nearest_sample(to - edge_samples, begin, stretch_.end);
  auto place = static_cast<double>(begin);
  for_each_level(volts_, begin, end, [&](double level) {
    const double away = (level - rest.at(place)) * (reach_v > 0.0 ? 1.0 : -1.0);
    all = all && away >= held_share * std::abs(reach_v);
    place += static_cast<double>(level_samples);
  });
  return all;
}

bool BoutJoiner::came_back(double from, double to, const Rest& rest, double reach_v) const {
  const auto begin = nearest_sample(from, stretch_.begin, stretch_.end);
  const auto end = nearest_sample(to, begin, std::min(stretch_.end, begin + after_samples));
  if (end == begin) return false;
  double sum = 0.0;
  for (std::int64_t i = begin; i < end; ++i) sum += volts_[index(i)];
  return std::abs(sum / static_cast<double>(end - begin) - rest.at(from)) <= back_share * std::abs(reach_v);
}

// Samples in which the lever is quieter than it is at rest: it is where its sensor ends, and may move.
double BoutJoiner::at_limit(double from, double to, double rest_sd) const {
  const auto begin = nearest_sample(from, stretch_.begin, stretch_.end);
  const auto end = nearest_sample(to, begin, stretch_.end);
  std::int64_t samples = 0;
  for (std::int64_t i = begin; i + level_samples <= end; i += level_samples) {
    const auto [low, high] = std::ranges::minmax(volts_.subspan(index(i), index(level_samples)));
    if (high - low < limit_share * rest_sd) samples += level_samples;
  }
  return static_cast<double>(samples);
}

// Where the group after this one begins; as far as is known, where there is none yet.
double BoutJoiner::next_onset(std::size_t group, std::int64_t passed, EdgeFitter& fitter) {
  if (group + 1 < groups_.size()) return onset(groups_[group + 1].first, fitter).start;
  return static_cast<double>(std::min(passed - most_earlier, stretch_.end));
}

// How many groups from the first one on are one bout, if the rest level stays or `drifts`; 0: that cannot be
// said yet.
std::size_t BoutJoiner::joined(std::int64_t passed, bool drifts, EdgeFitter& fitter) {
  const std::size_t first = groups_.front().first;
  const EdgeFit start = onset(first, fitter);
  double low = groups_.front().low_v, high = groups_.front().high_v;
  for (std::size_t j = 0;; ++j) {
    const Group& group = groups_[j];
    if (!group.closed) return 0;
    low = std::min(low, group.low_v), high = std::max(high, group.high_v);
    const double up = high - start.rest_v, down = start.rest_v - low;
    const double reach = up >= down ? up : -down;
    const EdgeFit end = offset(group.last, fitter);
    if (end.state == EdgeFit::State::cut) return 1;
    const bool more = j + 1 < groups_.size();
    const double next = next_onset(j, passed, fitter);
    Rest rest{start.start, start.rest_v};
    if (drifts) {
      const double now = parts_[group.last].core.drift;
      rest.drift = parts_[first].core.drift;
      rest.gain = (now - rest.drift) * lever_rate_hz / std::max(1.0, end.start - start.start);
    }
    if (j > 0 && came_back(end.start, more ? next : end.start + after_samples, rest, reach)) {
      // Held away from rest by the measure of all of it: a small step before a press is no part of it.
      for (std::size_t i = 0; i < j; ++i)
        if (!held(offset(groups_[i].last, fitter).start, next_onset(i, passed, fitter), rest, reach))
          return 1;
      return j + 1;
    }
    if (!held(end.start, next, rest, reach)) return 1;
    const double pause = next - end.start, most = static_cast<double>(parameters_.hold_ms);
    if (pause >= most && pause - at_limit(end.start, next, start.rest_sd) >= most) return 1;
    if (!more) return passed >= stretch_.end + most_earlier ? 1 : 0;
  }
}

// How many groups from the first one on are one bout that is complete; 0: that cannot be said yet.
std::size_t BoutJoiner::complete(std::int64_t passed, EdgeFitter& fitter) {
  if (groups_.empty() || !groups_.front().closed) return 0;
  const std::size_t first = groups_.front().first;
  if (parameters_.hold_ms <= parameters_.gap_ms || onset(first, fitter).state == EdgeFit::State::cut)
    return 1;
  const std::size_t count = joined(passed, false, fitter);
  return count != 1 ? count : joined(passed, true, fitter);
}

Bout BoutJoiner::bout_of(const Group& first, const Group& last, double low_v, double high_v) const {
  const EdgeFit &onset = parts_[first.first].onset, &offset = parts_[last.last].offset;
  using State = EdgeFit::State;
  const auto whole = [&](double place) { return nearest_sample(place, stretch_.begin, stretch_.end); };
  Bout bout;
  bout.begin = onset.state == State::cut ? stretch_.begin : whole(onset.start);
  bout.end = offset.state == State::cut ? stretch_.end : whole(offset.start);
  if (bout.begin >= bout.end) {  // of motion that noise made: no shape says more than the core
    bout.begin = parts_[first.first].core.begin, bout.end = parts_[last.last].core.end;
    bout.flags = bout_onset_not_fitted | bout_offset_not_fitted;
    return bout;
  }
  const auto flag = [&](bool holds, BoutFlag bit) { bout.flags |= holds ? bit : std::int64_t{0}; };
  flag(onset.state == State::cut, bout_onset_cut);
  flag(offset.state == State::cut, bout_offset_cut);
  flag(onset.state == State::not_fitted, bout_onset_not_fitted);
  flag(offset.state == State::not_fitted, bout_offset_not_fitted);
  flag(onset.rings, bout_onset_rings);
  flag(offset.rings, bout_offset_rings);
  const auto peak = [&](const EdgeFit& edge) { return std::max(high_v - edge.rest_v, edge.rest_v - low_v); };
  bout.onset_sd_s = onset.sd / lever_rate_hz;
  bout.offset_sd_s = offset.sd / lever_rate_hz;
  bout.onset_1pct_s = onset.passage(one_percent * peak(onset)) / lever_rate_hz;
  bout.offset_1pct_s = offset.passage(one_percent * peak(offset)) / lever_rate_hz;
  return bout;
}

// But for the last one before those that still count: where it ends, the next one's rest may begin.
void BoutJoiner::forget_parts() {
  const std::size_t next = groups_.empty() ? grouped_ : groups_.front().first;
  if (next < 2) return;
  parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(next - 1));
  for (Group& group : groups_) group.first -= next - 1, group.last -= next - 1;
  grouped_ -= next - 1;
}

void BoutJoiner::join(std::int64_t passed, EdgeFitter& fitter, std::vector<Bout>& bouts) {
  group_parts(passed, fitter);
  while (const std::size_t count = complete(passed, fitter)) {
    double low = groups_.front().low_v, high = groups_.front().high_v;
    for (std::size_t j = 0; j < count; ++j)
      low = std::min(low, groups_[j].low_v), high = std::max(high, groups_[j].high_v);
    const Bout bout = bout_of(groups_.front(), groups_[count - 1], low, high);
    groups_.erase(groups_.begin(), groups_.begin() + static_cast<std::ptrdiff_t>(count));
    if (bout.end - bout.begin >= std::max<std::int64_t>(1, parameters_.min_bout_ms)) bouts.push_back(bout);
  }
  forget_parts();
}

FoundBouts pause_bouts(const LeverSpeed& lever, const Parameters& parameters, int threads) {
  const auto n = static_cast<std::int64_t>(lever.volts.size());
  FoundBouts found;
  const auto stretches = drifting_stretches(lever.volts, lever.no_data, threads);
  const auto cores = find_cores(lever.volts, stretches, parameters, threads);
  EdgeFitter fitter;
  bool any = false;
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    if (cores[s].empty()) continue;
    any = true;
    BoutJoiner joiner(parameters, lever.volts, stretches[s].samples, lever.edges);
    for (const Core& core : cores[s]) joiner.add(core);
    joiner.fit_edges(threads);
    joiner.join(BoutJoiner::the_end, fitter, found.bouts);
  }
  if (!any) found.reason = "the lever's speed never exceeded the noise of its rest, or moved it too little";
  if (any && found.bouts.empty()) found.reason = "every movement was shorter than the minimum";
  std::vector<SampleRange> moving;
  for (const Bout& bout : found.bouts) moving.push_back({bout.begin, bout.end});
  found.noise_cutoff_v = rest_noise(
      lever.volts, lever.smooth, samples_at_rest(n, moving, lever.no_data, parameters), parameters, threads);
  return found;
}

}  // namespace leverkin
