// bench/contest.h: the same job, done by several programs in turns.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>
#include <string>

namespace leverkin::bench {

/// Wall-clock seconds that `job` takes.
template <typename Job>
double seconds(Job&& job) {
  const auto start = std::chrono::steady_clock::now();
  job();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Enters "stage/job/contestant" into the race. `run` does the job once and returns the seconds it took; it is called
/// once per repetition, in turns with the other contestants (main.cpp). Names hold no slash.
inline void enter(const std::string& stage, const std::string& job, const std::string& contestant,
                  std::function<double()> run) {
  const std::string name = stage + '/' + job + '/' + contestant;
  benchmark::RegisterBenchmark(name.c_str(), [run = std::move(run)](benchmark::State& state) {
    for (auto _ : state) state.SetIterationTime(run());
  })->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);
}

}  // namespace leverkin::bench
