// leverkin/columns.h: what is every number called, in which unit is it, and what does it mean?
//
// One table per noun, one row per column. The writer and the reader of results files, the arrays and
// DataFrames of Python, the JSON of sessions, the tables of docs/formats.md and the equality of tests follow
// from it: a new number is a member of its struct, what computes it, and a row here.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/correlogram.h"
#include "leverkin/findings.h"
#include "leverkin/movements.h"
#include "leverkin/results.h"
#include "leverkin/session.h"
#include "leverkin/summary.h"
#include "leverkin/trace.h"

namespace leverkin {

/// What stands beside the numbers of a column, also in results files.
struct Field {
  const char* name;
  const char* unit = nullptr;     ///< of UDUNITS; nullptr: a count, a number of something, a text
  const char* meaning = nullptr;  ///< nullptr: the name says it
};

/// As which type a column lies in a results file.
enum class Stored : std::uint8_t { as_it_is, float32, uint8 };

/// A time that is held as a lever sample; its column is in seconds.
template <class Row>
struct SampleTime {
  std::int64_t Row::*sample;

  [[nodiscard]] double get(const Row& row) const { return static_cast<double>(row.*sample) / lever_rate_hz; }
  void set(Row& row, double seconds) const { row.*sample = std::llround(seconds * lever_rate_hz); }
};

/// Flags; stored in one byte.
template <class Row>
struct Bits {
  std::int64_t Row::*bits;

  [[nodiscard]] std::int64_t get(const Row& row) const { return row.*bits; }
  void set(Row& row, std::int64_t value) const { row.*bits = value; }
};

template <class Member>
inline constexpr Stored stored_as = Stored::as_it_is;
template <class Row>
inline constexpr Stored stored_as<Bits<Row>> = Stored::uint8;

enum class Since : std::uint8_t {
  always,
  later,  ///< results files of earlier versions lack it: it comes back as its struct's default
};

/// A column of a noun that comes as one struct per row. A member function is a column that nobody reads back.
template <class Row>
struct Column {
  using Member = std::variant<double Row::*, std::int64_t Row::*, std::string Row::*, RejectReason Row::*,
                              ReviewAction Row::*, Severity Row::*, SampleTime<Row>, Bits<Row>,
                              double (Row::*)() const, bool (Row::*)() const, std::string (Row::*)() const>;
  Field field;
  Member member;
  const char* note = "";  ///< what docs/formats.md adds to the meaning
  Since since = Since::always;
};

/// Columns of structs, along their number 0, 1, 2, ...
template <class Row>
struct Columns {
  const char* group;  ///< of a results file
  Field index;
  std::span<const Column<Row>> rows;
  Since since = Since::always;
};

/// The value of one row as its column has it.
template <class Row, class Member>
auto get(const Row& row, const Member& member) {
  if constexpr (std::is_member_pointer_v<Member>)
    return std::decay_t<std::invoke_result_t<Member, const Row&>>(std::invoke(member, row));
  else
    return member.get(row);
}

/// False for what is derived from other columns.
template <class Member>
inline constexpr bool is_kept = !std::is_member_function_pointer_v<Member>;

template <class Row, class Member, class Value>
void set(Row& row, const Member& member, const Value& value) {
  if constexpr (std::is_member_pointer_v<Member>)
    row.*member = value;
  else
    member.set(row, value);
}

/// One column out of structs; truth and enumerations as bytes.
template <class Row, class Member>
auto gather(const std::vector<Row>& rows, const Member& member) {
  using Value = decltype(get(rows.front(), member));
  using Kept = std::conditional_t<std::is_enum_v<Value> || std::is_same_v<Value, bool>, std::uint8_t, Value>;
  std::vector<Kept> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(static_cast<Kept>(get(row, member)));
  return values;
}

/// Volts per lever sample; its column is in volts per second.
template <class Noun>
struct PerSample {
  std::vector<double> Noun::*volts;

