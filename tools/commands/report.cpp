// leverkin report: a study on one page that needs nothing but a browser.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/output_file.h"
#include "commands/run_options.h"
#include "leverkin/results.h"
#include "leverkin/results_difference.h"
#include "leverkin/whole_file.h"
#include "report/activity_data.h"
#include "report/page_blocks.h"
#include "report/report_data.h"
#include "report/report_template.h"
#include "terminal/quantities.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_report {

namespace fs = std::filesystem;

constexpr std::string_view place_of_data = "<!-- data -->";
constexpr std::string_view first_words = "<!doctype html>";

struct Options {
  std::string results, out, activity;
  bool traces = false, quiet = false;
};

/// JSON that may stand in an HTML page: without "<", nothing in it can end its script element.
std::string for_html(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) {
    if (letter == '<')
      safe += "\\u003c";
    else
      safe += letter;
  }
  return safe;
}

/// Only an older report may be replaced: never a recording, never results.
void require_free(const fs::path& out) {
  const std::string suffix = out.extension().string();
  if (!suffix.empty() && suffix != ".html" && suffix != ".htm")
    throw Refusal(
        wrong_usage,
        fmt::format("--out {}: expected a name that ends in .html: a report is a page for a browser",
                    out.string()),
        "a browser prints it, to PDF too");
  require_replaceable(out, first_words, "a report");
}

bool any_trace(const Json& data) {
  for (const Json& subject : data.at("subjects"))
    for (const Json& session : subject.at("sessions"))
      if (session.contains("trace")) return true;
  return false;
}

/// Of these very results: what stands beside another study's lever says nothing about this one.
void require_sessions_of(const StoredActivity& activity, const StoredResults& results,
                         const std::string& path) {
  std::set<std::pair<std::string, std::int64_t>> there;
  for (const StoredSubject& subject : results.subjects)
    for (const StoredSession& session : subject.sessions)
      there.emplace(subject.subject, session.identity.session);
  for (const StoredSubjectActivity& subject : activity.subjects)
    for (const StoredSessionActivity& one : subject.sessions)
      if (!there.contains({subject.subject, one.session}))
        throw Refusal(bad_input,
                      fmt::format("{}: found {}, session {}, which the results do not hold; expected "
                                  "what `leverkin activity` made of them",
                                  path, subject.subject, one.session));
}

Json data_of(const Options& options, PageBlocks& blocks) {
  check_results(options.results);
  const StoredResults results = load_results(options.results);
  Json data = report_data(options.results, results, options.traces, blocks);
  if (options.activity.empty()) return data;
  const StoredActivity activity = load_activity(options.activity);
  require_sessions_of(activity, results, options.activity);
  data["activity"] = activity_json(activity);
  data["activity"]["file"] = fs::path(options.activity).filename().string();
  return data;
}

ExitCode run(const Options& options) {
  require_file(options.results);
  if (!options.activity.empty()) require_file(options.activity);
  require_free(options.out);
  const std::string_view page = report_template();
  if (page.empty())
    throw Refusal(machine_failed, "this leverkin was built without its report page",
                  "build it with LEVERKIN_REPORT=ON, which needs node and npm");
  const auto start = std::chrono::steady_clock::now();
  PageBlocks blocks;
  const Json data = reading_input([&] { return data_of(options, blocks); });
  if (options.traces && !any_trace(data))
    throw Refusal(wrong_usage, fmt::format("{}: it holds no traces", options.results),
                  "`leverkin analyze --keep-traces` stores them");
  const std::size_t place = page.find(place_of_data);
  std::string html(page.substr(0, place));
  html += fmt::format("<script type=\"application/json\" id=\"study\">{}</script>\n", for_html(data));
  html += blocks.html();
  html += page.substr(place + place_of_data.size());
  write_whole_file(options.out, html);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  if (!options.quiet)
    message(fmt::format("wrote {} ({}) in {}", options.out, bytes_text(html.size()),
                        duration_text(passed.count())));
  return all_done;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RESULTS", options->results, "a results file").required();
  app.add_option("--out", options->out, "where the page goes").type_name("REPORT.html").required();
  app.add_option("--activity", options->activity,
                 "what `leverkin activity` made of these results: a section of its own")
      .type_name("ACTIVITY.h5");
  app.add_flag("--traces", options->traces, "also the 1 kHz traces, where the results kept them");
  declare_quiet(app, options->quiet);
  return [options] { return run(*options); };
}

}  // namespace of_report

const Command report_command{
    .name = "report",
    .arguments = "RESULTS.h5 --out REPORT.html [--activity A.h5] [OPTIONS]",
    .summary = "one self-contained page: look, check, review",
    .about =
        "A page for any browser, without a network: how the animals learn, how alike their movements are, "
        "every trace with its movements, cues and rewards, and what to check. Decisions made on it by hand "
        "go "
        "into a small file for `leverkin analyze --review`.",
    .examples = {{"leverkin report results.h5 --out results.html", "then open it in a browser"},
                 {"leverkin analyze mice --out again.h5 --review decisions.json",
                  "what was decided on the page"}},
    .declare = of_report::declare,
};

}  // namespace leverkin::tools
