// One job in a process of its own, so that the process's peak memory is the job's.
//
//   leverkin_once session FILE THREADS               a recording to its bouts
//   leverkin_once correlate ROWS TOLERANCE THREADS   made-up movements to the medians of sessions of 100
//
// Prints the seconds of the job and the peak memory of the process, its input included, in MiB.
#include <leverkin/leverkin.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace leverkin::bench {
namespace {

constexpr std::size_t samples = 2001;
constexpr std::int64_t per_session = 100;

// ru_maxrss would also show what the process that started this one once had; VmHWM begins at exec.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmHWM:") continue;
    double kib = 0.0;
    status >> kib;
    return kib / 1024.0;
  }
  return std::nan("");
}

template <typename Job>
void report(Job&& job) {
  const auto start = std::chrono::steady_clock::now();
  job();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("%.6f %.1f\n", elapsed.count(), peak_mib());
}

// Slow waves, all within what the 5 Hz low-pass lets through.
std::vector<std::vector<double>> waves(std::mt19937_64& random) {
  std::uniform_real_distribution<double> hertz(0.2, 4.0), turn(0.0, 2.0 * std::numbers::pi);
  std::vector<std::vector<double>> bank(64, std::vector<double>(samples));
  for (std::vector<double>& wave : bank) {
    const double step = 2.0 * std::numbers::pi * hertz(random) / 1000.0, phase = turn(random);
    for (std::size_t i = 0; i < samples; ++i) wave[i] = std::sin(phase + step * static_cast<double>(i));
  }
  return bank;
}

// Every movement is a press, the same in all, and six waves of its own.
std::vector<double> movements(std::size_t rows) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> volts(0.0, 0.05);
  const std::vector<std::vector<double>> bank = waves(random);
  std::vector<double> all(rows * samples);
  for (std::size_t row = 0; row < rows; ++row) {
    double* const x = &all[row * samples];
    for (std::size_t i = 0; i < samples; ++i)
      x[i] = 1.5 + 0.3 * std::tanh((static_cast<double>(i) - 400.0) / 120.0);
    for (int k = 0; k < 6; ++k) {
      const std::vector<double>& wave = bank[random() % bank.size()];
      const double height = volts(random);
      for (std::size_t i = 0; i < samples; ++i) x[i] += height * wave[i];
    }
  }
  return all;
}

void run_session(const std::string& path, int threads) {
  SessionResult result;
  report([&] {
    Session session = open_session(path);
    result = analyze_session(session, {}, threads);
  });
}

void run_correlate(std::int64_t rows, double tolerance, int threads) {
  const std::vector<double> volts = movements(static_cast<std::size_t>(rows));
  std::vector<std::int64_t> session(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < rows; ++i) session[static_cast<std::size_t>(i)] = 1 + i / per_session;
  Correlogram correlogram;
  report([&] {
    correlogram = correlate({volts, static_cast<std::int64_t>(samples), session},
                            {.tolerance = tolerance, .threads = threads});
  });
}

}  // namespace
}  // namespace leverkin::bench

int main(int argc, char** argv) {
  using namespace leverkin::bench;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "session") {
    run_session(words[1], std::stoi(words[2]));
  } else if (words.size() == 4 && words[0] == "correlate") {
    run_correlate(std::stoll(words[1]), std::stod(words[2]), std::stoi(words[3]));
  } else {
    std::fprintf(stderr, "usage: leverkin_once session FILE THREADS | correlate ROWS TOLERANCE THREADS\n");
    return 2;
  }
  return 0;
}
