// leverkin analyze: session files in, one results file out.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/ends_soon.h"
#include "commands/file_guard.h"
#include "commands/found_sessions.h"
#include "commands/input_file.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "commands/summary_json.h"
#include "leverkin/pipeline.h"
#include "terminal/memory.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_analyze {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths;
  std::string out;
  AnalysisOptions analysis;
  std::string gaps, tolerance;  ///< as text, so that they pass through the same checks as --set
  bool pairwise = false, keep_traces = false;
  std::string review, nwb;
  AnalyzeOptions analyze;
  Output output;
  bool outside_files = false;
};

/// What became of one animal.
struct SubjectCount {
  std::int64_t sessions = 0, trials = 0, used = 0, failed = 0;
};

Parameters parameters_of(const Options& options) {
  AnalysisOptions analysis = options.analysis;
  // Before the rest of --set: what is written there in full has the last word.
  std::vector<std::string> flags;
  if (!options.gaps.empty()) flags.push_back("gaps=" + options.gaps);
  if (!options.tolerance.empty()) flags.push_back("tolerance=" + options.tolerance);
  if (options.pairwise) flags.emplace_back("pairwise=true");
  if (options.keep_traces) flags.emplace_back("keep_traces=true");
  analysis.set.insert(analysis.set.begin(), flags.begin(), flags.end());
  return resolve(analysis);
}

std::map<std::string, SubjectCount> count(const StoredResults& results,
                                          std::span<const FailedSession> failed) {
  std::map<std::string, SubjectCount> subjects;
  for (const StoredSubject& subject : results.subjects) {
    SubjectCount& row = subjects[subject.subject];
    for (const StoredSession& session : subject.sessions) {
      ++row.sessions;
      row.trials += session.summary.n_trials;
      row.used += session.summary.n_movements;
    }
  }
  for (const FailedSession& one : failed) ++subjects[one.subject].failed;
  return subjects;
}

std::string table_text(const std::map<std::string, SubjectCount>& subjects) {
  TextTable table(
      {{"subject", "", Align::left}, {"sessions", ""}, {"trials", ""}, {"used", ""}, {"failed", ""}});
  const auto add_row = [&table](const std::string& subject, const SubjectCount& row) {
    table.add_row({subject.empty() ? "(unknown)" : subject, std::to_string(row.sessions),
                   std::to_string(row.trials), std::to_string(row.used), std::to_string(row.failed)});
  };
  for (const auto& [subject, row] : subjects) {
    if (!subject.empty()) add_row(subject, row);
  }
  if (subjects.contains("")) add_row("", subjects.at(""));
  return table.text(standard_output());
}

Json outcome_json(const Options& options, const AnalyzeOutcome& outcome,
                  const std::map<std::string, SubjectCount>& subjects, double seconds) {
  Json rows = Json::array();
  for (const auto& [subject, row] : subjects) {
    rows.push_back({{"subject", subject},
                    {"sessions", row.sessions},
                    {"trials", row.trials},
                    {"used", row.used},
                    {"failed", row.failed}});
  }
  return {{"results", outcome.analysed > 0 ? Json(options.out) : Json(nullptr)},
          {"analysed", outcome.analysed},
          {"resumed", outcome.resumed},
          {"seconds", seconds},
          {"subjects", rows},
          {"failed", failed_json(outcome.failed)},
          {"warnings", outcome.warnings}};
}

/// A review replaces the one of older results: what a person decided there and not here is lost.
void warn_of_lost_decisions(const Options& options) {
  if (!is_results_file(options.out)) return;
  const std::string before = stored_review(options.out);
  if (before.empty() || options.output.quiet) return;
  const auto& now = options.analyze.review.decisions;
  const auto lost =
      std::ranges::count_if(review_from_json(before, options.out).decisions, [&](const Decision& one) {
        return std::ranges::none_of(now, [&](const Decision& other) {
          return std::tie(one.subject, one.session, one.trial) ==
                 std::tie(other.subject, other.session, other.trial);
        });
      });
  if (lost > 0)
    warn(fmt::format("{} of the results that are replaced {} not in {}", counted(lost, "decision"),
                     lost == 1 ? "is" : "are", options.review));
}

/// "stored": the decisions that the results at --out were made with.
void read_review(Options& options) {
  const bool stored = options.review == "stored";
  if (stored && !is_results_file(options.out))
    throw Refusal(wrong_usage, fmt::format("--review stored: there are no results at {}", options.out),
                  "stored: the decisions of the results that are to be replaced");
  const std::string text = stored                   ? stored_review(options.out)
                           : options.review.empty() ? std::string()
                                                    : read_text(options.review);
  if (stored && text.empty())
    throw Refusal(wrong_usage, fmt::format("--review stored: {} holds no decisions", options.out));
  if (!text.empty()) options.analyze.review = review_from_json(text, stored ? options.out : options.review);
  if (!text.empty() && !stored) warn_of_lost_decisions(options);
}

/// Where an interrupted analysis left what was finished.
std::string kept_text(const std::string& out) {
  const fs::path folder = out + ".partial";
  std::error_code error;
  if (!fs::is_directory(folder, error)) return "";
  return fmt::format(
      "what was finished is kept in {}; the same command with --resume goes on from there "
      "(docs/troubleshooting.md#stopped)",
      folder.string());
}

