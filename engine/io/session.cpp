#include "leverkin/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "io/calibrated_samples.h"
#include "io/formats/format.h"
#include "io/formats/mapping.h"
#include "io/input_hash.h"
#include "io/look_first.h"
#include "io/session_checks.h"
#include "support/aligned_buffer.h"
#include "support/lower_case.h"
#include "support/ordered_blocks.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr std::int64_t read_samples = 65536;  // at once, where nobody asked for blocks

void subtract_clock_offset(TrialTable& trials, double offset_s) {
  if (offset_s == 0.0) return;
  for (std::vector<double>* column : {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s})
    for (double& time : *column) time -= offset_s;
}

}  // namespace

struct Session::Impl {
  Impl(const std::filesystem::path& path, const SessionOptions& options);

  void read_block(std::int64_t first, std::span<double> volts);
  void stream(const VoltsBlock& visit, int threads);
  void hash_block(std::int64_t first, std::int64_t count, const std::byte* values);
  const AbsentSamples& absent();
  void blank_absent(std::int64_t first, std::span<double> volts);
  void check_range(std::int64_t first, std::size_t count) const;
  void check_there_is_something();

  Recording recording;
  TrialTable trials;  // from the first sample; recording.trials stay on the file's clock, as they are hashed
  std::vector<std::byte> stored;
  InputHash hash;
  std::int64_t hashed = 0;  // samples
  std::string digest;
  std::optional<AbsentSamples> absent_;  // once anything is asked for
};

Session::Impl::Impl(const std::filesystem::path& path, const SessionOptions& options)
    : recording(open_recording(path, options)) {
  SessionInfo& info = recording.info;
  info.samples = recording.samples->size();
  info.storage = recording.samples->storage();
  info.trials = recording.trials.size();
  info.regular = recording.timestamps == nullptr;
  if (info.samples == 0)
    throw BadSession({info.path, info.dataset, "", "no samples", "a recording that is not empty"});
  check_there_is_something();
  if (info.regular) {
    check_stated_rate(info, recording.words);
    info.duration_s = static_cast<double>(info.samples) / info.rate_hz;
  } else {
    const Clock clock = check_timestamps(info, *recording.timestamps);
    info.rate_hz = clock.rate_hz;
    info.clock_offset_s = clock.first_s;
    info.duration_s = clock.last_s - clock.first_s;
  }
  trials = recording.trials;
  mend_missing_events(info, trials);
  subtract_clock_offset(trials, info.clock_offset_s);
}

// A few bytes can make room for as many samples as they like. Short recordings may lack what they want.
void Session::Impl::check_there_is_something() {
  constexpr std::int64_t short_samples = 100'000'000, most_per_stored = 1000;
  const SessionInfo& info = recording.info;
  if (info.samples <= short_samples) return;
  const std::int64_t there = info.samples - absent().count();
  if (there < info.samples / most_per_stored)
    throw BadSession({info.path, info.dataset, "",
                      fmt::format("room for {} samples, of which {} are stored", info.samples, there),
                      "a recording of which at least a thousandth is there"});
}

const AbsentSamples& Session::Impl::absent() {
  if (!absent_) absent_ = recording.samples->absent();
  return *absent_;
}

void Session::Impl::blank_absent(std::int64_t first, std::span<double> volts) {
  const auto& ranges = absent().ranges;
  const std::int64_t end = first + static_cast<std::int64_t>(volts.size());
  for (auto range = std::ranges::upper_bound(ranges, first, {}, &RawRange::end);
       range != ranges.end() && range->begin < end; ++range)
    std::fill(volts.begin() + (std::max(range->begin, first) - first),
              volts.begin() + (std::min(range->end, end) - first), std::numeric_limits<double>::quiet_NaN());
}

void Session::Impl::check_range(std::int64_t first, std::size_t count) const {
  const SessionInfo& info = recording.info;
  const auto length = static_cast<std::int64_t>(count);
  if (first >= 0 && length <= info.samples && first <= info.samples - length) return;
  throw BadArgument(fmt::format("{}: samples {} to {} asked for; it has {}", info.path, first, first + length,
                                info.samples));
}

void Session::Impl::hash_block(std::int64_t first, std::int64_t count, const std::byte* values) {
  if (first > hashed || first + count <= hashed) return;
  const std::size_t width = recording.samples->value_bytes();
  const auto known = static_cast<std::size_t>(hashed - first) * width;
  hash.add(values + known, static_cast<std::size_t>(count) * width - known);
  hashed = first + count;
}

namespace {

// What a thread reads one block into. On a cache line's border, as filters like it.
struct BlockBuffers {
  std::unique_ptr<SampleSource::Workspace> workspace;
  AlignedBuffer<double> volts;
  AlignedBuffer<std::byte> stored;  // not used where the recording holds volts

  void take(const SampleSource& samples) {
    const auto values = static_cast<std::size_t>(samples.block_samples());
    if (workspace == nullptr) workspace = samples.workspace();
    volts.reserve(values);
    if (!samples.stores_volts()) stored.reserve(values * samples.value_bytes());
  }

  [[nodiscard]] std::byte* as_stored() {
    return stored.size() > 0 ? stored.data() : reinterpret_cast<std::byte*>(volts.data());
  }
};

}  // namespace

