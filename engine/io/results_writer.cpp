#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "io/hdf5.h"
#include "io/link_name.h"
#include "io/replacing.h"
#include "io/results_columns.h"
#include "io/seal.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin {
namespace {

namespace in_results = results_schema;
using hdf5::Packing;
using hdf5::TableWriter;
using hdf5::write_attribute;
using results_file::write_attributes;
using results_file::write_columns;
using results_file::write_series;

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

void require_new(const H5::Group& parent, const std::string& link, const std::string& what) {
  if (H5Lexists(parent.getId(), link.c_str(), H5P_DEFAULT) > 0)
    throw BadArgument(what + " is in the results file already; expected each once");
}

StoredSession stored(const SessionResult& result) {
  return {.identity = result.info.identity,
          .source_file = result.info.path,
          .input_xxh3 = result.input_xxh3,
          .rate_hz = result.info.rate_hz,
          .duration_s = result.info.duration_s,
          .noise_cutoff_v = result.segmentation.noise_cutoff_v};
}

void write_session_attributes(const H5::Group& group, const SessionResult& result) {
  namespace a = in_results::attributes;
  write_attributes(group, columns::identity, result.info.identity);
  write_attributes(group, columns::recording, stored(result));
  write_attributes(group, columns::summary, result.summary);
  if (!result.segmentation.reason.empty())
    write_attribute(group, a::no_bouts_reason, result.segmentation.reason);
}

std::int64_t count_reviewed(const std::vector<TrialOutcome>& outcomes) {
  return std::ranges::count_if(outcomes,
                               [](const TrialOutcome& o) { return o.review != ReviewAction::none; });
}

void write_trials(const H5::Group& session, const SessionResult& result,
                  const results_file::EnumTypes& types) {
  TableWriter table(hdf5::open_or_create_group(session, in_results::groups::trials));
  write_series(table, columns::trial_times, result.trials);
  write_columns(table, columns::outcomes, result.outcomes, types);
  table.finish();
}

void write_overview(const H5::Group& session, const TraceOverview& overview) {
  const H5::Group group = hdf5::open_or_create_group(session, in_results::groups::overview);
  write_attribute(group, in_results::attributes::bin_s, TraceOverview::bin_samples / lever_rate_hz);
  write_series(session, in_results::groups::overview, columns::overview, overview);
}

void write_lever(const H5::Group& session, const SessionResult& result) {
  TableWriter table(hdf5::open_or_create_group(session, in_results::groups::lever), Packing::compressed);
  write_series(table, columns::trace, result.trace);
  write_series(table, columns::segmentation, result.segmentation);
  table.finish();
}

void write_pairwise(const H5::Group& correlogram, std::span<const double> r,
                    std::span<const std::int64_t> row_session, std::span<const std::int64_t> row_trial) {
  namespace f = columns::pairwise;
  TableWriter table(hdf5::open_or_create_group(correlogram, in_results::groups::pairwise));
  table.index_axis(f::movement, std::ssize(row_session));
  table.index_axis(f::other_movement, std::ssize(row_session));
  table.column(f::r, {"movement", "other_movement"}, r, Stored::float32);
  table.column(f::session, {"movement"}, row_session);
  table.column(f::trial, {"movement"}, row_trial);
  table.finish();
}

}  // namespace

struct ResultsWriter::Impl {
  Impl(const std::filesystem::path& path, const Parameters& resolved, const Provenance& from)
      : file(replaceable(path, from)), parameters(resolved), provenance(from) {}

  static const std::filesystem::path& replaceable(const std::filesystem::path& path, const Provenance& by) {
    check_replacing_by_results(path, !by.review_json.empty(), by.discard_review);
    return path;
  }

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
    const H5::Group subjects = hdf5::open_or_create_group(root(), in_results::groups::subjects);
    H5::Group group = hdf5::open_or_create_group(subjects, link);
    if (!hdf5::has_attribute(group, in_results::attributes::subject)) {
      write_attribute(group, in_results::attributes::subject, subject);
      seal::put(group, seal::of_attributes(group));
    }
    if (hdf5::read_text_attribute(group, in_results::attributes::subject) != subject)
      throw BadArgument("subject " + subject + " would be stored under the same name as another subject");
    return group;
  }

  hdf5::AtomicFile file;
  Parameters parameters;
  Provenance provenance;
  std::optional<results_file::EnumTypes> types;
  std::vector<SessionFinding> findings;
  bool reviewed = false;
  bool broken = false;
};

