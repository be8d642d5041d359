// leverkin summary: what the person at the rig wants to know.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/earlier_sessions.h"
#include "commands/file_guard.h"
#include "commands/input_file.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "commands/summary_json.h"
#include "leverkin/results_difference.h"
#include "terminal/findings_text.h"
#include "terminal/quantities.h"
#include "terminal/session_screen.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_summary {

struct Options {
  std::string file;
  AnalysisOptions analysis;
  Comparing comparing;
  bool alone = false;
  Form form;
};

ExitCode summarise_session(Options& options) {
  Comparing& comparing = options.comparing;
  comparing.analyze.parameters = resolve(options.analysis);
  Session session = open_session(options.file, comparing.analyze.session);
  const SessionResult result = analyze_session(session, comparing.analyze.parameters, 0);
  const auto beside = [&options] {
    return recordings_beside(options.file, options.comparing.analyze.session);
  };
  const History history =
      options.alone ? History{} : earlier_sessions(result.info.identity, comparing, beside);
  const SessionDigest digest = digest_session(result, history, comparing.analyze.parameters);
  print(told(digest, options.form));
  return all_done;
}

std::int64_t count_sessions(const StoredResults& results) {
  std::int64_t n = 0;
  for (const StoredSubject& subject : results.subjects) n += std::ssize(subject.sessions);
  return n;
}

Json study_warnings_json(const StoredResults& results, const std::vector<FindingGroup>& groups) {
  Json list = Json::array();
  for (const FailedSession& one : results.failed) list.push_back("not analysed: " + failure_text(one));
  for (const FindingGroup& group : groups)
    if (group.severity >= Severity::warning) list.push_back(group.text);
  return list;
}

Json results_json(const std::string& path, const StoredResults& results) {
  Json subjects = Json::array();
  for (const StoredSubject& subject : results.subjects) subjects.push_back(Json::parse(to_json(subject)));
  return {{"kind", "results"},
          {"path", path},
          {"schema", results.schema},
          {"leverkin_version", results.version},
          {"created_utc", results.created_utc},
          {"profile", results.profile},
          {"subjects", std::move(subjects)},
          {"groups", groups_json(results.groups)},
          {"failed", failed_json(results.failed)},
          {"warnings", study_warnings_json(results, grouped(results.findings, count_sessions(results)))},
          {"findings", findings_json(results.findings)}};
}

bool differ(const std::vector<PastSession>& sessions, std::string SessionIdentity::*member) {
  return std::ranges::any_of(sessions, [&](const PastSession& one) {
    return one.identity.*member != sessions.front().identity.*member;
  });
}

/// "phase  training 1-3, retraining 4-6": which sessions, in order, share a name; nothing where none has one.
std::string runs_text(const char* what, const std::vector<PastSession>& sessions,
                      std::string SessionIdentity::*member) {
  std::string text;
  bool named = false;
  for (std::size_t first = 0, end = 0; first < sessions.size(); first = end) {
    const std::string& name = sessions[first].identity.*member;
    while (end < sessions.size() && sessions[end].identity.*member == name) ++end;
    named = named || !name.empty();
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name.empty() ? "none" : name,
                        sessions[first].identity.session);
    if (end - first > 1) text += fmt::format("-{}", sessions[end - 1].identity.session);
  }
  return named ? fmt::format("{}  {}\n", what, wrapped(text, 7)) : std::string();
}

std::string table_text(const std::vector<PastSession>& sessions) {
  TextTable table({{"session", ""},
                   {"trials", ""},
                   {"success", "%"},
                   {"movements", ""},
                   {"reaction", "time s"},
                   {"cue to", "reward s"},
                   {"moving", "%"},
                   {"within", "r"},
                   {"across", "r"}});
  for (const PastSession& session : sessions) {
    table.add_row(
        {std::to_string(session.identity.session), std::to_string(session.summary.n_trials),
         percent(session.summary.success_fraction), std::to_string(session.summary.n_movements),
         number(session.summary.median_reaction_time_s, 3), number(session.summary.median_cue_to_reward_s, 3),
         percent(session.summary.moving_fraction), number(session.within_r, 3), number(session.across_r, 3)});
  }
  return table.text(standard_output());
}

/// The latest session beside the mean of those before it.
std::string latest_text(std::vector<PastSession> sessions) {
  if (sessions.size() < 2) return {};
  const PastSession latest = std::move(sessions.back());
  sessions.pop_back();
  const Comparisons compared = compare(latest, sessions);
  return fmt::format("latest  success {} % (mean of {} before: {}), within r {} ({})\n",
                     percent(compared.success_fraction.today), sessions.size(),
                     percent(compared.success_fraction.mean), number(compared.within_r.today, 3),
                     number(compared.within_r.mean, 3));
}

/// "83.1 +- 2.0"; the mean alone where there is one animal.
std::string mean_text(const GroupCurve& curve, std::size_t i, double scale, int decimals) {
  const double mean = scale * curve.mean[i], sem = scale * curve.sem[i];
  if (std::isnan(sem)) return number(mean, decimals);
  return fmt::format("{} {} {}", number(mean, decimals), shows_unicode() ? "\xc2\xb1" : "+-",
                     number(sem, decimals));
}