// What was just written whole: where it cannot be read, no input is to blame.
StoredResults read_back(const std::string& out) {
  try {
    return load_results(out);
  } catch (const BadSession& error) {
    throw Refusal(machine_failed,
                  fmt::format("the results are written, but cannot be read back: {}", error.what()));
  }
}

ExitCode run(Options& options) {
  if (options.outside_files) guard_files(true);
  options.analyze.parameters = parameters_of(options);
  check_results_name(options.out);
  options.analyze.nwb = options.nwb;
  read_review(options);
  std::vector<std::string> notes;
  const auto sources = found_sessions(options.paths, options.analyze.session, notes, options.output.quiet);
  ProgressBar bar("analyze", options.output.quiet);
  std::int64_t tens = 0;
  options.analyze.progress = [&, goes_on = bar.follow()](const Progress& progress) {
    if (progress.sessions_done / 10 > tens) {
      tens = progress.sessions_done / 10;
      return_free_memory();
    }
    return goes_on(progress);
  };
  AnalyzeOutcome outcome = [&] {
    const char* const stopped = "stopped; no results file was written";
    // A day of recording goes through its Fourier transform in one piece, for seconds.
    const EndsSoon ends_soon([&] {
      bar.clear();
      complain(stopped, kept_text(options.out));
    });
    try {
      return analyze(sources, options.out, options.analyze);
    } catch (const Cancelled&) {
      throw Refusal(machine_failed, stopped, kept_text(options.out));
    }
  }();
  bar.clear();

  for (const FailedSession& failed : outcome.failed) complain(failure_text(failed));
  if (!options.output.quiet) {
    for (const std::string& note : notes) warn(note);
    for (const std::string& warning : outcome.warnings) warn(warning);
  }
  const StoredResults results = outcome.analysed > 0 ? read_back(options.out) : StoredResults{};
  const auto subjects = count(results, outcome.failed);
  outcome.warnings.insert(outcome.warnings.begin(), notes.begin(), notes.end());
  if (options.output.json) {
    print(json_text(outcome_json(options, outcome, subjects, bar.elapsed_s())));
  } else if (!options.output.quiet && outcome.analysed > 0) {
    print(table_text(subjects));
  }
  if (outcome.analysed == 0) {
    throw Refusal(bad_input, fmt::format("none of {} could be analysed; no results file was written",
                                         counted(std::ssize(sources), "session")));
  }
  if (!options.output.quiet) {
    message(fmt::format("wrote {} ({}): {} in {}", options.out, bytes_text(fs::file_size(options.out)),
                        counted(outcome.analysed, "session"), duration_text(bar.elapsed_s())));
  }
  return outcome.failed.empty() ? all_done : some_failed;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths,
                 "session files, folders, or CSV manifests (path,subject,session,group)")
      .required();
  app.add_option("--out", options->out, "where the results go").type_name("RESULTS.h5").required();
  declare(app, options->analysis);
  app.add_option("--gaps", options->gaps,
                 "samples that are not numbers: refuse, or hold (no data there) [refuse]")
      .type_name("G")
      .check(one_of({"refuse", "hold"}));
  app.add_option("--tolerance", options->tolerance, "largest error of a median correlation [0]")
      .type_name("T");
  app.add_flag("--pairwise", options->pairwise, "also store r of every pair of movements");
  app.add_flag("--keep-traces", options->keep_traces, "also store the 1 kHz traces");
  app.add_option("--nwb", options->nwb, "also every session's and animal's results as NWB files, in a folder")
      .type_name("DIR");
  app.add_option("--review", options->review,
                 "decisions made by hand in a report page; stored: those of the results that are replaced")
      .type_name("DECISIONS.json");
  app.add_flag("--discard-review", options->analyze.discard_review,
               "replace results that hold decisions made by hand by some without");
  declare(app, options->analyze.session);
  declare_threads(app, options->analyze.threads);
  app.add_flag("--resume", options->analyze.resume, "go on where an interrupted run stopped");
  declare_outside_files(app, options->outside_files);
  declare(app, options->output, "the outcome");
  return [options] { return run(*options); };
}

}  // namespace of_analyze

const Command analyze_command{
    .name = "analyze",
    .arguments = "PATH... --out RESULTS.h5 [OPTIONS]",
    .summary = "session files in, one results file out",
    .about =
        "Finds the movements of every session, the one that earned each reward, and how alike they are "
        "within "
        "and across sessions. A session that fails is listed and never stops the others.",
    .examples = {{"leverkin analyze demo --out results.h5", "every session file under demo/"},
                 {"leverkin analyze study.csv --out results.h5 --set gap_ms=400",
                  "files and groups from a manifest, one parameter changed"},
                 {"leverkin analyze demo --out results.h5 --nwb nwb", "and as NWB, for other programs"},
                 {"leverkin analyze m1.nwb --out m1.h5 --keep-traces --json | jq .subjects", "for scripts"}},
    .declare = of_analyze::declare,
};

}  // namespace leverkin::tools