ResultsWriter::ResultsWriter(const std::filesystem::path& path, const Parameters& parameters,
                             const Provenance& provenance)
    : impl_(std::make_unique<Impl>(path, parameters, provenance)) {
  impl_->write([&] {
    namespace a = in_results::attributes;
    const H5::Group root = impl_->root();
    write_attribute(root, a::schema, in_results::schema_name);
    write_attribute(root, a::leverkin_version, provenance.version);
    write_attribute(root, a::created_utc,
                    provenance.created_utc.empty() ? now_utc() : provenance.created_utc);
    write_attribute(root, a::profile, parameters.profile);
    write_attribute(root, a::config_json, to_json(parameters));
    write_attribute(root, a::target, provenance.target);
    write_attribute(root, a::threads, static_cast<std::int64_t>(provenance.threads));
    impl_->reviewed = !provenance.review_json.empty();
    if (impl_->reviewed) write_attribute(root, a::review_json, provenance.review_json);
    seal::put(root, seal::of_attributes(root));
    impl_->types.emplace(impl_->file.file());
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
        hdf5::open_or_create_group(impl_->subject_group(identity.subject), in_results::groups::sessions);
    const std::string link = fmt::format("{:03}", identity.session);
    require_new(sessions, link, fmt::format("subject {}, session {}", identity.subject, identity.session));
    const H5::Group group = hdf5::open_or_create_group(sessions, link);
    write_session_attributes(group, result);
    if (impl_->reviewed)
      write_attribute(group, in_results::attributes::n_reviewed, count_reviewed(result.outcomes));
    seal::put(group, seal::of_attributes(group));
    write_columns(group, columns::bouts, result.segmentation.bouts, *impl_->types);
    write_columns(group, columns::kinematics, result.segmentation.bouts, *impl_->types);
    write_trials(group, result, *impl_->types);
    // Without a movement the matrix may not know its width; the file always does.
    const Movements none{.samples = impl_->parameters.window_ms + 1};
    write_series(group, in_results::groups::movements, columns::movements,
                 result.movements.size() > 0 ? result.movements : none);
    write_overview(group, result.overview);
    if (impl_->parameters.keep_traces) write_lever(group, result);
  });
}

void ResultsWriter::write_correlogram(const std::string& subject, const Correlogram& correlogram,
                                      std::span<const double> pairwise,
                                      std::span<const std::int64_t> row_session,
                                      std::span<const std::int64_t> row_trial) {
  impl_->write([&] {
    const H5::Group parent = impl_->subject_group(subject);
    require_new(parent, in_results::groups::correlogram, "the correlogram of subject " + subject);
    write_series(parent, in_results::groups::correlogram, columns::correlogram, correlogram);
    if (impl_->parameters.pairwise || !pairwise.empty())
      write_pairwise(parent.openGroup(in_results::groups::correlogram), pairwise, row_session, row_trial);
  });
}

void ResultsWriter::write_group(const GroupSummary& summary) {
  impl_->write([&] {
    const std::string name = summary.group.empty() ? in_results::groups::all_animals : summary.group;
    const std::string link = link_name(name);
    const H5::Group groups = hdf5::open_or_create_group(impl_->root(), in_results::groups::groups);
    require_new(groups, link, "group " + name);
    const H5::Group group = hdf5::open_or_create_group(groups, link);
    write_attribute(group, in_results::attributes::group, name);
    seal::put(group, seal::of_attributes(group));
    TableWriter table(group);
    write_series(table, columns::group_sessions, summary);
    for (const Curve& one : columns::group_curves) {
      const GroupCurve& curve = summary.*one.curve;
      table.column(one.mean, one.axes, curve.mean);
      table.column(one.sem, one.axes, curve.sem);
      table.column(one.n, one.axes, curve.n);
    }
    table.finish();
  });
}

void ResultsWriter::write_findings(std::span<const SessionFinding> findings) {
  impl_->findings.assign(findings.begin(), findings.end());
  std::ranges::stable_sort(impl_->findings, [](const SessionFinding& a, const SessionFinding& b) {
    return std::tie(a.subject, a.session) < std::tie(b.subject, b.session);
  });
}

void ResultsWriter::finish(std::span<const FailedSession> failed) {
  impl_->write([&] {
    write_columns(impl_->root(), columns::failed, {failed.begin(), failed.end()}, *impl_->types);
    write_columns(impl_->root(), columns::findings, impl_->findings, *impl_->types);
    // Also there where every session failed.
    hdf5::open_or_create_group(impl_->root(), in_results::groups::subjects);
    hdf5::open_or_create_group(impl_->root(), in_results::groups::groups);
    seal::put_on_root(impl_->root());
    impl_->types.reset();  // an open object would keep the file open behind our back
    (void)Impl::replaceable(impl_->file.target(), impl_->provenance);  // what appeared there meanwhile
    impl_->file.commit();
  });
}

}  // namespace leverkin
