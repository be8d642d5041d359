#include <algorithm>

#include "io/results_file.h"
#include "leverkin/activity_results.h"

namespace leverkin {
namespace {

using results_file::children;
using results_file::holds;
using results_file::integer_attribute;
using results_file::Reader;
using results_file::text_or_empty;

std::array<std::int64_t, window_status_count> count_windows(const Reader& reader, const H5::Group& windows) {
  std::array<std::int64_t, window_status_count> counts{};
  for (const auto status : reader.column<std::uint8_t>(windows, "status")) {
    if (status >= window_status_count)
      reader.refuse(windows.getObjName() + "/status", std::to_string(status),
                    fmt::format("0 to {}", window_status_count - 1));
    ++counts[status];
  }
  return counts;
}

StoredSessionActivity read_session_activity(const Reader& reader, const H5::Group& group) {
  return {.session = integer_attribute(group, "session"),
          .n_frames = integer_attribute(group, "n_frames"),
          .n_gaps = integer_attribute(group, "n_gaps"),
          .n_cells = integer_attribute(group, "n_cells"),
          .period_s = hdf5::read_number_attribute(group, "period_s"),
          .fraction_movement = hdf5::read_number_attribute(group, "fraction_movement"),
          .fraction_still = hdf5::read_number_attribute(group, "fraction_still"),
          .windows = count_windows(reader, group.openGroup("windows")),
          .group = text_or_empty(group, "group"),
          .measure = text_or_empty(group, "measure"),
          .source_file = text_or_empty(group, "source_file"),
          .notes = text_or_empty(group, "notes")};
}

std::vector<ActivityBin> read_bins(const Reader& reader, const H5::Group& group) {
  const auto stage = reader.column<std::string>(group, "stage");
  const std::vector<std::int64_t> shape{std::ssize(stage)};
  const auto low = reader.column<double>(group, "bin_low", shape);
  const auto high = reader.column<double>(group, "bin_high", shape);
  const auto pairs = reader.column<std::int64_t>(group, "n_pairs", shape);
  const auto mean = reader.column<double>(group, "mean_r", shape);
  const auto sem = reader.column<double>(group, "sem_r", shape);
  std::vector<ActivityBin> bins;
  for (std::size_t i = 0; i < stage.size(); ++i)
    bins.push_back({stage[i], low[i], high[i], pairs[i], mean[i], sem[i]});
  return bins;
}

StoredSubjectActivity read_subject_activity(const Reader& reader, const H5::Group& group) {
  const H5::Group own = group.openGroup("activity");
  StoredSubjectActivity subject{.subject = hdf5::read_text_attribute(own, "subject"),
                                .binned = read_bins(reader, own.openGroup("binned"))};
  for (const H5::Group& session : children(group.openGroup("sessions")))
    subject.sessions.push_back(read_session_activity(reader, session.openGroup("imaging")));
  std::ranges::sort(subject.sessions, {}, &StoredSessionActivity::session);
  if (!holds(own, "covariance_similarity")) return subject;
  const std::vector<std::int64_t> square(2, std::ssize(subject.sessions));
  subject.covariance_similarity = reader.column<double>(own, "covariance_similarity", square);
  subject.ceiling = reader.column<double>(own, "ceiling", square);
  subject.overlap = reader.column<double>(own, "overlap", square);
  return subject;
}

std::vector<FailedSession> read_failed(const Reader& reader, const H5::Group& group) {
  const auto subject = reader.column<std::string>(group, "subject");
  const std::vector<std::int64_t> shape{std::ssize(subject)};
  const auto session = reader.column<std::int64_t>(group, "session", shape);
  const auto path = reader.column<std::string>(group, "path", shape);
  const auto error = reader.column<std::string>(group, "error", shape);
  std::vector<FailedSession> failed;
  for (std::size_t i = 0; i < subject.size(); ++i)
    failed.push_back({path[i], subject[i], session[i], error[i]});
  return failed;
}

StoredActivity read_activity(const Reader& reader) {
  reader.require_whole();
  const H5::Group root = reader.root();
  if (!holds(root, "failed") || !holds(root, "subjects"))
    reader.refuse("", "no /failed", "a file of `leverkin activity`");
  StoredActivity activity{.version = text_or_empty(root, "leverkin_version"),
                          .created_utc = text_or_empty(root, "created_utc"),
                          .results_file = text_or_empty(root, "results_file"),
                          .config_json = text_or_empty(root, "activity_config_json")};
  for (const H5::Group& subject : children(root.openGroup("subjects")))
    activity.subjects.push_back(read_subject_activity(reader, subject));
  activity.failed = read_failed(reader, root.openGroup("failed"));
  return activity;
}

}  // namespace

const char* name(WindowStatus status) {
  constexpr std::array<const char*, window_status_count> names{"used", "onset_not_imaged", "outside_imaging",
                                                               "frames_missing", "not_used"};
  return names.at(static_cast<std::size_t>(status));
}

StoredActivity load_activity(const std::filesystem::path& path) {
  return results_file::reading(path, read_activity, Look::tables, results_file::names::tables_schema_name);
}

}  // namespace leverkin
