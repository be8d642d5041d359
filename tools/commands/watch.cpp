// leverkin watch: every session that appears in a folder is summarised.
#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <thread>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/earlier_sessions.h"
#include "commands/file_guard.h"
#include "commands/folder_watch.h"
#include "commands/input_file.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "terminal/interrupt.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/session_screen.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_watch {

namespace fs = std::filesystem;
using Clock = FolderWatch::Clock;

struct Options {
  std::string folder, out;
  AnalysisOptions analysis;
  Comparing comparing;
  Form form;
  double settle_s = 2.0, interval_s = 1.0;
  bool existing = false, once = false;
};

Clock::duration seconds(double s) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
}

/// Ends early on Ctrl-C.
void wait(Clock::duration time) {
  const auto end = Clock::now() + time;
  while (!interrupted() && Clock::now() < end)
    std::this_thread::sleep_for(std::min<Clock::duration>(std::chrono::milliseconds(50), end - Clock::now()));
}

class Watch {
 public:
  explicit Watch(Options& options)
      : options_(options),
        folder_(options.folder, seconds(options.settle_s), options.comparing.analyze.session) {}

  ExitCode run() {
    begin();
    while (!interrupted() && !done_) {
      for_settled(look());
      if (!done_) wait(seconds(options_.interval_s));
    }
    say(fmt::format("{} summarised", counted(summarised_, "session")));
    return all_done;
  }

 private:
  void begin() {
    if (!options_.existing) folder_.skip_present(Clock::now());
    const auto skipped = static_cast<std::int64_t>(folder_.size());
    say(fmt::format("watching {}{}; Ctrl-C ends", options_.folder,
                    skipped > 0 ? fmt::format(" ({} there already)", counted(skipped, "file")) : ""));
    if (skipped > 0) update_results();
  }

  /// A network drive may be away for a while.
  std::vector<fs::path> look() {
    try {
      std::vector<fs::path> found = folder_.settled(Clock::now());
      away_ = false;
      return found;
    } catch (const fs::filesystem_error& error) {
      if (!away_) warn(fmt::format("{}: cannot be listed: {}", options_.folder, error.code().message()));
      away_ = true;
      return {};
    }
  }

  void for_settled(const std::vector<fs::path>& paths) {
    std::vector<fs::path> recordings;
    for (const fs::path& path : paths)
      if (!is_results_file(path)) recordings.push_back(path);
    // Of several at once, one may belong to another's history: results first then, else the summary first.
    const bool several = recordings.size() > 1;
    if (several) update_results();
    const std::int64_t before = summarised_;
    for (const fs::path& path : recordings) {
      if (interrupted() || done_) return;
      summarise(path);
    }
    if (!several && summarised_ > before) update_results();
  }

  void summarise(const fs::path& path) {
    try {
      const std::string text = told(digest(path), options_.form);
      print((summarised_ > 0 && !options_.form.json && !options_.form.line ? "\n" : "") + text);
      ++summarised_;
      const bool nobody_reads = finish_output() != 0;
      done_ = options_.once || nobody_reads;
    } catch (const std::exception& error) {
      if (interrupted()) return;
      const std::string what = error.what();
      const bool named = what.find(path.string()) != std::string::npos;
      warn(named ? what : fmt::format("{}: {}", path.string(), what));
    }
  }

  SessionDigest digest(const fs::path& path) {
    Comparing& comparing = options_.comparing;
    Session session(path, comparing.analyze.session);
    const SessionResult result = analyze_session(session, comparing.analyze.parameters, 0);
    comparing.results = !options_.out.empty() && is_results_file(options_.out) ? options_.out : "";
    const History history =
        earlier_sessions(result.info.identity, comparing, [this] { return recordings(); });
    return digest_session(result, history, comparing.analyze.parameters);
  }

  [[nodiscard]] std::vector<SessionSource> recordings() const {
    return find_sessions({options_.folder}, nullptr, options_.comparing.analyze.session);
  }

  /// All sessions of the folder into the results file; the older file stays until the new one is whole.
  void update_results() {
    if (options_.out.empty() || interrupted()) return;
    AnalyzeOptions analyze_options = options_.comparing.analyze;
    ProgressBar bar("results", options_.comparing.quiet);
    analyze_options.progress = bar.follow();
    try {
      const AnalyzeOutcome outcome = analyze(recordings(), options_.out, analyze_options);
      bar.clear();
      if (outcome.analysed > 0)
        say(fmt::format("wrote {}: {}, {} failed", options_.out, counted(outcome.analysed, "session"),
                        outcome.failed.size()));
    } catch (const Cancelled&) {
    } catch (const std::exception& error) {
      bar.clear();
      complain(fmt::format("{} was not brought up to date: {}", options_.out, error.what()));
    }
  }

  void say(const std::string& text) const {
    if (!options_.comparing.quiet) message(text);
  }

  Options& options_;
  FolderWatch folder_;
  std::int64_t summarised_ = 0;
  bool done_ = false, away_ = false;
};

void check(const Options& options) {
  if (!fs::is_directory(options.folder))
    throw Refusal(wrong_usage, fmt::format("{}: no such folder", options.folder));
  if (!options.out.empty()) check_results_name(options.out);
  if (!options.out.empty() && fs::exists(options.out) && !is_results_file(options.out))
    throw Refusal(wrong_usage, fmt::format("--out {}: there already, and not a results file", options.out),
                  "expected a new name, or results to replace");
}

ExitCode run(Options& options) {
  if (options.comparing.outside_files) guard_files(true);
  check(options);
  options.comparing.analyze.parameters = resolve(options.analysis);
  options.form.indent = -1;
  return Watch(options).run();
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("DIR", options->folder, "where recordings appear, in folders below it, too").required();
  app.add_option("--out", options->out, "results of all sessions in DIR, written anew after every one")
      .type_name("RESULTS.h5");
  declare(app, options->analysis);
  declare(app, options->comparing.analyze.session);
  declare(app, options->form);
  app.add_flag("--existing", options->existing, "also summarise what is there already");
  app.add_flag("--once", options->once, "end after the first session");
  app.add_option("--settle", options->settle_s, "s without a change until a file counts as complete")
      .type_name("S")
      .check(positive_number())
      .capture_default_str();
  app.add_option("--interval", options->interval_s, "s between two looks at the folder")
      .type_name("S")
      .check(positive_number())
      .capture_default_str();
  declare_outside_files(app, options->comparing.outside_files);
  declare_quiet(app, options->comparing.quiet, "summaries, warnings and errors");
  return [options] { return run(*options); };
}

}  // namespace of_watch

const Command watch_command{
    .name = "watch",
    .arguments = "DIR [OPTIONS]",
    .summary = "summarise every session that appears in a folder",
    .about =
        "Waits for recordings, and summarises each as soon as it is complete, beside the animal's earlier "
        "sessions. A file that is not a session is warned of once, and tried again when it changes. Ctrl-C "
        "ends.",
    .examples = {{"leverkin watch /data/rig1 --out /data/rig1.results.h5", "a screen per session"},
                 {"leverkin watch /data/rig1 --line >> lablog.txt", "a line per session"},
                 {"leverkin watch /data/rig1 --once --json", "for scripts: wait for one session"}},
    .declare = of_watch::declare,
};

}  // namespace leverkin::tools
