#include "leverkin/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "leverkin/error.h"
#include "support/nearest.h"
#include "support/toml_text.h"

namespace leverkin {
namespace {

using P = Parameters;

constexpr std::array table = {
    ParameterInfo{"resample", "resample_half_width", "periods",
                  "half length of the anti-alias filter, in periods of the lower rate", "A.2",
                  &P::resample_half_width},
    ParameterInfo{"resample", "resample_kaiser_beta", "1", "shape of the Kaiser window of that filter", "A.2",
                  &P::resample_kaiser_beta},
    ParameterInfo{"resample", "gap_limit_s", "s", "longer pauses between time stamps are no data", "leverkin",
                  &P::gap_limit_s},
    ParameterInfo{"resample", "gaps", "refuse|hold",
                  "samples that are not finite: an error, or a straight line that counts as no data",
                  "leverkin", &P::gaps},
    ParameterInfo{"speed", "lowpass_order", "1",
                  "order of the Butterworth low-pass, run forward and backward", "A.5", &P::lowpass_order},
    ParameterInfo{"speed", "lowpass_cutoff_hz", "Hz", "its cutoff (-3 dB of one run)", "A.5",
                  &P::lowpass_cutoff_hz},
    ParameterInfo{"speed", "velocity_smooth_ms", "ms",
                  "span of the centred running mean of the velocity; odd", "A.8", &P::velocity_smooth_ms},
    ParameterInfo{"segment", "speed_threshold_v_per_s", "V/s",
                  "the lever moves where the speed envelope exceeds this", "B.1",
                  &P::speed_threshold_v_per_s},
    ParameterInfo{"segment", "leeway_ms", "ms", "every crossing is widened by this much in all", "B.2",
                  &P::leeway_ms},
    ParameterInfo{"segment", "gap_ms", "ms", "bouts closer than this are one bout", "B.3", &P::gap_ms},
    ParameterInfo{"segment", "min_bout_ms", "ms", "bouts up to this long are dropped", "B.4",
                  &P::min_bout_ms},
    ParameterInfo{"segment", "noise_measure", "standard_deviation|percentile",
                  "how the lever's noise at rest is measured", "C.1", &P::noise_measure},
    ParameterInfo{"segment", "noise_percentile", "%",
                  "which percentile of the signed residual, with noise_measure = percentile", "C.1",
                  &P::noise_percentile},
    ParameterInfo{"segment", "refine_run_ms", "ms",
                  "the lever has left its rest once it stays beyond the noise this long", "C.2",
                  &P::refine_run_ms},
    ParameterInfo{"trials", "cue_rule", "onset_after_cue|marker_after_cue",
                  "what must come after the cue: the onset, or the last quiescent sample", "D.1",
                  &P::cue_rule},
    ParameterInfo{"trials", "quiet_before_cue_ms", "ms",
                  "no movement may fall in this time up to the cue; 0: not asked for", "D.1",
                  &P::quiet_before_cue_ms},
    ParameterInfo{"trials", "window_ms", "ms",
                  "length of a movement's window from its onset, last sample included", "Chen et al. 2015",
                  &P::window_ms},
    ParameterInfo{"correlogram", "tolerance", "1",
                  "largest allowed error of a median correlation; 0: dense, in double", "leverkin",
                  &P::tolerance},
    ParameterInfo{"correlogram", "pairwise", "true|false", "also store r of every pair", "leverkin",
                  &P::pairwise},
    ParameterInfo{"output", "keep_traces", "true|false", "also store the 1 kHz traces", "leverkin",
                  &P::keep_traces},
};

template <typename T>
struct Choices;
template <>
struct Choices<NoiseMeasure> {
  static constexpr std::array names{"standard_deviation", "percentile"};
};
template <>
struct Choices<CueRule> {
  static constexpr std::array names{"onset_after_cue", "marker_after_cue"};
};
template <>
struct Choices<GapPolicy> {
  static constexpr std::array names{"refuse", "hold"};
};

template <typename T>
T parse_choice(std::string_view name, std::string_view text) {
  for (std::size_t i = 0; i < Choices<T>::names.size(); ++i)
    if (text == Choices<T>::names[i]) return static_cast<T>(i);
  throw BadArgument(fmt::format("parameter {}: found '{}'; expected one of: {}", name, text,
                                fmt::join(Choices<T>::names, ", ")));
}

template <typename T>
T parse_number(std::string_view name, std::string_view text, std::string_view kind) {
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size())
    throw BadArgument(fmt::format("parameter {}: found '{}'; expected {}", name, text, kind));
  return value;
}

const ParameterInfo& find_parameter(std::string_view name) {
  for (const ParameterInfo& info : table)
    if (info.name == name) return info;
  std::vector<std::string> names;
  for (const ParameterInfo& info : table) names.emplace_back(info.name);
  throw BadArgument(
      fmt::format("there is no parameter '{}'; did you mean '{}'?", name, nearest(name, names)));
}

void assign(Parameters& parameters, const ParameterInfo& info, std::string_view text) {
  std::visit(
      [&](auto member) {
        using T = std::remove_reference_t<decltype(parameters.*member)>;
        if constexpr (std::is_same_v<T, bool>) {
          if (text != "true" && text != "false")
            throw BadArgument(
                fmt::format("parameter {}: found '{}'; expected true or false", info.name, text));
          parameters.*member = text == "true";
        } else if constexpr (std::is_same_v<T, double>) {
          parameters.*member = parse_number<double>(info.name, text, "a number");
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          parameters.*member = parse_number<std::int64_t>(info.name, text, "a whole number");
        } else {
          parameters.*member = parse_choice<T>(info.name, text);
        }
      },
      info.member);
}

void require(bool holds, std::string_view name, double found, std::string_view expected) {
  if (!holds) throw BadArgument(fmt::format("parameter {}: found {}; expected {}", name, found, expected));
}

std::string scalar_text(const toml::node& node, std::string_view key, std::string_view origin) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  throw BadArgument(fmt::format("{}: key {}: expected a single value", origin, key));
}

