// leverkin inspect: what is in this file, and what is wrong with it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/file_guard.h"
#include "commands/input_file.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "commands/summary_json.h"
#include "leverkin/columns.h"
#include "leverkin/pipeline.h"
#include "leverkin/results_difference.h"
#include "leverkin/suggestions.h"
#include "terminal/findings_text.h"
#include "terminal/interrupt.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_inspect {

struct Options {
  std::string file;
  SessionOptions session;
  Output output;
  bool suggest_mapping = false, suggest_rig = false, outside_files = false;
};

// ---------------------------------------------------------------------------------------------------

/// Reads all samples. Throws BadSession where the file's data are damaged or the time stamps run backwards.
Inspection inspected(Session& session, bool quiet) {
  const auto total = static_cast<double>(session.info().samples);
  double done = 0.0;
  ProgressBar bar("inspect", quiet);
  return inspect(session, {}, 0, [&](std::int64_t samples) {
    if (interrupted()) throw Refusal(machine_failed, "stopped");
    done += static_cast<double>(samples);
    bar.show(done / total, fmt::format("{:.1f} of {:.1f} MS", done / 1e6, total / 1e6));
  });
}

std::int64_t count_rewarded(const TrialTable& trials) {
  return std::count_if(trials.reward_s.begin(), trials.reward_s.end(),
                       [](double t) { return !std::isnan(t); });
}

std::string fact(std::string_view what, const std::string& value) {
  return fmt::format("  {:<13}{}\n", what, value);
}

