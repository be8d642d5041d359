// How long does a push of 10 ms keep the acquisition program waiting, and how soon after its end is a session
// told?
#include <leverkin/leverkin.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "contest.h"
#include "settings.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "engine";
constexpr double block_s = 0.01;

struct Recording {
  SessionInfo info;
  TrialTable trials;
  std::vector<double> volts;
};

const Recording& hour() {
  static const Recording made = [] {
    Session session = open_session(recording("60min"));
    Recording read{session.info(), session.trials(), {}};
    read.volts.resize(static_cast<std::size_t>(read.info.samples));
    session.read_volts(0, read.volts);
    return read;
  }();
  return made;
}

std::unique_ptr<Engine> new_engine() {
  EngineOptions options;
  options.session = hour().info;
  options.max_hours = 1.1;
  options.threads = 2;
  return std::make_unique<Engine>(options);
}

// Calls see(seconds) for every push.
template <typename See>
void push_all(Engine& engine, const See& see) {
  const Recording& from = hour();
  const auto block = static_cast<std::size_t>(block_s * from.info.rate_hz);
  for (std::size_t at = 0; at < from.volts.size(); at += block) {
    const auto part = std::span(from.volts).subspan(at, std::min(block, from.volts.size() - at));
    see(seconds([&] { (void)engine.push(part); }));
  }
}

double all_pushes() {
  const auto engine = new_engine();
  return seconds([&] { push_all(*engine, [](double) {}); });
}

double one_in_a_thousand() {
  const auto engine = new_engine();
  std::vector<double> times;
  push_all(*engine, [&](double s) { times.push_back(s); });
  const auto at = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 999 / 1000);
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

double finish_to_summary() {
  const auto engine = new_engine();
  push_all(*engine, [](double) {});
  return seconds([&] {
    const SessionResult& result = engine->finish({&hour().trials, ""});
    benchmark::DoNotOptimize(to_json(digest_session(result, {}, {}, 2)));
  });
}

double read_bytes(const std::string& name) {
  std::vector<char> buffer(std::size_t{1} << 20);
  return seconds([&] {
    std::FILE* const file = std::fopen(recording(name).c_str(), "rb");
    while (std::fread(buffer.data(), 1, buffer.size(), file) > 0) benchmark::DoNotOptimize(buffer.data());
    std::fclose(file);
  });
}

double sum_samples() {
  const Recording& from = hour();
  return seconds(
      [&] { benchmark::DoNotOptimize(std::accumulate(from.volts.begin(), from.volts.end(), 0.0)); });
}

std::string live_differs_from_batch() {
  const auto engine = new_engine();
  push_all(*engine, [](double) {});
  Session session = open_session(recording("60min"));
  const SessionResult batch = analyze_session(session, {}, 2);
  const SessionResult& live = engine->finish({&hour().trials, ""});
  if (live.segmentation.active == batch.segmentation.active &&
      live.movements.volts == batch.movements.volts && live.input_xxh3 == batch.input_xxh3)
    return "";
  return "the engine's result is not that of the batch";
}

[[maybe_unused]] const bool entered = [] {
  enter_check(stage, "1 hour in pushes of 10 ms", live_differs_from_batch);
  enter(stage, "1 hour in pushes of 10 ms", "leverkin", all_pushes);
  enter(stage, "1 hour in pushes of 10 ms", "real time by 1000", [] { return 3.6; });
  enter(stage, "1 hour in pushes of 10 ms", "adding up the same samples", sum_samples);
  enter(stage, "push of 10 ms over 1 hour, 999th of 1000", "leverkin", one_in_a_thousand);
  enter(stage, "push of 10 ms over 1 hour, 999th of 1000", "100 us", [] { return 1e-4; });
  enter(stage, "finish to summary, 1 hour", "leverkin", finish_to_summary);
  enter(stage, "finish to summary, 1 hour", "300 ms", [] { return 0.3; });
  enter(stage, "finish to summary, 1 hour", "reading the same bytes", [] { return read_bytes("60min"); });
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
