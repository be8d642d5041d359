// leverkin live: follows a recording while it is made, and ends with its results.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/earlier_sessions.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "leverkin/engine.h"
#include "leverkin/pipeline.h"
#include "terminal/interrupt.h"
#include "terminal/live_view.h"
#include "terminal/quantities.h"
#include "terminal/session_screen.h"
#include "terminal/system.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_live {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string file, out;
  AnalysisOptions analysis;
  Comparing comparing;
  bool alone = false;
  Form form;
  double idle_s = 30.0, settle_s = 2.0, interval_s = 0.2, max_hours = 4.0;
};

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

/// The samples and trials of a file as it grows. The file is opened anew for every look: HDF5 then sees all
/// that its writer has flushed, and no lock of ours is ever in the writer's way.
class Follower {
 public:
  explicit Follower(Options& options) : options_(options), view_(options.file, options.comparing.quiet) {}

  ExitCode run() {
    view_.say(fmt::format("following {}; Ctrl-C ends and {}", options_.file,
                          options_.out.empty() ? "summarises" : "writes " + options_.out));
    while (!interrupted() && !ended()) {
      look();
      show();
      pause();
    }
    view_.clear();
    return finish();
  }

 private:
  /// Takes in what is new. A file that cannot be opened now may be one that its writer is just changing.
  void look() {
    try {
      Session session(options_.file, options_.comparing.analyze.session);
      take(session);
      trouble_.clear();
    } catch (const Error& error) {
      if (engine_full_) throw;
      trouble_ = error.what();
    }
  }

  void take(Session& session) {
    const SessionInfo& info = session.info();
    writing_ = info.being_written;
    was_written_ = was_written_ || writing_;
    stamped_ = !info.regular;
    trials_ = session.trials();
    if (!stamped_ && !engine_) begin(info);
    if (info.samples > seen_) grew_ = Clock::now();
    if (stamped_) {
      seen_ = info.samples;
      return;
    }
    read_on(session);
    tell_trials();
  }

  void begin(const SessionInfo& info) {
    EngineOptions engine;
    engine.parameters = options_.comparing.analyze.parameters;
    engine.session = info;
    engine.max_hours = std::max(options_.max_hours, 1.1 * info.duration_s / 3600.0);
    engine_.emplace(engine);
  }

  void read_on(Session& session) {
    constexpr std::int64_t block = 65536;
    std::vector<double> volts;
    while (seen_ < session.info().samples && !interrupted()) {
      volts.resize(static_cast<std::size_t>(std::min(block, session.info().samples - seen_)));
      session.read_volts(seen_, volts);
      if (engine_->push(volts) == EngineStatus::full) {
        engine_full_ = true;
        throw Refusal(bad_input,
                      fmt::format("{}: longer than --max-hours {}", options_.file, options_.max_hours),
                      "`leverkin analyze` takes recordings of any length");
      }
      seen_ += std::ssize(volts);
      show();
    }
  }

  /// For the view only: the result takes the table as the file has it in the end.
  void tell_trials() {
    const auto tell = [&](EventKind kind, double t) {
      if (!std::isnan(t)) (void)engine_->event(kind, t);
    };
    const auto n = static_cast<std::size_t>(trials_.size());
    // The last trial may have been written in part only.
    for (std::size_t i = told_ > 0 ? told_ - 1 : 0; i < n; ++i) {
      tell(EventKind::trial_start, trials_.start_s[i]);
      tell(EventKind::cue, trials_.cue_s[i]);
      tell(EventKind::reward, trials_.reward_s[i]);
    }
    told_ = n;
  }

  void show() {
    if (!engine_) return view_.waiting(stamped_ ? "time stamps: analysed when the recording ends" : trouble_);
    LiveBout bout;
    std::size_t count = 0;
    while (engine_->poll({&bout, 1}, count) == EngineStatus::ok && count > 0) last_bout_ = bout;
    EngineState state;
    if (engine_->state(state) != EngineStatus::ok) return;
    view_.show({engine_->options().session.identity, state, last_bout_, writing_,
                seen_ > 0 ? seconds_since(grew_) : 0.0});
  }