// Which parameters a TOML text sets: tables are for the reader's eye, names are unique without them.
std::vector<std::pair<std::string, std::string>> flatten(const toml::table& parsed, std::string_view origin) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [key, node] : parsed) {
    if (const auto* inner = node.as_table()) {
      auto nested = flatten(*inner, origin);
      entries.insert(entries.end(), nested.begin(), nested.end());
    } else {
      entries.emplace_back(key.str(), scalar_text(node, key.str(), origin));
    }
  }
  return entries;
}

bool quoted_in_toml(const ParameterInfo& info) {
  return !std::holds_alternative<double P::*>(info.member) &&
         !std::holds_alternative<std::int64_t P::*>(info.member) &&
         !std::holds_alternative<bool P::*>(info.member);
}

// A TOML float needs a point or an exponent.
std::string toml_value(const Parameters& parameters, const ParameterInfo& info) {
  const std::string text = parameter_text(parameters, info);
  if (quoted_in_toml(info)) return '"' + text + '"';
  const bool whole_looking = text.find_first_of(".einf") == std::string::npos;
  return std::holds_alternative<double P::*>(info.member) && whole_looking ? text + ".0" : text;
}

}  // namespace

std::span<const ParameterInfo> parameter_table() { return table; }

std::vector<std::string> profile_names() { return {"chen2015", "peters2014"}; }

Parameters profile(std::string_view name) {
  Parameters parameters;
  if (name == "peters2014") {
    parameters.profile = "peters2014";
    parameters.noise_measure = NoiseMeasure::percentile;
    parameters.refine_run_ms = 3;
    parameters.cue_rule = CueRule::marker_after_cue;
    parameters.quiet_before_cue_ms = 100;
  } else if (name != "chen2015") {
    throw BadArgument(
        fmt::format("there is no profile '{}'; did you mean '{}'?", name, nearest(name, profile_names())));
  }
  return parameters;
}

void set_parameter(Parameters& parameters, std::string_view name, std::string_view value) {
  Parameters changed = parameters;
  assign(changed, find_parameter(name), value);
  check(changed);
  parameters = std::move(changed);
}

std::string parameter_text(const Parameters& parameters, const ParameterInfo& info) {
  return std::visit(
      [&](auto member) -> std::string {
        const auto& value = parameters.*member;
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_enum_v<T>) {
          return Choices<T>::names[static_cast<std::size_t>(value)];
        } else {
          return fmt::format("{}", value);
        }
      },
      info.member);
}

