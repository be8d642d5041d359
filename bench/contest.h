// bench/contest.h: the same job, done by several programs in turns.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace leverkin::bench {

/// Wall-clock seconds that `job` takes.
template <typename Job>
double seconds(Job&& job) {
  const auto start = std::chrono::steady_clock::now();
  job();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A job that several contestants do, and what has to hold before they are timed.
struct Job {
  std::string name;                                  ///< "stage/job"
  std::vector<std::function<std::string()>> checks;  ///< empty text: the contestants agree; else why not
};

/// Every job, in the order in which it was entered.
inline std::vector<Job>& jobs() {
  static std::vector<Job> entered;
  return entered;
}

inline Job& job_named(const std::string& name) {
  const auto found =
      std::find_if(jobs().begin(), jobs().end(), [&](const Job& job) { return job.name == name; });
  return found != jobs().end() ? *found : jobs().emplace_back(Job{name, {}});
}

/// Enters "stage/job/contestant" into the race. `run` does the job once and returns the seconds it took; it
/// is called once per repetition, in turns with the other contestants (main.cpp). Names hold no slash. A run
/// that throws fails the whole benchmark. To be called before main(), so `run` makes its inputs when it is
/// first called.
inline void enter(const std::string& stage, const std::string& job, const std::string& contestant,
                  std::function<double()> run) {
  const std::string name = job_named(stage + '/' + job).name + '/' + contestant;
  benchmark::RegisterBenchmark(name.c_str(),
                               [run = std::move(run)](benchmark::State& state) {
                                 for (auto _ : state) {
                                   try {
                                     state.SetIterationTime(run());
                                   } catch (const std::exception& error) {
                                     state.SkipWithError(error.what());
                                   }
                                 }
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

/// `check` says why the results of a job's contestants differ, or nothing; it is called once, before they are
/// timed.
inline void enter_check(const std::string& stage, const std::string& job,
                        std::function<std::string()> check) {
  job_named(stage + '/' + job).checks.push_back(std::move(check));
}

}  // namespace leverkin::bench
