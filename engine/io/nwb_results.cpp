#include "io/nwb_results.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <span>
#include <type_traits>
#include <variant>

#include "io/formats/names.h"
#include "io/hdf5.h"
#include "io/nwb_file.h"
#include "io/results_file.h"
#include "leverkin/columns.h"
#include "leverkin/error.h"
#include "support/instant.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;
using nwb::Table;

// So that it is never taken for a recording, and may be replaced by newer results.
constexpr const char* schema = "leverkin-results-nwb/1";
constexpr const char* behavior = "/processing/behavior";
constexpr const char* trials_path = names::nwb::trials;

std::string words_of(const Field& field) {
  std::string text = field.meaning != nullptr ? field.meaning : field.name;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return field.unit == nullptr || std::string_view(field.unit) == "1"
             ? text + "."
             : fmt::format("{}, in {}.", text, field.unit);
}

// One column of a table of columns.h.
template <class Row>
void add_column(Table& table, const Column<Row>& column, const std::vector<Row>& rows) {
  std::visit(
      [&]<class Member>(const Member& member) {
        using Value = decltype(get(rows.front(), member));
        const std::string words = words_of(column.field);
        if constexpr (std::is_enum_v<Value>) {
          std::vector<std::string> texts;
          for (const Row& row : rows) texts.emplace_back(name(get(row, member)));
          table.add(column.field.name, words, texts);
        } else {
          table.add(column.field.name, words, gather(rows, member));
        }
      },
      column.member);
}

// All columns but those that the table has under NWB's own names.
template <class Row>
void add_columns(Table& table, std::type_identity_t<std::span<const Column<Row>>> columns,
                 const std::vector<Row>& rows, std::initializer_list<std::string_view> but = {}) {
  for (const Column<Row>& column : columns)
    if (std::ranges::find(but, column.field.name) == but.end()) add_column(table, column, rows);
}

// The instant that times of results count from: the first raw sample, where the recording's clock need not
// show 0.
std::string reference_time(const SessionInfo& info) {
  const auto start = instant_of(info.identity.start_time);
  if (!start || info.clock_offset_s == 0.0) return nwb::nwb_time(info.identity.start_time);
  const Instant at = *start + std::chrono::microseconds(std::llround(1e6 * info.clock_offset_s));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}+00:00",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), (at - seconds).count());
}

void write_series(nwb::File& file, const char* name, const char* description, const char* unit,
                  const std::vector<double>& values) {
  const std::string path = fmt::format("{}/{}", behavior, name);
  const H5::Group series = file.group(path, "core", names::nwb::time_series);
  hdf5::write_attribute(series, "description", description);
  hdf5::write_attribute(series, "comments", "no comments");
  const H5::DataSet data = file.long_column(path + "/" + names::nwb::data, values);
  hdf5::write_attribute(data, names::nwb::unit, unit);
  hdf5::write_attribute(data, names::nwb::conversion, 1.0);
  hdf5::write_attribute(data, names::nwb::offset, 0.0);
  hdf5::write_attribute(data, "resolution", -1.0);  // NWB: unknown
  file.starting_time(path, 0.0, lever_rate_hz);
}

void write_traces(nwb::File& file, const SessionResult& result) {
  write_series(file, "lever",
               "Lever position at 1 kHz; a straight line where /intervals/invalid_times says so.", "volts",
               result.trace.volts);
  const auto& envelope = columns::segmentation[1];
  if (result.segmentation.envelope.empty()) return;
  std::visit(
      [&](const auto& member) {
        if constexpr (std::is_same_v<std::decay_t<decltype(member)>, PerSample<Segmentation>>)
          write_series(file, "speed_envelope", "Speed envelope of the lever: what bouts are found with.",
                       "volts/s", member(result.segmentation));
      },
      envelope.member);
}

void write_invalid_times(nwb::File& file, const Trace& trace) {
  if (trace.no_data.empty()) return;
  std::vector<double> start_s, stop_s;
  for (const SampleRange& range : trace.no_data) {
    start_s.push_back(static_cast<double>(range.begin) / lever_rate_hz);
    stop_s.push_back(static_cast<double>(range.end) / lever_rate_hz);
  }
  Table table(file, "/intervals/invalid_times", "TimeIntervals", "Where the recording holds no data.",
              start_s.size());
  table.add("start_time", "First time without data, in seconds.", start_s);
  table.add("stop_time", "First time with data again, in seconds.", stop_s);
  table.finish();
}

void write_trials(nwb::File& file, const SessionResult& result) {
  const TrialTable& trials = result.trials;
  if (trials.size() == 0) return;  // an empty table breaks readers of NWB
  Table table(file, trials_path, "TimeIntervals",
              "Trials of the cued lever-press task, and what became of them.",
              static_cast<std::size_t>(trials.size()), gather(result.outcomes, &TrialOutcome::id));
  table.add("start_time", "Start of the trial, in seconds.", trials.start_s);
  table.add("stop_time", "End of the trial, in seconds.", trials.stop_s);
  table.add("cue_time", "Onset of the cue, in seconds; NaN where no cue was given.", trials.cue_s);
  table.add("reward_time", "Time of the reward, in seconds; NaN where none was earned.", trials.reward_s);
  add_columns(table, columns::outcomes.rows, result.outcomes, {"id"});
  table.finish();
}

