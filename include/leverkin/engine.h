// leverkin/engine.h: the analysis inside an acquisition program, while the session runs.
//
//   samples and events -> [engine] -> bouts while they happen; the session's result when it ends
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "leverkin/parameters.h"
#include "leverkin/results.h"
#include "leverkin/session.h"

namespace leverkin {

enum class EventKind : std::uint8_t { trial_start = 0, cue = 1, reward = 2, trial_stop = 3 };

/// What became of a call. Anything but `ok` means that nothing was done.
enum class EngineStatus : std::uint8_t {
  ok,
  full,          ///< no room for these samples, or for another event (EngineOptions::max_hours)
  busy,          ///< another thread is in a call on this engine
  finished,      ///< finish() was called before
  bad_argument,  ///< a time that is not finite, or a kind that there is not
};

struct EngineOptions {
  Parameters parameters;
  /// rate_hz and identity count; path, format, dataset and storage go into the result as they are.
  SessionInfo session{.path = "live", .format = "live", .storage = "float64"};
  double max_hours = 4.0;
  int threads = 0;                ///< of finish(); 0: one per core. Never changes the numbers
  std::filesystem::path history;  ///< results file of earlier sessions, for summaries; empty: none
};

/// Parameters as in `leverkin config`, and a table [session] with subject, group, start_time, history (texts)
/// and session (a whole number), all optional. Throws BadArgument; `origin` names the text in messages.
[[nodiscard]] EngineOptions engine_options_from_toml(std::string_view toml, std::string_view origin);

/// A bout that was found while the session runs: provisional, as the published envelope needs the whole
/// session (decision 0007 says how far it is from the final one). Seconds from the first sample.
struct LiveBout {
  double onset_s = 0.0, offset_s = 0.0;
  double reward_s = 0.0;  ///< the first reward within the bout, of those that are known; NaN: none
  double cue_s = 0.0;     ///< the last cue before that reward; NaN: none
};

/// How the session stands. NaN where there is nothing yet.
struct EngineState {
  double recorded_s = 0.0;
  double room_s = 0.0;       ///< that is left
  bool moving = false;       ///< now, within about 0.2 s
  std::int64_t n_bouts = 0;  ///< provisional
  std::int64_t n_trials = 0, n_rewarded = 0;
  double last_cue_s = 0.0, last_reward_s = 0.0;
  double noise_v = 0.0;                ///< standard deviation of the lever at rest so far
  double low_v = 0.0, high_v = 0.0;    ///< range of the samples so far
  double at_low = 0.0, at_high = 0.0;  ///< fractions of the samples that equal them: much of it is clipping
  std::int64_t n_not_finite = 0;
};

/// {"provisional": true, "recorded_s": ...}: the state for programs.
[[nodiscard]] std::string to_json(const EngineState& state);

/// One session, sample by sample. All memory for recording is taken at construction: push, event and poll
/// never allocate, block or throw. Every call may come from any thread, one at a time: a second one is turned
/// away with `busy`. The result is bit for bit that of the batch analysis of the same samples and trials.
class Engine {
 public:
  /// Throws BadArgument for parameters, a rate or a length that cannot be, std::bad_alloc for too long a one.
  explicit Engine(const EngineOptions& options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Volts at session.rate_hz, following those before. Non-finite samples count as no data with gaps = hold;
  /// else finish() refuses the session, as the batch analysis does.
  EngineStatus push(std::span<const double> volts) noexcept;

  /// Seconds from the first sample. In any order, late or early; a repetition counts once. A trial goes from
  /// its start to its stop or to the next start and takes its first cue and, after it, its first reward.
  /// Without a start, a cue begins a trial, and so does a reward that no trial waits for.
  EngineStatus event(EventKind kind, double seconds) noexcept;

  /// Bouts since the last call, oldest first, as many as `bouts` has room for; the first `count` are written.
  /// The last 4096 wait to be fetched.
  EngineStatus poll(std::span<LiveBout> bouts, std::size_t& count) noexcept;

  /// A bout is found this long after it ended, at most.
  [[nodiscard]] double delay_s() const noexcept;

  EngineStatus state(EngineState& state) const noexcept;

  /// How a session ends that was also written to a file.
  struct Closing {
    const TrialTable* trials = nullptr;  ///< instead of the events; seconds from the first sample
    std::string input_xxh3;              ///< of the file; empty: of the samples as pushed, and the trials
    bool being_written = false;          ///< the file goes on saying that somebody writes on it
  };

  /// The session's result; again the same one when called again. Takes memory for a second trace and its
  /// transform; where there is none, std::bad_alloc is thrown and it can be called again. Throws BadSession
  /// for a session that cannot be analysed, BadArgument where another thread is in a call.
  const SessionResult& finish(const Closing& closing);
  const SessionResult& finish() { return finish(Closing{}); }

  [[nodiscard]] const EngineOptions& options() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leverkin
