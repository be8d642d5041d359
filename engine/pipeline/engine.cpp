#include "leverkin/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>

#include "io/input_hash.h"
#include "kernels/dispatch.h"
#include "leverkin/error.h"
#include "leverkin/movements.h"
#include "pipeline/analyze_session.h"
#include "pipeline/lever_front.h"
#include "pipeline/trial_log.h"
#include "stages/bouts/live_bouts.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

constexpr std::size_t bouts_waiting = 4096;
constexpr double events_per_hour = 4 * 3600.0;  // a trial a second, of four events
constexpr double holes_per_hour = 3600.0;
constexpr double longest_hours = 24.0 * 14;
constexpr double moving_s = 0.2;  // after the last fast sample

// The one flag of an engine. A call that does not get it is turned away.
class Turn {
 public:
  explicit Turn(std::atomic_flag& taken)
      : taken_(taken), mine_(!taken.test_and_set(std::memory_order_acquire)) {}
  ~Turn() {
    if (mine_) taken_.clear(std::memory_order_release);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  explicit operator bool() const { return mine_; }

 private:
  std::atomic_flag& taken_;
  bool mine_;
};

void count_trials(const TrialLog& events, EngineState& state) noexcept {
  try {
    const TrialTable trials = events.table();
    state.n_trials = trials.size();
    state.n_rewarded = std::ranges::count_if(trials.reward_s, [](double t) { return !std::isnan(t); });
  } catch (const std::bad_alloc&) {  // a display can do without
  }
}

SessionInfo with_room(SessionInfo info, double hours) {
  info.regular = true;
  info.duration_s = hours * 3600.0;
  return info;
}

const EngineOptions& checked(const EngineOptions& options) {
  check(options.parameters);
  if (!(options.max_hours > 0.0) || options.max_hours > longest_hours)
    throw BadArgument(fmt::format("max_hours: found {}; expected more than 0 and at most {}",
                                  options.max_hours, longest_hours));
  (void)lever_rate_ratio(options.session.rate_hz);
  return options;
}

}  // namespace

struct Engine::Impl {
  explicit Impl(const EngineOptions& asked)
      : options(checked(asked)),
        most_samples(static_cast<std::int64_t>(asked.max_hours * 3600.0 * asked.session.rate_hz)),
        most_holes(static_cast<std::size_t>(asked.max_hours * holes_per_hour) + 64),
        front(with_room(asked.session, asked.max_hours), asked.parameters, most_holes),
        live(make_live_bouts(asked.parameters, bouts_waiting)),
        events(static_cast<std::size_t>(asked.max_hours * events_per_hour) + 64) {
    front.touch_room();
  }

  [[nodiscard]] bool has_room(std::size_t count) const {
    return static_cast<std::int64_t>(count) <= most_samples - samples && front.holes() + 2 < most_holes;
  }
  void take(std::span<const double> volts);
  [[nodiscard]] LiveBout describe(const SampleRange& bout) const;
  void close(const Closing& closing);

  EngineOptions options;
  std::int64_t most_samples;
  std::size_t most_holes;
  LeverFront front;
  std::unique_ptr<LiveBouts> live;
  TrialLog events;
  SampleWatch watch{options.parameters.gap_limit_s};
  InputHash hash;
  std::int64_t samples = 0;
  mutable std::atomic_flag taken;
  bool ended = false, closed = false, complete = false;
  SessionResult result;
};

void Engine::Impl::take(std::span<const double> volts) {
  watch.see(volts);
  hash.add(volts.data(), volts.size_bytes());
  samples += static_cast<std::int64_t>(volts.size());
  if (!watch.all_finite() && options.parameters.gaps == GapPolicy::refuse) return;
  front.push({}, volts);
  live->advance(front.lever(), front.no_data());
}

LiveBout Engine::Impl::describe(const SampleRange& bout) const {
  LiveBout found{static_cast<double>(bout.begin) / lever_rate_hz,
                 static_cast<double>(bout.end) / lever_rate_hz, no_number, no_number};
  // An event belongs to the nearest lever sample.
  constexpr double half = 0.5 / lever_rate_hz;
  found.reward_s = events.first(EventKind::reward, found.onset_s - half, found.offset_s - half);
  if (!std::isnan(found.reward_s)) found.cue_s = events.last(EventKind::cue, found.reward_s);
  return found;
}

