// How fast does the raw clock become the lever clock?
#include <benchmark/benchmark.h>
#include <leverkin/trace.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace {

std::vector<double> slow_wave(std::int64_t samples) {
  std::vector<double> volts(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = 1.5 + 0.3 * std::sin(1e-4 * static_cast<double>(i));
  return volts;
}

void BM_Downsample(benchmark::State& state) {
  const auto rate_hz = static_cast<double>(state.range(0));
  const std::vector<double> volts = slow_wave(1 << 20);
  for (auto _ : state) benchmark::DoNotOptimize(leverkin::downsample(volts, rate_hz));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(volts.size()));
}
BENCHMARK(BM_Downsample)
    ->ArgName("rate_hz")
    ->Arg(10000)
    ->Arg(20000)
    ->Arg(5888)
    ->Unit(benchmark::kMillisecond);

}  // namespace
