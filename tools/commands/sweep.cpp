// leverkin sweep: would the result have been different with another setting?
#include "leverkin/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/found_sessions.h"
#include "commands/input_file.h"
#include "commands/json_text.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "leverkin/error.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_sweep {

struct Options {
  std::vector<std::string> paths;
  std::string out;
  std::string profile = "chen2015";
  std::vector<std::string> set;
  SessionOptions session;
  int threads = 0;
  Output output;
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

struct Setting {
  Parameters parameters;
  std::string text;  // "gap_ms=400 min_bout_ms=150"; of the profile itself empty
};

// The profile itself, then every combination of the values.
std::vector<Setting> grid(const Options& options) {
  std::vector<Setting> all{{profile(options.profile), ""}};
  for (const std::string& assignment : options.set) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Refusal(wrong_usage, fmt::format("--set {}: expected NAME=VALUE,VALUE,...", assignment),
                    "for example --set gap_ms=300,400,500");
    const std::string name = assignment.substr(0, equals);
    std::vector<Setting> more;
    for (const Setting& before : all)
      for (const std::string& value : split(assignment.substr(equals + 1), ',')) {
        more.push_back(before);
        set_parameter(more.back().parameters, name, value);
        more.back().text += fmt::format("{}{}={}", before.text.empty() ? "" : " ", name, value);
      }
    all = std::move(more);
  }
  const auto unchanged = std::ranges::find(all, profile(options.profile), &Setting::parameters);
  if (unchanged == all.end()) {
    all.insert(all.begin(), {profile(options.profile), options.profile});
  } else {
    std::iter_swap(all.begin(), unchanged);
  }
  return all;
}

// Over all sessions.
struct Total {
  double bouts = 0.0, movements = 0.0, reaction_s = 0.0, within_r = 0.0, onset_shift_s = 0.0;
};

Total total_of(const std::vector<SweepSession>& sessions) {
  Total total;
  const auto mean = [&](double SweepSession::*member) {
    double sum = 0.0, count = 0.0;
    for (const SweepSession& one : sessions)
      if (!std::isnan(one.*member)) sum += one.*member, count += 1.0;
    return sum / count;
  };
  for (const SweepSession& one : sessions) {
    total.bouts += static_cast<double>(one.n_bouts);
    total.movements += static_cast<double>(one.n_movements);
  }
  total.reaction_s = mean(&SweepSession::median_reaction_time_s);
  total.within_r = mean(&SweepSession::within_r);
  total.onset_shift_s = mean(&SweepSession::onset_shift_s);
  return total;
}

// "The session means of within_r lie between 0.31 and 0.35."
std::string sentence(const std::vector<Total>& totals) {
  const auto range = [&](double Total::*member, double times, std::string_view form) -> std::string {
    std::vector<double> known;
    for (const Total& one : totals)
      if (!std::isnan(one.*member)) known.push_back(times * one.*member);
    if (known.empty()) return "unknown";
    const auto [low, high] = std::ranges::minmax(known);
    return fmt::format(fmt::runtime(form), low, high);
  };
  const auto [fewest, most] = std::ranges::minmax(totals, {}, &Total::movements);
  return fmt::format(
      "{} settings: {:.0f} to {:.0f} movements used, within-session r {}, onsets later than those of the "
      "first by {} ms",
      totals.size(), fewest.movements, most.movements, range(&Total::within_r, 1.0, "from {:.3f} to {:.3f}"),
      range(&Total::onset_shift_s, 1000.0, "from {:+.0f} to {:+.0f}"));
}

void print_table(const std::vector<Setting>& settings, const std::vector<Total>& totals) {
  TextTable table({{"setting", "", Align::left},
                   {"bouts", ""},
                   {"used", "movements"},
                   {"reaction", "s"},
                   {"within", "r"},
                   {"onsets", "ms later"}});
  for (std::size_t i = 0; i < settings.size(); ++i)
    table.add_row({settings[i].text.empty() ? settings[i].parameters.profile : settings[i].text,
                   number(totals[i].bouts, 0), number(totals[i].movements, 0),
                   number(totals[i].reaction_s, 3), number(totals[i].within_r, 3),
                   number(1000.0 * totals[i].onset_shift_s, 0)});
  print(table.text(standard_output()));
}

void print_json(const std::vector<Setting>& settings, const std::vector<Total>& totals) {
  Json list = Json::array();
  for (std::size_t i = 0; i < settings.size(); ++i)
    list.push_back({{"setting", settings[i].text},
                    {"n_bouts", totals[i].bouts},
                    {"n_movements", totals[i].movements},
                    {"median_reaction_time_s", totals[i].reaction_s},
                    {"within_r", totals[i].within_r},
                    {"onset_shift_s", totals[i].onset_shift_s}});
  print(json_text({{"settings", list}}));
}

ExitCode run(const Options& options) {
  const std::vector<Setting> settings = grid(options);
  check_replacing_by_sweep(options.out);
  std::vector<Parameters> parameters;
  for (const Setting& setting : settings) parameters.push_back(setting.parameters);
  std::vector<std::string> notes;
  const auto sources = found_sessions(options.paths, options.session, notes, options.output.quiet);
  ProgressBar bar("sweep", options.output.quiet);
  const auto result = reading_input(
      [&] { return sweep(sources, parameters, options.threads, bar.follow("steps"), options.session); });
  bar.clear();
  for (const FailedSession& failed : result.failed) warn(failure_text(failed));
  if (result.sessions.empty()) throw Refusal(bad_input, "no session could be read");
  write_sweep(result, options.out);
  std::vector<Total> totals;
  for (const auto& sessions : result.of) totals.push_back(total_of(sessions));
  if (options.output.json) {
    print_json(settings, totals);
  } else if (!options.output.quiet) {
    print_table(settings, totals);
    message(sentence(totals));
  }
  return result.failed.empty() ? all_done : some_failed;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths, "session files, folders, CSV manifests").required();
  app.add_option("--set", options->set, "a parameter and its values; repeatable: every combination")
      .type_name("K=V1,V2,...")
      .required()
      .one_value();
  app.add_option("--out", options->out, "every number of every session and setting, as HDF5")
      .type_name("SWEEP.h5")
      .required();
  app.add_option("--profile", options->profile, "where the settings start from")
      .type_name("P")
      .check(one_of(profile_names()))
      .capture_default_str();
  declare(app, options->session);
  declare_threads(app, options->threads);
  declare(app, options->output, "the table");
  return [options] { return run(*options); };
}

}  // namespace of_sweep

const Command sweep_command{
    .name = "sweep",
    .arguments = "PATH... --set K=V1,V2,... --out SWEEP.h5",
    .summary = "many settings over real sessions: what depends on them",
    .about =
        "Analyses sessions with every combination of the values given, reading each recording once, and "
        "shows how bouts, used movements, reaction times and correlations move.",
    .examples = {{"leverkin sweep mice --set gap_ms=300,400,500 --out sweep.h5", "three settings"},
                 {"leverkin sweep mice --profile leverkin --set hold_ms=0,1500 --out s.h5",
                  "two of another profile"}},
    .declare = of_sweep::declare,
};

}  // namespace leverkin::tools
