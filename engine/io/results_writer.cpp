#include <algorithm>
#include <chrono>
#include <ctime>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/hdf5.h"
#include "io/results_schema.h"
#include "io/table.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin {
namespace {

namespace names = results_schema;
using hdf5::Packing;
using hdf5::Table;
using hdf5::write_attribute;

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

// HDF5 takes "/" as a separator; in names it is stored as U+2215, which looks the same.
std::string link_name(const std::string& name) {
  if (name.empty() || name == ".")
    throw BadArgument(
        fmt::format("name of a subject or group: found \"{}\"; expected text that a results file can "
                    "use as the name of an HDF5 group",
                    name));
  std::string link;
  for (const char letter : name) {
    if (letter == '/')
      link += "\u2215";
    else
      link += letter;
  }
  return link;
}

void require_new(const H5::Group& parent, const std::string& link, const std::string& what) {
  if (H5Lexists(parent.getId(), link.c_str(), H5P_DEFAULT) > 0)
    throw BadArgument(what + " is in the results file already; expected each once");
}

template <class Enum>
H5::EnumType commit_enum(const H5::H5File& file, const char* type_name, int count) {
  H5::EnumType type(H5::PredType::NATIVE_UINT8);
  for (std::uint8_t value = 0; value < count; ++value)
    type.insert(std::string(name(static_cast<Enum>(value))), &value);
  const H5::PropList created(H5P_DATATYPE_CREATE);
  if (H5Pset_obj_track_times(created.getId(), false) < 0 ||
      H5Tcommit2(file.getId(), type_name, type.getId(), H5P_DEFAULT, created.getId(), H5P_DEFAULT) < 0)
    throw H5::DataTypeIException("commit_enum", "the type cannot be committed");
  return type;
}

// The types that columns of a file share.
struct EnumTypes {
  H5::EnumType reject_reason, review_action;
};

// One column out of an array of structs.
template <class Row, class Get>
auto gather(const std::vector<Row>& rows, Get get) {
  std::vector<decltype(get(rows.front()))> column;
  column.reserve(rows.size());
  for (const Row& row : rows) column.push_back(get(row));
  return column;
}

void write_session_attributes(const H5::Group& group, const SessionResult& result) {
  namespace a = names::attributes;
  const SessionInfo& info = result.info;
  write_attribute(group, a::subject, info.identity.subject);
  write_attribute(group, a::session, info.identity.session);
  write_attribute(group, a::group, info.identity.group);
  write_attribute(group, a::phase, info.identity.phase);
  write_attribute(group, a::start_time, info.identity.start_time);
  write_attribute(group, a::source_file, info.path);
  write_attribute(group, a::input_xxh3, result.input_xxh3);
  write_attribute(group, a::rate_hz, info.rate_hz);
  write_attribute(group, a::duration_s, info.duration_s);
  write_attribute(group, a::noise_cutoff_v, result.segmentation.noise_cutoff_v);
  write_attribute(group, a::status, a::status_ok);
  const SessionSummary& summary = result.summary;
  write_attribute(group, a::n_trials, summary.n_trials);
  write_attribute(group, a::n_rewarded, summary.n_rewarded);
  write_attribute(group, a::success_fraction, summary.success_fraction);
  write_attribute(group, a::n_movements, summary.n_movements);
  write_attribute(group, a::median_reaction_time_s, summary.median_reaction_time_s);
  write_attribute(group, a::median_cue_to_reward_s, summary.median_cue_to_reward_s);
  write_attribute(group, a::moving_fraction, summary.moving_fraction);
  if (!result.segmentation.reason.empty())
    write_attribute(group, a::no_bouts_reason, result.segmentation.reason);
  if (!result.warnings.empty())
    write_attribute(
        group, a::warnings,
        nlohmann::json(result.warnings).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::int64_t count_reviewed(const std::vector<TrialOutcome>& outcomes) {
  return std::ranges::count_if(outcomes,
                               [](const TrialOutcome& o) { return o.review != ReviewAction::none; });
}

void write_bouts(const H5::Group& session, const std::vector<Bout>& bouts) {
  namespace f = names::bouts;
  Table table(hdf5::open_or_create_group(session, names::groups::bouts));
  const auto bout = table.index_axis(f::bout, static_cast<std::int64_t>(bouts.size()));
  table.column(f::onset_s, {bout}, gather(bouts, [](const Bout& b) { return b.onset_s(); }));
  table.column(f::offset_s, {bout}, gather(bouts, [](const Bout& b) { return b.offset_s(); }));
  table.column(f::amplitude_v, {bout}, gather(bouts, [](const Bout& b) { return b.amplitude_v; }));
  table.column(f::peak_speed_v_per_s, {bout},
               gather(bouts, [](const Bout& b) { return b.peak_speed_v_per_s; }));
  table.column(f::path_v, {bout}, gather(bouts, [](const Bout& b) { return b.path_v; }));
  table.column(f::flags, {bout},
               gather(bouts, [](const Bout& b) { return static_cast<std::uint8_t>(b.flags); }));
  table.finish();
}

void write_kinematics(const H5::Group& session, const std::vector<Bout>& bouts) {
  namespace f = names::kinematics;
  Table table(hdf5::open_or_create_group(session, names::groups::kinematics));
  const auto bout = table.index_axis(f::bout, static_cast<std::int64_t>(bouts.size()));
  table.column(f::duration_s, {bout}, gather(bouts, [](const Bout& b) { return b.duration_s(); }));
  table.column(f::time_to_peak_s, {bout}, gather(bouts, [](const Bout& b) { return b.time_to_peak_s; }));
  table.column(f::hold_s, {bout}, gather(bouts, [](const Bout& b) { return b.hold_s; }));
  table.column(f::n_submovements, {bout}, gather(bouts, [](const Bout& b) { return b.n_submovements; }));
  table.column(f::smoothness_sal, {bout}, gather(bouts, [](const Bout& b) { return b.smoothness_sal; }));
  table.finish();
}

void write_trials(const H5::Group& session, const TrialTable& trials,
                  const std::vector<TrialOutcome>& outcomes, const EnumTypes& types) {
  namespace f = names::trials;
  Table table(hdf5::open_or_create_group(session, names::groups::trials));
  const auto trial = table.index_axis(f::trial, trials.size());
  table.column(f::start_s, {trial}, trials.start_s);
  table.column(f::stop_s, {trial}, trials.stop_s);
  table.column(f::cue_s, {trial}, trials.cue_s);
  table.column(f::reward_s, {trial}, trials.reward_s);
  table.column(f::bout, {trial}, gather(outcomes, [](const TrialOutcome& o) { return o.bout; }));
  table.column(f::movement_onset_s, {trial},
               gather(outcomes, [](const TrialOutcome& o) { return o.movement_onset_s; }));
  table.column(f::reaction_time_s, {trial},
               gather(outcomes, [](const TrialOutcome& o) { return o.reaction_time_s; }));
  table.column(f::cue_to_reward_s, {trial},
               gather(outcomes, [](const TrialOutcome& o) { return o.cue_to_reward_s; }));
  table.column(f::used, {trial}, gather(outcomes, [](const TrialOutcome& o) {
                 return static_cast<std::uint8_t>(o.reason == RejectReason::used);
               }));
  table.enum_column(
      f::reject_reason, {trial},
      gather(outcomes, [](const TrialOutcome& o) { return static_cast<std::uint8_t>(o.reason); }),
      types.reject_reason);
  table.enum_column(
      f::review, {trial},
      gather(outcomes, [](const TrialOutcome& o) { return static_cast<std::uint8_t>(o.review); }),
      types.review_action);
  table.finish();
}

std::vector<double> lever_times(std::int64_t count, std::int64_t step = 1) {
  std::vector<double> seconds(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    seconds[static_cast<std::size_t>(i)] = static_cast<double>(i * step) / lever_rate_hz;
  return seconds;
}

void write_movements(const H5::Group& session, const Movements& movements, std::int64_t window_samples) {
  namespace f = names::movements;
  Table table(hdf5::open_or_create_group(session, names::groups::movements));
  const auto trial = table.axis(f::trial, movements.trial);
  // Without a movement the matrix may not know its width; the file always does.
  const auto time =
      table.axis(f::time_s, lever_times(movements.size() > 0 ? movements.samples : window_samples));
  table.float32_column(f::volts, {trial, time}, movements.volts);
  table.column(f::onset_s, {trial}, movements.onset_s);
  table.finish();
}

void write_overview(const H5::Group& session, const TraceOverview& overview) {
  namespace f = names::overview;
  const H5::Group group = hdf5::open_or_create_group(session, names::groups::overview);
  write_attribute(group, names::attributes::bin_s, TraceOverview::bin_samples / lever_rate_hz);
  Table table(group);
  const auto time =
      table.axis(f::time_s, lever_times(std::ssize(overview.min_v), TraceOverview::bin_samples));
  table.float32_column(f::min_v, {time}, overview.min_v);
  table.float32_column(f::max_v, {time}, overview.max_v);
  table.finish();
}

void write_lever(const H5::Group& session, const SessionResult& result) {
  namespace f = names::lever;
  Table table(hdf5::open_or_create_group(session, names::groups::lever), Packing::compressed);
  const auto time = table.axis(f::time_s, lever_times(static_cast<std::int64_t>(result.trace.volts.size())));
  table.column(f::volts, {time}, result.trace.volts);
  table.column(f::smooth_v, {time}, result.segmentation.smooth);
  table.column(f::envelope_v_per_s, {time}, gather(result.segmentation.envelope, [](double volts_per_sample) {
                 return lever_rate_hz * volts_per_sample;
               }));
  table.column(f::active, {time}, result.segmentation.active);
  table.finish();
}

void write_pairwise(const H5::Group& correlogram, std::span<const double> r,
                    std::span<const std::int64_t> row_session, std::span<const std::int64_t> row_trial) {
  namespace f = names::pairwise;
  Table table(hdf5::open_or_create_group(correlogram, names::groups::pairwise));
  const auto rows = static_cast<std::int64_t>(row_session.size());
  const auto movement = table.index_axis(f::movement, rows);
  const auto other = table.index_axis(f::other_movement, rows);
  table.float32_column(f::r, {movement, other}, r);
  table.column(f::session, {movement}, row_session);
  table.column(f::trial, {movement}, row_trial);
  table.finish();
}

void write_curve(Table& table, Table::Axis session, const std::string& name, const char* units,
                 const GroupCurve& curve) {
  const std::string mean = name + "_mean", sem = name + "_sem", n = name + "_n";
  table.column({mean.c_str(), units, "mean over animals"}, {session}, curve.mean);
  table.column({sem.c_str(), units, "s.e.m. over animals"}, {session}, curve.sem);
  table.column({n.c_str(), nullptr, "animals that have a number"}, {session}, curve.n);
}

}  // namespace

struct ResultsWriter::Impl {
  Impl(const std::filesystem::path& path, const Parameters& resolved) : file(path), parameters(resolved) {}

  // Every public call goes through here: one lock, HDF5's errors in words, and no file once something went
  // wrong.
  template <class Body>
  void write(Body body) {
    hdf5::Lock lock;
    if (broken) throw IoError(file.target().string() + ": cannot be written: an earlier part of it failed");
    broken = true;
    try {
      body();
    } catch (const H5::Exception& error) {
      throw IoError(file.target().string() + ": cannot be written: " + hdf5::last_error(error));
    }
    file.check();
    broken = false;
  }

  [[nodiscard]] H5::Group root() { return file.file().openGroup("/"); }

  [[nodiscard]] H5::Group subject_group(const std::string& subject) {
    const std::string link = link_name(subject);
    const H5::Group subjects = hdf5::open_or_create_group(root(), names::groups::subjects);
    H5::Group group = hdf5::open_or_create_group(subjects, link);
    if (!hdf5::has_attribute(group, names::attributes::subject))
      write_attribute(group, names::attributes::subject, subject);
    if (hdf5::read_text_attribute(group, names::attributes::subject) != subject)
      throw BadArgument("subject " + subject + " would be stored under the same name as another subject");
    return group;
  }

  hdf5::AtomicFile file;
  Parameters parameters;
  std::optional<EnumTypes> types;
  bool reviewed = false;
  bool broken = false;
};

ResultsWriter::ResultsWriter(const std::filesystem::path& path, const Parameters& parameters,
                             const Provenance& provenance)
    : impl_(std::make_unique<Impl>(path, parameters)) {
  impl_->write([&] {
    namespace a = names::attributes;
    const H5::Group root = impl_->root();
    write_attribute(root, a::schema, names::schema_name);
    write_attribute(root, a::leverkin_version, provenance.version);
    write_attribute(root, a::created_utc,
                    provenance.created_utc.empty() ? now_utc() : provenance.created_utc);
    write_attribute(root, a::profile, parameters.profile);
    write_attribute(root, a::config_json, to_json(parameters));
    write_attribute(root, a::target, provenance.target);
    write_attribute(root, a::threads, static_cast<std::int64_t>(provenance.threads));
    impl_->reviewed = !provenance.review_json.empty();
    if (impl_->reviewed) write_attribute(root, a::review_json, provenance.review_json);
    impl_->types = {
        commit_enum<RejectReason>(impl_->file.file(), names::reject_reason_type, reject_reason_count),
        commit_enum<ReviewAction>(impl_->file.file(), names::review_action_type, review_action_count)};
  });
}

ResultsWriter::~ResultsWriter() {
  hdf5::Lock lock;
  impl_.reset();
}

ResultsWriter::ResultsWriter(ResultsWriter&&) noexcept = default;

ResultsWriter& ResultsWriter::operator=(ResultsWriter&& other) noexcept {
  hdf5::Lock lock;
  impl_ = std::move(other.impl_);
  return *this;
}

void ResultsWriter::write_session(const SessionResult& result) {
  impl_->write([&] {
    const SessionIdentity& identity = result.info.identity;
    const H5::Group sessions =
        hdf5::open_or_create_group(impl_->subject_group(identity.subject), names::groups::sessions);
    const std::string link = fmt::format("{:03}", identity.session);
    require_new(sessions, link, fmt::format("subject {}, session {}", identity.subject, identity.session));
    const H5::Group group = hdf5::open_or_create_group(sessions, link);
    write_session_attributes(group, result);
    if (impl_->reviewed)
      write_attribute(group, names::attributes::n_reviewed, count_reviewed(result.outcomes));
    write_bouts(group, result.segmentation.bouts);
    write_kinematics(group, result.segmentation.bouts);
    write_trials(group, result.trials, result.outcomes, *impl_->types);
    write_movements(group, result.movements, impl_->parameters.window_ms + 1);
    write_overview(group, result.overview);
    if (impl_->parameters.keep_traces) write_lever(group, result);
  });
}

void ResultsWriter::write_correlogram(const std::string& subject, const Correlogram& correlogram,
                                      std::span<const double> pairwise,
                                      std::span<const std::int64_t> row_session,
                                      std::span<const std::int64_t> row_trial) {
  namespace f = names::correlogram;
  impl_->write([&] {
    const H5::Group parent = impl_->subject_group(subject);
    require_new(parent, names::groups::correlogram, "the correlogram of subject " + subject);
    const H5::Group group = hdf5::open_or_create_group(parent, names::groups::correlogram);
    Table table(group);
    const std::span<const std::int64_t> sessions = correlogram.session;
    const auto session = table.axis(f::session, sessions);
    const auto other = table.axis(f::other_session, sessions);
    const auto later = table.axis(f::later_session, sessions.subspan(sessions.empty() ? 0 : 1));
    table.column(f::median_r, {session, other}, correlogram.median_r);
    table.column(f::n_pairs, {session, other}, correlogram.n_pairs);
    table.column(f::within_r, {session}, correlogram.within_r);
    table.column(f::across_r, {later}, correlogram.across_r);
    table.column(f::bound, {session, other}, correlogram.bound);
    table.finish();
    if (impl_->parameters.pairwise || !pairwise.empty())
      write_pairwise(group, pairwise, row_session, row_trial);
  });
}

void ResultsWriter::write_group(const GroupSummary& summary) {
  namespace f = names::group_curves;
  impl_->write([&] {
    const std::string name = summary.group.empty() ? f::all_animals : summary.group;
    const std::string link = link_name(name);
    const H5::Group groups = hdf5::open_or_create_group(impl_->root(), names::groups::groups);
    require_new(groups, link, "group " + name);
    const H5::Group group = hdf5::open_or_create_group(groups, link);
    write_attribute(group, names::attributes::group, name);
    Table table(group);
    const auto session = table.axis(f::session, summary.session);
    const auto other = table.axis(f::other_session, summary.session);
    table.column(f::mean_r, {session, other}, summary.r.mean);
    table.column(f::sem_r, {session, other}, summary.r.sem);
    table.column(f::n_subjects, {session, other}, summary.r.n);
    write_curve(table, session, f::success_fraction, "1", summary.success_fraction);
    write_curve(table, session, f::reaction_time_s, "s", summary.reaction_time_s);
    write_curve(table, session, f::cue_to_reward_s, "s", summary.cue_to_reward_s);
    write_curve(table, session, f::within_r, "1", summary.within_r);
    table.finish();
  });
}

void ResultsWriter::finish(std::span<const FailedSession> failed) {
  namespace f = names::failed;
  impl_->write([&] {
    const std::vector<FailedSession> rows(failed.begin(), failed.end());
    Table table(hdf5::open_or_create_group(impl_->root(), names::groups::failed));
    const auto failure = table.index_axis(f::failure, static_cast<std::int64_t>(rows.size()));
    table.column(f::path, {failure}, gather(rows, [](const FailedSession& row) { return row.path; }));
    table.column(f::subject, {failure}, gather(rows, [](const FailedSession& row) { return row.subject; }));
    table.column(f::session, {failure}, gather(rows, [](const FailedSession& row) { return row.session; }));
    table.column(f::error, {failure}, gather(rows, [](const FailedSession& row) { return row.error; }));
    table.finish();
    hdf5::open_or_create_group(impl_->root(),
                               names::groups::subjects);  // also there where every session failed
    hdf5::open_or_create_group(impl_->root(), names::groups::groups);
    impl_->types.reset();  // an open object would keep the file open behind our back
    impl_->file.commit();
  });
}

}  // namespace leverkin
