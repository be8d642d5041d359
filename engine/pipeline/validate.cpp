#include "leverkin/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>

#include "leverkin/bouts.h"
#include "leverkin/pipeline.h"
#include "support/no_number.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double volts_per_mm = 0.1;    // of simulated levers
constexpr double clear_v_per_s = 0.75;  // slower edges have a start that hardly shows
constexpr std::array sessions{1, 8};    // of one animal: naive, practised

struct SimulatedRecording {
  std::string name;
  SimulateOptions simulation;
  bool has_gaps = false;
  bool is_of_a_shape = false;  // and nothing else, but for the noise
};

// One thing is different in each.
std::vector<SimulatedRecording> recordings(const ValidateOptions& options) {
  std::vector<SimulatedRecording> all;
  const auto add = [&](std::string name, const auto& change) {
    SimulateOptions simulation;
    simulation.minutes = options.minutes;
    simulation.seed = options.seed;
    change(simulation);
    all.push_back({std::move(name), simulation});
  };
  constexpr double ten_bits_of_5_v = 5.0 / 1023.0;
  add("as usual", [](SimulateOptions&) {});
  add("noise x3", [](SimulateOptions& s) { s.faults.noise = 3.0; });
  for (SimulatedRecording& recording : all) recording.is_of_a_shape = true;
  add("a tenth as long", [](SimulateOptions& s) { s.minutes /= 10.0; });
  add("six times as long", [](SimulateOptions& s) { s.minutes *= 6.0; });
  add("mains 10 mV", [](SimulateOptions& s) { s.faults.mains_v = 0.01; });
  add("drift 50 mV/s", [](SimulateOptions& s) { s.faults.drift_v_per_s = 0.05; });
  add("tremor 10 mV", [](SimulateOptions& s) { s.faults.tremor_v = 0.01; });
  add("ringing 30 mV", [](SimulateOptions& s) { s.faults.ringing_v = 0.03; });
  add("spikes", [](SimulateOptions& s) { s.faults.spikes_per_minute = 2.0; });
  add("saturation at 150 mV", [](SimulateOptions& s) { s.faults.saturation_v = 0.15; });
  add("10 bit", [](SimulateOptions& s) { s.faults.step_v = ten_bits_of_5_v; });
  add("gaps", [](SimulateOptions&) {});
  all.back().has_gaps = true;
  for (std::size_t course = 1; course < press_course_names().size(); ++course)
    for (const double noise : {1.0, 3.0}) {
      add(fmt::format("{}{}", press_course_names()[course], noise > 1.0 ? ", noise x3" : ""),
          [&](SimulateOptions& s) {
            s.course = static_cast<PressCourse>(course);
            s.faults.noise = noise;
          });
      all.back().is_of_a_shape = true;
    }
  return all;
}

// A true movement and what was found of it; times in seconds.
struct Met {
  double peak_v = 0.0, first_speed = 0.0, last_speed = 0.0, still_s = 0.0;
  std::int64_t bouts = 0;
  bool shares = false;
  double onset = no_number, offset = no_number, onset_1pct = no_number, offset_1pct = no_number;  // errors
  double onset_sd = no_number, offset_sd = no_number;
};

struct Meeting {
  std::vector<Met> movements;
  std::int64_t false_bouts = 0;
  double minutes = 0.0;

  void add(const Meeting& other) {
    movements.insert(movements.end(), other.movements.begin(), other.movements.end());
    false_bouts += other.false_bouts;
    minutes += other.minutes;
  }
};

// Half a second of no data in every fifteen: a straight line.
void cut_gaps(Trace& trace) {
  constexpr std::size_t every = 15000, length = 500;
  for (std::size_t begin = every / 2; begin + length < trace.volts.size(); begin += every) {
    const double from = trace.volts[begin - 1], to = trace.volts[begin + length];
    for (std::size_t i = 0; i < length; ++i)
      trace.volts[begin + i] = std::lerp(from, to, static_cast<double>(i + 1) / (length + 1));
    trace.no_data.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(begin + length)});
  }
}

