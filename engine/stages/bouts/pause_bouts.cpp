#include "stages/bouts/pause_bouts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "stages/bouts/rest_noise.h"
#include "stages/bouts/slow_speed.h"
#include "stages/trace/stretches.h"
#include "support/index.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

// Constants of the method, in lever samples; docs/onsets.md has their reasons.
constexpr std::int64_t every = 8;             // which speeds the noise is heard of
constexpr std::int64_t shortest_pause = 120;  // between cores: in less, no rest can be seen
constexpr std::int64_t most_later = 230;      // a pause from edge to edge is at most this much longer than
constexpr std::int64_t most_earlier = 300;    // that between cores, and at most this much shorter
constexpr std::int64_t mean_samples = 20;     // of which a level is the mean
constexpr std::int64_t slow_level_samples = 100;  // of one that hardly shows mains, tremor and ringing
constexpr std::int64_t after_samples = 100;       // in which the lever must be back
constexpr std::int64_t edge_samples = 30;  // at either end of a pause, where the lever may not be still
constexpr double held_share = 1.0 / 3.0, back_share = 0.15;  // of the bout's largest displacement
constexpr double still_share = 0.5;                          // of the threshold: what is slower does not move
constexpr double unsure_share = 0.25;  // of what the rest has drifted, which is known no better
constexpr double limit_share = 0.2;    // of the noise at rest: less there is only at the sensor's limit
constexpr double one_percent = 0.01;
constexpr std::int64_t chunk = 1 << 16;  // samples per task

// Of [begin, end]; of a place that no fit of a lever gives (NaN), `begin`.
std::int64_t nearest_sample(double place, std::int64_t begin, std::int64_t end) {
  if (!(place > static_cast<double>(begin))) return begin;
  return place < static_cast<double>(end) ? static_cast<std::int64_t>(std::llround(place)) : end;
}

// Of samples [begin, end).
double middle(std::int64_t begin, std::int64_t end) { return 0.5 * static_cast<double>(begin + end - 1); }

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

// How fast the lever seems to be, and the cores that begin with the speeds of one chunk.
struct Seen {
  RestSpeed speeds;
  std::vector<std::pair<std::size_t, Core>> cores;  // with their stretch
};

template <typename Hear>
void see_chunk(std::span<const double> volts, std::span<const Stretch> stretches, SampleRange part,
               const Parameters& parameters, double threshold, Seen& seen, Hear hear) {
  std::vector<Core> cores;
  seen.cores.clear();
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    const SampleRange& samples = stretches[s].samples;
    if (samples.end <= part.begin || samples.begin >= part.end) continue;
    CoreFinder finder(parameters);
    const auto see = [&](std::int64_t first, std::span<const double> speed) {
      finder.see(first, speed, threshold, cores);
    };
    // What moves with the sample before belongs to the chunk before; what goes on beyond the end is followed.
    if (part.begin > samples.begin) for_each_speed(volts, stretches[s], {part.begin - 1, part.begin}, see);
    for_each_speed(volts, stretches[s], part, [&](std::int64_t first, std::span<const double> speed) {
      hear(first, speed);
      see(first, speed);
    });
    constexpr std::int64_t further = 256;
    for (std::int64_t at = part.end; finder.moves_since(part.begin) && at < samples.end; at += further)
      for_each_speed(volts, stretches[s], {at, at + further}, see);
    finder.finish(cores);
    for (Core& core : cores) {
      if (core.moves_from < part.begin || core.moves_from >= part.end) continue;
      core.drift = stretches[s].drift.at(core.begin - samples.begin);
      seen.cores.emplace_back(s, core);
    }
    cores.clear();
  }
}

