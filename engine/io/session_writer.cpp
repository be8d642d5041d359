#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "io/formats/format.h"
#include "io/replacing.h"
#include "leverkin/error.h"
#include "leverkin/session_writer.h"
#include "support/instant.h"

namespace leverkin {
namespace {

constexpr std::size_t chunk_values = 65536;
constexpr unsigned gzip_level = 4;

// One long column being written. Values are gathered to whole chunks first, so that the bytes of the file do
// not depend on how the caller cut the recording.
class ColumnWriter {
 public:
  /// Under hdf5::Lock. `samples` 0: unknown.
  ColumnWriter(H5::H5File& file, const std::string& name, Storage storage, Conversion conversion,
               bool compressed, std::int64_t samples)
      : storage_(storage), conversion_(conversion), contiguous_(samples > 0 && !compressed) {
    H5::DSetCreatPropList properties = hdf5::plain_dataset();
    const hsize_t extent = contiguous_ ? static_cast<hsize_t>(samples) : 0, unlimited = H5S_UNLIMITED;
    if (!contiguous_) {
      const hsize_t chunk = chunk_values;
      properties.setChunk(1, &chunk);
    }
    if (compressed) {
      properties.setShuffle();
      properties.setDeflate(gzip_level);
    }
    const H5::DataSpace space =
        contiguous_ ? H5::DataSpace(1, &extent) : H5::DataSpace(1, &extent, &unlimited);
    dataset_ = file.createDataSet(name, file_type(), space, properties);
    gathered_.reserve(chunk_values);
  }

  void append(std::span<const double> values) {
    while (!values.empty()) {
      const std::size_t room = std::min(values.size(), chunk_values - gathered_.size());
      gathered_.insert(gathered_.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(room));
      values = values.subspan(room);
      if (gathered_.size() == chunk_values) flush();
    }
  }

  void flush() {
    if (gathered_.empty()) return;
    const void* stored = to_stored();
    hdf5::Lock lock;
    const hsize_t start = static_cast<hsize_t>(written_), count = gathered_.size(), end = start + count;
    if (!contiguous_) dataset_.extend(&end);
    const H5::DataSpace in_file = dataset_.getSpace();
    in_file.selectHyperslab(H5S_SELECT_SET, &count, &start);
    dataset_.write(stored, memory_type(), H5::DataSpace(1, &count), in_file);
    written_ += static_cast<std::int64_t>(count);
    gathered_.clear();
  }

  void close() { dataset_.close(); }  ///< under hdf5::Lock

 private:
  [[nodiscard]] H5::PredType file_type() const {
    if (storage_ == Storage::float64) return H5::PredType::IEEE_F64LE;
    return storage_ == Storage::float32 ? H5::PredType::IEEE_F32LE : H5::PredType::STD_I16LE;
  }

  [[nodiscard]] H5::PredType memory_type() const {
    if (storage_ == Storage::float64) return H5::PredType::NATIVE_DOUBLE;
    return storage_ == Storage::float32 ? H5::PredType::NATIVE_FLOAT : H5::PredType::NATIVE_INT16;
  }

  const void* to_stored() {
    if (storage_ == Storage::float64) return gathered_.data();
    if (storage_ == Storage::float32) {
      floats_.assign(gathered_.begin(), gathered_.end());
      return floats_.data();
    }
    counts_.resize(gathered_.size());
    for (std::size_t i = 0; i < gathered_.size(); ++i) counts_[i] = count_of(gathered_[i], i);
    return counts_.data();
  }

  [[nodiscard]] std::int16_t count_of(double volts, std::size_t index) const {
    if (std::isnan(volts))
      throw BadArgument(
          fmt::format("sample {} is NaN, which int16 storage cannot hold; use float32 or float64",
                      written_ + static_cast<std::int64_t>(index)));
    const double count = std::round((volts - conversion_.offset_v) / conversion_.volts_per_count);
    return static_cast<std::int16_t>(std::clamp(count, -32768.0, 32767.0));
  }