void Session::Impl::stream(const VoltsBlock& visit, int threads) {
  (void)absent();  // before other threads read
  const SampleSource& samples = *recording.samples;
  const std::int64_t size = samples.size(), length = samples.block_samples();
  const std::int64_t blocks = (size + length - 1) / length;
  std::vector<BlockBuffers> buffers(static_cast<std::size_t>(worker_count(threads, blocks)));
  const auto buffers_of = [&](std::int64_t worker) -> BlockBuffers& {
    return buffers[static_cast<std::size_t>(worker)];
  };
  const auto count_of = [&](std::int64_t i) { return std::min(length, size - i * length); };
  ordered_blocks(
      blocks, threads,
      [&](std::int64_t worker, std::int64_t i) {
        BlockBuffers& own = buffers_of(worker);
        own.take(samples);
        samples.read_block(i * length, count_of(i), own.workspace.get(), own.as_stored());
        const std::span volts(own.volts.data(), static_cast<std::size_t>(count_of(i)));
        if (!samples.stores_volts()) samples.to_volts(i * length, own.as_stored(), volts);
      },
      [&](std::int64_t worker, std::int64_t i) {
        BlockBuffers& own = buffers_of(worker);
        hash_block(i * length, count_of(i), own.as_stored());
        const std::span volts(own.volts.data(), static_cast<std::size_t>(count_of(i)));
        blank_absent(i * length, volts);
        visit(i * length, volts);
      });
}

void Session::Impl::read_block(std::int64_t first, std::span<double> volts) {
  const auto count = static_cast<std::int64_t>(volts.size());
  const SampleSource& samples = *recording.samples;
  auto* values = reinterpret_cast<std::byte*>(volts.data());
  if (!samples.stores_volts()) {
    stored.resize(std::max(stored.size(), volts.size() * samples.value_bytes()));
    values = stored.data();
  }
  samples.read(first, count, values);
  hash_block(first, count, values);
  if (!samples.stores_volts()) samples.to_volts(first, values, volts);
  blank_absent(first, volts);
}

Session::Session(const std::filesystem::path& path, const SessionOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const AbsentSamples& Session::absent() const { return impl_->absent(); }

const SessionInfo& Session::info() const { return impl_->recording.info; }

const TrialTable& Session::trials() const { return impl_->trials; }

void Session::read_volts(std::int64_t first, std::span<double> volts) {
  impl_->check_range(first, volts.size());
  constexpr auto block = static_cast<std::size_t>(read_samples);
  for (std::size_t i = 0; i < volts.size(); i += block)
    impl_->read_block(first + static_cast<std::int64_t>(i),
                      volts.subspan(i, std::min(block, volts.size() - i)));
}

void Session::stream_volts(const VoltsBlock& visit, int threads) { impl_->stream(visit, threads); }

void Session::read_timestamps(std::int64_t first, std::span<double> seconds) {
  Recording& recording = impl_->recording;
  if (recording.timestamps == nullptr)
    throw BadArgument(recording.info.path + ": is sampled at a constant rate, it has no time stamps");
  impl_->check_range(first, seconds.size());
  constexpr auto block = static_cast<std::size_t>(read_samples);
  for (std::size_t i = 0; i < seconds.size(); i += block)
    recording.timestamps->read(first + static_cast<std::int64_t>(i),
                               seconds.subspan(i, std::min(block, seconds.size() - i)));
  for (double& time : seconds) time -= recording.info.clock_offset_s;
}

std::string Session::input_xxh3() {
  Impl& self = *impl_;
  if (!self.digest.empty()) return self.digest;
  std::vector<double> volts;
  while (self.hashed < self.recording.info.samples) {
    volts.resize(static_cast<std::size_t>(std::min(read_samples, self.recording.info.samples - self.hashed)));
    self.read_block(self.hashed, volts);
  }
  self.digest = self.hash.finish(self.recording.trials);
  return self.digest;
}

Session open_session(const std::filesystem::path& path, const SessionOptions& options) {
  return Session(path, options);
}

std::vector<std::string> session_suffixes() {
  std::vector<std::string> suffixes;
  for (const Format* format : formats())
    suffixes.insert(suffixes.end(), format->suffixes.begin(), format->suffixes.end());
  std::ranges::sort(suffixes);
  suffixes.erase(std::unique(suffixes.begin(), suffixes.end()), suffixes.end());
  return suffixes;
}

namespace {

// In lower case.
std::string suffix_of(const std::filesystem::path& path) { return lower_case(path.extension().string()); }

bool has_suffix(const Format& format, std::string_view suffix) {
  return std::ranges::find(format.suffixes, suffix) != format.suffixes.end();
}

}  // namespace

bool has_session_suffix(const std::filesystem::path& path) {
  const std::string suffix = suffix_of(path);
  return std::ranges::any_of(formats(), [&](const Format* format) { return has_suffix(*format, suffix); });
}

bool names_a_session(const std::filesystem::path& path, const SessionOptions& options) {
  if (!options.mapping.empty()) return is_mapped(read_mapping(options.mapping), path);
  const std::string suffix = suffix_of(path);
  return std::ranges::any_of(formats(), [&](const Format* format) {
    return has_suffix(*format, suffix) &&
           (format->names_recording == nullptr || format->names_recording(path));
  });
}

std::string session_format(const std::filesystem::path& path) {
  try {
    look_first(path, Look::session);
    hdf5::Lock lock;
    const Format* const format = format_of(FirstLook(path));
    return format == nullptr ? "" : std::string(format->name);
  } catch (const H5::Exception&) {  // damaged
  } catch (const Error&) {
  }
  return "";
}

}  // namespace leverkin