  [[nodiscard]] std::vector<double> operator()(const Noun& noun) const { return per_second(noun.*volts); }
  [[nodiscard]] std::vector<double> operator()(Noun&& noun) const {
    return per_second(std::move(noun.*volts));
  }
  static std::vector<double> per_second(std::vector<double> values) {
    for (double& value : values) value *= lever_rate_hz;
    return values;
  }
};

/// A column of a noun that holds whole columns. `axes` name the columns it lies along; one without is an
/// axis.
template <class Noun>
struct Series {
  using Member =
      std::variant<std::vector<double> Noun::*, std::vector<std::int64_t> Noun::*,
                   std::vector<std::uint8_t> Noun::*, PerSample<Noun>, std::vector<double> (*)(const Noun&),
                   std::vector<std::int64_t> (*)(const Noun&)>;
  Field field;
  Member member;
  std::array<const char*, 2> axes{};
  Stored stored = Stored::as_it_is;
  const char* note = "";
};

/// The whole column: the noun's own, or one made for the occasion.
template <class Noun, class Member>
decltype(auto) whole(const Noun& noun, const Member& member) {
  if constexpr (std::is_member_pointer_v<Member>)
    return (noun.*member);
  else
    return member(noun);
}

/// A mean over animals with its error and their number.
struct Curve {
  Field mean, sem, n;
  GroupCurve GroupSummary::*curve;
  std::array<const char*, 2> axes{"session"};
};

/// What an enumeration is called in a results file, and how many values it has.
template <class Enum>
struct Enumeration;
template <>
struct Enumeration<RejectReason> {
  static constexpr const char* name = "reject_reason";
  static constexpr int count = reject_reason_count;
};
template <>
struct Enumeration<ReviewAction> {
  static constexpr const char* name = "review_action";
  static constexpr int count = review_action_count;
};
template <>
struct Enumeration<Severity> {
  static constexpr const char* name = "severity";
  static constexpr int count = severity_count;
};

namespace columns {

// What a table derives instead of holding it.
inline std::vector<double> lever_times(std::size_t count, std::int64_t step = 1) {
  std::vector<double> seconds(count);
  for (std::size_t i = 0; i < count; ++i)
    seconds[i] = static_cast<double>(static_cast<std::int64_t>(i) * step) / lever_rate_hz;
  return seconds;
}
inline std::vector<double> trace_times(const Trace& trace) { return lever_times(trace.volts.size()); }
inline std::vector<double> window_times(const Movements& movements) {
  return lever_times(static_cast<std::size_t>(movements.samples));
}
inline std::vector<double> bin_times(const TraceOverview& overview) {
  return lever_times(overview.min_v.size(), TraceOverview::bin_samples);
}
inline std::vector<std::int64_t> row_numbers(const TrialTable& trials) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < trials.size(); ++i) rows.push_back(i);
  return rows;
}
template <class Noun>
std::vector<std::int64_t> same_sessions(const Noun& noun) {
  return noun.session;
}
inline std::vector<std::int64_t> later_sessions(const Correlogram& correlogram) {
  const auto& all = correlogram.session;
  return {all.empty() ? all.begin() : all.begin() + 1, all.end()};
}

inline constexpr Column<SessionIdentity> identity[] = {
    {{"subject", nullptr, "the animal"}, &SessionIdentity::subject},
    {{"session", nullptr, "its number"}, &SessionIdentity::session},
    {{"group", nullptr, "of animals"}, &SessionIdentity::group, "empty: none"},
    {{"phase", nullptr, "of the training"}, &SessionIdentity::phase, "empty: none", Since::later},
    {{"start_time", nullptr, "ISO 8601"}, &SessionIdentity::start_time, "empty: not known", Since::later},
};

inline constexpr Column<StoredSession> recording[] = {
    {{"source_file", nullptr, "path of the recording"}, &StoredSession::source_file},
    {{"input_xxh3", nullptr, "XXH3-128 of its lever samples as stored and its trial columns"},
     &StoredSession::input_xxh3},
    {{"rate_hz", "Hz", "samples per second; the median rate of irregular time stamps"},
     &StoredSession::rate_hz},
    {{"duration_s", "s", "length of the recording"}, &StoredSession::duration_s},
    {{"noise_cutoff_v", "V", "noise of the lever"}, &StoredSession::noise_cutoff_v, "method C.1"},
    {{"status", nullptr, "\"ok\""}, &StoredSession::status},
};

inline constexpr Column<SessionSummary> summary[] = {
    {{"n_trials", nullptr, "trials"}, &SessionSummary::n_trials},
    {{"n_rewarded", nullptr, "rewarded trials"}, &SessionSummary::n_rewarded},
    {{"success_fraction", "1", "rewarded trials / trials"}, &SessionSummary::success_fraction},
    {{"n_movements", nullptr, "used trials"}, &SessionSummary::n_movements},
    {{"median_reaction_time_s", "s", "over used trials"}, &SessionSummary::median_reaction_time_s},
    {{"median_cue_to_reward_s", "s", "over used trials"}, &SessionSummary::median_cue_to_reward_s},
    {{"moving_fraction", "1", "share of the samples with data that lie in bouts"},
     &SessionSummary::moving_fraction},
};

