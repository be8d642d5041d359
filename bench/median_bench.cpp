// How fast is the exact median of one block of r, 100 x 100 values in the cache?
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "contest.h"
#include "kernels/median_select.h"

namespace leverkin::bench {
namespace {

constexpr std::size_t values_per_block = 10000;
constexpr std::size_t blocks = 100;

// r of rows that differ in how well they agree with others.
template <typename T>
const std::vector<std::vector<T>>& values() {
  static const std::vector<std::vector<T>> made = [] {
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal(0.0, 0.3);
    std::vector<std::vector<T>> all(blocks);
    for (auto& block : all) {
      std::vector<double> row(100), column(100);
      std::ranges::generate(row, [&] { return normal(random); });
      std::ranges::generate(column, [&] { return normal(random); });
      for (const double a : row)
        for (const double b : column)
          block.push_back(static_cast<T>(std::tanh(0.5 + a + b + normal(random))));
    }
    return all;
  }();
  return made;
}

// Seconds for all blocks; each is brought into the cache before its time is taken.
template <typename T, typename Median>
double time_blocks(Median median) {
  std::vector<T> work(values_per_block + kernels::values_padding);
  double total = 0.0;
  for (const auto& block : values<T>()) {
    std::ranges::copy(block, work.begin());
    total += seconds([&] { benchmark::DoNotOptimize(median(work.data())); });
  }
  return total;
}

template <typename T>
void enter_medians(const std::string& job) {
  enter("block median", job, "leverkin", [] {
    return time_blocks<T>([](T* work) {
      const auto middle = kernels::middle_values(work, values_per_block);
      return (middle.lower + middle.upper) / 2;
    });
  });
  enter("block median", job, "std::nth_element", [] {
    return time_blocks<T>([](T* work) {
      T* const middle = work + values_per_block / 2;
      std::nth_element(work, middle, work + values_per_block);
      return (*std::max_element(work, middle) + *middle) / 2;
    });
  });
}

[[maybe_unused]] const bool entered = [] {
  enter_medians<float>("100 x 100");
  enter_medians<double>("100 x 100, double");
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
