// Pulses on a line at rest: none is passed over, wherever it lies.
#include "io/pulses.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace leverkin {
namespace {

class Line final : public SampleSource {
 public:
  explicit Line(std::vector<std::int16_t> values) : values_(std::move(values)) {}

  [[nodiscard]] std::int64_t size() const override { return std::ssize(values_); }
  [[nodiscard]] std::string storage() const override { return "int16"; }
  [[nodiscard]] std::size_t value_bytes() const override { return 2; }
  [[nodiscard]] bool stores_volts() const override { return false; }
  [[nodiscard]] std::int64_t block_samples() const override { return 1500; }
  void read_block(std::int64_t first, std::int64_t count, Workspace*, std::byte* stored) const override {
    read(first, count, stored);
  }
  void read(std::int64_t first, std::int64_t count, std::byte* stored) const override {
    std::memcpy(stored, values_.data() + first, static_cast<std::size_t>(count) * 2);
  }
  void to_volts(std::int64_t, const std::byte* stored, std::span<double> volts) const override {
    for (std::size_t i = 0; i < volts.size(); ++i) {
      std::int16_t value = 0;
      std::memcpy(&value, stored + 2 * i, 2);
      volts[i] = value;
    }
  }

 private:
  std::vector<std::int16_t> values_;
};

Pulses by_definition(const std::vector<std::int16_t>& values) {
  Pulses pulses;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const bool before = values[i - 1] > 2, now = values[i] > 2;
    if (before != now) (now ? pulses.rises : pulses.falls).push_back(static_cast<std::int64_t>(i));
  }
  return pulses;
}

void expect_found(const std::vector<std::int16_t>& values) {
  const Pulses found = find_pulses(
      Line(values), [](double value) { return value > 2; }, "file", "line");
  const Pulses expected = by_definition(values);
  EXPECT_EQ(found.rises, expected.rises);
  EXPECT_EQ(found.falls, expected.falls);
}

TEST(PulsesOnALine, AreFoundAtEveryPlaceOfPartsAndBlocks) {
  for (const std::size_t from : {1, 511, 512, 513, 1023, 1024, 1499, 1500, 1501, 2011, 2012, 3000, 4998})
    for (const std::size_t length : {1, 2, 512, 1500}) {
      std::vector<std::int16_t> values(5000, 1);
      for (std::size_t i = from; i < std::min(values.size(), from + length); ++i) values[i] = 5;
      expect_found(values);
    }
}

TEST(PulsesOnALine, AreFoundWhereItIsUpFromTheBeginningOrNeverRests) {
  std::vector<std::int16_t> values(4000, 5);
  expect_found(values);
  values[3999] = 0;
  expect_found(values);
  std::mt19937_64 random(3);
  for (std::int16_t& value : values) value = static_cast<std::int16_t>(random() % 6);
  expect_found(values);
}

}  // namespace
}  // namespace leverkin
