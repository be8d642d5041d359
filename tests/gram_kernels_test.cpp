// The kernels of the correlogram against their definitions, on every SIMD target that this CPU can run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "kernels/block_values.h"
#include "kernels/centre_row.h"
#include "kernels/dispatch.h"
#include "kernels/gram_panel.h"
#include "kernels/median_select.h"
#include "kernels/nonzero_bits.h"

namespace leverkin {
namespace {

class GramKernels : public ::testing::TestWithParam<std::string> {
 protected:
  GramKernels() : before_(kernels::target_name()) {}
  void SetUp() override { ASSERT_TRUE(kernels::force_target(GetParam())); }
  void TearDown() override { kernels::force_target(before_); }

 private:
  std::string before_;
};

template <typename T>
std::vector<T> random_values(std::size_t count, unsigned seed = 1) {
  std::mt19937_64 random(seed + count);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<T> values(count);
  std::ranges::generate(values, [&] { return static_cast<T>(uniform(random)); });
  return values;
}

template <typename T>
void expect_products() {
  constexpr std::size_t width = kernels::panel_width<T>;
  for (const std::size_t length : {1U, 2U, 3U, 4U, 5U, 7U, 36U, 128U})
    for (const std::size_t rows : {1U, 3U, 4U, 5U, 8U, 9U, 12U, 13U, 100U})
      for (const bool add : {false, true}) {
        const std::size_t padded = (rows + 7) / 8 * 8;
        const auto a = random_values<T>(padded * length), panel = random_values<T>(width * length, 2);
        std::vector<T> found(padded * width, T(0.5)), expected = found;
        kernels::gram_panel(a.data(), length * 8, rows, panel.data(), length, add, found.data(),
                            panel.data());
        kernels::gram_panel_scalar(a.data(), length * 8, rows, panel.data(), length, add, expected.data());
        const double bound =
            2.0 * static_cast<double>((length + 2) * length) * std::numeric_limits<T>::epsilon();
        for (std::size_t i = 0; i < rows * width; ++i)
          ASSERT_NEAR(found[i], expected[i], bound) << length << ' ' << rows;
      }
}

TEST_P(GramKernels, MultiplyPanelsAsTheirDefinitionDoes) {
  expect_products<float>();
  expect_products<double>();
}

TEST_P(GramKernels, ProjectRowsThatLieOneAfterAnother) {
  constexpr std::size_t length = 77, stride = 80, width = kernels::panel_width<double>;
  const auto a = random_values<double>(8 * stride), panel = random_values<double>(width * length, 2);
  std::vector<double> found(8 * width);
  kernels::project_rows(a.data(), stride, panel.data(), length, found.data());
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < width; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < length; ++k) sum += a[i * stride + k] * panel[k * width + j];
      ASSERT_NEAR(found[i * width + j], sum, 1e-13);
    }
}

template <typename T>
void expect_middle(std::vector<T> values, const std::string& what) {
  std::vector<T> sorted = values;
  std::ranges::sort(sorted);
  const std::size_t n = values.size();
  values.resize(n + kernels::values_padding);
  const auto found = kernels::middle_values(values.data(), n);
  ASSERT_EQ(found.lower, sorted[(n - 1) / 2]) << what << ' ' << n;
  ASSERT_EQ(found.upper, sorted[n / 2]) << what << ' ' << n;
}

