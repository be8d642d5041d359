// engine/io/joined_samples.h: how are stretches of recordings read as one recording?
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/recording.h"

namespace leverkin {

/// Samples [range.begin, range.end) of a source, the first of them taken at `start_s` on the recording's
/// clock.
struct Stretch {
  std::shared_ptr<const SampleSource> samples;
  RawRange range;
  double start_s = 0.0;
};

/// Stretches after one another. All sources store values of one type.
class JoinedSamples final : public SampleSource {
 public:
  explicit JoinedSamples(std::vector<Stretch> stretches);

  [[nodiscard]] std::int64_t size() const override { return first_.back(); }
  [[nodiscard]] std::string storage() const override { return stretches_.front().samples->storage(); }
  [[nodiscard]] std::size_t value_bytes() const override { return stretches_.front().samples->value_bytes(); }
  [[nodiscard]] bool stores_volts() const override { return stretches_.front().samples->stores_volts(); }
  [[nodiscard]] std::int64_t block_samples() const override { return 1 << 15; }
  [[nodiscard]] AbsentSamples absent() const override;

  void read_block(std::int64_t first, std::int64_t count, Workspace* own, std::byte* stored) const override;
  void read(std::int64_t first, std::int64_t count, std::byte* stored) const override;
  void to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const override;

 private:
  // Calls visit(stretch, first sample of its source, count, samples done before) along [first, first +
  // count).
  template <typename Visit>
  void along(std::int64_t first, std::int64_t count, const Visit& visit) const;

  std::vector<Stretch> stretches_;
  std::vector<std::int64_t> first_;  // of each stretch, and the end of the last one
};

/// The clock of stretches that were sampled at one rate.
class StretchTimes final : public Timestamps {
 public:
  StretchTimes(std::span<const Stretch> stretches, double rate_hz, std::string name);

  [[nodiscard]] std::int64_t size() const override { return first_.back(); }
  [[nodiscard]] const std::string& name() const override { return name_; }
  void read(std::int64_t first, std::span<double> seconds) override;

 private:
  std::vector<double> start_s_;
  std::vector<std::int64_t> first_;
  double rate_hz_;
  std::string name_;
};

/// Stamps of the samples that are left of a recording.
class KeptTimestamps final : public Timestamps {
 public:
  /// `kept`: sorted, not touching, not empty.
  KeptTimestamps(std::unique_ptr<Timestamps> all, std::vector<RawRange> kept);

  [[nodiscard]] std::int64_t size() const override { return first_.back(); }
  [[nodiscard]] const std::string& name() const override { return all_->name(); }
  [[nodiscard]] double resolution_s(double seconds) const override { return all_->resolution_s(seconds); }
  void read(std::int64_t first, std::span<double> seconds) override;

 private:
  std::unique_ptr<Timestamps> all_;
  std::vector<RawRange> kept_;
  std::vector<std::int64_t> first_;
};

/// Makes them the samples of the recording, sampled at `rate_hz`: a constant rate where one follows the other
/// without a gap, else time stamps. Throws BadSession where there is nothing in them.
void take_stretches(Recording& recording, std::vector<Stretch> stretches, double rate_hz);

}  // namespace leverkin
