// How fast are the medians of every session pair, from raw double rows? The competitor centres and normalises
// the same rows, multiplies them with OpenBLAS' syrk and takes the median of each block with
// std::nth_element.
#include <cblas.h>
#include <leverkin/correlogram.h>

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "contest.h"
#include "kernels/fma_probe.h"
#include "movement_rows.h"
#include "peer.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "correlogram";
constexpr std::int64_t samples = 2001;
constexpr std::int64_t per_session = 100;

SimulatedRows white_noise(std::int64_t rows) {
  SimulatedRows made;
  made.samples = samples;
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  made.volts.resize(static_cast<std::size_t>(rows * samples));
  std::ranges::generate(made.volts, [&] { return normal(random); });
  for (std::int64_t row = 0; row < rows; ++row) made.session.push_back(1 + row / per_session);
  return made;
}

using RowsMaker = std::function<SimulatedRows()>;

// The rows of the job at hand; those of the job before are given back.
const SimulatedRows& rows_named(const std::string& name, const RowsMaker& make) {
  static std::string held;
  static std::unique_ptr<SimulatedRows> rows;
  if (held != name) {
    rows.reset();
    rows = std::make_unique<SimulatedRows>(make());
    held = name;
  }
  return *rows;
}

// Runs task(first, last) on equal parts of [0, count).
void in_parts(std::int64_t count, int threads, const std::function<void(std::int64_t, std::int64_t)>& task) {
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t)
    others.emplace_back([&, t] { task(count * t / threads, count * (t + 1) / threads); });
  task(0, count / threads);
  for (std::thread& thread : others) thread.join();
}

void syrk(int n, const float* rows, float* r) {
  cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, samples, 1.0F, rows, samples, 0.0F, r, n);
}

void syrk(int n, const double* rows, double* r) {
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, samples, 1.0, rows, samples, 0.0, r, n);
}

// Room that the competitor finds ready, as if it had been used before.
template <typename T>
std::vector<T>& room(int which, std::size_t size) {
  static std::vector<T> held[2];
  if (held[which].size() != size) {
    held[which] = {};
    held[which].resize(size);
  }
  return held[which];
}

template <typename T>
void unit_rows(const SimulatedRows& data, int threads, std::vector<T>& unit) {
  in_parts(data.rows().session.size(), threads, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      const Eigen::Map<const Eigen::ArrayXd> x(data.volts.data() + row * samples, samples);
      const double mean = x.mean();
      const double scale = 1.0 / std::sqrt((x - mean).square().sum());
      Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(unit.data() + row * samples, samples) =
          ((x - mean) * scale).template cast<T>();
    }
  });
}

