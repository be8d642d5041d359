#include "leverkin/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <mutex>
#include <system_error>

#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "simulate/faults.h"
#include "simulate/noise.h"
#include "simulate/session_plan.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double volts_per_mm = 0.1;              // so that presses of 3 to 4.5 mm are 300 to 450 mV
constexpr double volts_per_count = 10.0 / 32768;  // a 16-bit converter of +-10 V
constexpr std::int64_t block_samples = 1 << 18;

void refuse(const std::string& what) { throw BadArgument("simulate: " + what); }

void check(const SimulateOptions& options) {
  if (options.animals < 1) refuse(fmt::format("{} animals; at least 1 is needed", options.animals));
  if (options.sessions < 1) refuse(fmt::format("{} sessions; at least 1 is needed", options.sessions));
  if (!(std::isfinite(options.minutes) && options.minutes > 0.0)) {
    refuse(fmt::format("a session of {} minutes; a positive number is needed", options.minutes));
  }
  if (!(std::isfinite(options.rate_hz) && options.rate_hz >= 100.0)) {
    refuse(fmt::format("a rate of {} Hz; at least 100 Hz are needed to show a press", options.rate_hz));
  }
  if (!(std::abs(options.rest_v) <= 8.0)) {
    refuse(fmt::format("a rest level of {} V; within +-8 V presses stay inside the converter's range",
                       options.rest_v));
  }
  if (options.format != "nwb" && options.format != "hdf5") {
    refuse(fmt::format("format \"{}\"; expected \"nwb\" or \"hdf5\"", options.format));
  }
  const RecordingFaults& faults = options.faults;
  for (const double size : {faults.noise, faults.mains_v, faults.mains_hz, faults.drift_v_per_s,
                            faults.tremor_v, faults.tremor_hz, faults.ringing_v, faults.ringing_hz,
                            faults.spikes_per_minute, faults.saturation_v, faults.step_v})
    if (!(std::isfinite(size) && size >= 0.0))
      refuse(fmt::format("a fault of {}; 0 or more is needed", size));
  if (options.threads < 0) refuse(fmt::format("{} threads; 0 means one per core", options.threads));
}

std::int64_t samples_of(const SimulateOptions& options) {
  return std::max<std::int64_t>(1, std::llround(options.minutes * 60.0 * options.rate_hz));
}