  Storage storage_;
  Conversion conversion_;
  bool contiguous_;
  H5::DataSet dataset_;
  std::vector<double> gathered_;
  std::vector<float> floats_;
  std::vector<std::int16_t> counts_;
  std::int64_t written_ = 0;
};

void check_header(const SessionHeader& header) {
  if (!std::isfinite(header.rate_hz) || header.rate_hz < 0.0)
    throw BadArgument(
        fmt::format("rate_hz is {}; expected samples per second, or 0 with time stamps", header.rate_hz));
  if (header.identity.session < 0)
    throw BadArgument(fmt::format("session is {}; expected a number of at least 1", header.identity.session));
  if (!std::isfinite(header.volts_per_count) || header.volts_per_count == 0.0 ||
      !std::isfinite(header.offset_v))
    throw BadArgument("volts_per_count and offset_v must be finite, and volts_per_count not 0");
  if (!header.identity.start_time.empty() && !instant_of(header.identity.start_time))
    throw BadArgument("start_time is " + header.identity.start_time +
                      "; expected a time like 2026-03-01T10:00:00+01:00");
}

std::vector<const Format*> formats_to_write() {
  std::vector<const Format*> written;
  std::ranges::copy_if(formats(), std::back_inserter(written),
                       [](const Format* format) { return format->frame != nullptr; });
  return written;
}

// By name; without one, by the path's extension, and the last of the list for any other extension.
const Format& format_to_write(const std::filesystem::path& path, const std::string& name) {
  const auto written = formats_to_write();
  for (const Format* format : written)
    if (name.empty() ? std::ranges::count(format->suffixes, path.extension().string()) > 0
                     : format->name == name)
      return *format;
  if (name.empty()) return *written.back();
  throw BadArgument(fmt::format("format is {}; expected {}", name, fmt::join(written_formats(), " or ")));
}

void check_tables(const TrialTable* trials, const SessionTruth* truth) {
  const auto equal = [](const auto& a, const auto& b) { return a.size() == b.size(); };
  if (trials != nullptr &&
      !(equal(trials->start_s, trials->stop_s) && equal(trials->start_s, trials->cue_s) &&
        equal(trials->start_s, trials->reward_s)))
    throw BadArgument("the columns of the trials differ in length");
  if (truth != nullptr && !(equal(truth->onset_s, truth->offset_s) && equal(truth->onset_s, truth->kind) &&
                            equal(truth->onset_s, truth->peak_mm) && equal(truth->onset_s, truth->start_s) &&
                            equal(truth->onset_s, truth->end_s) && equal(truth->bout, truth->rewarded)))
    throw BadArgument("the columns of the truth differ in length");
}

}  // namespace

Conversion conversion_of(const SessionHeader& header) {
  if (header.storage != Storage::int16) return {};
  return {header.volts_per_count, header.offset_v};
}

namespace {

const std::filesystem::path& replaceable(const std::filesystem::path& path, const SessionHeader& header) {
  check_replacing_by_session(path, header.overwrite);
  return path;
}

}  // namespace

struct SessionWriter::Impl {
  Impl(const std::filesystem::path& path, const SessionHeader& given)
      : header(given),
        frame(format_to_write(path, given.format).frame(given)),
        file(replaceable(path, given)) {
    hdf5::Lock lock;
    const LeverPlace place = frame->begin(file.file());
    samples = std::make_unique<ColumnWriter>(file.file(), place.samples, header.storage,
                                             conversion_of(header), header.compressed, header.samples);
    if (header.rate_hz == 0.0)
      timestamps = std::make_unique<ColumnWriter>(file.file(), place.timestamps, Storage::float64,
                                                  Conversion{}, header.compressed, header.samples);
  }

  ~Impl() {
    hdf5::Lock lock;  // the wrappers' destructors count references without one
    samples.reset();
    timestamps.reset();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[noreturn]] void fail(const H5::Exception& error) const {
    throw IoError(file.target().string() + ": cannot be written: " + hdf5::last_error(error));
  }

  SessionHeader header;
  std::unique_ptr<SessionFrame> frame;
  hdf5::AtomicFile file;
  std::unique_ptr<ColumnWriter> samples, timestamps;
  std::int64_t appended = 0;
};

SessionWriter::SessionWriter(const std::filesystem::path& path, const SessionHeader& header) {
  check_header(header);
  try {
    impl_ = std::make_unique<Impl>(path, header);
  } catch (const H5::Exception& error) {
    throw IoError(path.string() + ": cannot be written: " + hdf5::last_error(error));
  }
}

SessionWriter::~SessionWriter() = default;
std::vector<std::string> written_formats() {
  std::vector<std::string> written;
  for (const Format* format : formats_to_write()) written.emplace_back(format->name);
  return written;
}

SessionWriter::SessionWriter(SessionWriter&&) noexcept = default;
SessionWriter& SessionWriter::operator=(SessionWriter&&) noexcept = default;

void SessionWriter::append(std::span<const double> volts) {
  if (impl_->timestamps != nullptr) throw BadArgument("rate_hz is 0: time stamps must come with the samples");
  append(volts, {});
}

void SessionWriter::append(std::span<const double> volts, std::span<const double> timestamps_s) {
  Impl& self = *impl_;
  const std::size_t expected = self.timestamps != nullptr ? volts.size() : 0;
  if (timestamps_s.size() != expected)
    throw BadArgument(fmt::format("{} time stamps for {} samples; expected {}", timestamps_s.size(),
                                  volts.size(), expected));
  self.appended += static_cast<std::int64_t>(volts.size());
  if (self.header.samples > 0 && self.appended > self.header.samples)
    throw BadArgument(fmt::format("{} samples appended, {} announced", self.appended, self.header.samples));
  try {
    self.samples->append(volts);
    if (self.timestamps != nullptr) self.timestamps->append(timestamps_s);
    self.file.check();
  } catch (const H5::Exception& error) {
    self.fail(error);
  }
}

void SessionWriter::finish(const TrialTable* trials, const SessionTruth* truth) {
  Impl& self = *impl_;
  check_tables(trials, truth);
  if (self.header.samples > 0 && self.appended != self.header.samples)
    throw BadArgument(fmt::format("{} samples appended, {} announced", self.appended, self.header.samples));
  try {
    self.samples->flush();
    if (self.timestamps != nullptr) self.timestamps->flush();
    hdf5::Lock lock;
    self.samples->close();
    if (self.timestamps != nullptr) self.timestamps->close();
    self.frame->finish(self.file.file(), trials, truth);
  } catch (const H5::Exception& error) {
    self.fail(error);
  }
  self.file.commit();
}

}  // namespace leverkin