void write_events(nwb::File& file, const char* name, const char* description,
                  const std::vector<double>& trial_times_s) {
  std::vector<double> at_s;
  std::vector<std::int64_t> trial;
  for (std::size_t i = 0; i < trial_times_s.size(); ++i)
    if (std::isfinite(trial_times_s[i])) {
      at_s.push_back(trial_times_s[i]);
      trial.push_back(static_cast<std::int64_t>(i));
    }
  if (at_s.empty()) return;
  Table table(file, fmt::format("/events/{}", name), "EventsTable", description, at_s.size());
  table.add_timestamps("Time of the event, in seconds.", at_s);
  table.add_region("trial", "Trial of the event.", trial, trials_path);
  table.finish();
}

void write_bouts(nwb::File& file, const std::vector<Bout>& bouts) {
  if (bouts.empty()) return;
  Table table(file, fmt::format("{}/bouts", behavior), "TimeIntervals",
              "Movements of the lever: from the first moving sample to the first one at rest again.",
              bouts.size());
  table.add("start_time", "First sample of the movement, in seconds.", gather(bouts, &Bout::onset_s));
  table.add("stop_time", "First sample after the movement, in seconds.", gather(bouts, &Bout::offset_s));
  add_columns(table, columns::bouts.rows, bouts, {"onset_s", "offset_s"});
  add_columns(table, columns::kinematics.rows, bouts);
  table.finish();
}

void write_movements(nwb::File& file, const Movements& movements) {
  if (movements.size() == 0) return;
  Table table(file, fmt::format("{}/movements", behavior), "DynamicTable",
              "Rewarded movements, aligned to their onset: what the correlogram compares.",
              static_cast<std::size_t>(movements.size()));
  table.add_region("trial", "Trial whose reward the movement earned.", movements.trial, trials_path);
  table.add("onset_time", "Onset of the movement, in seconds.", movements.onset_s);
  table.add("volts", "Lever position from the onset on, in volts, every millisecond.", movements.volts,
            static_cast<std::size_t>(movements.samples));
  table.finish();
}

void write_findings(nwb::File& file, const std::vector<Finding>& findings) {
  if (findings.empty()) return;
  std::vector<SessionFinding> rows;
  for (const Finding& one : findings) rows.push_back({one});
  Table table(file, fmt::format("{}/findings", behavior), "DynamicTable", "What is odd about the session.",
              rows.size());
  add_columns(table, columns::findings.rows, rows, {"subject", "session"});
  table.finish();
}

void write_summary(nwb::File& file, const SessionResult& result) {
  Table table(file, fmt::format("{}/summary", behavior), "DynamicTable", "The session in numbers.", 1);
  add_columns(table, columns::summary, std::vector{result.summary});
  table.finish();
}

void write_general(nwb::File& file, const Parameters& parameters, const Provenance& provenance,
                   const std::string& subject, std::int64_t session, const std::string& notes) {
  file.group("/general");
  file.text("/general/experiment_description",
            "Cued lever-press task: a press after the cue earns a reward.");
  file.texts("/general/keywords", {"lever press", "motor learning"});
  file.text("/general/notes", notes);
  const std::string by = fmt::format("leverkin {}", provenance.version);
  hdf5::write_attribute(
      file.text("/general/source_script",
                fmt::format("{} on {}, with the parameters {}", by, provenance.target, to_json(parameters))),
      "file_name", "leverkin analyze");
  file.texts("/general/was_generated_by", {"leverkin", provenance.version}, 2);
  nwb::write_identity(file, subject, session);
}

std::string notes_of(const SessionResult& result) {
  return fmt::format(
      "Results of the recording {}; XXH3-128 of its lever samples as stored and its trial columns: {}. Times "
      "count from its first sample.{}",
      fs::path(result.info.path).filename().string(), result.input_xxh3,
      result.segmentation.reason.empty() ? "" : " No bouts: " + result.segmentation.reason + ".");
}

void write_session_parts(nwb::File& file, const SessionResult& result) {
  file.group("/intervals");
  write_trials(file, result);
  write_invalid_times(file, result.trace);
  file.group("/events");
  if (result.trials.size() > 0) {
    write_events(file, "cue", "Onsets of the cue.", result.trials.cue_s);
    write_events(file, "reward", "Deliveries of the reward.", result.trials.reward_s);
  }
  file.group("/processing");
  file.module(behavior, "Lever kinematics: when the animal moved, and which movement earned each reward.");
  write_traces(file, result);
  write_bouts(file, result.segmentation.bouts);
  write_movements(file, result.movements);
  write_summary(file, result);
  write_findings(file, result.findings);
}

