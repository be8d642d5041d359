#include "leverkin/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "io/column_blocks.h"
#include "io/input_hash.h"
#include "io/schema.h"
#include "io/session_checks.h"
#include "io/session_source.h"
#include "support/aligned_buffer.h"
#include "support/ordered_blocks.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

std::string what_it_is_instead(const std::string& path) {
  std::array<char, 8> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const std::string_view seen(head.data(), static_cast<std::size_t>(file.gcount()));
  if (seen.empty()) return "an empty file";
  if (seen.starts_with("MATLAB")) return "a MATLAB file";
  if (seen.starts_with("PK")) return "a zip archive";
  if (seen.starts_with("\x1f\x8b")) return "a gzip archive";
  if (std::all_of(seen.begin(), seen.end(),
                  [](char c) { return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r'); }))
    return "a text file";
  return "a file that is not HDF5";
}

H5::H5File open_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw IoError(path + ": is a folder, expected a session file");
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw BadSession({path, "", "", "a pipe, a device or a socket", "a session file"});
  if (!std::ifstream(path))
    throw IoError(path + ": cannot be opened: no such file, or no permission to read it");
  if (H5Fis_hdf5(path.c_str()) <= 0)
    throw BadSession({path, "", "", what_it_is_instead(path), "an NWB 2 or HDF5 session file"});
  try {
    const unsigned beside_a_writer = hdf5::is_being_written(path) ? H5F_ACC_SWMR_READ : 0U;
    return H5::H5File(path, H5F_ACC_RDONLY | beside_a_writer);
  } catch (const H5::Exception& failure) {
    throw BadSession({path, "", "",
                      fmt::format("an HDF5 file that cannot be opened ({})", hdf5::last_error(failure)),
                      "a whole file; this one may be cut short or still be written"});
  }
}

void refuse_results(const H5::Group& root, const std::string& path) {
  if (!hdf5::has_attribute(root, schema::results_attribute)) return;
  const std::string name = hdf5::read_text_attribute(root, schema::results_attribute);
  if (name.starts_with(schema::results_prefix))
    throw BadSession(
        {path, "", "", "a results file (" + name + ")", "a session file: a recording, not its analysis"});
}

SessionParts locate(const std::string& path, const SessionOptions& options) {
  hdf5::Lock lock;
  const H5::H5File file = open_file(path);
  try {
    const H5::Group root = file.openGroup("/");
    refuse_results(root, path);
    if (hdf5::has_attribute(root, schema::nwb::version)) return locate_nwb_session(file, path, options);
    return locate_hdf5_session(file, path);
  } catch (const H5::Exception& error) {
    throw BadSession(
        {path, "", "", fmt::format("damaged HDF5 ({})", hdf5::last_error(error)), "a whole session file"});
  }
}

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
  void hash_block(std::int64_t first, std::int64_t count, const void* stored);
  void check_range(std::int64_t first, std::size_t count) const;

  SessionParts source;
  TrialTable trials;  // from the first sample; source.trials stay on the file's clock, as they are hashed
  std::vector<std::byte> stored;
  InputHash hash;
  std::int64_t hashed = 0;  // samples
  std::string digest;
};

Session::Impl::Impl(const std::filesystem::path& path, const SessionOptions& options)
    : source(locate(path.string(), options)) {
  SessionInfo& info = source.info;
  const bool nwb = info.format == "nwb";
  info.samples = source.samples->size();
  info.storage = source.samples->storage();
  info.trials = source.trials.size();
  info.regular = source.timestamps == nullptr;
  info.being_written = hdf5::is_being_written(path);
  if (info.samples == 0)
    throw BadSession({info.path, info.dataset, "", "no samples", "a recording that is not empty"});
  if (info.regular) {
    check_stated_rate(info, nwb ? "rate of starting_time" : schema::plain::rate);
    info.duration_s = static_cast<double>(info.samples) / info.rate_hz;
  } else {
    const Clock clock = check_timestamps(info, *source.timestamps);
    info.rate_hz = clock.rate_hz;
    info.clock_offset_s = clock.first_s;
    info.duration_s = clock.last_s - clock.first_s;
  }
  if (nwb)
    check_trials(info, source.trials, schema::nwb::trials, schema::nwb::trial_columns);
  else
    check_trials(info, source.trials, schema::plain::trials, schema::plain::trial_columns);
  trials = source.trials;
  subtract_clock_offset(trials, info.clock_offset_s);
}

void Session::Impl::check_range(std::int64_t first, std::size_t count) const {
  const auto length = static_cast<std::int64_t>(count);
  if (first >= 0 && length <= source.info.samples && first <= source.info.samples - length) return;
  throw BadArgument(fmt::format("{}: samples {} to {} asked for; it has {}", source.info.path, first,
                                first + length, source.info.samples));
}

void Session::Impl::hash_block(std::int64_t first, std::int64_t count, const void* values) {
  if (first > hashed || first + count <= hashed) return;
  const std::size_t width = source.samples->value_bytes();
  const auto known = static_cast<std::size_t>(hashed - first) * width;
  hash.add(static_cast<const std::byte*>(values) + known, static_cast<std::size_t>(count) * width - known);
  hashed = first + count;
}

namespace {

// What a thread reads one block into. On a cache line's border, as filters like it.
struct BlockBuffers {
  ColumnBlocks::Scratch scratch;
  AlignedBuffer<double> volts;
  AlignedBuffer<std::byte> stored;  // not used where the file holds volts

  void take(std::size_t values, std::size_t value_bytes, bool in_place) {
    volts.reserve(values);
    if (!in_place) stored.reserve(values * value_bytes);
  }

  [[nodiscard]] std::byte* as_stored() {
    return stored.size() > 0 ? stored.data() : reinterpret_cast<std::byte*>(volts.data());
  }
};

}  // namespace

void Session::Impl::stream(const VoltsBlock& visit, int threads) {
  const Column& column = *source.samples;
  const SessionInfo& info = source.info;
  const ColumnBlocks blocks(column);
  const bool as_stored = column.is_float64() && info.volts_per_count == 1.0 && info.offset_v == 0.0;
  std::vector<BlockBuffers> buffers(static_cast<std::size_t>(worker_count(threads, blocks.count())));
  const auto buffers_of = [&](std::int64_t worker) -> BlockBuffers& {
    return buffers[static_cast<std::size_t>(worker)];
  };
  ordered_blocks(
      blocks.count(), threads,
      [&](std::int64_t worker, std::int64_t i) {
        BlockBuffers& own = buffers_of(worker);
        own.take(static_cast<std::size_t>(blocks.largest()), column.value_bytes(), as_stored);
        blocks.read(i, own.scratch, own.as_stored());
        const std::span volts(own.volts.data(), static_cast<std::size_t>(blocks.block(i).count));
        if (!as_stored) column.convert(own.as_stored(), volts, info.volts_per_count, info.offset_v);
      },
      [&](std::int64_t worker, std::int64_t i) {
        BlockBuffers& own = buffers_of(worker);
        const ColumnBlocks::Block block = blocks.block(i);
        hash_block(block.first, block.count, own.as_stored());
        visit(block.first, {own.volts.data(), static_cast<std::size_t>(block.count)});
      });
}

void Session::Impl::read_block(std::int64_t first, std::span<double> volts) {
  const auto count = static_cast<std::int64_t>(volts.size());
  Column& samples = *source.samples;
  void* values = volts.data();
  if (!samples.is_float64()) {
    stored.resize(static_cast<std::size_t>(Column::block_values) * samples.value_bytes());
    values = stored.data();
  }
  samples.read_stored(first, count, values);
  hash_block(first, count, values);
  const SessionInfo& info = source.info;
  if (!samples.is_float64() || info.volts_per_count != 1.0 || info.offset_v != 0.0)
    samples.convert(values, volts, info.volts_per_count, info.offset_v);
}

Session::Session(const std::filesystem::path& path, const SessionOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const SessionInfo& Session::info() const { return impl_->source.info; }

const TrialTable& Session::trials() const { return impl_->trials; }

void Session::read_volts(std::int64_t first, std::span<double> volts) {
  impl_->check_range(first, volts.size());
  constexpr auto block = static_cast<std::size_t>(Column::block_values);
  for (std::size_t i = 0; i < volts.size(); i += block)
    impl_->read_block(first + static_cast<std::int64_t>(i),
                      volts.subspan(i, std::min(block, volts.size() - i)));
}

void Session::stream_volts(const VoltsBlock& visit, int threads) { impl_->stream(visit, threads); }

void Session::read_timestamps(std::int64_t first, std::span<double> seconds) {
  if (impl_->source.timestamps == nullptr)
    throw BadArgument(impl_->source.info.path + ": is sampled at a constant rate, it has no time stamps");
  impl_->check_range(first, seconds.size());
  constexpr auto block = static_cast<std::size_t>(Column::block_values);
  for (std::size_t i = 0; i < seconds.size(); i += block)
    impl_->source.timestamps->read(first + static_cast<std::int64_t>(i),
                                   seconds.subspan(i, std::min(block, seconds.size() - i)));
  for (double& time : seconds) time -= impl_->source.info.clock_offset_s;
}

std::string Session::input_xxh3() {
  Impl& self = *impl_;
  if (!self.digest.empty()) return self.digest;
  std::vector<double> volts;
  while (self.hashed < self.source.info.samples) {
    volts.resize(
        static_cast<std::size_t>(std::min(Column::block_values, self.source.info.samples - self.hashed)));
    self.read_block(self.hashed, volts);
  }
  self.digest = self.hash.finish(self.source.trials);
  return self.digest;
}

Session open_session(const std::filesystem::path& path, const SessionOptions& options) {
  return Session(path, options);
}

}  // namespace leverkin
