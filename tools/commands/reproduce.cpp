// leverkin reproduce: do the recordings still give these results?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/json_text.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "leverkin/pipeline.h"
#include "leverkin/results_difference.h"
#include "leverkin/version.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/system.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_reproduce {

namespace fs = std::filesystem;

constexpr double across_targets =
    1e-12;  // relative: what floating point may differ by from one CPU to another

struct Options {
  std::string results;
  SessionOptions session;
  int threads = 0;
  Output output;
};

/// A file that is removed again, whatever happens.
class TemporaryFile {
 public:
  TemporaryFile()
      : path_(fs::temp_directory_path() / fmt::format("leverkin-reproduce-{}.h5", process_id())) {}
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
    fs::remove_all(path_.string() + ".partial", ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// As it was named then, or below the folder of the results.
fs::path recording_of(const std::string& source, const fs::path& results) {
  const fs::path beside = results.parent_path() / source;
  for (const fs::path& path : {fs::path(source), beside})
    if (std::error_code error; fs::exists(path, error)) return path;
  throw Refusal(bad_input,
                fmt::format("{}: found no such file; expected the recording that was analysed", source),
                "run it from the folder in which the analysis was run");
}

/// Each session under the name that it has in the results.
std::vector<SessionSource> sources_of(const StoredResults& stored, const fs::path& results) {
  std::vector<SessionSource> sources;
  for (const StoredSubject& subject : stored.subjects)
    for (const StoredSession& session : subject.sessions)
      sources.push_back({recording_of(session.source_file, results), subject.subject,
                         session.identity.session, session.identity.group, session.identity.phase});
  return sources;
}

void analyze_again(const Options& options, const StoredResults& stored, const fs::path& out) {
  AnalyzeOptions analysis;
  analysis.parameters = stored_parameters(stored);
  analysis.session = options.session;
  analysis.threads = options.threads;
  if (!stored.review_json.empty()) analysis.review = review_from_json(stored.review_json, options.results);
  ProgressBar bar("reproduce", options.output.quiet);
  analysis.progress = bar.follow();
  const AnalyzeOutcome outcome = analyze(sources_of(stored, options.results), out, analysis);
  bar.clear();
  for (const FailedSession& failed : outcome.failed) complain(failure_text(failed));
  if (!outcome.failed.empty())
    throw Refusal(bad_input, fmt::format("{} that gave results cannot be analysed any more",
                                         counted(std::ssize(outcome.failed), "session")));
}

/// How it was named is no result; neither are sessions that gave none.
bool is_about_names(const ResultsDifference& difference) {
  return difference.place.ends_with(", source_file") || difference.place.starts_with("/failed");
}

std::string differences_text(const std::vector<ResultsDifference>& differences) {
  TextTable table({{"where", "", Align::left}, {"what differs", "", Align::left}, {"largest", "relative"}});
  for (const ResultsDifference& one : differences)
    table.add_row({one.place, one.what, std::isnan(one.largest) ? "" : fmt::format("{:.2g}", one.largest)});
  return table.text(standard_output());
}

Json differences_json(const std::vector<ResultsDifference>& differences) {
  Json rows = Json::array();
  for (const ResultsDifference& one : differences)
    rows.push_back({{"place", one.place},
                    {"what", one.what},
                    {"largest", std::isnan(one.largest) ? Json(nullptr) : Json(one.largest)}});
  return rows;
}

ExitCode run(const Options& options) {
  require_file(options.results);
  const StoredResults stored = reading_input([&] {
    check_results(options.results);
    return load_results(options.results);
  });
  const TemporaryFile again;
  analyze_again(options, stored, again.path());
  const bool same_target = stored.target == simd_target();
  std::vector<ResultsDifference> differences =
      results_differences(options.results, again.path(), same_target ? 0.0 : across_targets);
  std::erase_if(differences, is_about_names);
  const bool other_recordings = std::ranges::any_of(
      differences, [](const ResultsDifference& one) { return one.place.ends_with(", input_xxh3"); });
  const std::string measure = same_target ? "to the bit" : fmt::format("to {:g}", across_targets);
  if (options.output.json) {
    print(json_text({{"results", options.results},
                     {"reproduced", differences.empty()},
                     {"target", simd_target()},
                     {"target_of_results", stored.target},
                     {"tolerance", same_target ? 0.0 : across_targets},
                     {"version_of_results", stored.version},
                     {"differences", differences_json(differences)}}));
  } else if (!differences.empty()) {
    print(differences_text(differences));
  } else if (!options.output.quiet) {
    print(fmt::format("{}: reproduced {}\n", options.results, measure));
  }
  if (differences.empty()) return all_done;
  throw Refusal(other_recordings ? bad_input : machine_failed,
                fmt::format("{}: not reproduced {}: {}", options.results, measure,
                            counted(std::ssize(differences), "difference")),
                other_recordings ? "a recording is not the one that was analysed (input_xxh3)"
                                 : fmt::format("the results were made by leverkin {} on {}; this is {} on {}",
                                               stored.version, stored.target, version(), simd_target()));
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RESULTS", options->results, "a results file").required();
  declare(app, options->session);
  declare_threads(app, options->threads);
  declare(app, options->output, "the outcome", "differences and errors");
  return [options] { return run(*options); };
}

}  // namespace of_reproduce

const Command reproduce_command{
    .name = "reproduce",
    .arguments = "RESULTS.h5 [OPTIONS]",
    .summary = "run again from the stored configuration and compare",
    .about =
        "Analyses the recordings of a results file again, with the configuration and the decisions that "
        "are stored in it, and compares everything: to the bit where the CPU's instructions are those of "
        "then, else to 1e-12 of the largest number of a table. Every difference is listed with its place "
        "and size. Exit code 0: none; 1: there are some; 3: a recording is not there, cannot be analysed,"
        " or is not the one of then.",
    .examples = {{"leverkin reproduce results.h5", "from the folder in which the analysis was run"},
                 {"leverkin reproduce results.h5 --threads 1 --json | jq .differences", "for scripts"}},
    .declare = of_reproduce::declare,
};

}  // namespace leverkin::tools