// Up to the trace; done once, as the filter's last samples are.
void Engine::Impl::close(const Closing& closing) {
  ended = true;
  result.info = options.session;
  SessionInfo& info = result.info;
  info.regular = true;
  info.being_written = closing.being_written;
  info.samples = samples;
  info.duration_s = static_cast<double>(samples) / info.rate_hz;
  result.trials = closing.trials != nullptr ? *closing.trials : events.table();
  info.trials = result.trials.size();
  if (samples == 0)
    throw BadSession({info.path, info.dataset, "", "no samples", "a recording that is not empty"});
  if (!watch.all_finite() && options.parameters.gaps == GapPolicy::refuse)
    watch.refuse_not_finite(info, static_cast<double>(watch.first_not_finite()) / info.rate_hz);
  watch.require_movement(info);
  if (closed) return;
  TraceRead read = front.finish();
  result.trace = std::move(read.trace);
  result.input_xxh3 = closing.input_xxh3.empty() ? hash.finish(result.trials) : closing.input_xxh3;
  closed = true;
}

Engine::Engine(const EngineOptions& options) {
  (void)kernels::chosen_target();  // may throw, push() may not
  impl_ = std::make_unique<Impl>(options);
}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

EngineStatus Engine::push(std::span<const double> volts) noexcept {
  const Turn turn(impl_->taken);
  if (!turn) return EngineStatus::busy;
  if (impl_->ended) return EngineStatus::finished;
  if (!impl_->has_room(volts.size())) return EngineStatus::full;
  impl_->take(volts);
  return EngineStatus::ok;
}

EngineStatus Engine::event(EventKind kind, double seconds) noexcept {
  if (!std::isfinite(seconds) || kind > EventKind::trial_stop) return EngineStatus::bad_argument;
  const Turn turn(impl_->taken);
  if (!turn) return EngineStatus::busy;
  if (impl_->ended) return EngineStatus::finished;
  return impl_->events.add({seconds, kind}) ? EngineStatus::ok : EngineStatus::full;
}

EngineStatus Engine::poll(std::span<LiveBout> bouts, std::size_t& count) noexcept {
  count = 0;
  const Turn turn(impl_->taken);
  if (!turn) return EngineStatus::busy;
  for (SampleRange bout; count < bouts.size() && impl_->live->take(bout); ++count)
    bouts[count] = impl_->describe(bout);
  return EngineStatus::ok;
}

double Engine::delay_s() const noexcept { return impl_->live->delay_s(); }

EngineStatus Engine::state(EngineState& state) const noexcept {
  const Turn turn(impl_->taken);
  if (!turn) return EngineStatus::busy;
  const Impl& self = *impl_;
  const double rate = self.options.session.rate_hz;
  state = {};
  state.recorded_s = static_cast<double>(self.samples) / rate;
  state.room_s = static_cast<double>(self.most_samples - self.samples) / rate;
  const std::int64_t fast = self.live->last_fast();
  state.moving = fast >= 0 && state.recorded_s - static_cast<double>(fast) / lever_rate_hz < moving_s;
  state.n_bouts = self.live->found();
  count_trials(self.events, state);
  state.last_cue_s = self.events.last(EventKind::cue, std::numeric_limits<double>::infinity());
  state.last_reward_s = self.events.last(EventKind::reward, std::numeric_limits<double>::infinity());
  state.noise_v = self.live->noise_v();
  const SampleFacts& facts = self.watch.facts();
  state.low_v = facts.low.volts;
  state.high_v = facts.high.volts;
  const auto all = static_cast<double>(std::max<std::int64_t>(1, self.samples));
  state.at_low = static_cast<double>(facts.low.samples) / all;
  state.at_high = static_cast<double>(facts.high.samples) / all;
  state.n_not_finite = facts.not_finite;
  return EngineStatus::ok;
}

const SessionResult& Engine::finish(const Closing& closing) {
  const Turn turn(impl_->taken);
  if (!turn) throw BadArgument("the engine: found another thread in a call on it; expected one at a time");
  Impl& self = *impl_;
  if (self.complete) return self.result;
  self.close(closing);
  analyze_trace(self.result, self.watch.facts(), self.options.parameters, self.options.threads, {});
  self.complete = true;
  return self.result;
}

const EngineOptions& Engine::options() const noexcept { return impl_->options; }

}  // namespace leverkin
