#include "pipeline/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <system_error>

#include "leverkin/error.h"
#include "leverkin/version.h"

namespace leverkin {

namespace fs = std::filesystem;

// Every field of a result that outlives its traces, by name.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionIdentity, subject, session, group, start_time)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionInfo, path, format, dataset, storage, identity, rate_hz, regular,
                                   samples, duration_s, clock_offset_s, volts_per_count, offset_v,
                                   mm_per_volt, trials)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrialTable, start_s, stop_s, cue_s, reward_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SampleRange, begin, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Trace, volts, no_data)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TraceOverview, min_v, max_v)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Bout, begin, end, flags, amplitude_v, peak_speed_v_per_s, path_v)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Segmentation, bouts, active, smooth, velocity, envelope, noise_cutoff_v,
                                   reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrialOutcome, bout, movement_onset_s, reaction_time_s, cue_to_reward_s,
                                   reason, review)

// Movements are most of a checkpoint: their volts are bytes as in memory, not a value each.
static void to_json(nlohmann::json& json, const Movements& movements) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(movements.volts.data());
  json = {{"samples", movements.samples},
          {"volts", nlohmann::json::binary({bytes, bytes + movements.volts.size() * sizeof(double)})},
          {"trial", movements.trial},
          {"onset_s", movements.onset_s}};
}

static void from_json(const nlohmann::json& json, Movements& movements) {
  const auto& bytes = json.at("volts").get_binary();
  movements.volts.resize(bytes.size() / sizeof(double));
  std::ranges::copy(bytes, reinterpret_cast<std::uint8_t*>(movements.volts.data()));
  json.at("samples").get_to(movements.samples);
  json.at("trial").get_to(movements.trial);
  json.at("onset_s").get_to(movements.onset_s);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionSummary, n_trials, n_rewarded, success_fraction, n_movements,
                                   median_reaction_time_s, median_cue_to_reward_s, moving_fraction)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionResult, info, input_xxh3, trials, trace, segmentation, outcomes,
                                   movements, summary, overview, warnings)

Checkpoints::Checkpoints(const fs::path& results, const Parameters& parameters, const std::string& lever,
                         const std::string& review_json, bool enabled)
    : folder_(results),
      configuration_(version() + simd_target() + to_json(parameters) + lever +
                     fmt::format("{:016x}", std::hash<std::string>{}(review_json))),
      keep_traces_(parameters.keep_traces),
      enabled_(enabled) {
  folder_ += ".partial";
}

fs::path Checkpoints::file_of(const PlannedSession& planned) const {
  const std::string path = fs::weakly_canonical(planned.source.path).string();
  return folder_ / fmt::format("{:016x}.cbor", std::hash<std::string>{}(path));
}

std::string Checkpoints::key_of(const PlannedSession& planned) const {
  if (!enabled_) return "";
  const fs::path& path = planned.source.path;
  std::error_code ignored;  // a file that is gone is the business of whoever opens it
  return fmt::format("{} {} {} {} {} {} {}", fs::weakly_canonical(path).string(),
                     fs::file_size(path, ignored),
                     fs::last_write_time(path, ignored).time_since_epoch().count(), planned.identity.subject,
                     planned.identity.session, planned.identity.group, configuration_);
}

std::optional<SessionResult> Checkpoints::load(const PlannedSession& planned, const std::string& key) const {
  if (!enabled_) return std::nullopt;
  std::ifstream file(file_of(planned), std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  try {
    const auto stored = nlohmann::json::from_cbor(bytes.view());
    if (stored.value("key", "") != key) return std::nullopt;
    auto result = stored.at("result").get<SessionResult>();
    result.info.path = planned.source.path.string();  // as written here, not as where it was made
    return result;
  } catch (const nlohmann::json::exception&) {  // damaged, or with other fields
    return std::nullopt;
  }
}

void Checkpoints::save(const PlannedSession& planned, const std::string& key,
                       const SessionResult& result) const {
  if (!enabled_) return;
  nlohmann::json stored{{"key", key}, {"result", nullptr}};
  SessionResult kept = result;
  if (!keep_traces_) {
    kept.trace.volts.clear();
    kept.segmentation.active.clear();
    kept.segmentation.smooth.clear();
    kept.segmentation.envelope.clear();
  }
  kept.segmentation.velocity.clear();
  stored["result"] = kept;
  const auto bytes = nlohmann::json::to_cbor(stored);
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path file = file_of(planned);
  fs::path temporary = file;  // of our own: another machine may be at the same session
  temporary += fmt::format(".{:08x}.tmp", std::random_device{}());
  std::ofstream stream(temporary, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (stream) fs::rename(temporary, file, error);
  if (stream && !error) return;
  fs::remove(temporary, error);
  throw IoError(folder_.string() + ": a checkpoint cannot be written there");
}

void Checkpoints::remove() const {
  std::error_code ignored;
  if (enabled_) fs::remove_all(folder_, ignored);
}

}  // namespace leverkin