inline constexpr Column<Bout> bout_rows[] = {
    {{"onset_s", "s", "first sample of the movement"}, SampleTime<Bout>{&Bout::begin}},
    {{"offset_s", "s", "first sample after the movement"}, SampleTime<Bout>{&Bout::end}},
    {{"amplitude_v", "V", "largest minus smallest lever position"}, &Bout::amplitude_v, "of the 1 kHz trace"},
    {{"peak_speed_v_per_s", "V s-1", "largest smoothed speed"}, &Bout::peak_speed_v_per_s},
    {{"path_v", "V", "way travelled, smoothed"}, &Bout::path_v, "there and back"},
    {{"flags", nullptr, "bits; 1: cut by samples without data"},
     Bits<Bout>{&Bout::flags},
     "2, 4: onset, offset cut by an end of the data; 8, 16: not fitted; 32, 64: ringing there"},
    {{"onset_sd_s", "s", "standard deviation of the onset"},
     &Bout::onset_sd_s,
     "NaN in the published profiles, as the next three",
     Since::later},
    {{"offset_sd_s", "s", "standard deviation of the offset"}, &Bout::offset_sd_s, "", Since::later},
    {{"onset_1pct_s", "s", "passage of 1 % of the movement's peak"}, &Bout::onset_1pct_s, "", Since::later},
    {{"offset_1pct_s", "s", "and on the way back"}, &Bout::offset_1pct_s, "", Since::later},
};
inline constexpr Columns<Bout> bouts{"bouts", {"bout", nullptr, "number of the bout"}, bout_rows};

inline constexpr Column<Bout> kinematic_rows[] = {
    {{"duration_s", "s", "onset to offset"}, &Bout::duration_s},
    {{"time_to_peak_s", "s", "onset to the largest speed"}, &Bout::time_to_peak_s},
    {{"hold_s", "s", "longest stretch at half or more of the largest displacement"},
     &Bout::hold_s,
     "of the low-passed trace, from the onset"},
    {{"n_submovements", nullptr, "peaks of speed"},
     &Bout::n_submovements,
     "that stand out by a tenth of the largest"},
    {{"smoothness_sal", nullptr, "spectral arc length of the speed"},
     &Bout::smoothness_sal,
     "to 10 Hz (Balasubramanian et al. 2015); negative, nearer 0 is smoother"},
};
inline constexpr Columns<Bout> kinematics{"kinematics", bouts.index, kinematic_rows, Since::later};

inline constexpr Series<TrialTable> trial_times[] = {
    {{"trial", nullptr, "row of the session's trial table"}, &row_numbers},
    {{"start_s", "s", "start of the trial"}, &TrialTable::start_s, {"trial"}},
    {{"stop_s", "s", "end of the trial"}, &TrialTable::stop_s, {"trial"}},
    {{"cue_s", "s", "cue; NaN: none"}, &TrialTable::cue_s, {"trial"}},
    {{"reward_s", "s", "reward; NaN: none"}, &TrialTable::reward_s, {"trial"}},
};

inline constexpr Column<TrialOutcome> outcome_rows[] = {
    {{"bout", nullptr, "bout that holds the reward; -1: none"}, &TrialOutcome::bout},
    {{"movement_onset_s", "s", "onset of that bout"},
     &TrialOutcome::movement_onset_s,
     "or where a review put it"},
    {{"reaction_time_s", "s", "cue to movement onset"}, &TrialOutcome::reaction_time_s},
    {{"cue_to_reward_s", "s", "cue to reward"}, &TrialOutcome::cue_to_reward_s},
    {{"used", nullptr, "1: gave a movement"}, &TrialOutcome::used},
    {{"reject_reason", nullptr, "why the trial gave no movement"}, &TrialOutcome::reason, "see below"},
    {{"review", nullptr, "what a person decided"},
     &TrialOutcome::review,
     "none, accepted, rejected, shifted",
     Since::later},
};
inline constexpr Columns<TrialOutcome> outcomes{"trials", trial_times[0].field, outcome_rows};

inline constexpr Series<Movements> movements[] = {
    {trial_times[0].field, &Movements::trial},
    {{"time_s", "s", "time from movement onset"}, &window_times},
    {{"volts", "V", "lever position"}, &Movements::volts, {"trial", "time_s"}, Stored::float32},
    {{"onset_s", "s", "movement onset"}, &Movements::onset_s, {"trial"}},
};

inline constexpr Series<TraceOverview> overview[] = {
    {{"time_s", "s", "start of the bin"}, &bin_times},
    {{"min_v", "V", "lowest lever position in the bin"}, &TraceOverview::min_v, {"time_s"}, Stored::float32},
    {{"max_v", "V", "highest lever position in the bin"}, &TraceOverview::max_v, {"time_s"}, Stored::float32},
};

