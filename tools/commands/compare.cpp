// leverkin compare: what do other profiles make of the same sessions, and how do somebody's own numbers
// differ?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "commands/command.h"
#include "commands/found_sessions.h"
#include "commands/input_file.h"
#include "commands/json_text.h"
#include "commands/other_numbers.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "leverkin/error.h"
#include "leverkin/sweep.h"
#include "terminal/findings_text.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_compare {

struct Options {
  std::vector<std::string> paths;
  std::string profiles = "chen2015,leverkin";
  std::string against;
  OtherOptions other;
  SessionOptions session;
  int threads = 0;
  Output output;
};

std::vector<Parameters> profiles_of(const std::string& text) {
  std::vector<Parameters> profiles;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    profiles.push_back(profile(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (profiles.size() < 2)
    throw Refusal(wrong_usage, fmt::format("--profiles {}: expected two or more", text),
                  "for example --profiles chen2015,leverkin");
  return profiles;
}

void print_table(const SweepResult& result) {
  TextTable table({{"subject", "", Align::left},
                   {"session", ""},
                   {"profile", "", Align::left},
                   {"bouts", ""},
                   {"used", ""},
                   {"reaction", "s"},
                   {"within", "r"},
                   {"across", "r"},
                   {"onsets", "ms later"}});
  for (std::size_t s = 0; s < result.sessions.size(); ++s)
    for (std::size_t p = 0; p < result.settings.size(); ++p) {
      const SweepSession& one = result.of[p][s];
      table.add_row({p == 0 ? result.sessions[s].subject : "",
                     p == 0 ? std::to_string(result.sessions[s].session) : "", result.settings[p].profile,
                     std::to_string(one.n_bouts), std::to_string(one.n_movements),
                     number(one.median_reaction_time_s, 3), number(one.within_r, 3), number(one.across_r, 3),
                     p == 0 ? "" : number(1000.0 * one.onset_shift_s, 0)});
    }
  print(table.text(standard_output()));
  print(findings_text(grouped(result.findings, std::ssize(result.sessions))));
}

void print_json(const SweepResult& result) {
  Json rows = Json::array();
  for (std::size_t s = 0; s < result.sessions.size(); ++s)
    for (std::size_t p = 0; p < result.settings.size(); ++p) {
      const SweepSession& one = result.of[p][s];
      rows.push_back({{"subject", result.sessions[s].subject},
                      {"session", result.sessions[s].session},
                      {"profile", result.settings[p].profile},
                      {"n_bouts", one.n_bouts},
                      {"n_movements", one.n_movements},
                      {"moving_fraction", one.moving_fraction},
                      {"median_reaction_time_s", one.median_reaction_time_s},
                      {"within_r", one.within_r},
                      {"across_r", one.across_r},
                      {"onset_shift_s", one.onset_shift_s}});
    }
  print(json_text({{"rows", rows}, {"findings", findings_json(result.findings)}}));
}

// ---- against numbers that are there already -----------------------------------------------------------

std::string value_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.6g}", value); }

void print_differences(const OtherNumbers& found) {
  TextTable table({{"theirs", "", Align::left},
                   {"ours", "", Align::left},
                   {"differ", ""},
                   {"worst at", "", Align::left},
                   {"theirs", ""},
                   {"ours", ""},
                   {"apart", ""}});
  for (const Difference& one : found.differences)
    if (one.differing > 0)
      table.add_row({one.theirs, one.ours, fmt::format("{} of {}", one.differing, one.compared), one.where,
                     value_text(one.their_value), value_text(one.our_value), value_text(one.largest)});
  print(table.text(standard_output()));
  for (const Difference& one : found.differences) {
    if (!one.taken.empty()) print(fmt::format("{}: taken {}\n", one.theirs, one.taken));
    if (!one.why.empty()) print(fmt::format("{}: {}\n", one.theirs, one.why));
    if (!one.note.empty()) print(fmt::format("{}: {}\n", one.theirs, one.note));
  }
}

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

void print_json(const OtherNumbers& found) {
  Json rows = Json::array();
  for (const Difference& one : found.differences)
    rows.push_back({{"theirs", one.theirs},
                    {"ours", one.ours},
                    {"compared", one.compared},
                    {"differing", one.differing},
                    {"where", one.where},
                    {"their_value", number_json(one.their_value)},
                    {"our_value", number_json(one.our_value)},
                    {"largest", number_json(one.largest)},
                    {"taken", one.taken},
                    {"why", one.why},
                    {"note", one.note}});
  print(json_text({{"differences", rows}, {"unknown", found.unknown}}));
}

ExitCode run_against(const Options& options) {
  if (options.paths.size() != 1)
    throw Refusal(wrong_usage,
                  fmt::format("--against compares one results file; found {}", options.paths.size()));
  const std::string& path = options.paths.front();
  require_file(path);
  require_file(options.against);
  const OtherNumbers found = reading_input([&] {
    const StoredResults results = load_results(path);
    return is_results_file(options.against)
               ? against_results(path, results, options.against)
               : against_variables(path, results, options.against, options.other);
  });
  options.output.json ? print_json(found) : print_differences(found);
  if (options.output.quiet) return all_done;
  for (const std::string& name : found.unknown)
    message(fmt::format("{}: matches nothing by name and size; --pair {}=QUANTITY says what it is", name,
                        name.substr(0, name.find(' '))));
  const auto same = std::ranges::count(found.differences, 0, &Difference::differing);
  message(fmt::format("{} quantities compared, {} the same", found.differences.size(), same));
  if (found.differences.empty())
    throw Refusal(bad_input, fmt::format("{}: nothing to compare", options.against));
  return all_done;
}

ExitCode run(const Options& options) {
  if (!options.against.empty()) return run_against(options);
  const std::vector<Parameters> profiles = profiles_of(options.profiles);
  std::vector<std::string> notes;
  const auto sources = found_sessions(options.paths, options.session, notes, options.output.quiet);
  ProgressBar bar("compare", options.output.quiet);
  const auto result = reading_input(
      [&] { return sweep(sources, profiles, options.threads, bar.follow("steps"), options.session); });
  bar.clear();
  for (const FailedSession& failed : result.failed) warn(failure_text(failed));
  if (result.sessions.empty()) throw Refusal(bad_input, "no session could be read");
  options.output.json ? print_json(result) : print_table(result);
  return result.failed.empty() ? all_done : some_failed;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths,
                 "session files, folders, CSV manifests; with --against: one results file")
      .required();
  app.add_option(
         "--against", options->against,
         "numbers that are there already: another results file, or variables of a MAT (7.3) or HDF5 file")
      .type_name("OTHER");
  app.add_option("--subject", options->other.subject, "with --against: the animal that the variables are of")
      .type_name("NAME");
  app.add_option("--session", options->other.session, "with --against: the session that they are of")
      .type_name("N")
      .check(whole_number(1));
  app.add_option("--pair", options->other.pairs,
                 "with --against: what a variable is, where its name does not say")
      .type_name("VARIABLE=QUANTITY")
      .one_value();
  app.add_option("--profiles", options->profiles, "which, separated by commas; the first is the measure")
      .type_name("P,P...")
      .capture_default_str();
  declare(app, options->session);
  declare_threads(app, options->threads);
  declare(app, options->output, "the table");
  return [options] { return run(*options); };
}

}  // namespace of_compare

const Command compare_command{
    .name = "compare",
    .arguments = "RESULTS.h5 --against OTHER | PATH... [--profiles P,P...]",
    .summary = "other profiles, or somebody's own numbers, side by side",
    .about =
        "Analyses every session with several profiles and shows their bouts, used movements, reaction times "
        "and learning curves side by side, and how far apart their onsets are. With --against: a results "
        "file "
        "beside another one, column by column, or beside the variables of a script (masks, onsets, reaction "
        "times, movements, correlograms), the worst difference first, and which known quirk of the scripts "
        "explains it.",
    .examples = {{"leverkin compare results.h5 --against old.mat --subject m07",
                  "numbers of a MATLAB script"},
                 {"leverkin compare new.h5 --against old.h5", "two results files"},
                 {"leverkin compare mice --profiles chen2015,leverkin", "the published one and our own"}},
    .declare = of_compare::declare,
};

}  // namespace leverkin::tools
