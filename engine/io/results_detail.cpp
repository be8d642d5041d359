#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "io/results_file.h"
#include "leverkin/results.h"

namespace leverkin {
namespace {

namespace names = results_schema;
using results_file::Reader;

std::int64_t sample_at(double seconds) { return std::llround(seconds * lever_rate_hz); }

bool holds(const H5::Group& group, const char* name) {
  return H5Lexists(group.getId(), name, H5P_DEFAULT) > 0;
}

std::vector<Bout> read_bouts(const Reader& reader, const H5::Group& group) {
  namespace f = names::bouts;
  const auto onset = reader.doubles(group, f::onset_s), offset = reader.doubles(group, f::offset_s);
  const auto amplitude = reader.doubles(group, f::amplitude_v), path = reader.doubles(group, f::path_v);
  const auto speed = reader.doubles(group, f::peak_speed_v_per_s);
  const auto flags = reader.integers(group, f::flags);
  reader.require_size(group, f::offset_s, offset.size(), onset.size());
  reader.require_size(group, f::amplitude_v, amplitude.size(), onset.size());
  reader.require_size(group, f::path_v, path.size(), onset.size());
  reader.require_size(group, f::peak_speed_v_per_s, speed.size(), onset.size());
  reader.require_size(group, f::flags, flags.size(), onset.size());
  std::vector<Bout> bouts;
  for (std::size_t i = 0; i < onset.size(); ++i)
    bouts.push_back({.begin = sample_at(onset[i]),
                     .end = sample_at(offset[i]),
                     .flags = flags[i],
                     .amplitude_v = amplitude[i],
                     .peak_speed_v_per_s = speed[i],
                     .path_v = path[i]});
  return bouts;
}

void read_kinematics(const Reader& reader, const H5::Group& group, std::vector<Bout>& bouts) {
  namespace f = names::kinematics;
  const auto to_peak = reader.doubles(group, f::time_to_peak_s), hold = reader.doubles(group, f::hold_s);
  const auto smoothness = reader.doubles(group, f::smoothness_sal);
  const auto submovements = reader.integers(group, f::n_submovements);
  reader.require_size(group, f::time_to_peak_s, to_peak.size(), bouts.size());
  reader.require_size(group, f::hold_s, hold.size(), bouts.size());
  reader.require_size(group, f::smoothness_sal, smoothness.size(), bouts.size());
  reader.require_size(group, f::n_submovements, submovements.size(), bouts.size());
  for (std::size_t i = 0; i < bouts.size(); ++i) {
    bouts[i].time_to_peak_s = to_peak[i];
    bouts[i].hold_s = hold[i];
    bouts[i].smoothness_sal = smoothness[i];
    bouts[i].n_submovements = submovements[i];
  }
}

// Values of an enumeration that ends at `count`.
std::vector<std::uint8_t> read_enum(const Reader& reader, const H5::Group& group, const names::Field& field,
                                    int count, std::size_t rows) {
  auto values = reader.numbers<std::uint8_t>(group, field, 1, H5::PredType::NATIVE_UINT8);
  reader.require_size(group, field, values.size(), rows);
  for (const std::uint8_t value : values)
    if (value >= count)
      reader.refuse(group.getObjName() + "/" + field.name, std::to_string(value),
                    fmt::format("0 to {}", count - 1));
  return values;
}

void read_trials(const Reader& reader, const H5::Group& group, StoredDetail& detail) {
  namespace f = names::trials;
  TrialTable& trials = detail.trials;
  trials = {reader.doubles(group, f::start_s), reader.doubles(group, f::stop_s),
            reader.doubles(group, f::cue_s), reader.doubles(group, f::reward_s)};
  const std::size_t rows = trials.start_s.size();
  const auto bout = reader.integers(group, f::bout);
  const auto onset = reader.doubles(group, f::movement_onset_s);
  const auto reaction = reader.doubles(group, f::reaction_time_s);
  const auto to_reward = reader.doubles(group, f::cue_to_reward_s);
  const auto reason = read_enum(reader, group, f::reject_reason, reject_reason_count, rows);
  // Earlier versions knew no review.
  const auto review = holds(group, f::review.name)
                          ? read_enum(reader, group, f::review, review_action_count, rows)
                          : std::vector<std::uint8_t>(rows, 0);
  reader.require_size(group, f::stop_s, trials.stop_s.size(), rows);
  reader.require_size(group, f::cue_s, trials.cue_s.size(), rows);
  reader.require_size(group, f::reward_s, trials.reward_s.size(), rows);
  reader.require_size(group, f::bout, bout.size(), rows);
  reader.require_size(group, f::movement_onset_s, onset.size(), rows);
  reader.require_size(group, f::reaction_time_s, reaction.size(), rows);
  reader.require_size(group, f::cue_to_reward_s, to_reward.size(), rows);
  for (std::size_t i = 0; i < rows; ++i)
    detail.outcomes.push_back({bout[i], onset[i], reaction[i], to_reward[i],
                               static_cast<RejectReason>(reason[i]), static_cast<ReviewAction>(review[i])});
}

Movements read_movements(const Reader& reader, const H5::Group& group) {
  namespace f = names::movements;
  Movements movements{.samples = static_cast<std::int64_t>(reader.doubles(group, f::time_s).size()),
                      .volts = reader.doubles(group, f::volts, 2),
                      .trial = reader.integers(group, f::trial),
                      .onset_s = reader.doubles(group, f::onset_s)};
  reader.require_size(group, f::onset_s, movements.onset_s.size(), movements.trial.size());
  reader.require_size(group, f::volts, movements.volts.size(),
                      movements.trial.size() * static_cast<std::size_t>(movements.samples));
  return movements;
}

TraceOverview read_overview(const Reader& reader, const H5::Group& group) {
  namespace f = names::overview;
  TraceOverview overview{reader.doubles(group, f::min_v), reader.doubles(group, f::max_v)};
  reader.require_size(group, f::max_v, overview.max_v.size(), overview.min_v.size());
  return overview;
}

StoredDetail read_detail(const Reader& reader, const H5::Group& session) {
  StoredDetail detail;
  detail.bouts = read_bouts(reader, session.openGroup(names::groups::bouts));
  if (holds(session, names::groups::kinematics))  // earlier versions had none
    read_kinematics(reader, session.openGroup(names::groups::kinematics), detail.bouts);
  read_trials(reader, session.openGroup(names::groups::trials), detail);
  detail.movements = read_movements(reader, session.openGroup(names::groups::movements));
  if (holds(session, names::groups::overview))
    detail.overview = read_overview(reader, session.openGroup(names::groups::overview));
  if (holds(session, names::groups::lever))
    detail.volts = reader.doubles(session.openGroup(names::groups::lever), names::lever::volts);
  return detail;
}

// By its attributes: the group's own name cannot hold every character.
std::optional<H5::Group> find_session(const Reader& reader, const std::string& subject, std::int64_t number) {
  for (const H5::Group& one : results_file::children(reader.root().openGroup(names::groups::subjects))) {
    if (hdf5::read_text_attribute(one, names::attributes::subject) != subject ||
        !holds(one, names::groups::sessions))
      continue;
    const std::string link = fmt::format("{:03}", number);
    const H5::Group sessions = one.openGroup(names::groups::sessions);
    if (holds(sessions, link.c_str())) return sessions.openGroup(link);
  }
  return std::nullopt;
}

// What `read` makes of one session.
template <typename Read>
auto reading_session(const std::filesystem::path& path, const std::string& subject, std::int64_t session,
                     const Read& read) {
  return results_file::reading(path, [&](const Reader& reader) {
    const auto group = find_session(reader, subject, session);
    if (!group)
      throw BadArgument(
          fmt::format("{}: it holds no session {} of subject {}", path.string(), session, subject));
    return read(reader, *group);
  });
}

}  // namespace

StoredDetail load_session_detail(const std::filesystem::path& path, const std::string& subject,
                                 std::int64_t session) {
  return reading_session(path, subject, session, read_detail);
}

Movements load_movements(const std::filesystem::path& path, const std::string& subject,
                         std::int64_t session) {
  return reading_session(path, subject, session, [](const Reader& reader, const H5::Group& group) {
    return read_movements(reader, group.openGroup(names::groups::movements));
  });
}

}  // namespace leverkin
