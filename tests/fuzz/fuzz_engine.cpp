// Calls of an acquisition program in any order, with any numbers.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <limits>

#include "fuzz.h"
#include "leverkin/engine.h"

namespace {

using namespace leverkin;

constexpr std::array rates_hz{1000.0, 2000.0, 9999.9989, 44.1, 10'000.0};

double any_number(FuzzedDataProvider& data) {
  constexpr std::array odd{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -1.0, 0.0, 1e300};
  return data.ConsumeBool() ? data.ConsumeFloatingPointInRange(-1.0, 40.0) : data.PickValueInArray(odd);
}

std::vector<double> any_volts(FuzzedDataProvider& data) {
  std::vector<double> volts(data.ConsumeIntegralInRange<std::size_t>(0, 4000));
  const double level = any_number(data), size = any_number(data);
  const auto period = data.ConsumeIntegralInRange<std::size_t>(1, 3000);
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = level + size * static_cast<double>(i % period) / static_cast<double>(period);
  return volts;
}

EngineOptions any_options(FuzzedDataProvider& data) {
  EngineOptions options;
  options.session.rate_hz = data.PickValueInArray(rates_hz);
  options.max_hours = 0.01;
  options.threads = 1;
  options.parameters =
      parameters_from_toml(std::string("gaps = \"") + (data.ConsumeBool() ? "hold" : "refuse") + "\"\n",
                           "fuzz", data.PickValueInArray({"chen2015", "peters2014", "leverkin"}));
  return options;
}

void call(Engine& engine, FuzzedDataProvider& data) {
  std::array<LiveBout, 3> bouts;
  std::size_t found = 0;
  EngineState state;
  switch (data.ConsumeIntegralInRange(0, 4)) {
    case 0:
      (void)engine.push(any_volts(data));
      return;
    case 1:
      (void)engine.event(static_cast<EventKind>(data.ConsumeIntegral<std::uint8_t>()), any_number(data));
      return;
    case 2:
      (void)engine.poll(bouts, found);
      return;
    case 3:
      (void)engine.state(state);
      (void)to_json(state);
      return;
    default:
      if (data.ConsumeProbability<double>() < 0.1) (void)engine.finish();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  FuzzedDataProvider data(bytes, count);
  fuzz::expecting_errors([&] {
    Engine engine(any_options(data));
    while (data.remaining_bytes() > 0) fuzz::expecting_errors([&] { call(engine, data); });
    (void)engine.finish();
  });
  return 0;
}
