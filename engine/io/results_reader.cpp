#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/hdf5.h"
#include "io/results_file.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin {
namespace {

namespace names = results_schema;
using results_file::children;
using results_file::integer_attribute;
using results_file::Reader;
using results_file::text_or_empty;

std::vector<std::string> read_warnings(const H5::Group& group) {
  std::vector<std::string> warnings;
  const std::string text = text_or_empty(group, names::attributes::warnings);
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return warnings;
  for (const nlohmann::json& entry : list)
    if (entry.is_string()) warnings.push_back(entry.get<std::string>());
  return warnings;
}

std::vector<std::int64_t> count_rejected(const Reader& reader, const H5::Group& session) {
  const auto reasons = reader.numbers<std::uint8_t>(
      session.openGroup(names::groups::trials), names::trials::reject_reason, 1, H5::PredType::NATIVE_UINT8);
  std::vector<std::int64_t> rejected(reject_reason_count, 0);
  for (const std::uint8_t reason : reasons) {
    if (reason >= rejected.size())
      reader.refuse(session.getObjName() + "/trials/reject_reason", std::to_string(reason),
                    fmt::format("0 to {}", reject_reason_count - 1));
    ++rejected[reason];
  }
  return rejected;
}

SessionSummary read_summary(const H5::Group& group) {
  namespace a = names::attributes;
  return {.n_trials = integer_attribute(group, a::n_trials),
          .n_rewarded = integer_attribute(group, a::n_rewarded),
          .success_fraction = hdf5::read_number_attribute(group, a::success_fraction),
          .n_movements = integer_attribute(group, a::n_movements),
          .median_reaction_time_s = hdf5::read_number_attribute(group, a::median_reaction_time_s),
          .median_cue_to_reward_s = hdf5::read_number_attribute(group, a::median_cue_to_reward_s),
          .moving_fraction = hdf5::read_number_attribute(group, a::moving_fraction)};
}

StoredSession read_session(const Reader& reader, const H5::Group& group, const std::string& subject) {
  namespace a = names::attributes;
  StoredSession session;
  session.identity = {.subject = subject,
                      .session = integer_attribute(group, a::session),
                      .group = hdf5::read_text_attribute(group, a::group),
                      .start_time = text_or_empty(group, a::start_time),
                      .phase = text_or_empty(group, a::phase)};
  session.source_file = hdf5::read_text_attribute(group, a::source_file);
  session.input_xxh3 = hdf5::read_text_attribute(group, a::input_xxh3);
  session.rate_hz = hdf5::read_number_attribute(group, a::rate_hz);
  session.duration_s = hdf5::read_number_attribute(group, a::duration_s);
  session.noise_cutoff_v = hdf5::read_number_attribute(group, a::noise_cutoff_v);
  const H5::DataSet onsets = group.openGroup(names::groups::bouts).openDataSet(names::bouts::onset_s.name);
  session.n_bouts = reader.lengths(onsets, 1).front();
  if (hdf5::has_attribute(group, a::n_reviewed)) session.n_reviewed = integer_attribute(group, a::n_reviewed);
  session.summary = read_summary(group);
  session.rejected = count_rejected(reader, group);
  session.warnings = read_warnings(group);
  return session;
}

Correlogram read_correlogram(const Reader& reader, const H5::Group& group) {
  namespace f = names::correlogram;
  Correlogram correlogram{.session = reader.integers(group, f::session),
                          .median_r = reader.doubles(group, f::median_r, 2),
                          .n_pairs = reader.integers(group, f::n_pairs, 2),
                          .bound = reader.doubles(group, f::bound, 2),
                          .within_r = reader.doubles(group, f::within_r),
                          .across_r = reader.doubles(group, f::across_r)};
  const std::size_t sessions = correlogram.session.size();
  reader.require_size(group, f::median_r, correlogram.median_r.size(), sessions * sessions);
  reader.require_size(group, f::n_pairs, correlogram.n_pairs.size(), sessions * sessions);
  reader.require_size(group, f::bound, correlogram.bound.size(), sessions * sessions);
  reader.require_size(group, f::within_r, correlogram.within_r.size(), sessions);
  reader.require_size(group, f::across_r, correlogram.across_r.size(), sessions == 0 ? 0 : sessions - 1);
  return correlogram;
}

StoredSubject read_subject(const Reader& reader, const H5::Group& group) {
  StoredSubject subject;
  subject.subject = hdf5::read_text_attribute(group, names::attributes::subject);
  if (H5Lexists(group.getId(), names::groups::sessions, H5P_DEFAULT) > 0)
    for (const H5::Group& session : children(group.openGroup(names::groups::sessions)))
      subject.sessions.push_back(read_session(reader, session, subject.subject));
  // By number: the names of sessions from 1000 on do not sort after those below.
  std::sort(
      subject.sessions.begin(), subject.sessions.end(),
      [](const StoredSession& a, const StoredSession& b) { return a.identity.session < b.identity.session; });
  if (H5Lexists(group.getId(), names::groups::correlogram, H5P_DEFAULT) > 0)
    subject.correlogram = read_correlogram(reader, group.openGroup(names::groups::correlogram));
  return subject;
}

GroupCurve read_curve(const Reader& reader, const H5::Group& group, const names::Field& mean,
                      const names::Field& sem, const names::Field& n, int rank, std::size_t size) {
  GroupCurve curve{reader.doubles(group, mean, rank), reader.doubles(group, sem, rank),
                   reader.integers(group, n, rank)};
  reader.require_size(group, mean, curve.mean.size(), size);
  reader.require_size(group, sem, curve.sem.size(), size);
  reader.require_size(group, n, curve.n.size(), size);
  return curve;
}

GroupSummary read_group(const Reader& reader, const H5::Group& group) {
  namespace f = names::group_curves;
  GroupSummary summary{.group = hdf5::read_text_attribute(group, names::attributes::group),
                       .session = reader.integers(group, f::session)};
  const std::size_t sessions = summary.session.size();
  const auto curve = [&](const std::string& name) {
    const std::string mean = name + "_mean", sem = name + "_sem", n = name + "_n";
    return read_curve(reader, group, {mean.c_str()}, {sem.c_str()}, {n.c_str()}, 1, sessions);
  };
  summary.r = read_curve(reader, group, f::mean_r, f::sem_r, f::n_subjects, 2, sessions * sessions);
  summary.success_fraction = curve(f::success_fraction);
  summary.reaction_time_s = curve(f::reaction_time_s);
  summary.cue_to_reward_s = curve(f::cue_to_reward_s);
  summary.within_r = curve(f::within_r);
  return summary;
}

std::vector<FailedSession> read_failed(const Reader& reader, const H5::Group& group) {
  namespace f = names::failed;
  const std::vector<std::string> paths = reader.texts(group, f::path);
  const std::vector<std::string> subjects = reader.texts(group, f::subject);
  const std::vector<std::int64_t> sessions = reader.integers(group, f::session);
  const std::vector<std::string> errors = reader.texts(group, f::error);
  reader.require_size(group, f::subject, subjects.size(), paths.size());
  reader.require_size(group, f::session, sessions.size(), paths.size());
  reader.require_size(group, f::error, errors.size(), paths.size());
  std::vector<FailedSession> failed;
  for (std::size_t i = 0; i < paths.size(); ++i)
    failed.push_back({paths[i], subjects[i], sessions[i], errors[i]});
  return failed;
}

std::vector<H5::Group> subject_groups(const Reader& reader, const std::string* only) {
  std::vector<H5::Group> groups = children(reader.root().openGroup(names::groups::subjects));
  if (only != nullptr)
    std::erase_if(groups, [&](const H5::Group& group) {
      return hdf5::read_text_attribute(group, names::attributes::subject) != *only;
    });
  return groups;
}

// `only`: one animal; nullptr: all.
StoredResults read_results(const Reader& reader, const std::string* only) {
  namespace a = names::attributes;
  const H5::Group root = reader.root();
  StoredResults results;
  results.schema = hdf5::read_text_attribute(root, a::schema);
  results.version = hdf5::read_text_attribute(root, a::leverkin_version);
  results.created_utc = hdf5::read_text_attribute(root, a::created_utc);
  results.profile = hdf5::read_text_attribute(root, a::profile);
  results.config_json = hdf5::read_text_attribute(root, a::config_json);
  results.target = hdf5::read_text_attribute(root, a::target);
  results.threads = integer_attribute(root, a::threads);
  results.review_json = text_or_empty(root, a::review_json);
  for (const H5::Group& subject : subject_groups(reader, only))
    results.subjects.push_back(read_subject(reader, subject));
  for (const H5::Group& group : children(root.openGroup(names::groups::groups)))
    results.groups.push_back(read_group(reader, group));
  results.failed = read_failed(reader, root.openGroup(names::groups::failed));
  return results;
}

}  // namespace

bool is_results_file(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  try {
    if (!std::filesystem::is_regular_file(path) || H5Fis_hdf5(path.c_str()) <= 0) return false;
    const H5::H5File file(path.string(), H5F_ACC_RDONLY);
    return text_or_empty(file.openGroup("/"), names::attributes::schema).starts_with(names::schema_family);
  } catch (const H5::Exception&) {
    return false;
  } catch (const std::filesystem::filesystem_error&) {
    return false;
  }
}

StoredResults load_results(const std::filesystem::path& path) {
  return results_file::reading(path, [](const Reader& reader) { return read_results(reader, nullptr); });
}

StoredResults load_results(const std::filesystem::path& path, const std::string& subject) {
  return results_file::reading(path, [&](const Reader& reader) { return read_results(reader, &subject); });
}

}  // namespace leverkin
