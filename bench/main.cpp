// Runs the contests of bench/*_bench.cpp: per job first the checks, then rounds in which every contestant has
// one turn, in a new random order each time. A machine's clock drifts over minutes; within a round it hardly
// does.
//
//   leverkin_bench [--benchmark_filter=REGEX] [--benchmark_repetitions=9] [--benchmark_out=FILE.json]
//                  [--benchmark_list_tests] [--folder=DIR] [--python=PYTHON]
#include <benchmark/benchmark.h>
#include <leverkin/version.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "contest.h"
#include "settings.h"

extern "C" char* openblas_get_corename();  // of OpenBLAS, whose header is not needed for one line

namespace leverkin::bench {
namespace {

// Settings under which a library runs below, or a contestant otherwise than, what the machine can do.
// OpenBLAS reads them before main(), so the program starts anew without them.
bool put_environment_right() {
  bool changed = false;
  for (const char* name : {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LEVERKIN_KERNELS"}) {
    changed = changed || std::getenv(name) != nullptr;
    unsetenv(name);
  }
  for (const char* name :
       {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}) {  // a job that wants more asks for them
    const char* value = std::getenv(name);
    changed = changed || value == nullptr || std::string(value) != "1";
    setenv(name, "1", 1);
  }
  return changed;
}

struct Options {
  std::string filter, out;
  int repetitions = 9;
  bool list = false;
  std::vector<std::string> others;  // for Google Benchmark
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i], value = word.substr(word.find('=') + 1);
    if (word.starts_with("--benchmark_filter="))
      options.filter = value;
    else if (word.starts_with("--benchmark_out="))
      options.out = value;
    else if (word.starts_with("--benchmark_repetitions="))
      options.repetitions = std::stoi(value);
    else if (word.starts_with("--benchmark_list_tests"))
      options.list = true;
    else if (word.starts_with("--folder="))
      settings().folder = value;
    else if (word.starts_with("--python="))
      settings().python = value;
    else
      options.others.push_back(word);
  }
  return options;
}

void start_library(char* program, const Options& options) {
  std::vector<std::string> words{"--benchmark_enable_random_interleaving=true"};
  words.insert(words.end(), options.others.begin(), options.others.end());
  std::vector<char*> arguments{program};
  for (std::string& word : words) arguments.push_back(word.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) std::exit(2);
  benchmark::AddCustomContext("leverkin", version());
  benchmark::AddCustomContext("simd_target", simd_target());
  benchmark::AddCustomContext("openblas_core", openblas_get_corename());
}

// One report of many rounds, though the library takes each round for a run of its own.
template <typename Reporter>
class OneReport : public Reporter {
 public:
  using Reporter::Reporter;
  bool ReportContext(const typename Reporter::Context& context) override {
    if (!started_) started_ = Reporter::ReportContext(context);
    return started_;
  }
  void ReportRuns(const std::vector<typename Reporter::Run>& runs) override {
    for (const auto& run : runs) failed_ = failed_ || run.error_occurred;
    Reporter::ReportRuns(runs);
  }
  void Finalize() override {}
  void finish() {  // where no job may run, nothing is written
    if (started_) Reporter::Finalize();
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  bool started_ = false, failed_ = false;
};

std::string exactly(const std::string& job) {
  static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
  return '^' + std::regex_replace(job, special, R"(\$&)") + '/';
}

bool agreed(const Job& job) {
  bool all = true;
  for (const auto& check : job.checks) {
    std::string why;
    try {
      why = check();
    } catch (const std::exception& error) {
      why = error.what();
    }
    if (!why.empty()) std::fprintf(stderr, "%s: results differ: %s\n", job.name.c_str(), why.c_str());
    all = all && why.empty();
  }
  return all;
}

// A job that has taken half a minute has shown itself after seven rounds.
void run_rounds(const Job& job, int repetitions, benchmark::BenchmarkReporter& reporter) {
  constexpr int enough_rounds = 7;
  constexpr double long_s = 30.0;
  std::fprintf(stderr, "%s\n", job.name.c_str());
  double elapsed_s = 0.0;
  for (int round = 0; round < repetitions && (round < enough_rounds || elapsed_s < long_s); ++round)
    elapsed_s += seconds([&] { benchmark::RunSpecifiedBenchmarks(&reporter, exactly(job.name)); });
}

template <typename Reporter>
int run_jobs(const Options& options, OneReport<Reporter>& reporter) {
  const std::regex wanted(options.filter);
  bool all_agreed = true;
  for (const Job& job : jobs()) {
    if (!std::regex_search(job.name, wanted)) continue;
    const bool may_run = agreed(job);
    all_agreed = all_agreed && may_run;
    if (may_run) run_rounds(job, options.repetitions, reporter);
  }
  reporter.finish();
  return all_agreed && !reporter.failed() ? 0 : 1;
}

int run(const Options& options) {
  if (options.list) {
    for (const Job& job : jobs()) std::printf("%s\n", job.name.c_str());
    return 0;
  }
  if (options.out.empty()) {
    OneReport<benchmark::ConsoleReporter> reporter(benchmark::ConsoleReporter::OO_Tabular);
    return run_jobs(options, reporter);
  }
  std::ofstream file(options.out);
  OneReport<benchmark::JSONReporter> reporter;
  reporter.SetOutputStream(&file);
  reporter.SetErrorStream(&file);
  return run_jobs(options, reporter);
}

}  // namespace
}  // namespace leverkin::bench

int main(int argc, char** argv) {
  using namespace leverkin::bench;
  if (put_environment_right()) execv("/proc/self/exe", argv);  // returns only where it fails; then as we are
  const Options options = read_options(argc, argv);
  start_library(argv[0], options);
  return run(options);
}