// The threshold follows from all speeds. On a quiet lever it is the floor, which the first look was at.
std::vector<StretchCores> find_cores(const LeverSpeed& lever, const Parameters& parameters, int threads) {
  const auto n = static_cast<std::int64_t>(lever.volts.size());
  const auto stretches = drifting_stretches(lever.volts, lever.no_data, threads);
  const double floor = speed_threshold(parameters, 0.0);
  std::vector<Seen> seen(index((n + chunk - 1) / chunk));
  for_each_chunk(n, threads, [&](SampleRange part, std::size_t i) {
    see_chunk(lever.volts, stretches, part, parameters, floor, seen[i],
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
      see_chunk(lever.volts, stretches, part, parameters, threshold, seen[i],
                [](std::int64_t, std::span<const double>) {});
    });
  std::vector<StretchCores> cores;
  for (const Stretch& stretch : stretches) cores.push_back({stretch.samples, {}});
  for (const Seen& some : seen)
    for (const auto& [stretch, core] : some.cores) cores[stretch].cores.push_back(core);
  return cores;
}

std::vector<StretchCores> cores_of(const LeverSpeed& lever, const Parameters& parameters, int threads) {
  const auto now = [&] { return find_cores(lever, parameters, threads); };
  if (lever.memory == nullptr) return now();
  const CoreSetting setting{parameters.speed_threshold_sd, parameters.speed_threshold_v_per_s,
                            parameters.min_amplitude_v};
  return lever.memory->cores.get(setting, now);
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
  if (open_.end > 0 && std::abs(open_.moved_v) >= least_v_) cores.push_back(open_);
  sign_ = 0;
}

void CoreFinder::see(std::int64_t first, std::span<const double> speed, double threshold,
                     std::vector<Core>& cores) {
  constexpr std::size_t at_once = 32;
  const double low = still_share * threshold;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    if (sign_ == 0 && i % at_once == 0 && i + at_once <= speed.size() &&
        rests(speed.subspan(i).first<at_once>(), low)) {
      i += at_once - 1;
      continue;
    }
    const int sign = speed[i] > low ? 1 : speed[i] < -low ? -1 : 0;
    const std::int64_t at = first + static_cast<std::int64_t>(i);
    if (sign != sign_) {
      if (sign_ != 0) close(cores);
      if (sign != 0) open_ = {.moves_from = at};
      sign_ = sign;
    }
    if (sign == 0) continue;
    open_.moved_v += speed[i] / lever_rate_hz;
    if (std::abs(speed[i]) <= threshold) continue;
    if (open_.end == 0) open_.begin = at;
    open_.end = at + 1;
  }
}

void CoreFinder::finish(std::vector<Core>& cores) {
  if (sign_ != 0) close(cores);
}

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
  return memory_ != nullptr ? memory_->edges.get(place, now) : now();
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

void BoutJoiner::add(const Core& core) {
  Part part{core, {}, {}};
  if (!parts_.empty()) {
    const Part& before = parts_.back();
    part.drifted_v = before.drifted_v + 0.5 * (before.core.drift + core.drift) *
                                            static_cast<double>(core.begin - before.core.begin) /
                                            lever_rate_hz;
  }
  parts_.push_back(part);
}

// By how much the rest level has drifted since the first core: its drift changes steadily from core to core.
double BoutJoiner::drifted(double place) const {
  const auto next = std::ranges::upper_bound(
      parts_, place, {}, [](const Part& part) { return static_cast<double>(part.core.begin); });
  const Part& part = next == parts_.begin() ? *next : *std::prev(next);
  const double later_s = (place - static_cast<double>(part.core.begin)) / lever_rate_hz;
  double drift = part.core.drift;
  if (next != parts_.begin() && next != parts_.end())
    drift += 0.5 * (next->core.drift - drift) * later_s * lever_rate_hz /
             static_cast<double>(next->core.begin - part.core.begin);
  return part.drifted_v + drift * later_s;
}

// Mean of [begin, end), as if the rest level stayed where it is, or without its drift.
double BoutJoiner::level(std::int64_t begin, std::int64_t end, bool drifts) const {
  double sum = 0.0;
  for (std::int64_t i = begin; i < end; ++i) sum += volts_[index(i)];
  return sum / static_cast<double>(end - begin) - (drifts ? drifted(middle(begin, end)) : 0.0);
}

double BoutJoiner::rest_before(const EdgeFit& edge, bool drifts) const {
  return edge.rest_v - (drifts ? drifted(edge.rest_place) : 0.0);
}