/// Means of a group's animals over the sessions; nothing for a single animal.
std::string group_text(const GroupSummary& group) {
  const auto most = std::ranges::max_element(group.success_fraction.n);
  if (most == group.success_fraction.n.end() || *most < 2) return {};
  TextTable table({{"session", ""},
                   {"animals", ""},
                   {"success", "%"},
                   {"reaction", "time s"},
                   {"cue to", "reward s"},
                   {"within", "r"}});
  for (std::size_t i = 0; i < group.session.size(); ++i)
    table.add_row({std::to_string(group.session[i]), std::to_string(group.success_fraction.n[i]),
                   mean_text(group.success_fraction, i, 100.0, 1),
                   mean_text(group.reaction_time_s, i, 1.0, 3), mean_text(group.cue_to_reward_s, i, 1.0, 3),
                   mean_text(group.within_r, i, 1.0, 3)});
  const std::string whose = group.group == "all" ? "all animals" : "the animals of group " + group.group;
  return fmt::format("\n{}\n{}", styled(standard_output(), Style::bold, "mean and s.e.m. over " + whose),
                     table.text(standard_output()));
}

std::string subject_text(const StoredSubject& subject) {
  const std::vector<PastSession> sessions = past_sessions(subject);
  std::string title = styled(standard_output(), Style::bold, subject.subject);
  if (!sessions.empty() && !sessions.front().identity.group.empty() &&
      !differ(sessions, &SessionIdentity::group))
    title += fmt::format(" (group {})", sessions.front().identity.group);
  if (sessions.size() > 1) title += "  success " + success_course(sessions);
  const bool groups = differ(sessions, &SessionIdentity::group);
  return title + "\n" + (groups ? runs_text("group", sessions, &SessionIdentity::group) : "") +
         runs_text("phase", sessions, &SessionIdentity::phase) + table_text(sessions) + latest_text(sessions);
}

ExitCode summarise_results(const Options& options) {
  check_results(options.file);
  const StoredResults results = load_results(options.file);
  if (options.form.json) {
    print(json_text(results_json(options.file, results)));
    return all_done;
  }
  for (const FailedSession& one : results.failed) warn("not analysed: " + failure_text(one));
  const std::int64_t sessions = count_sessions(results);
  std::string tables;
  for (const StoredSubject& subject : results.subjects) tables += "\n" + subject_text(subject);
  for (const GroupSummary& group : results.groups) tables += group_text(group);
  print(fmt::format("{}: {} of {}, profile {}\n", options.file, counted(sessions, "session"),
                    counted(std::ssize(results.subjects), "animal"), results.profile));
  print(findings_text(grouped(results.findings, sessions)));
  print(tables);
  print(styled(standard_output(), Style::dim,
               "\nr: how alike movements are, within the session and with the one before it\n"));
  return all_done;
}

/// What only a session can be asked for.
void refuse_session_options(const Options& options) {
  const AnalysisOptions& analysis = options.analysis;
  if (!analysis.profile.empty() || !analysis.config.empty() || !analysis.set.empty()) {
    throw Refusal(wrong_usage, fmt::format("{} is a results file: its parameters are settled", options.file),
                  "--profile, --config and --set are for session files");
  }
  if (options.alone || options.form.line || !options.comparing.results.empty()) {
    throw Refusal(wrong_usage, fmt::format("{} is a results file: it holds its own history", options.file),
                  "--history, --no-history and --line are for session files");
  }
}

ExitCode run(Options& options) {
  if (options.comparing.outside_files) guard_files(true);
  require_file(options.file);
  if (!options.comparing.results.empty()) require_file(options.comparing.results);
  if (!is_results_file(options.file)) return reading_input([&] { return summarise_session(options); });
  refuse_session_options(options);
  return reading_input([&] { return summarise_results(options); });
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "a session file or a results file").required();
  declare(app, options->analysis);
  declare(app, options->comparing.analyze.session);
  const auto history =
      app.add_option("--history", options->comparing.results,
                     "results with the animal's earlier sessions; else the recordings beside the "
                     "session are analysed")
          .type_name("RESULTS.h5");
  app.add_flag("--no-history", options->alone, "the session alone").excludes(history);
  declare(app, options->form);
  declare_outside_files(app, options->comparing.outside_files);
  declare_quiet(app, options->comparing.quiet, "the summary and errors");
  return [options] { return run(*options); };
}

}  // namespace of_summary

const Command summary_command{
    .name = "summary",
    .arguments = "SESSION|RESULTS [OPTIONS]",
    .summary = "what the person at the rig wants to know",
    .about =
        "One screen on a session file (it is analysed for that) beside the same animal's earlier sessions, "
        "or a table per animal of a results file: warnings, success, reaction times, and how alike the "
        "movements are.",
    .examples = {{"leverkin summary today.nwb", "how did this session go, beside the others in its folder?"},
                 {"leverkin summary today.nwb --history results.h5", "beside those in a results file"},
                 {"leverkin summary today.nwb --line >> log.txt", "one line for a lab log"},
                 {"leverkin summary results.h5", "how do the animals learn?"},
                 {"leverkin summary results.h5 --json | jq '.subjects[].sessions[].within_r'",
                  "for scripts"}},
    .declare = of_summary::declare,
};

}  // namespace leverkin::tools
