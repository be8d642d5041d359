#include "pipeline/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "leverkin/error.h"
#include "leverkin/version.h"

namespace leverkin {

namespace fs = std::filesystem;

// Every field of a result that outlives its traces, by name.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionIdentity, subject, session, group, start_time, phase)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionInfo, path, format, dataset, storage, identity, rate_hz, regular,
                                   samples, duration_s, clock_offset_s, volts_per_count, offset_v,
                                   mm_per_volt, trials, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrialTable, start_s, stop_s, cue_s, reward_s, id)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SampleRange, begin, end)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LeftOut, before, samples)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Trace, volts, no_data, left_out)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TraceOverview, min_v, max_v)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Bout, begin, end, flags, amplitude_v, peak_speed_v_per_s, path_v,
                                   time_to_peak_s, hold_s, n_submovements, smoothness_sal, onset_sd_s,
                                   offset_sd_s, onset_1pct_s, offset_1pct_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Segmentation, bouts, active, smooth, velocity, envelope, noise_cutoff_v,
                                   reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrialOutcome, bout, movement_onset_s, reaction_time_s, cue_to_reward_s,
                                   reason, review, id)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Movements, samples, volts, trial, onset_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionSummary, n_trials, n_rewarded, success_fraction, n_movements,
                                   median_reaction_time_s, median_cue_to_reward_s, moving_fraction)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Finding, code, severity, value, start_s, stop_s, text)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionResult, info, input_xxh3, trials, trace, segmentation, outcomes,
                                   movements, summary, overview, findings)

// A checkpoint is the number of bytes of its CBOR, the CBOR, and the long columns as they are in memory: they
// are most of it, and a CBOR value for each number would take longer than the correlogram.
namespace {

using Length = std::uint64_t;

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::string bytes(file ? static_cast<std::size_t>(file.tellg()) : 0, '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::array<std::vector<double>*, 6> long_columns(SessionResult& result) {
  return {&result.trace.volts,     &result.segmentation.smooth, &result.segmentation.envelope,
          &result.movements.volts, &result.overview.min_v,      &result.overview.max_v};
}

// The first `count` bytes of what is left; throws where there are fewer.
std::string_view take(std::string_view& bytes, std::size_t count) {
  if (count > bytes.size()) throw BadArgument("a checkpoint that is not whole");
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

template <class T>
void write_bytes(std::ostream& stream, const T* values, std::size_t count) {
  stream.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(T)));
}

}  // namespace

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
  return folder_ / fmt::format("{:016x}.checkpoint", std::hash<std::string>{}(path));
}

std::string Checkpoints::key_of(const PlannedSession& planned) const {
  if (!enabled_) return "";
  const fs::path& path = planned.source.path;
  std::error_code ignored;  // a file that is gone is the business of whoever opens it
  return fmt::format(
      "{} {} {} {} {} {} {} {}", fs::weakly_canonical(path).string(), fs::file_size(path, ignored),
      fs::last_write_time(path, ignored).time_since_epoch().count(), planned.identity.subject,
      planned.identity.session, planned.identity.group, planned.identity.phase, configuration_);
}

std::optional<SessionResult> Checkpoints::load(const PlannedSession& planned, const std::string& key) const {
  if (!enabled_) return std::nullopt;
  const std::string whole = read_whole(file_of(planned));
  std::string_view bytes = whole;
  try {
    Length length = 0;
    std::memcpy(&length, take(bytes, sizeof(length)).data(), sizeof(length));
    const auto stored = nlohmann::json::from_cbor(take(bytes, length));
    if (stored.at("key") != key) return std::nullopt;
    auto result = stored.at("result").get<SessionResult>();
    std::size_t at = 0;
    for (std::vector<double>* column : long_columns(result)) {
      const auto size = stored.at("long_columns").at(at++).get<std::size_t>();
      const std::string_view values = take(bytes, size * sizeof(double));
      column->resize(values.size() / sizeof(double));
      std::ranges::copy(values, reinterpret_cast<char*>(column->data()));
    }
    result.info.path = planned.source.path.string();  // as written here, not as where it was made
    return result;
  } catch (const nlohmann::json::exception&) {  // damaged, or with other fields
  } catch (const BadArgument&) {
  }
  return std::nullopt;
}

void Checkpoints::save(const PlannedSession& planned, const std::string& key,
                       const SessionResult& result) const {
  if (!enabled_) return;
  nlohmann::json stored{{"key", key}, {"result", nullptr}, {"long_columns", nlohmann::json::array()}};
  SessionResult kept = result;
  if (!keep_traces_) {
    kept.trace.volts.clear();
    kept.segmentation.active.clear();
    kept.segmentation.smooth.clear();
    kept.segmentation.envelope.clear();
  }
  kept.segmentation.velocity.clear();
  std::vector<std::vector<double>> columns;
  for (std::vector<double>* column : long_columns(kept)) {
    stored["long_columns"].push_back(column->size());
    columns.push_back(std::exchange(*column, {}));
  }
  stored["result"] = kept;
  const auto bytes = nlohmann::json::to_cbor(stored);
  std::error_code error;
  fs::create_directories(folder_, error);
  const fs::path file = file_of(planned);
  fs::path temporary = file;  // of our own: another machine may be at the same session
  temporary += fmt::format(".{:08x}.tmp", std::random_device{}());
  std::ofstream stream(temporary, std::ios::binary);
  const Length length = bytes.size();
  write_bytes(stream, &length, 1);
  write_bytes(stream, bytes.data(), bytes.size());
  for (const auto& column : columns) write_bytes(stream, column.data(), column.size());
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