bool touches(const std::vector<SampleRange>& gaps, double begin_s, double end_s) {
  return std::ranges::any_of(gaps, [&](const SampleRange& gap) {
    return static_cast<double>(gap.begin)<end_s * lever_rate_hz&& static_cast<double>(gap.end)> begin_s *
           lever_rate_hz;
  });
}

void meet(const SimulatedSession& simulated, const SimulatedRecording& recording,
          const Parameters& parameters, Meeting& into) {
  Trace trace;
  trace.volts = downsample(simulated.volts, recording.simulation.rate_hz, parameters);
  if (recording.has_gaps) cut_gaps(trace);
  const std::vector<Bout> bouts = segment(trace, parameters, 1, Keep::bouts).bouts;
  const SessionTruth& truth = simulated.truth;
  into.minutes += static_cast<double>(trace.volts.size()) / (60.0 * lever_rate_hz);
  std::vector<std::uint8_t> met(bouts.size(), 0);
  for (std::size_t i = 0; i < truth.onset_s.size(); ++i) {
    Met one{.peak_v = volts_per_mm * truth.peak_mm[i],
            .first_speed = simulated.first_speed_v_per_s[i],
            .last_speed = simulated.last_speed_v_per_s[i],
            .still_s = simulated.still_s[i]};
    const Bout *first = nullptr, *last = nullptr;
    for (std::size_t b = 0; b < bouts.size(); ++b) {
      if (bouts[b].onset_s() >= truth.offset_s[i] || bouts[b].offset_s() <= truth.onset_s[i]) continue;
      ++one.bouts;
      if (first == nullptr) first = &bouts[b], one.shares = met[b] != 0;
      last = &bouts[b];
      met[b] = 1;
    }
    if (touches(trace.no_data, truth.start_s[i], truth.end_s[i])) continue;
    if (first != nullptr && !one.shares) {
      one.onset = first->onset_s() - truth.start_s[i];
      one.onset_1pct = first->onset_1pct_s - truth.onset_s[i];
      one.onset_sd = first->onset_sd_s;
      one.offset = last->offset_s() - truth.end_s[i];
      one.offset_1pct = last->offset_1pct_s - truth.offset_s[i];
      one.offset_sd = last->offset_sd_s;
    }
    into.movements.push_back(one);
  }
  into.false_bouts += std::ranges::count(met, 0);
}

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - std::floor(at));
}

TimingErrors timing(const std::vector<const Met*>& movements, double Met::*error, double Met::*sd) {
  std::vector<double> errors, sizes;
  std::int64_t stated = 0, within = 0;
  for (const Met* one : movements) {
    if (std::isnan(one->*error)) continue;
    errors.push_back(one->*error);
    sizes.push_back(std::abs(one->*error));
    if (sd == nullptr || std::isnan(one->*sd)) continue;
    ++stated;
    within += sizes.back() <= 2.0 * one->*sd;
  }
  if (errors.empty()) return {0, no_number, no_number, no_number, no_number};
  std::ranges::sort(errors);
  std::ranges::sort(sizes);
  return {static_cast<std::int64_t>(errors.size()), quantile(errors, 0.5),
          quantile(errors, 0.75) - quantile(errors, 0.25), quantile(sizes, 0.95),
          stated == 0 ? no_number : static_cast<double>(within) / static_cast<double>(stated)};
}

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? no_number : static_cast<double>(part) / static_cast<double>(whole);
}

using Belongs = std::function<bool(const Met&)>;

