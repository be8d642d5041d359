// One job in a process of its own, so that the process's peak memory is the job's.
//
//   leverkin_once session FILE THREADS               a recording to its bouts
//   leverkin_once correlate ROWS TOLERANCE THREADS   made-up movements to the medians of sessions of 100
//   leverkin_once live FILE...                       recordings through the engine, in pushes of 10 ms
//
// Prints the seconds of the job and the peak memory of the process, its input included, in MiB; of `live`,
// how far the provisional bouts are from the final ones (decision 0007).
#include <leverkin/leverkin.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
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

// How far provisional bouts were from the final ones that they overlap.
struct LiveErrors {
  std::size_t final_bouts = 0, found = 0, provisional = 0, without_final = 0;
  std::vector<double> onset_ms;

  void add(const std::vector<LiveBout>& live, const std::vector<Bout>& bouts) {
    const auto overlap = [](const LiveBout& l, const Bout& b) {
      return std::min(l.offset_s, b.offset_s()) > std::max(l.onset_s, b.onset_s());
    };
    for (const Bout& bout : bouts) {
      double nearest = std::numeric_limits<double>::infinity();
      for (const LiveBout& one : live)
        if (overlap(one, bout)) nearest = std::min(nearest, 1000.0 * std::abs(one.onset_s - bout.onset_s()));
      if (std::isfinite(nearest)) onset_ms.push_back(nearest), ++found;
    }
    for (const LiveBout& one : live)
      without_final += std::ranges::none_of(bouts, [&](const Bout& b) { return overlap(one, b); });
    final_bouts += bouts.size();
    provisional += live.size();
  }

  void print() {
    std::ranges::sort(onset_ms);
    const auto percentile = [&](double p) {
      return onset_ms[static_cast<std::size_t>(p * static_cast<double>(onset_ms.size() - 1))];
    };
    std::printf(
        "%zu final bouts, %zu of them with a provisional one; %zu provisional, %zu without a final one\n",
        final_bouts, found, provisional, without_final);
    if (!onset_ms.empty())
      std::printf("onsets differ by %.0f ms (median), %.0f (95 of 100), %.0f (99 of 100), %.0f (most)\n",
                  percentile(0.5), percentile(0.95), percentile(0.99), percentile(1.0));
  }
};

void run_live(const std::vector<std::string>& paths) {
  LiveErrors errors;
  for (const std::string& path : paths) {
    Session session = open_session(path);
    std::vector<double> volts(static_cast<std::size_t>(session.info().samples));
    session.read_volts(0, volts);
    EngineOptions options;
    options.session = session.info();
    options.max_hours = 1.1 * session.info().duration_s / 3600.0;
    Engine engine(options);
    std::vector<LiveBout> live, room(16);
    const auto block = static_cast<std::size_t>(session.info().rate_hz / 100.0);
    for (std::size_t at = 0; at < volts.size(); at += block) {
      (void)engine.push(std::span(volts).subspan(at, std::min(block, volts.size() - at)));
      std::size_t count = 0;
      (void)engine.poll(room, count);
      live.insert(live.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count));
    }
    errors.add(live, engine.finish().segmentation.bouts);
  }
  errors.print();
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
  } else if (words.size() >= 2 && words[0] == "live") {
    run_live({words.begin() + 1, words.end()});
  } else {
    std::fprintf(
        stderr,
        "usage: leverkin_once session FILE THREADS | correlate ROWS TOLERANCE THREADS | live FILE...\n");
    return 2;
  }
  return 0;
}
