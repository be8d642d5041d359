#include "report/activity_data.h"

#include "commands/summary_json.h"

namespace leverkin::tools {
namespace {

Json session_json(const StoredSessionActivity& one) {
  return {{"session", one.session},
          {"group", one.group},
          {"n_frames", one.n_frames},
          {"n_gaps", one.n_gaps},
          {"n_cells", one.n_cells},
          {"period_s", one.period_s},
          {"fraction_movement", one.fraction_movement},
          {"fraction_still", one.fraction_still},
          {"windows", one.windows},
          {"measure", one.measure},
          {"source_file", one.source_file},
          {"notes", one.notes}};
}

Json bins_json(const std::vector<ActivityBin>& bins) {
  Json list = Json::array();
  for (const ActivityBin& bin : bins)
    list.push_back({{"stage", bin.stage},
                    {"bin_low", bin.bin_low},
                    {"bin_high", bin.bin_high},
                    {"n_pairs", bin.n_pairs},
                    {"mean_r", bin.mean_r}});
  return list;
}

Json subject_json(const StoredSubjectActivity& subject) {
  Json sessions = Json::array();
  for (const StoredSessionActivity& one : subject.sessions) sessions.push_back(session_json(one));
  return {{"subject", subject.subject},          {"sessions", std::move(sessions)},
          {"binned", bins_json(subject.binned)}, {"similarity", subject.covariance_similarity},
          {"ceiling", subject.ceiling},          {"overlap", subject.overlap}};
}

}  // namespace

Json activity_json(const StoredActivity& activity) {
  Json statuses = Json::array();
  for (int i = 0; i < window_status_count; ++i) statuses.push_back(name(static_cast<WindowStatus>(i)));
  Json subjects = Json::array();
  for (const StoredSubjectActivity& subject : activity.subjects) subjects.push_back(subject_json(subject));
  return {{"version", activity.version},
          {"created_utc", activity.created_utc},
          {"config", Json::parse(activity.config_json, nullptr, false)},
          {"statuses", std::move(statuses)},
          {"subjects", std::move(subjects)},
          {"failed", failed_json(activity.failed)}};
}

}  // namespace leverkin::tools