/// "NWB session file"
std::string format_text(std::string format) {
  if (format == "mapping") return "as its mapping says";
  std::ranges::transform(format, format.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return format + " session file";
}

/// "3 (from its name)"
std::string number_text(const SessionIdentity& who) {
  if (who.session == 0) return "not numbered: by start time among the others";
  const char* source = who.number_from == NumberFrom::attribute ? " (its attribute session)"
                       : who.number_from == NumberFrom::name    ? " (from its name)"
                                                                : "";
  return fmt::format("{}{}", who.session, source);
}

/// What keeps the recording from having its place in a study by itself.
std::vector<std::string> identity_warnings(const SessionIdentity& who) {
  std::vector<std::string> warnings;
  if (who.subject.empty())
    warnings.emplace_back("the file does not name its animal: the column subject of a manifest has to");
  if (!who.fault.empty()) warnings.push_back(who.fault);
  return warnings;
}

/// "30000 of 60000 samples: the source /x of part1.h5 is not there"
std::string absent_text(const AbsentSamples& absent, std::int64_t samples) {
  return fmt::format("{} of {} samples: {}", absent.count(), samples, absent.reason);
}

std::string session_text(const SessionInfo& info, const TrialTable& trials, const SampleFacts& samples,
                         const AbsentSamples& absent) {
  const SessionIdentity& who = info.identity;
  std::string text = styled(standard_output(), Style::bold, info.path) + "\n";
  text += fact("format", format_text(info.format));
  text += fact("lever", fmt::format("{} ({})", info.dataset, info.storage));
  text += fact("subject", who.subject.empty() ? "not named" : who.subject);
  text += fact("session", number_text(who));
  if (!who.group.empty()) text += fact("group", who.group);
  if (!who.start_time.empty()) text += fact("recorded", who.start_time);
  text +=
      fact("rate", rate_text(info.rate_hz) + (info.regular ? "" : ", the median of irregular time stamps"));
  text += fact("duration", fmt::format("{}, {} samples", duration_text(info.duration_s), info.samples));
  if (!absent.ranges.empty()) text += fact("not stored", wrapped(absent_text(absent, info.samples), 15));
  text += fact("clock", fmt::format("{:.3f} s to {:.3f} s", info.clock_offset_s,
                                    info.clock_offset_s + info.duration_s));
  if (samples.low.volts <= samples.high.volts)
    text += fact("range", fmt::format("{:.4f} V to {:.4f} V", samples.low.volts, samples.high.volts));
  if (info.mm_per_volt > 0.0) text += fact("calibration", fmt::format("{:.6g} mm/V", info.mm_per_volt));
  if (trials.size() == 0) return text + fact("trials", "none");
  const auto rewarded = count_rewarded(trials);
  text += fact("trials",
               fmt::format("{}, {} rewarded ({} %)", trials.size(), rewarded,
                           percent(static_cast<double>(rewarded) / static_cast<double>(trials.size()))));
  return text + fact("", fmt::format("first starts at {} s, last ends at {} s",
                                     number(trials.start_s.front(), 3), number(trials.stop_s.back(), 3)));
}

Json session_facts(const SessionInfo& info, const TrialTable& trials) {
  Json json;
  const auto add = [&](const char* key, const auto& value) { json[key] = value; };
  each_value(columns::file_facts, info, add);
  each_value(columns::identity, info.identity, add);
  json["number_from"] = name(info.identity.number_from);
  json["regular"] = info.regular;
  json["n_trials"] = trials.size();
  json["n_rewarded"] = count_rewarded(trials);
  json["first_trial_start_s"] = trials.size() > 0 ? Json(trials.start_s.front()) : Json(nullptr);
  json["last_trial_stop_s"] = trials.size() > 0 ? Json(trials.stop_s.back()) : Json(nullptr);
  return json;
}

Json absent_json(const AbsentSamples& absent) {
  Json ranges = Json::array();
  for (const RawRange& range : absent.ranges) ranges.push_back({{"begin", range.begin}, {"end", range.end}});
  return {{"samples", absent.count()}, {"ranges", std::move(ranges)}, {"reason", absent.reason}};
}

Json sample_facts(const SampleFacts& samples) {
  Json bad = Json::array();
  for (const SampleFacts::Stretch& stretch : samples.not_finite_at)
    bad.push_back({{"begin", stretch.begin}, {"end", stretch.end}});
  Json gaps = Json::array();
  for (const SampleFacts::Pause& pause : samples.longest_pauses)
    gaps.push_back({{"sample", pause.sample}, {"begin_s", pause.begin_s}, {"length_s", pause.length_s}});
  return {{"min_v", samples.low.volts},       {"max_v", samples.high.volts},
          {"at_min", samples.low.samples},    {"at_max", samples.high.samples},
          {"not_finite", samples.not_finite}, {"not_finite_at", std::move(bad)},
          {"n_gaps", samples.n_pauses},       {"longest_gaps", std::move(gaps)}};
}

ExitCode inspect_session(const Options& options) {
  Session session = open_session(options.file, options.session);
  const Inspection inspection = inspected(session, options.output.quiet);
  const std::vector<std::string> of_identity = identity_warnings(session.info().identity);
  if (options.output.json) {
    Json warnings = of_identity;
    for (Json& one : warnings_json(inspection.findings)) warnings.push_back(std::move(one));
    print(json_text({{"path", options.file},
                     {"kind", "session"},
                     {"ok", true},
                     {"session", session_facts(session.info(), session.trials())},
                     {"samples", sample_facts(inspection.samples)},
                     {"absent", absent_json(session.absent())},
                     {"errors", Json::array()},
                     {"warnings", std::move(warnings)},
                     {"findings", findings_json(inspection.findings)}}));
  } else {
    print(session_text(session.info(), session.trials(), inspection.samples, session.absent()));
    std::string found;
    for (const std::string& warning : of_identity)
      found += "  " + styled(standard_output(), Style::yellow, "warning: ") + wrapped(warning, 11) + "\n";
    found += findings_text(inspection.findings, "  ");
    print(found.empty() ? "  nothing wrong was found\n" : found);
  }
  return all_done;
}

// ---------------------------------------------------------------------------------------------------

std::string session_numbers(const StoredSubject& subject) {
  std::string text;
  for (const StoredSession& session : subject.sessions) {
    text += fmt::format("{}{}", text.empty() ? "" : " ", session.identity.session);
  }
  return text;
}

std::string results_text(const Options& options, const StoredResults& results) {
  std::string text = styled(standard_output(), Style::bold, options.file) + "\n";
  text += fact("format", results.schema);
  text += fact("written", fmt::format("{} by leverkin {} ({}, {})", results.created_utc, results.version,
                                      results.target, counted(results.threads, "thread")));
  text += fact("profile", results.profile);
  for (const StoredSubject& subject : results.subjects) {
    std::int64_t trials = 0, used = 0;
    for (const StoredSession& session : subject.sessions) {
      trials += session.summary.n_trials;
      used += session.summary.n_movements;
    }
    text += fact(subject.subject,
                 fmt::format("{} ({}), {}, {} used", counted(std::ssize(subject.sessions), "session"),
                             session_numbers(subject), counted(trials, "trial"), used));
  }
  return text;
}

Json results_facts(const StoredResults& results) {
  Json subjects = Json::array();
  for (const StoredSubject& subject : results.subjects) {
    Json sessions = Json::array();
    for (const StoredSession& session : subject.sessions) sessions.push_back(session.identity.session);
    subjects.push_back({{"subject", subject.subject}, {"sessions", std::move(sessions)}});
  }
  return {{"schema", results.schema},
          {"leverkin_version", results.version},
          {"created_utc", results.created_utc},
          {"profile", results.profile},
          {"target", results.target},
          {"threads", results.threads},
          {"subjects", subjects},
          {"failed", failed_json(results.failed)}};
}

ExitCode inspect_results(const Options& options) {
  check_results(options.file);
  const StoredResults results = load_results(options.file);
  std::vector<std::string> warnings;
  for (const FailedSession& failed : results.failed)
    warnings.push_back("not analysed: " + failure_text(failed));
  if (options.output.json) {
    print(json_text({{"path", options.file},
                     {"kind", "results"},
                     {"ok", true},
                     {"results", results_facts(results)},
                     {"errors", Json::array()},
                     {"warnings", warnings}}));
  } else {
    print(results_text(options, results));
    for (const std::string& warning : warnings)
      print(styled(standard_output(), Style::yellow, "  warning: ") + warning + "\n");
    if (warnings.empty()) print("  nothing wrong was found\n");
  }
  return all_done;
}

/// The same object as for a good file, for programs that look at `errors`.
void print_broken(const Options& options, const Json& error) {
  if (!options.output.json) return;
  print(json_text({{"path", options.file},
                   {"kind", nullptr},
                   {"ok", false},
                   {"errors", Json::array({error})},
                   {"warnings", Json::array()}}));
}

/// What a person completes: of the file itself, or of a session that can be read.
ExitCode print_suggestion(const Options& options) {
  if (options.suggest_mapping) {
    print(suggest_mapping(options.file));
    return all_done;
  }
  Session session = open_session(options.file, options.session);
  print(suggest_rig(session, 0));
  return all_done;
}

ExitCode run(const Options& options) {
  if (options.outside_files) guard_files(true);
  require_file(options.file);
  try {
    if (options.suggest_mapping || options.suggest_rig) return print_suggestion(options);
    return is_results_file(options.file) ? inspect_results(options) : inspect_session(options);
  } catch (const BadSession& error) {
    print_broken(options, problem_json(error));
    throw;
  } catch (const IoError& error) {
    print_broken(options, {{"file", options.file}, {"message", error.what()}});
    throw Refusal(bad_input, error.what());
  }
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "a session file or a results file").required();
  declare(app, options->session);
  OptionMaker mapping = app.add_flag("--suggest-mapping", options->suggest_mapping,
                                     "a mapping for a file that no reader knows, to be completed");
  app.add_flag("--suggest-rig", options->suggest_rig,
               "a rig profile from what is in the recording, to be completed")
      .excludes(mapping);
  declare(app, options->output, "facts, errors and warnings", "what is in the file, and errors");
  declare_outside_files(app, options->outside_files);
  return [options] { return run(*options); };
}

}  // namespace of_inspect

const Command inspect_command{
    .name = "inspect",
    .arguments = "FILE [OPTIONS]",
    .summary = "what is in a file, and what is wrong with it",
    .about =
        "Reads a session file to the end and says what is in it, and what is odd: gaps, samples that are not "
        "numbers, a constant or clipped trace, trials outside the recording, reactions that are too fast. "
        "Exit "
        "code 3: it cannot be read.",
    .examples = {{"leverkin inspect today.nwb", ""},
                 {"leverkin inspect today.nwb --json | jq .warnings", "for scripts"},
                 {"leverkin inspect old.mat --suggest-mapping > lab.toml",
                  "what could be the lever, its clock, the trials"}},
    .declare = of_inspect::declare,
};

}  // namespace leverkin::tools