SessionIdentity identity_of(std::int64_t animal, std::int64_t session) {
  const std::chrono::year_month_day day =
      std::chrono::sys_days(std::chrono::January / 5 / 2015) + std::chrono::days(session - 1);
  SessionIdentity identity;
  identity.subject = fmt::format("mouse_{:02}", animal + 1);
  identity.session = session;
  identity.start_time = fmt::format("{:04}-{:02}-{:02}T10:00:00+00:00", static_cast<int>(day.year()),
                                    static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return identity;
}

/// The trace of a planned session, block after block.
class Recorder {
 public:
  Recorder(const SimulateOptions& options, std::int64_t animal, std::int64_t session, const SessionPlan& plan)
      : plan_(plan),
        rate_hz_(options.rate_hz),
        rest_v_(options.rest_v),
        noise_(options.rate_hz, Random(options.seed, animal, session, Stream::noise), options.faults.noise),
        faults_(options.faults, options.rate_hz, options.rest_v, options.minutes * 60.0, plan.movements,
                Random(options.seed, animal, session, Stream::faults)) {}

  void record(std::span<double> volts) {
    std::fill(volts.begin(), volts.end(), rest_v_);
    const auto end = first_ + static_cast<std::int64_t>(volts.size());
    for (; next_ < plan_.movements.size() && sample_after(plan_.movements[next_].start_s()) < end; ++next_) {
      add(plan_.movements[next_], volts);
      if (sample_after(plan_.movements[next_].end_s()) >= end) break;  // goes on in the next block
    }
    noise_.add_to(volts);
    faults_.add_to(volts);
    first_ = end;
  }

 private:
  [[nodiscard]] std::int64_t sample_after(double time_s) const {
    return static_cast<std::int64_t>(std::ceil(time_s * rate_hz_));
  }

  void add(const Press& press, std::span<double> volts) const {
    const std::int64_t begin = std::max(first_, sample_after(press.start_s()));
    const std::int64_t end =
        std::min(first_ + static_cast<std::int64_t>(volts.size()), sample_after(press.end_s()));
    for (std::int64_t i = begin; i < end; ++i) {
      const double time_s = static_cast<double>(i) / rate_hz_;
      volts[static_cast<std::size_t>(i - first_)] += volts_per_mm * press.position_mm(time_s);
    }
  }

  const SessionPlan& plan_;
  double rate_hz_ = 0.0, rest_v_ = 0.0;
  Noise noise_;
  Faults faults_;
  std::int64_t first_ = 0;  // sample that the next block begins with
  std::size_t next_ = 0;    // movement that is not yet wholly recorded
};

SessionPlan plan_of(const SimulateOptions& options, std::int64_t animal, std::int64_t session) {
  const double duration_s = static_cast<double>(samples_of(options)) / options.rate_hz;
  return plan_session(options.seed, animal, session, duration_s, options.course);
}

SessionHeader header_of(const SimulateOptions& options, std::int64_t animal, std::int64_t session) {
  SessionHeader header;
  header.identity = identity_of(animal, session);
  header.rate_hz = options.rate_hz;
  header.storage = options.storage;
  if (options.storage == Storage::int16) header.volts_per_count = volts_per_count;
  header.mm_per_volt = 1.0 / volts_per_mm;
  header.compressed = options.compressed;
  header.format = options.format;
  header.overwrite = options.overwrite;
  header.description = fmt::format(
      "Simulated by leverkin: seed {}, animal {}, session {}. True onsets and offsets are where the "
      "noise-free lever "
      "is beyond 1 % of the movement's peak.",
      options.seed, animal + 1, session);
  return header;
}

void write_session(const std::filesystem::path& path, const SimulateOptions& options, std::int64_t animal,
                   std::int64_t session) {
  const SessionPlan plan = plan_of(options, animal, session);
  SessionWriter writer(path, header_of(options, animal, session));
  Recorder recorder(options, animal, session, plan);
  const std::int64_t samples = samples_of(options);
  std::vector<double> volts(static_cast<std::size_t>(std::min(block_samples, samples)));
  for (std::int64_t first = 0; first < samples; first += block_samples) {
    const auto block =
        std::span(volts).first(static_cast<std::size_t>(std::min(block_samples, samples - first)));
    recorder.record(block);
    writer.append(block);
  }
  writer.finish(&plan.trials, &plan.truth);
}

std::filesystem::path path_of(const std::filesystem::path& directory, const SimulateOptions& options,
                              std::int64_t animal, std::int64_t session) {
  const std::string subject = identity_of(animal, session).subject;
  const std::string extension = options.format == "nwb" ? "nwb" : "h5";
  return directory / subject / fmt::format("{}_session_{:02}.{}", subject, session, extension);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw IoError(fmt::format("{}: cannot make this folder: {}", folder.string(), error.message()));
}

// Before the first is written: a study is replaced whole, or not at all.
void refuse_to_overwrite(const std::vector<std::filesystem::path>& paths, const SimulateOptions& options) {
  const auto there =
      std::ranges::count_if(paths, [](const auto& path) { return std::filesystem::exists(path); });
  if (options.overwrite || there == 0) return;
  throw BadArgument(fmt::format(
      "{}: found {} of the session files there already; expected a new folder, or leave to replace "
      "them (--overwrite, overwrite=True)",
      paths.front().parent_path().parent_path().string(), there));
}

}  // namespace

std::span<const std::string_view> press_course_names() {
  static constexpr std::array<std::string_view, 6> names{"minimum_jerk", "half_cosine", "exponential",
                                                         "gamma",        "slow_start",  "ramp"};
  return names;
}

SimulatedSession simulate_session(const SimulateOptions& options, std::int64_t animal, std::int64_t session) {
  check(options);
  if (animal < 0) refuse(fmt::format("animal {}; they count from 0", animal));
  if (session < 1) refuse(fmt::format("session {}; they count from 1", session));
  SessionPlan plan = plan_of(options, animal, session);
  SimulatedSession simulated;
  simulated.volts.resize(static_cast<std::size_t>(samples_of(options)));
  Recorder(options, animal, session, plan).record(simulated.volts);
  for (const Press& press : plan.movements) {
    constexpr double still_mm = 0.15;
    simulated.first_speed_v_per_s.push_back(volts_per_mm * press.first_speed_mm_per_s());
    simulated.last_speed_v_per_s.push_back(volts_per_mm * press.last_speed_mm_per_s());
    simulated.still_s.push_back(longest_still_s(press, still_mm));
  }
  simulated.trials = std::move(plan.trials);
  simulated.truth = std::move(plan.truth);
  simulated.identity = identity_of(animal, session);
  return simulated;
}

std::vector<std::filesystem::path> simulate(const std::filesystem::path& directory,
                                            const SimulateOptions& options) {
  check(options);
  const std::int64_t total = options.animals * options.sessions;
  std::vector<std::filesystem::path> paths;
  for (std::int64_t i = 0; i < total; ++i) {
    paths.push_back(path_of(directory, options, i / options.sessions, i % options.sessions + 1));
  }
  refuse_to_overwrite(paths, options);
  for (const std::filesystem::path& path : paths) make_folder(path.parent_path());
  std::mutex reporting;
  std::int64_t done = 0;
  parallel_for(total, options.threads, [&](std::int64_t i) {
    write_session(paths[static_cast<std::size_t>(i)], options, i / options.sessions,
                  i % options.sessions + 1);
    const std::lock_guard lock(reporting);
    ++done;
    if (options.progress && !options.progress(done, total)) throw Cancelled("the simulation was stopped");
  });
  return paths;
}

}  // namespace leverkin