template <typename T>
void expect_medians(std::size_t n) {
  std::mt19937_64 random(n);
  std::normal_distribution<double> normal;
  const auto with = [&](const char* what, auto value) {
    std::vector<T> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<T>(value(i, normal(random)));
    expect_middle(values, what);
  };
  with("normal", [](std::size_t, double x) { return x; });
  with("correlations", [](std::size_t, double x) { return std::tanh(x); });
  with("ties", [](std::size_t, double x) { return std::round(x); });
  with("few ties", [](std::size_t, double x) { return std::round(100 * x) / 100; });
  with("all equal", [](std::size_t, double) { return 0.7; });
  with("zeros of both signs", [](std::size_t i, double) { return i % 3 == 0 ? -0.0 : 0.0; });
  with("two values", [](std::size_t i, double) { return i % 2 == 0 ? 1.0 : -1.0; });
  with("two far clusters", [n](std::size_t i, double x) { return i < n / 2 ? -1e30 + x : 1e30; });
  with("many magnitudes", [](std::size_t, double x) { return std::exp(15 * x); });
  with("tiny with outliers", [](std::size_t i, double x) { return i % 50 == 0 ? 1e30 * x : 1e-30 * x; });
  with("nearly equal", [](std::size_t, double x) { return 1.0 + 1e-7 * x; });
  with("ascending", [](std::size_t i, double) { return static_cast<double>(i); });
}

TEST_P(GramKernels, SelectTheMiddleValues) {
  std::vector<std::size_t> sizes(200);
  std::iota(sizes.begin(), sizes.end(), 1);
  for (const std::size_t n : {4950U, 9999U, 10000U}) sizes.push_back(n);
  for (const std::size_t n : sizes) {
    expect_medians<float>(n);
    expect_medians<double>(n);
  }
}

template <typename T>
void expect_blocks() {
  constexpr std::size_t width = kernels::panel_width<T>, rows = 10, panels = 4;
  const std::size_t stride = 16 * width;
  const auto c = random_values<T>(panels * stride);
  for (const bool above : {false, true})
    for (const std::size_t first : {0U, 1U, 23U, 50U})
      for (const std::size_t columns : {10U, 11U, 45U}) {
        std::vector<T> expected, found(rows * columns + kernels::values_padding);
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = first + (above ? i + 1 : 0); j < first + columns; ++j)
            expected.push_back(c[j / width * stride + i * width + j % width]);
        found.resize(kernels::gather_block(c.data(), stride, rows, first, columns, above, found.data()));
        ASSERT_EQ(found, expected);
      }
}

TEST_P(GramKernels, GatherBlocks) {
  expect_blocks<float>();
  expect_blocks<double>();
}

TEST_P(GramKernels, FindIntervalsThatMeetAnother) {
  for (const std::size_t n : {1U, 15U, 16U, 17U, 100U}) {
    const auto r = random_values<float>(n + 64), other = random_values<float>(n + 64, 3);
    std::vector<float> lower(n + 64), upper(n + 64), width(n + 64);
    std::ranges::transform(other, width.begin(), [](float v) { return std::abs(v); });
    kernels::interval_ends(r.data(), n, 0.25F, width.data(), 0.01F, lower.data(), upper.data());
    std::vector<std::uint32_t> expected, found(n);
    std::size_t expected_below = 0, below = 0;
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_NEAR(lower[i], r[i] - (0.25F * width[i] + 0.01F), 1e-6);
      ASSERT_NEAR(upper[i], r[i] + (0.25F * width[i] + 0.01F), 1e-6);
      if (upper[i] < -0.1F) ++expected_below;
      if (upper[i] >= -0.1F && lower[i] <= 0.2F) expected.push_back(static_cast<std::uint32_t>(i));
    }
    const std::size_t count =
        kernels::meeting(lower.data(), upper.data(), n, -0.1F, 0.2F, found.data(), n, &below);
    ASSERT_EQ(count, expected.size());
    found.resize(count);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(below, expected_below);
    EXPECT_EQ(kernels::meeting(lower.data(), upper.data(), n, -0.1F, 0.2F, found.data(), 0, &below), count);
  }
}