ValidationRow row_of(const Meeting& meeting, const Belongs& belongs, bool clear_only,
                     const Parameters& parameters) {
  std::vector<const Met*> group, clear_onset, clear_offset;
  for (const Met& one : meeting.movements) {
    if (!belongs(one)) continue;
    group.push_back(&one);
    if (!clear_only || one.first_speed >= clear_v_per_s) clear_onset.push_back(&one);
    if (!clear_only || one.last_speed >= clear_v_per_s) clear_offset.push_back(&one);
  }
  const auto count = [&](const Belongs& which) {
    return std::ranges::count_if(group, [&](const Met* one) { return which(*one); });
  };
  const auto pauses = [&](const Met& m) {
    return m.still_s * 1000.0 >= static_cast<double>(parameters.gap_ms);
  };
  ValidationRow row;
  row.profile = parameters.profile;
  row.n = static_cast<std::int64_t>(group.size());
  row.recall = share(count([](const Met& m) { return m.bouts > 0; }), row.n);
  row.split = share(count([](const Met& m) { return m.bouts > 1; }), row.n);
  row.split_moving = share(count([&](const Met& m) { return m.bouts > 1 && !pauses(m); }),
                           count([&](const Met& m) { return !pauses(m); }));
  row.merged = count([](const Met& m) { return m.shares; });
  row.false_per_minute = no_number;
  row.onset = timing(clear_onset, &Met::onset, &Met::onset_sd);
  row.offset = timing(clear_offset, &Met::offset, &Met::offset_sd);
  row.onset_1pct = timing(clear_onset, &Met::onset_1pct, nullptr);
  row.offset_1pct = timing(clear_offset, &Met::offset_1pct, nullptr);
  return row;
}

void add_rows(const Meeting& meeting, const std::string& recording, bool in_groups,
              const Parameters& parameters, std::vector<ValidationRow>& rows) {
  const auto add = [&](std::string movements, bool clear_only, const Belongs& belongs) {
    rows.push_back(row_of(meeting, belongs, clear_only, parameters));
    rows.back().recording = recording;
    rows.back().movements = std::move(movements);
  };
  add("all", true, [](const Met&) { return true; });
  rows.back().false_per_minute = static_cast<double>(meeting.false_bouts) / meeting.minutes;
  if (!in_groups) return;
  constexpr double most = std::numeric_limits<double>::infinity();
  const auto ranges = [&](const std::vector<double>& edges, const char* what, double scale, const char* unit,
                          double Met::*value) {
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      const double low = edges[i], high = edges[i + 1];
      const std::string name = high == most
                                   ? fmt::format("{} {:g} {} or more", what, scale * low, unit)
                                   : fmt::format("{} {:g} to {:g} {}", what, scale * low, scale * high, unit);
      add(name, false, [=](const Met& m) { return m.*value >= low && m.*value < high; });
    }
  };
  ranges({0.0, 0.0225, 0.05, 0.1, 0.2, most}, "peak", 1000.0, "mV", &Met::peak_v);
  ranges({0.0, 0.3, 0.75, 1.5, 3.0, most}, "first rise", 1.0, "V/s", &Met::first_speed);
}

}  // namespace

std::vector<ValidationRow> validate(const std::vector<Parameters>& profiles, const ValidateOptions& options) {
  for (const Parameters& parameters : profiles) check(parameters);
  const std::vector<SimulatedRecording> all = recordings(options);
  std::vector<std::vector<Meeting>> meetings(profiles.size(), std::vector<Meeting>(all.size()));
  std::mutex reporting;
  std::int64_t done = 0;
  parallel_for(static_cast<std::int64_t>(all.size()), options.threads, [&](std::int64_t i) {
    const SimulatedRecording& recording = all[static_cast<std::size_t>(i)];
    for (const int session : sessions) {
      const SimulatedSession simulated = simulate_session(recording.simulation, 0, session);
      for (std::size_t p = 0; p < profiles.size(); ++p)
        meet(simulated, recording, profiles[p], meetings[p][static_cast<std::size_t>(i)]);
    }
    const std::scoped_lock lock(reporting);
    if (options.progress && !options.progress(++done, static_cast<std::int64_t>(all.size())))
      throw Cancelled("the validation was stopped");
  });
  std::vector<ValidationRow> rows;
  for (std::size_t p = 0; p < profiles.size(); ++p) {
    Meeting shapes;
    for (std::size_t i = 0; i < all.size(); ++i) {
      add_rows(meetings[p][i], all[i].name, i < 2, profiles[p], rows);
      if (all[i].is_of_a_shape) shapes.add(meetings[p][i]);
    }
    add_rows(shapes, "every shape and noise", false, profiles[p], rows);
  }
  return rows;
}

}  // namespace leverkin