void check(const Parameters& p) {
  constexpr double longest_ms = 1e7;
  const auto whole = [](std::int64_t value) { return static_cast<double>(value); };
  require(p.resample_half_width >= 1 && p.resample_half_width <= 100 &&
              p.resample_half_width == std::floor(p.resample_half_width),
          "resample_half_width", p.resample_half_width, "a whole number from 1 to 100");
  require(p.resample_kaiser_beta >= 0 && p.resample_kaiser_beta <= 50, "resample_kaiser_beta",
          p.resample_kaiser_beta, "0 to 50");
  require(p.gap_limit_s > 0 && std::isfinite(p.gap_limit_s), "gap_limit_s", p.gap_limit_s, "more than 0 s");
  require(p.lowpass_order >= 2 && p.lowpass_order <= 12 && p.lowpass_order % 2 == 0, "lowpass_order",
          whole(p.lowpass_order), "an even number from 2 to 12");
  require(p.lowpass_cutoff_hz >= 0.1 && p.lowpass_cutoff_hz < lever_rate_hz / 2, "lowpass_cutoff_hz",
          p.lowpass_cutoff_hz, "0.1 to below 500 Hz");
  require(p.velocity_smooth_ms >= 1 && p.velocity_smooth_ms <= 1001 && p.velocity_smooth_ms % 2 == 1,
          "velocity_smooth_ms", whole(p.velocity_smooth_ms), "an odd number from 1 to 1001 ms");
  require(p.speed_threshold_v_per_s > 0 && std::isfinite(p.speed_threshold_v_per_s),
          "speed_threshold_v_per_s", p.speed_threshold_v_per_s, "more than 0 V/s");
  require(p.leeway_ms >= 1 && whole(p.leeway_ms) <= longest_ms, "leeway_ms", whole(p.leeway_ms),
          "at least 1 ms");
  require(p.gap_ms >= 0 && whole(p.gap_ms) <= longest_ms, "gap_ms", whole(p.gap_ms), "0 ms or more");
  require(p.min_bout_ms >= 0 && whole(p.min_bout_ms) <= longest_ms, "min_bout_ms", whole(p.min_bout_ms),
          "0 ms or more");
  require(p.noise_percentile >= 0 && p.noise_percentile <= 100, "noise_percentile", p.noise_percentile,
          "0 to 100 %");
  require(p.refine_run_ms >= 1 && whole(p.refine_run_ms) <= longest_ms, "refine_run_ms",
          whole(p.refine_run_ms), "at least 1 ms");
  require(p.quiet_before_cue_ms >= 0 && whole(p.quiet_before_cue_ms) <= longest_ms, "quiet_before_cue_ms",
          whole(p.quiet_before_cue_ms), "0 ms or more");
  require(p.window_ms >= 1 && whole(p.window_ms) <= longest_ms, "window_ms", whole(p.window_ms),
          "at least 1 ms");
  require(p.tolerance >= 0 && p.tolerance < 1, "tolerance", p.tolerance, "0 to below 1");
}

Parameters parameters_from_toml(std::string_view text, std::string_view origin, std::string_view fallback) {
  const toml::table parsed = toml_table(text, origin);
  const auto entries = flatten(parsed, origin);
  const auto chosen =
      std::find_if(entries.begin(), entries.end(), [](const auto& e) { return e.first == "profile"; });
  Parameters parameters = profile(chosen == entries.end() ? fallback : std::string_view(chosen->second));
  for (const auto& [key, value] : entries) {
    if (key == "profile") continue;
    try {
      assign(parameters, find_parameter(key), value);
    } catch (const BadArgument& error) {
      throw BadArgument(fmt::format("{}: {}", origin, error.what()));
    }
  }
  check(parameters);
  return parameters;
}

std::string to_toml(const Parameters& parameters) {
  std::string text = fmt::format(
      "# leverkin parameters; A.., B.., C.. and D.. are sections of docs/method.md\nprofile = \"{}\"\n",
      parameters.profile);
  std::string_view section;
  for (const ParameterInfo& info : table) {
    if (info.section != section) text += fmt::format("\n[{}]\n", info.section);
    section = info.section;
    text += fmt::format("# {} ({}; {})\n{} = {}\n", info.meaning, info.unit, info.source, info.name,
                        toml_value(parameters, info));
  }
  return text;
}

std::string to_json(const Parameters& parameters) {
  nlohmann::ordered_json json;
  json["profile"] = parameters.profile;
  for (const ParameterInfo& info : table) {
    std::visit(
        [&](auto member) {
          using T = std::remove_cvref_t<decltype(parameters.*member)>;
          if constexpr (std::is_enum_v<T>) {
            json[std::string(info.name)] = parameter_text(parameters, info);
          } else {
            json[std::string(info.name)] = parameters.*member;
          }
        },
        info.member);
  }
  return json.dump();
}

}  // namespace leverkin
