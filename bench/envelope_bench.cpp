// How fast are the stages on the lever clock? Ten minutes and an hour of a trace at 1 kHz.
#include <benchmark/benchmark.h>
#include <leverkin/bouts.h>
#include <leverkin/envelope.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace {

// A press of half a second every ten seconds.
std::vector<double> presses(std::int64_t samples) {
  std::vector<double> volts(static_cast<std::size_t>(samples), 1.5);
  for (std::size_t i = 0; i < volts.size(); ++i) {
    const std::size_t phase = i % 10000;
    if (phase > 5000 && phase < 5500)
      volts[i] += 0.15 * (1.0 - std::cos(0.004 * M_PI * static_cast<double>(phase - 5000)));
  }
  return volts;
}

void count_samples(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * state.range(0)); }

void BM_Smooth(benchmark::State& state) {
  const std::vector<double> volts = presses(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(leverkin::smooth(volts));
  count_samples(state);
}

void BM_Envelope(benchmark::State& state) {
  const std::vector<double> velocity = leverkin::velocity(leverkin::smooth(presses(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(leverkin::envelope(velocity));
  count_samples(state);
}

void BM_Segment(benchmark::State& state) {
  const leverkin::Trace trace{presses(state.range(0)), {}};
  for (auto _ : state) benchmark::DoNotOptimize(leverkin::segment(trace));
  count_samples(state);
}

BENCHMARK(BM_Smooth)->ArgName("samples")->Arg(600'000)->Arg(3'600'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Envelope)->ArgName("samples")->Arg(600'000)->Arg(3'600'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Segment)->ArgName("samples")->Arg(600'000)->Arg(3'600'000)->Unit(benchmark::kMillisecond);

}  // namespace
