#include "io/formats/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "leverkin/error.h"
#include "support/lower_case.h"

namespace leverkin {
namespace {

struct Unit {
  std::string_view name;  // in lower case, without spaces
  double size;            // in volts, or in millimetres
};

constexpr Unit voltages[] = {{"v", 1.0},
                             {"volt", 1.0},
                             {"volts", 1.0},
                             {"mv", 1e-3},
                             {"millivolt", 1e-3},
                             {"millivolts", 1e-3},
                             {"mvolt", 1e-3},
                             {"mvolts", 1e-3},
                             {"uv", 1e-6},
                             {"microvolt", 1e-6},
                             {"microvolts", 1e-6},
                             {"uvolt", 1e-6},
                             {"uvolts", 1e-6},
                             {"\xc2\xb5v", 1e-6},
                             {"\xce\xbcv", 1e-6},
                             {"\xc2\xb5volts", 1e-6},
                             {"\xce\xbcvolts", 1e-6}};
constexpr Unit lengths[] = {
    {"mm", 1.0},           {"millimeter", 1.0}, {"millimeters", 1.0}, {"millimetre", 1.0},
    {"millimetres", 1.0},  {"m", 1000.0},       {"meter", 1000.0},    {"meters", 1000.0},
    {"metre", 1000.0},     {"metres", 1000.0},  {"cm", 10.0},         {"centimeter", 10.0},
    {"centimeters", 10.0}, {"um", 1e-3},        {"micrometer", 1e-3}, {"micrometers", 1e-3},
    {"microns", 1e-3},     {"\xc2\xb5m", 1e-3}, {"\xce\xbcm", 1e-3}};
constexpr std::string_view no_unit[] = {"", "unknown", "n/a", "na", "none", "notspecified", "unspecified"};

std::string bare(const std::string& unit) {
  std::string text;
  for (const char c : unit)
    if (std::string_view(" \t_()").find(c) == std::string_view::npos) text += c;
  return lower_case(text);
}

template <std::size_t N>
std::optional<double> size_in(const Unit (&units)[N], std::string_view name) {
  const auto* const known = std::ranges::find(units, name, &Unit::name);
  return known == std::end(units) ? std::nullopt : std::optional(known->size);
}

}  // namespace

double volts_per_unit(SessionInfo& info, const std::string& unit, const std::string& attribute) {
  const std::string name = bare(unit);
  const auto note = [&](const char* code, double volts, const std::string& text) {
    info.notes.push_back({.code = code, .value = volts, .text = text});
    return volts;
  };
  if (std::ranges::find(no_unit, name) != std::end(no_unit)) {
    if (name.empty()) return 1.0;
    return note("unit_assumed", 1.0,
                fmt::format("{} says that its unit is \"{}\": taken as volts", info.dataset, unit));
  }
  if (const auto volts = size_in(voltages, name)) {
    if (*volts == 1.0) return 1.0;
    return note("unit_converted", *volts, fmt::format("{} is in {}: converted to volts", info.dataset, unit));
  }
  const auto mm = size_in(lengths, name);
  if (mm && info.mm_per_volt > 0.0)
    return note("unit_converted", *mm / info.mm_per_volt,
                fmt::format("{} is in {}: converted to volts by mm_per_volt = {}", info.dataset, unit,
                            info.mm_per_volt));
  throw BadSession({info.path, info.dataset, "attribute " + attribute, fmt::format("a lever in \"{}\"", unit),
                    mm ? "volts, mV or uV; or an attribute mm_per_volt beside it, which says what a volt is "
                         "(docs/troubleshooting.md#units)"
                       : "volts, mV or uV; a conversion (volts per stored unit) with the unit volts says "
                         "what a value is (docs/troubleshooting.md#units)"});
}

}  // namespace leverkin
