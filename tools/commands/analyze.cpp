// leverkin analyze: session files in, one results file out.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/summary_json.h"
#include "leverkin/pipeline.h"
#include "terminal/interrupt.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths;
  std::string out;
  AnalysisOptions analysis;
  std::string gaps, tolerance;  ///< as text, so that they pass through the same checks as --set
  bool pairwise = false, keep_traces = false;
  std::string review;
  AnalyzeOptions analyze;
  bool json = false, quiet = false;
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

std::vector<SessionSource> sources_of(const Options& options) {
  std::vector<fs::path> paths(options.paths.begin(), options.paths.end());
  for (const fs::path& path : paths) {
    if (!fs::exists(path))
      throw Refusal(wrong_usage, fmt::format("{}: no such file or folder", path.string()));
  }
  std::vector<SessionSource> sources;
  try {
    sources = find_sessions(paths);
  } catch (const BadArgument& error) {  // a manifest that cannot be read: the input is bad, not the command
    throw Refusal(bad_input, error.what());
  }
  if (sources.empty()) {
    throw Refusal(bad_input, fmt::format("{}: no session files there", options.paths.front()),
                  "session files end in .nwb, .h5 or .hdf5; results files are skipped");
  }
  return sources;
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

ExitCode run(Options& options) {
  options.analyze.parameters = parameters_of(options);
  if (!options.review.empty())
    options.analyze.review = review_from_json(read_text(options.review), options.review);
  if (fs::is_directory(options.out)) {
    throw Refusal(wrong_usage, fmt::format("--out {}: a folder, expected the name of a file", options.out));
  }
  const auto sources = sources_of(options);
  ProgressBar bar("analyze", options.quiet);
  options.analyze.progress = [&](const Progress& progress) {
    bar.show(progress);
    return !interrupted();
  };
  const AnalyzeOutcome outcome = [&] {
    try {
      return analyze(sources, options.out, options.analyze);
    } catch (const Cancelled&) {
      throw Refusal(machine_failed, "stopped; no results file was written");
    }
  }();
  bar.clear();

  for (const FailedSession& failed : outcome.failed) complain(failure_text(failed));
  if (!options.quiet) {
    for (const std::string& warning : outcome.warnings) warn(warning);
  }
  const StoredResults results = outcome.analysed > 0 ? load_results(options.out) : StoredResults{};
  const auto subjects = count(results, outcome.failed);
  if (options.json) {
    print(json_text(outcome_json(options, outcome, subjects, bar.elapsed_s())));
  } else if (!options.quiet && outcome.analysed > 0) {
    print(table_text(subjects));
  }
  if (outcome.analysed == 0) {
    throw Refusal(bad_input, fmt::format("none of {} could be analysed; no results file was written",
                                         counted(std::ssize(sources), "session")));
  }
  if (!options.quiet) {
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
  app.add_option("--review", options->review, "decisions made by hand in a report page")
      .type_name("DECISIONS.json");
  app.add_option("--lever", options->analyze.session.lever,
                 "the lever's series in NWB files, where it is not plain")
      .type_name("NAME");
  app.add_option("--threads", options->analyze.threads, "0: one per core; never changes the numbers")
      .type_name("N")
      .check(whole_number(0))
      .capture_default_str();
  app.add_flag("--resume", options->analyze.resume,
               "keep checkpoints, and go on where an interrupted run with --resume stopped");
  app.add_flag("--json", options->json, "the outcome as JSON");
  app.add_flag("--quiet", options->quiet, "say nothing but errors");
  return [options] { return run(*options); };
}

}  // namespace

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
                 {"leverkin analyze m1.nwb --out m1.h5 --keep-traces --json | jq .subjects", "for scripts"}},
    .declare = declare,
};

}  // namespace leverkin::tools