// The lever comes in two nouns; the second lies along the first's time.
inline constexpr Series<Trace> trace[] = {
    {{"time_s", "s", "time from the first sample"}, &trace_times},
    {{"volts", "V", "lever position at 1 kHz"}, &Trace::volts, {"time_s"}},
};
inline constexpr Series<Segmentation> segmentation[] = {
    {{"smooth_v", "V", "lever position, low-pass filtered"}, &Segmentation::smooth, {"time_s"}},
    {{"envelope_v_per_s", "V s-1", "speed envelope"},
     PerSample<Segmentation>{&Segmentation::envelope},
     {"time_s"}},
    {{"active", nullptr, "1: within a bout"}, &Segmentation::active, {"time_s"}},
};

inline constexpr Series<Correlogram> correlogram[] = {
    {{"session"}, &Correlogram::session},
    {{"other_session"}, &same_sessions<Correlogram>},
    {{"later_session", nullptr, "second session of a pair of neighbours"}, &later_sessions},
    {{"median_r", "1", "median Pearson r over trial pairs"},
     &Correlogram::median_r,
     {"session", "other_session"}},
    {{"n_pairs", nullptr, "pairs of different movements that entered"},
     &Correlogram::n_pairs,
     {"session", "other_session"}},
    {{"within_r", "1", "median Pearson r within the session"}, &Correlogram::within_r, {"session"}},
    {{"across_r", "1", "median Pearson r between neighbouring sessions"},
     &Correlogram::across_r,
     {"later_session"}},
    {{"bound", "1", "proved largest error of median_r"}, &Correlogram::bound, {"session", "other_session"}},
};

// r of every pair, beside a correlogram.
namespace pairwise {
inline constexpr Field movement{"movement", nullptr, "number of the movement"};
inline constexpr Field other_movement{"other_movement", nullptr, "number of the movement"};
inline constexpr Field r{"r", "1", "Pearson r"};
inline constexpr Field session{"session", nullptr, "session of the movement"};
inline constexpr Field trial{"trial", nullptr, "trial of the movement in its session"};
}  // namespace pairwise

inline constexpr Series<GroupSummary> group_sessions[] = {
    {{"session"}, &GroupSummary::session},
    {{"other_session"}, &same_sessions<GroupSummary>},
};
inline constexpr const char *over_animals = "mean over animals", *error_over_animals = "s.e.m. over animals",
                            *animals = "animals that have a number";
inline constexpr Curve group_curves[] = {
    {{"mean_r", "1", "mean over animals of median_r"},
     {"sem_r", "1", "s.e.m. over animals of median_r"},
     {"n_subjects", nullptr, animals},
     &GroupSummary::r,
     {"session", "other_session"}},
    {{"success_fraction_mean", "1", over_animals},
     {"success_fraction_sem", "1", error_over_animals},
     {"success_fraction_n", nullptr, animals},
     &GroupSummary::success_fraction},
    {{"reaction_time_s_mean", "s", over_animals},
     {"reaction_time_s_sem", "s", error_over_animals},
     {"reaction_time_s_n", nullptr, animals},
     &GroupSummary::reaction_time_s},
    {{"cue_to_reward_s_mean", "s", over_animals},
     {"cue_to_reward_s_sem", "s", error_over_animals},
     {"cue_to_reward_s_n", nullptr, animals},
     &GroupSummary::cue_to_reward_s},
    {{"within_r_mean", "1", over_animals},
     {"within_r_sem", "1", error_over_animals},
     {"within_r_n", nullptr, animals},
     &GroupSummary::within_r},
};

inline constexpr Column<FailedSession> failed_rows[] = {
    {{"path", nullptr, "session file"}, &FailedSession::path},
    {{"subject"}, &FailedSession::subject},
    {{"session"}, &FailedSession::session},
    {{"error", nullptr, "why it could not be analysed"}, &FailedSession::error},
};
inline constexpr Columns<FailedSession> failed{
    "failed", {"failure", nullptr, "number of the failure"}, failed_rows};

inline constexpr Column<SessionFinding> finding_rows[] = {
    {{"subject"}, &SessionFinding::subject},
    {{"session"}, &SessionFinding::session},
    {{"code", nullptr, "kind of finding"}, &SessionFinding::code},
    {{"severity", nullptr, "what it does to the results"}, &SessionFinding::severity, "note, warning, error"},
    {{"value", nullptr, "what was measured"}, &SessionFinding::value, "NaN: a fact without a number"},
    {{"start_s", "s", "where it begins"}, &SessionFinding::start_s, "NaN: nowhere in particular"},
    {{"stop_s", "s", "where it ends"}, &SessionFinding::stop_s},
    {{"text", nullptr, "in words"}, &SessionFinding::text},
};
inline constexpr Columns<SessionFinding> findings{
    "findings", {"finding", nullptr, "number of the finding"}, finding_rows, Since::later};

}  // namespace columns
}  // namespace leverkin
