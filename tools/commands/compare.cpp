// leverkin compare: what do other profiles make of the same sessions?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/json_text.h"
#include "commands/run_options.h"
#include "leverkin/error.h"
#include "leverkin/sweep.h"
#include "terminal/interrupt.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace {

constexpr double much_s = 0.02;  // of difference between the onsets of two profiles

struct Options {
  std::vector<std::string> paths;
  std::string profiles = "chen2015,leverkin";
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
  print(json_text({{"rows", rows}}));
}

ExitCode run(const Options& options) {
  const std::vector<Parameters> profiles = profiles_of(options.profiles);
  ProgressBar bar("compare", options.output.quiet);
  const auto result = reading_input([&] {
    return sweep(find_sessions({options.paths.begin(), options.paths.end()}), profiles, options.threads,
                 [&](std::int64_t done, std::int64_t total) {
                   bar.show(static_cast<double>(done) / static_cast<double>(total),
                            fmt::format("{} of {} steps", done, total));
                   return !interrupted();
                 });
  });
  bar.clear();
  for (const FailedSession& failed : result.failed) warn(failure_text(failed));
  if (result.sessions.empty()) throw Refusal(bad_input, "no session could be read");
  options.output.json ? print_json(result) : print_table(result);
  for (std::size_t p = 1; p < profiles.size() && !options.output.quiet; ++p) {
    std::vector<std::string> apart;
    for (std::size_t s = 0; s < result.sessions.size(); ++s)
      if (const double shift_s = result.of[p][s].onset_shift_s; std::abs(shift_s) > much_s)
        apart.push_back(fmt::format("{} {} ({:+.0f} ms)", result.sessions[s].subject,
                                    result.sessions[s].session, 1000.0 * shift_s));
    if (!apart.empty())
      message(fmt::format(
          "{}: onsets more than {:.0f} ms from those of {} in the median of {} of {} sessions: {}",
          profiles[p].profile, 1000.0 * much_s, profiles[0].profile, apart.size(), result.sessions.size(),
          fmt::join(apart, ", ")));
  }
  return result.failed.empty() ? all_done : some_failed;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths, "session files, folders, CSV manifests").required();
  app.add_option("--profiles", options->profiles, "which, separated by commas; the first is the measure")
      .type_name("P,P...")
      .capture_default_str();
  declare_threads(app, options->threads);
  declare(app, options->output, "the table");
  return [options] { return run(*options); };
}

}  // namespace

const Command compare_command{
    .name = "compare",
    .arguments = "PATH... [--profiles P,P...]",
    .summary = "what other profiles make of the same sessions, side by side",
    .about =
        "Analyses every session with several profiles and shows their bouts, used movements, reaction times "
        "and learning curves side by side, and how far apart their onsets are.",
    .examples = {{"leverkin compare mice --profiles chen2015,leverkin", "the published one and our own"}},
    .declare = declare,
};

}  // namespace leverkin::tools
