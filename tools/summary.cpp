// leverkin summary: what the person at the rig wants to know.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <limits>

#include "analysis_options.h"
#include "command.h"
#include "input_file.h"
#include "leverkin/correlogram.h"
#include "leverkin/pipeline.h"
#include "quantities.h"
#include "summary_json.h"
#include "table.h"

namespace leverkin::tools {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

struct Options {
  std::string file;
  AnalysisOptions analysis;
  SessionOptions session;
  bool json = false;
};

/// What a reason means to somebody who has not read the method.
constexpr std::array<std::string_view, reject_reason_count> reason_words{
    "used",
    "no reward",
    "no cue",
    "cue or reward beyond the recording",
    "the lever was at rest at the reward",
    "the movement began before the cue",
    "moving shortly before the cue",
    "the recording ends within the window",
    "samples without data in the window",
    "the lever did not move in the window",
    "rejected in review",
};

using ReasonCounts = std::array<std::int64_t, reject_reason_count>;

ReasonCounts count_reasons(std::span<const TrialOutcome> outcomes) {
  ReasonCounts counts{};
  for (const TrialOutcome& outcome : outcomes) ++counts[static_cast<std::size_t>(outcome.reason)];
  return counts;
}

/// Median r over the pairs of this session's movements; NaN for fewer than two.
struct Within {
  double r = missing;
  std::int64_t pairs = 0;
};

Within within_session(const Movements& movements, const Parameters& parameters) {
  if (movements.size() < 2) return {};
  const std::vector<std::int64_t> session(static_cast<std::size_t>(movements.size()), 1);
  const Correlogram correlogram =
      correlate({.volts = movements.volts, .samples = movements.samples, .session = session},
                {.tolerance = parameters.tolerance});
  return {correlogram.within_r.front(), correlogram.n_pairs.front()};
}

Json session_json(const SessionResult& result, const Parameters& parameters, const Within& within) {
  Json json{{"kind", "session"}, {"path", result.info.path}, {"profile", parameters.profile}};
  add_identity(json, result.info.identity);
  json["rate_hz"] = result.info.rate_hz;
  json["duration_s"] = result.info.duration_s;
  json["input_xxh3"] = result.input_xxh3;
  add_summary(json, result.summary);
  json["rejected"] = rejected_json(count_reasons(result.outcomes));
  json["n_bouts"] = result.segmentation.bouts.size();
  json["no_bouts_because"] = result.segmentation.reason;
  json["noise_cutoff_v"] = result.segmentation.noise_cutoff_v;
  json["within_r"] = within.r;
  json["n_pairs"] = within.pairs;
  json["warnings"] = result.warnings;
  return json;
}

std::string fact(std::string_view what, const std::string& value, std::string_view unit,
                 const std::string& note) {
  std::string line = fmt::format("  {:<22}{:>8} {:<3}", what, value, value == "-" ? "" : unit);
  if (!note.empty()) line += "  " + styled(standard_output(), Style::dim, note);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string identity_text(const SessionIdentity& identity) {
  std::string text = identity.subject;
  text += identity.session > 0 ? fmt::format(", session {}", identity.session) : ", session not numbered";
  if (!identity.group.empty()) text += fmt::format(", group {}", identity.group);
  return text;
}

std::string rejected_text(const ReasonCounts& reasons) {
  std::int64_t rejected = 0;
  for (std::size_t i = 1; i < reasons.size(); ++i) rejected += reasons[i];
  std::string text = fact("trials rejected", std::to_string(rejected), "", "");
  for (std::size_t i = 1; i < reasons.size(); ++i) {
    if (reasons[i] > 0) text += fmt::format("    {:>6}  {}\n", reasons[i], reason_words[i]);
  }
  return text;
}

std::string session_text(const SessionResult& result, const Parameters& parameters, const Within& within) {
  const SessionSummary& summary = result.summary;
  std::string text = styled(standard_output(), Style::bold, identity_text(result.info.identity)) + "\n";
  text += fmt::format("{}: {} at {}, profile {}\n\n", result.info.path, duration_text(result.info.duration_s),
                      rate_text(result.info.rate_hz), parameters.profile);
  text += fact("trials", std::to_string(summary.n_trials), "", "");
  text += fact("rewarded", percent(summary.success_fraction), "%", counted(summary.n_rewarded, "trial"));
  text +=
      fact("movements used", std::to_string(summary.n_movements), "", "one per trial that passes every rule");
  text += rejected_text(count_reasons(result.outcomes));
  text += fact("reaction time", number(summary.median_reaction_time_s, 3), "s",
               "cue to movement, median of used");
  text += fact("cue to reward", number(summary.median_cue_to_reward_s, 3), "s", "median of used");
  const auto bouts = counted(std::ssize(result.segmentation.bouts), "movement");
  const std::string& why_none = result.segmentation.reason;
  text +=
      fact("moving", percent(summary.moving_fraction), "%", why_none.empty() ? bouts + " in all" : why_none);
  text += fact("noise", number(1e3 * result.segmentation.noise_cutoff_v, 3), "mV", "of the lever at rest");
  text += fact("alike within session", number(within.r, 3), "r",
               within.pairs > 0 ? fmt::format("median over {} of movements", counted(within.pairs, "pair"))
                                : "no pairs");
  return text;
}

ExitCode summarise_session(const Options& options) {
  const Parameters parameters = resolve(options.analysis);
  Session session = open_session(options.file, options.session);
  const SessionResult result = analyze_session(session, parameters);
  const Within within = within_session(result.movements, parameters);
  if (options.json) {
    print(json_text(session_json(result, parameters, within)));
    return all_done;
  }
  for (const std::string& warning : result.warnings) warn(warning);
  print(session_text(result, parameters, within));
  return all_done;
}

/// across_r of the session `i` with the one before it.
double across_before(const Correlogram& correlogram, std::size_t i) {
  return i == 0 || i > correlogram.across_r.size() ? missing : correlogram.across_r[i - 1];
}

double within_of(const Correlogram& correlogram, std::size_t i) {
  return i < correlogram.within_r.size() ? correlogram.within_r[i] : missing;
}

/// What somebody should know before believing the table.
std::vector<std::string> warnings_of(const StoredResults& results) {
  std::vector<std::string> warnings;
  for (const FailedSession& one : results.failed) warnings.push_back("not analysed: " + failure_text(one));
  for (const StoredSubject& subject : results.subjects) {
    for (const StoredSession& session : subject.sessions) {
      const std::string who = fmt::format("{}, session {}", subject.subject, session.identity.session);
      if (session.summary.n_trials == 0) {
        warnings.push_back(who + ": no trials in the file");
      } else if (session.summary.n_movements == 0) {
        warnings.push_back(who + ": none of its trials gave a movement");
      }
      const double rate = subject.sessions.front().rate_hz;
      // Rates of uneven time stamps vary by some per cent from day to day.
      if (std::abs(session.rate_hz - rate) > 0.2 * rate) {
        warnings.push_back(fmt::format("{}: recorded at {}, the first session at {}", who,
                                       rate_text(session.rate_hz), rate_text(rate)));
      }
    }
  }
  return warnings;
}

Json results_json(const std::string& path, const StoredResults& results) {
  Json subjects = Json::array();
  for (const StoredSubject& subject : results.subjects) {
    Json sessions = Json::array();
    for (std::size_t i = 0; i < subject.sessions.size(); ++i) {
      const StoredSession& stored = subject.sessions[i];
      Json session = Json::object();
      add_identity(session, stored.identity);
      session["source_file"] = stored.source_file;
      session["rate_hz"] = stored.rate_hz;
      session["duration_s"] = stored.duration_s;
      session["input_xxh3"] = stored.input_xxh3;
      add_summary(session, stored.summary);
      session["rejected"] = rejected_json(stored.rejected);
      session["n_bouts"] = stored.n_bouts;
      session["noise_cutoff_v"] = stored.noise_cutoff_v;
      session["within_r"] = within_of(subject.correlogram, i);
      session["across_r"] = across_before(subject.correlogram, i);
      sessions.push_back(std::move(session));
    }
    subjects.push_back({{"subject", subject.subject}, {"sessions", std::move(sessions)}});
  }
  return {{"kind", "results"},
          {"path", path},
          {"schema", results.schema},
          {"leverkin_version", results.version},
          {"created_utc", results.created_utc},
          {"profile", results.profile},
          {"subjects", std::move(subjects)},
          {"failed", failed_json(results.failed)},
          {"warnings", warnings_of(results)}};
}

std::string subject_text(const StoredSubject& subject) {
  Table table({{"session", ""},
               {"trials", ""},
               {"success", "%"},
               {"movements", ""},
               {"reaction", "time s"},
               {"cue to", "reward s"},
               {"moving", "%"},
               {"within", "r"},
               {"across", "r"}});
  for (std::size_t i = 0; i < subject.sessions.size(); ++i) {
    const StoredSession& session = subject.sessions[i];
    table.add_row({std::to_string(session.identity.session), std::to_string(session.summary.n_trials),
                   percent(session.summary.success_fraction), std::to_string(session.summary.n_movements),
                   number(session.summary.median_reaction_time_s, 3),
                   number(session.summary.median_cue_to_reward_s, 3),
                   percent(session.summary.moving_fraction), number(within_of(subject.correlogram, i), 3),
                   number(across_before(subject.correlogram, i), 3)});
  }
  const std::string group = subject.sessions.empty() ? "" : subject.sessions.front().identity.group;
  std::string title = styled(standard_output(), Style::bold, subject.subject);
  if (!group.empty()) title += fmt::format(" (group {})", group);
  return title + "\n" + table.text(standard_output());
}

ExitCode summarise_results(const Options& options) {
  const StoredResults results = load_results(options.file);
  if (options.json) {
    print(json_text(results_json(options.file, results)));
    return all_done;
  }
  for (const std::string& warning : warnings_of(results)) warn(warning);
  std::size_t sessions = 0;
  std::string tables;
  for (const StoredSubject& subject : results.subjects) {
    sessions += subject.sessions.size();
    tables += "\n" + subject_text(subject);
  }
  print(fmt::format("{}: {} of {}, profile {}\n", options.file,
                    counted(static_cast<std::int64_t>(sessions), "session"),
                    counted(std::ssize(results.subjects), "animal"), results.profile));
  print(tables);
  print(styled(standard_output(), Style::dim,
               "\nr: how alike movements are, within the session and with the one before it\n"));
  return all_done;
}

ExitCode run(const Options& options) {
  require_file(options.file);
  if (!is_results_file(options.file)) {
    return reading_input([&] { return summarise_session(options); });
  }
  const AnalysisOptions& analysis = options.analysis;
  if (!analysis.profile.empty() || !analysis.config.empty() || !analysis.set.empty()) {
    throw Refusal(wrong_usage, fmt::format("{} is a results file: its parameters are settled", options.file),
                  "--profile, --config and --set are for session files");
  }
  return reading_input([&] { return summarise_results(options); });
}

Action declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "a session file or a results file")->required();
  declare(app, options->analysis);
  app.add_option("--lever", options->session.lever,
                 "the lever's series in an NWB file, where it is not plain")
      ->type_name("NAME");
  app.add_flag("--json", options->json, "the same numbers as JSON, NaN as null");
  return [options] { return run(*options); };
}

}  // namespace

const Command summary_command{
    .name = "summary",
    .arguments = "SESSION|RESULTS [OPTIONS]",
    .summary = "what the person at the rig wants to know",
    .about =
        "One screen on a session file (it is analysed for that), or a table per animal of a results file: "
        "success, "
        "reaction times, and how alike the movements are.",
    .examples = {{"leverkin summary today.nwb", "how did this session go?"},
                 {"leverkin summary results.h5", "how do the animals learn?"},
                 {"leverkin summary results.h5 --json | jq '.subjects[].sessions[].within_r'",
                  "for scripts"}},
    .declare = declare,
};

}  // namespace leverkin::tools