void BoutJoiner::close(Group& group, EdgeFitter& fitter) {
  const auto within = [&](double place) { return nearest_sample(place, stretch_.begin, stretch_.end); };
  const std::int64_t from = within(onset(group.first, fitter).start),
                     to = std::max(from + 1, within(offset(group.last, fitter).start));
  const std::int64_t stop = std::min(to, stretch_.end);
  for (std::int64_t i = from; i < stop; i += mean_samples) {
    const std::int64_t end = std::min(i + mean_samples, stop);
    const double mean = level(i, end, false);
    group.range[0].see(mean);
    group.range[1].see(mean - drifted(middle(i, end)));
  }
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

bool BoutJoiner::held(double from, double to, const Rest& rest, double reach_v) const {
  const auto begin = nearest_sample(from + edge_samples, stretch_.begin, stretch_.end);
  const auto end = nearest_sample(to - edge_samples, begin, stretch_.end);
  for (std::int64_t i = begin; i < end; i += mean_samples) {
    const std::int64_t last = std::min(end, i + slow_level_samples);
    const double away = level(i, last, rest.drifts) - rest.at(middle(i, last));
    if (away * (reach_v > 0.0 ? 1.0 : -1.0) < held_share * std::abs(reach_v)) return false;
    if (last == end) break;
  }
  return true;
}

// If so, the rest is taken to have gone straight to where the lever came back to.
bool BoutJoiner::came_back(double from, double to, Rest& rest, double reach_v) const {
  const auto begin = nearest_sample(from, stretch_.begin, stretch_.end);
  const auto end = nearest_sample(to, begin, std::min(stretch_.end, begin + after_samples));
  if (end == begin) return false;
  const double place = middle(begin, end);
  const double off = level(begin, end, rest.drifts) - rest.level_v;
  double unsure = back_share * std::abs(reach_v);
  if (rest.drifts) unsure += unsure_share * std::abs(drifted(place) - drifted(rest.start));
  if (std::abs(off) > unsure) return false;
  rest.tilt = off / std::max(1.0, place - rest.start);
  return true;
}

// Samples in which the lever is quieter than it is at rest: it is where its sensor ends, and may move.
double BoutJoiner::at_limit(double from, double to, double rest_sd) const {
  const auto begin = nearest_sample(from, stretch_.begin, stretch_.end);
  const auto end = nearest_sample(to, begin, stretch_.end);
  std::int64_t samples = 0;
  for (std::int64_t i = begin; i + mean_samples <= end; i += mean_samples) {
    const auto [low, high] = std::ranges::minmax(volts_.subspan(index(i), index(mean_samples)));
    if (high - low < limit_share * rest_sd) samples += mean_samples;
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
  Range range;
  for (std::size_t j = 0;; ++j) {
    const Group& group = groups_[j];
    if (!group.closed) return 0;
    range.see(group.range[drifts ? 1 : 0]);
    Rest rest{start.rest_place, rest_before(start, drifts), 0.0, drifts};
    const double up = range.high_v - rest.level_v, down = rest.level_v - range.low_v;
    const double reach = up >= down ? up : -down;
    const EdgeFit end = offset(group.last, fitter);
    if (end.state == EdgeFit::State::cut) return 1;
    const bool more = j + 1 < groups_.size();
    const double next = next_onset(j, passed, fitter);
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
  if (parameters_.hold_ms <= parameters_.gap_ms) return 1;
  const EdgeFit& start = onset(groups_.front().first, fitter);
  if (start.state == EdgeFit::State::cut || std::isnan(start.rest_v)) return 1;  // no rest to be away from
  const std::size_t count = joined(passed, false, fitter);
  return count != 1 ? count : joined(passed, true, fitter);
}

Bout BoutJoiner::bout_of(const Group& first, const Group& last, const Range& range) const {
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
  const auto peak = [&](const EdgeFit& edge) {
    return std::max(range.high_v - edge.rest_v, edge.rest_v - range.low_v);
  };
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
    Range range;
    for (std::size_t j = 0; j < count; ++j) range.see(groups_[j].range[0]);
    const Bout bout = bout_of(groups_.front(), groups_[count - 1], range);
    groups_.erase(groups_.begin(), groups_.begin() + static_cast<std::ptrdiff_t>(count));
    if (bout.end - bout.begin >= std::max<std::int64_t>(1, parameters_.min_bout_ms)) bouts.push_back(bout);
  }
  forget_parts();
}

FoundBouts pause_bouts(const LeverSpeed& lever, const Parameters& parameters, int threads) {
  const auto n = static_cast<std::int64_t>(lever.volts.size());
  FoundBouts found;
  EdgeFitter fitter;
  bool any = false;
  for (const StretchCores& stretch : cores_of(lever, parameters, threads)) {
    if (stretch.cores.empty()) continue;
    any = true;
    BoutJoiner joiner(parameters, lever.volts, stretch.samples, lever.memory);
    for (const Core& core : stretch.cores) joiner.add(core);
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