template <typename T>
T median_of_block(const T* r, std::int64_t n, std::int64_t a, std::int64_t b, std::vector<T>& values) {
  values.clear();
  for (std::int64_t i = a; i < std::min(n, a + per_session); ++i) {
    const T* row = r + i * n;
    values.insert(values.end(), row + (a == b ? i + 1 : b), row + std::min(n, b + per_session));
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return values.size() % 2 == 1 ? *middle : (*std::max_element(values.begin(), middle) + *middle) / 2;
}

template <typename T>
double peer_seconds(const SimulatedRows& data, int threads) {
  const auto n = static_cast<std::int64_t>(data.session.size());
  std::vector<T>&unit = room<T>(0, data.volts.size()), &r = room<T>(1, static_cast<std::size_t>(n * n));
  openblas_set_num_threads(threads);
  const double taken = seconds([&] {
    unit_rows(data, threads, unit);
    syrk(static_cast<int>(n), unit.data(), r.data());
    const std::int64_t sessions = (n + per_session - 1) / per_session;
    std::vector<T> medians(static_cast<std::size_t>(sessions * sessions));
    in_parts(threads, threads, [&](std::int64_t first, std::int64_t) {
      std::vector<T> values;
      for (std::int64_t a = first; a < sessions; a += threads)
        for (std::int64_t b = a; b < sessions; ++b)
          medians[static_cast<std::size_t>(a * sessions + b)] =
              median_of_block(r.data(), n, a * per_session, b * per_session, values);
    });
    benchmark::DoNotOptimize(medians.data());
  });
  openblas_set_num_threads(1);
  return taken;
}

double leverkin_seconds(const SimulatedRows& data, double tolerance, int threads) {
  Correlogram found;
  const double taken =
      seconds([&] { found = correlate(data.rows(), {.tolerance = tolerance, .threads = threads}); });
  benchmark::DoNotOptimize(found.median_r.data());
  return taken;
}

// What the useful multiply-adds would take at the rate that registers allow, measured now.
double peak_seconds(std::int64_t rows, int threads) {
  constexpr std::size_t probe = 20'000'000'000;
  std::vector<double> rates(static_cast<std::size_t>(threads));
  in_parts(threads, threads, [&](std::int64_t at, std::int64_t) {
    std::size_t done = 0;
    const double taken = seconds(
        [&] { done = kernels::multiply_add_in_registers(probe / static_cast<std::size_t>(threads)); });
    rates[static_cast<std::size_t>(at)] = static_cast<double>(done) / taken;
  });
  double rate = 0.0;
  for (const double r : rates) rate += r;
  return static_cast<double>(rows * (rows - 1) / 2 * samples) / rate;
}

struct Contest {
  std::string job, rows_name;
  RowsMaker rows;
  double tolerance = 0.0;
  int threads = 1;
};

void enter_leverkin(const Contest& c) {
  enter(stage, c.job, "leverkin",
        [c] { return leverkin_seconds(rows_named(c.rows_name, c.rows), c.tolerance, c.threads); });
}

void enter_double(const Contest& c) {
  enter_leverkin(c);
  enter(stage, c.job, "OpenBLAS dsyrk + nth_element",
        [c] { return peer_seconds<double>(rows_named(c.rows_name, c.rows), c.threads); });
}

void enter_float(const Contest& c, std::int64_t rows) {
  enter_leverkin(c);
  enter(stage, c.job, "OpenBLAS ssyrk + nth_element",
        [c] { return peer_seconds<float>(rows_named(c.rows_name, c.rows), c.threads); });
  enter(stage, c.job, "FMA peak", [=] { return peak_seconds(rows, c.threads); });
}

std::string size_name(std::int64_t rows) { return "N=" + std::to_string(rows); }

void enter_all(const std::vector<std::int64_t>& sizes, int threads) {
  const std::string suffix = threads == 1 ? "" : ", " + std::to_string(threads) + " threads";
  for (const std::int64_t n : sizes) {
    const RowsMaker movements = [n] { return simulated_rows({.rows = n}); };
    const std::string name = "movements " + size_name(n), size = ' ' + size_name(n) + suffix;
    enter_double({"dense double" + size, name, movements, 0.0, threads});
    enter_double({"certified 1e-6" + size, name, movements, 1e-6, threads});
    enter_double({"certified 1e-8" + size, name, movements, 1e-8, threads});
  }
  for (const std::int64_t n : sizes)
    if (n > 1100)
      enter_float({"dense float " + size_name(n) + suffix, "noise " + size_name(n),
                   [n] { return white_noise(n); }, 2e-5, threads},
                  n);
  enter_double({"certified 1e-4, 1 mV white noise N=5000" + suffix, "noisy movements",
                [] { return simulated_rows({.rows = 5000, .added_noise_v = 0.001}); }, 1e-4, threads});
  enter_leverkin({"500 sessions N=50000" + suffix, "movements N=50000",
                  [] { return simulated_rows({.rows = 50000}); }, 1e-6, threads});
}

// The same call from Python: what does the binding add?
void enter_binding() {
  const Contest c{"lk.correlogram N=1100", "movements N=1100", [] { return simulated_rows({.rows = 1100}); }};
  const auto job = [c]() -> std::vector<std::string> {
    static const auto file = write_doubles("movements_1100", rows_named(c.rows_name, c.rows).volts);
    return {"correlogram", file.string()};
  };
  enter("binding", c.job, "leverkin", [job] { return peer().seconds(job()); });
  enter("binding", c.job, "the same call in C++",
        [c] { return leverkin_seconds(rows_named(c.rows_name, c.rows), 0.0, 1); });
  enter_check("binding", c.job, [c, job] {
    const auto found = correlate(rows_named(c.rows_name, c.rows).rows(), {.threads = 1});
    return differences(found.median_r, peer().result(job()), 0.0);
  });
}

[[maybe_unused]] const bool entered = [] {
  enter_binding();
  enter_all({1100, 5000, 20000}, 1);
  enter_all({5000}, 2);
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