TEST_P(GramKernels, CentreRowsAsTheDefinitionDoes) {
  for (const std::size_t length : {1U, 2U, 3U, 31U, 32U, 33U, 100U, 2001U}) {
    const auto x = random_values<double>(length), y = random_values<double>(length, 4);
    double largest = 0;
    for (const double v : x) largest = std::max(largest, std::abs(v - x[0]));
    EXPECT_EQ(kernels::largest_deviation(x.data(), length), largest);
    kernels::RowCentre of_x{.scale = 0.5}, of_y{.scale = 2.0};
    std::vector<double> w(length), v(length);
    kernels::centre_row(x.data(), length, &of_x, w.data());
    kernels::centre_row(y.data(), length, &of_y, v.data());
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(length);
    double squares = 0, product = 0;
    for (std::size_t t = 0; t < length; ++t) {
      ASSERT_NEAR(w[t], 0.5 * (x[t] - mean), 1e-14);
      squares += w[t] * w[t];
      product += w[t] * v[t];
    }
    EXPECT_NEAR(of_x.sum_of_squares, squares, 1e-12);
    EXPECT_NEAR(kernels::centred_product(x.data(), of_x, y.data(), of_y, length), product, 1e-12);
  }
}

TEST_P(GramKernels, NoticeValuesThatAreNotFinite) {
  for (const std::size_t length : {1U, 40U, 100U})
    for (std::size_t at = 0; at < length; at += 13)
      for (const double bad : {std::nan(""), static_cast<double>(INFINITY), -static_cast<double>(INFINITY)}) {
        auto x = random_values<double>(length);
        x[at] = bad;
        EXPECT_FALSE(std::isfinite(kernels::largest_deviation(x.data(), length)));
      }
}

TEST_P(GramKernels, FoldRowsAboutTheirMiddle) {
  for (const std::size_t length : {1U, 2U, 15U, 16U, 17U, 41U, 101U}) {
    const auto w = random_values<double>(length);
    std::vector<double> even((length + 1) / 2), odd(even);
    kernels::fold_row(w.data(), length, 2.0, even.data(), odd.data());
    for (std::size_t t = 0; t < length / 2; ++t) {
      EXPECT_EQ(even[t], (w[t] + w[length - 1 - t]) * 2.0);
      EXPECT_EQ(odd[t], (w[t] - w[length - 1 - t]) * 2.0);
    }
    if (length % 2 == 0) continue;
    EXPECT_EQ(even.back(), w[length / 2] * 2.0);
    EXPECT_EQ(odd.back(), 0.0);
  }
}

TEST_P(GramKernels, PutRowsSideBySide) {
  constexpr std::size_t length = 37, stride = 40, width = 24;
  const auto rows = random_values<double>(width * stride), factors = random_values<double>(width, 2);
  std::vector<double> panel(width * length);
  std::vector<float> in_float(width * length);
  kernels::interleave_rows(rows.data(), stride, length, factors.data(), width, panel.data());
  kernels::interleave_rows(rows.data(), stride, length, factors.data(), width, in_float.data());
  for (std::size_t t = 0; t < length; ++t)
    for (std::size_t j = 0; j < width; ++j) {
      const double expected = rows[j * stride + t] * factors[j];
      ASSERT_EQ(panel[t * width + j], expected);
      ASSERT_EQ(in_float[t * width + j], static_cast<float>(expected));
    }
}

TEST_P(GramKernels, TellValuesThatAreNotZeroAsTheirDefinitionDoes) {
  constexpr std::size_t groups = 9;
  std::vector<double> values = random_values<double>(groups * 64);
  for (std::size_t k = 0; k < values.size(); ++k)
    if (k % 64 * 7 % 11 < k / 64) values[k] = k % 2 == 0 ? 0.0 : -0.0;
  values[3] = std::numeric_limits<double>::quiet_NaN();
  values[70] = std::numeric_limits<double>::denorm_min();
  values[71] = std::numeric_limits<double>::infinity();
  std::vector<std::uint64_t> found(groups), expected(groups);
  kernels::nonzero_bits(values.data(), groups, found.data());
  kernels::nonzero_bits_scalar(values.data(), groups, expected.data());
  EXPECT_EQ(found, expected);
  EXPECT_NE(expected[8], 0U);
  EXPECT_NE(expected[8], ~std::uint64_t{0});
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, GramKernels, ::testing::ValuesIn(kernels::runnable_targets()),
                         [](const auto& target) { return target.param; });

}  // namespace
}  // namespace leverkin
