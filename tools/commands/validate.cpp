// leverkin validate: how right is a profile, where it is known what the animal did?
#include "leverkin/validate.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/command.h"
#include "commands/json_text.h"
#include "commands/output_file.h"
#include "commands/run_options.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "leverkin/whole_file.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_validate {

struct Options {
  std::vector<std::string> profiles;
  std::string out;
  ValidateOptions validation;
  Output output;
};

// A number of a row, by the name that tables and programs know it by.
struct Quantity {
  const char* name;
  double (*of)(const ValidationRow&);
};

const std::vector<Quantity>& quantities() {
  static const std::vector<Quantity> all{
      {"n", [](const ValidationRow& r) { return static_cast<double>(r.n); }},
      {"recall", [](const ValidationRow& r) { return r.recall; }},
      {"split", [](const ValidationRow& r) { return r.split; }},
      {"split_moving", [](const ValidationRow& r) { return r.split_moving; }},
      {"merged", [](const ValidationRow& r) { return static_cast<double>(r.merged); }},
      {"false_per_minute", [](const ValidationRow& r) { return r.false_per_minute; }},
      {"onset_n", [](const ValidationRow& r) { return static_cast<double>(r.onset.n); }},
      {"onset_median_s", [](const ValidationRow& r) { return r.onset.median_s; }},
      {"onset_iqr_s", [](const ValidationRow& r) { return r.onset.iqr_s; }},
      {"onset_p95_s", [](const ValidationRow& r) { return r.onset.p95_s; }},
      {"onset_within_2sd", [](const ValidationRow& r) { return r.onset.within_2sd; }},
      {"offset_n", [](const ValidationRow& r) { return static_cast<double>(r.offset.n); }},
      {"offset_median_s", [](const ValidationRow& r) { return r.offset.median_s; }},
      {"offset_iqr_s", [](const ValidationRow& r) { return r.offset.iqr_s; }},
      {"offset_p95_s", [](const ValidationRow& r) { return r.offset.p95_s; }},
      {"offset_within_2sd", [](const ValidationRow& r) { return r.offset.within_2sd; }},
      {"onset_1pct_median_s", [](const ValidationRow& r) { return r.onset_1pct.median_s; }},
      {"onset_1pct_p95_s", [](const ValidationRow& r) { return r.onset_1pct.p95_s; }},
      {"offset_1pct_median_s", [](const ValidationRow& r) { return r.offset_1pct.median_s; }},
      {"offset_1pct_p95_s", [](const ValidationRow& r) { return r.offset_1pct.p95_s; }},
  };
  return all;
}

constexpr std::string_view first_words = "profile,recording,movements";

std::string csv_of(const std::vector<ValidationRow>& rows) {
  std::string text(first_words);
  for (const Quantity& quantity : quantities()) text += fmt::format(",{}", quantity.name);
  for (const ValidationRow& row : rows) {
    text += fmt::format("\n{},\"{}\",\"{}\"", row.profile, row.recording, row.movements);
    for (const Quantity& quantity : quantities()) text += fmt::format(",{}", quantity.of(row));
  }
  return text + "\n";
}

Json json_of(const std::vector<ValidationRow>& rows) {
  Json list = Json::array();
  for (const ValidationRow& row : rows) {
    Json one{{"profile", row.profile}, {"recording", row.recording}, {"movements", row.movements}};
    for (const Quantity& quantity : quantities()) one[quantity.name] = quantity.of(row);
    list.push_back(one);
  }
  return {{"rows", list}};
}

// "+0.1/4": median and 95 % in ms.
std::string timing_text(const TimingErrors& errors) {
  if (errors.n == 0) return "-";
  return fmt::format("{:+.1f}/{:.0f}", 1000.0 * errors.median_s, 1000.0 * errors.p95_s);
}

std::string table_of(const std::vector<ValidationRow>& rows, const std::string& profile) {
  TextTable table({{profile, "recording", Align::left},
                   {"true", "n"},
                   {"found", "%"},
                   {"split", "%"},
                   {"false", "/min"},
                   {"onset", "ms"},
                   {"offset", "ms"},
                   {"1 %", "ms"},
                   {"2 sd", "%"}});
  for (const ValidationRow& row : rows)
    if (row.profile == profile)
      table.add_row({row.movements == "all" ? row.recording : "  " + row.movements, std::to_string(row.n),
                     percent(row.recall), percent(row.split), number(row.false_per_minute, 2),
                     timing_text(row.onset), timing_text(row.offset), timing_text(row.onset_1pct),
                     percent(row.onset.within_2sd)});
  return table.text(standard_output());
}

ExitCode run(Options& options) {
  if (options.profiles.empty()) options.profiles = profile_names();
  std::vector<Parameters> profiles;
  for (const std::string& name : options.profiles) profiles.push_back(profile(name));
  if (!options.out.empty()) require_replaceable(options.out, first_words, "a table of validate");
  ProgressBar bar("validate", options.output.quiet);
  options.validation.progress = bar.follow("recordings");
  const auto rows = validate(profiles, options.validation);
  bar.clear();
  if (!options.out.empty()) write_whole_file(options.out, csv_of(rows));
  if (options.output.json) {
    print(json_text(json_of(rows)));
  } else if (!options.output.quiet) {
    for (const std::string& name : options.profiles) print(table_of(rows, name));
    message(
        "onset, offset: error against where the shape begins and ends, median/95 % of its size, for edges "
        "of at least 0.75 V/s; 1 %: the same for the passage of 1 % of the peak");
  }
  return all_done;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--profile", options->profiles, "which profiles [all]")
      .type_name("P...")
      .check(one_of(profile_names()));
  app.add_option("--out", options->out, "the table as CSV, in seconds").type_name("TABLE.csv");
  app.add_option("--minutes", options->validation.minutes, "length of most recordings")
      .type_name("M")
      .check(positive_number())
      .default_str("10");
  app.add_option("--seed", options->validation.seed, "same seed, same numbers")
      .type_name("K")
      .check(whole_number(0))
      .capture_default_str();
  declare_threads(app, options->validation.threads);
  declare(app, options->output, "the table");
  return [options] { return run(*options); };
}

}  // namespace of_validate

const Command validate_command{
    .name = "validate",
    .arguments = "[--profile P...] [--out TABLE.csv] [OPTIONS]",
    .summary = "how right a profile is, on simulated sessions with known truth",
    .about =
        "Simulates sessions with more noise, mains, drift, tremor, ringing and other shapes of movement, "
        "analyses them with each profile, and compares with what really happened: how many movements are "
        "found, split, invented, and how far off onsets and offsets are.",
    .examples = {{"leverkin validate", "all profiles"},
                 {"leverkin validate --profile leverkin --minutes 60 --json", "one of them, as JSON"}},
    .declare = of_validate::declare,
};

}  // namespace leverkin::tools