  void pause() const {
    const auto end = Clock::now() + std::chrono::duration<double>(options_.interval_s);
    while (!interrupted() && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  /// Whether somebody writes on a file is known in SWMR mode only; others are whole once they rest.
  bool ended() {
    if (seen_ > 0 && !writing_ && trouble_.empty() && seconds_since(grew_) >= settle_s()) return true;
    if (seconds_since(grew_) < options_.idle_s) return false;
    if (seen_ == 0)
      throw Refusal(bad_input, trouble_.empty() ? options_.file + ": no samples came" : trouble_,
                    fmt::format("waited {:g} s (--idle)", options_.idle_s));
    view_.clear();
    warn(fmt::format("{}: no new samples for {:g} s; taken as the end of the recording (--idle)",
                     options_.file, options_.idle_s));
    return true;
  }

  /// A writer in SWMR mode has closed the file: two looks are enough.
  [[nodiscard]] double settle_s() const {
    return was_written_ ? 2.0 * options_.interval_s : options_.settle_s;
  }

  ExitCode finish() {
    if (seen_ == 0) throw Refusal(bad_input, options_.file + ": nothing was recorded yet");
    forget_interrupt();
    SessionResult whole;
    const SessionResult* result = nullptr;
    if (stamped_) {
      Session session(options_.file, options_.comparing.analyze.session);
      whole = analyze_session(session, options_.comparing.analyze.parameters, 0);
      result = &whole;
    } else {
      result = &engine_->finish({&trials_, hash_of_file(), writing_});
    }
    if (!options_.out.empty()) {
      write_results(*result, options_.out, options_.comparing.analyze.parameters, 0);
      view_.say(fmt::format("wrote {} ({})", options_.out, bytes_text(fs::file_size(options_.out))));
    }
    const History history =
        options_.alone ? History{} : earlier_sessions(result->info.identity, options_.comparing, [&] {
          return recordings_beside(options_.file, options_.comparing.analyze.session);
        });
    print(told(digest_session(*result, history, options_.comparing.analyze.parameters), options_.form));
    return all_done;
  }

  /// As `analyze` would find it, where the file can still be read and holds what was followed; else empty:
  /// the engine's own, of the samples in volts.
  [[nodiscard]] std::string hash_of_file() const {
    const SessionInfo& info = engine_->options().session;
    const bool as_stored = info.storage.starts_with("float64") && info.volts_per_count == 1.0 &&
                           info.offset_v == 0.0 && info.clock_offset_s == 0.0;
    if (as_stored) return {};
    try {
      Session session(options_.file, options_.comparing.analyze.session);
      return session.info().samples == seen_ ? session.input_xxh3() : std::string();
    } catch (const Error&) {
      return {};
    }
  }

  Options& options_;
  LiveView view_;
  std::optional<Engine> engine_;
  TrialTable trials_;
  std::optional<LiveBout> last_bout_;
  std::string trouble_;
  std::int64_t seen_ = 0;
  std::size_t told_ = 0;
  bool writing_ = false, was_written_ = false, stamped_ = false, engine_full_ = false;
  Clock::time_point grew_ = Clock::now();
};

ExitCode run(Options& options) {
  if (fs::is_directory(options.file))
    throw Refusal(wrong_usage, options.file + ": a folder, expected the file that is being recorded",
                  "`leverkin watch` looks after folders");
  if (!options.out.empty()) check_results_name(options.out);
  if (!options.out.empty() && fs::exists(options.out) && !is_results_file(options.out))
    throw Refusal(wrong_usage, fmt::format("--out {}: there already, and not a results file", options.out),
                  "expected a new name, or results to replace");
  // A writer that is not in SWMR mode holds a lock; reading beside it is best effort, and said to be.
  set_environment("HDF5_USE_FILE_LOCKING", "FALSE", false);
  options.comparing.analyze.parameters = resolve(options.analysis);
  return Follower(options).run();
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "the session file that is being recorded; may not be there yet")
      .required();
  app.add_option("--out", options->out, "where the results go when the session ends").type_name("RESULTS.h5");
  declare(app, options->analysis);
  declare(app, options->comparing.analyze.session);
  app.add_option("--history", options->comparing.results, "a results file with the animal's earlier sessions")
      .type_name("RESULTS.h5");
  app.add_flag("--no-history", options->alone, "without earlier sessions");
  declare(app, options->form);
  app.add_option("--idle", options->idle_s, "s without new samples after which the recording counts as ended")
      .type_name("S")
      .check(positive_number())
      .capture_default_str();
  app.add_option("--settle", options->settle_s,
                 "s without new samples after which a file that is not in SWMR mode counts as whole")
      .type_name("S")
      .check(positive_number())
      .capture_default_str();
  app.add_option("--interval", options->interval_s, "s between two looks at the file")
      .type_name("S")
      .check(positive_number())
      .capture_default_str();
  app.add_option("--max-hours", options->max_hours, "memory is taken for so long a session at the beginning")
      .type_name("H")
      .check(positive_number())
      .capture_default_str();
  declare_quiet(app, options->comparing.quiet, "the summary, warnings and errors");
  return [options] { return run(*options); };
}

}  // namespace of_live

const Command live_command{
    .name = "live",
    .arguments = "FILE [--out RESULTS.h5] [OPTIONS]",
    .summary = "follow a file while it is being recorded",
    .about =
        "Shows how the session stands, and when it ends writes its results, which are those of `analyze`, "
        "and "
        "prints its summary. Guaranteed for files that are written in HDF5's SWMR mode (a single writer, "
        "many "
        "readers), also when the writer dies; for other writers as far as what they have written can be "
        "read. "
        "Ctrl-C ends early, and cleanly. Bouts shown on the way are provisional.",
    .examples = {{"leverkin live today.h5 --out today.results.h5", "until the writer closes the file"},
                 {"leverkin live today.h5 --history lab.results.h5 --line >> lablog.txt",
                  "a line for the lab log"}},
    .declare = of_live::declare,
};

}  // namespace leverkin::tools