void write_sessions(nwb::File& file, const StoredSubject& subject) {
  const auto rows = subject.sessions.size();
  if (rows == 0) return;
  std::vector<SessionIdentity> identities;
  std::vector<SessionSummary> summaries;
  for (const StoredSession& one : subject.sessions) {
    identities.push_back(one.identity);
    summaries.push_back(one.summary);
  }
  Table table(file, fmt::format("{}/sessions", behavior), "DynamicTable",
              "The animal's sessions in order: how it learnt.", rows);
  add_columns(table, columns::identity, identities, {"subject", "start_time"});
  table.add("recorded_at", "Start of the recording, ISO 8601; empty: not known.",
            gather(identities, &SessionIdentity::start_time));
  add_columns(table, columns::recording, subject.sessions);
  add_columns(table, columns::summary, summaries);
  const Correlogram& r = subject.correlogram;
  table.add("within_r", "Median Pearson r over the pairs of the session's movements.", r.within_r);
  std::vector<double> across(rows, std::nan(""));
  for (std::size_t i = 0; i < r.across_r.size(); ++i) across[i + 1] = r.across_r[i];
  table.add("across_r", "Median Pearson r with the movements of the session before.", across);
  table.finish();
}

void write_correlogram(nwb::File& file, const Correlogram& correlogram) {
  std::vector<std::int64_t> one, other, pairs;
  std::vector<double> median_r, bound;
  const std::size_t n = correlogram.session.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) {
      one.push_back(correlogram.session[i]), other.push_back(correlogram.session[j]);
      median_r.push_back(correlogram.median_r[i * n + j]), bound.push_back(correlogram.bound[i * n + j]);
      pairs.push_back(correlogram.n_pairs[i * n + j]);
    }
  if (one.empty()) return;
  Table table(file, fmt::format("{}/correlogram", behavior), "DynamicTable",
              "How alike the movements of every two sessions are.", one.size());
  table.add("session", "First session.", one);
  table.add("other_session", "Second session; the same: pairs of different movements of one session.", other);
  table.add("median_r", "Median Pearson r over trial pairs.", median_r);
  table.add("n_pairs", "Pairs that entered.", pairs);
  table.add("bound", "Proved largest error of median_r.", bound);
  table.finish();
}

// The whole file, `parts` of it by the caller.
template <class Parts>
void write_whole(const fs::path& path, const std::string& seed, const nwb::FileFacts& facts,
                 const Parts& parts) {
  check_replacing_by_nwb(path);
  hdf5::AtomicFile target(path);
  hdf5::Lock lock;
  try {
    nwb::File file(target.file(), seed);
    file.write_root(facts);
    hdf5::write_attribute(target.file().openGroup("/"), names::results_attribute, schema);
    file.group(names::nwb::acquisition);
    parts(file);
  } catch (const H5::Exception& error) {
    throw IoError(path.string() + ": cannot be written: " + hdf5::last_error(error));
  }
  target.commit();
}

}  // namespace

void check_replacing_by_nwb(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(fs::status(path, error)) || results_file::schema_of(path) == schema) return;
  throw BadArgument(path.string() +
                    ": found a file that is not a results file; expected another folder for results as NWB");
}

void write_nwb_session(const SessionResult& result, const Parameters& parameters,
                       const Provenance& provenance, const fs::path& path) {
  const SessionIdentity& identity = result.info.identity;
  write_whole(path,
              fmt::format("{}\n{}\n{}\n{}", identity.subject, identity.session, result.input_xxh3,
                          to_json(parameters)),
              {fmt::format("Lever kinematics of {}, session {}.", identity.subject, identity.session),
               nwb::nwb_time(identity.start_time), reference_time(result.info)},
              [&](nwb::File& file) {
                write_general(file, parameters, provenance, identity.subject, identity.session,
                              notes_of(result));
                write_session_parts(file, result);
              });
}

void write_nwb_subject(const StoredSubject& subject, const Parameters& parameters,
                       const Provenance& provenance, const fs::path& path) {
  std::string seed = subject.subject + to_json(parameters), start;
  for (const StoredSession& one : subject.sessions) {
    seed += one.input_xxh3;
    if (start.empty()) start = one.identity.start_time;
  }
  const std::string at = nwb::nwb_time(start);
  write_whole(
      path, seed,
      {fmt::format("Lever kinematics of {} over {} sessions.", subject.subject, subject.sessions.size()), at,
       at},
      [&](nwb::File& file) {
        write_general(file, parameters, provenance, subject.subject, 0,
                      "One row per session, and one per pair of sessions.");
        file.group("/processing");
        file.module(behavior, "Lever kinematics over the sessions of one animal.");
        write_sessions(file, subject);
        write_correlogram(file, subject.correlogram);
      });
}

}  // namespace leverkin
