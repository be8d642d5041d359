// engine/io/calibrated_samples.h: how do stored counts become volts by a polynomial?
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "io/sample_source.h"

namespace leverkin {

/// Another source's stored values, made volts in another way.
class OtherVolts : public SampleSource {
 public:
  explicit OtherVolts(std::shared_ptr<const SampleSource> values) : values_(std::move(values)) {}

  [[nodiscard]] std::int64_t size() const override { return values_->size(); }
  [[nodiscard]] std::string storage() const override { return values_->storage(); }
  [[nodiscard]] std::size_t value_bytes() const override { return values_->value_bytes(); }
  [[nodiscard]] bool stores_volts() const override { return false; }
  [[nodiscard]] std::int64_t block_samples() const override { return values_->block_samples(); }
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override { return values_->workspace(); }
  [[nodiscard]] AbsentSamples absent() const override { return values_->absent(); }

  void read_block(std::int64_t first, std::int64_t count, Workspace* own, std::byte* stored) const override {
    values_->read_block(first, count, own, stored);
  }
  void read(std::int64_t first, std::int64_t count, std::byte* stored) const override {
    values_->read(first, count, stored);
  }

 protected:
  [[nodiscard]] const SampleSource& values() const { return *values_; }

 private:
  std::shared_ptr<const SampleSource> values_;
};

/// volts = (c0 + c1 x + c2 x^2 + c3 x^3) / divisor, of what another source gives as volts.
class CalibratedSamples final : public OtherVolts {
 public:
  using Coefficients = std::array<double, 4>;

  CalibratedSamples(std::shared_ptr<const SampleSource> values, const Coefficients& c, double divisor = 1.0)
      : OtherVolts(std::move(values)), c_(c), divisor_(divisor) {}

  void to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const override;

 private:
  Coefficients c_;
  double divisor_;
};

/// Volts of stored values of any source, also of one that stores volts.
void volts_of(const SampleSource& source, std::int64_t first, const std::byte* stored,
              std::span<double> volts);

/// Calls visit(first, values) for all of a source, in order, in blocks that are thrown away.
void for_each_block(const SampleSource& source,
                    const std::function<void(std::int64_t first, std::span<const double> values)>& visit);

}  // namespace leverkin
