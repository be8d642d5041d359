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
#include "leverkin/nearest.h"
#include "support/toml_text.h"

namespace leverkin {
namespace {

using P = Parameters;

using Kind = Bounds::Kind;

constexpr Bounds at_least(double low, Kind kind = Kind::any) { return {.low = low, .kind = kind}; }
constexpr Bounds above(double low) { return {.low = low, .low_allowed = false}; }
constexpr Bounds from_to(double low, double high, Kind kind = Kind::any) {
  return {.low = low, .high = high, .kind = kind};
}
constexpr Bounds from_to_below(double low, double high) {
  return {.low = low, .high = high, .high_allowed = false};
}
constexpr double longest_ms = 1e7;

constexpr std::array table = {
    ParameterInfo{"resample", "resample_half_width", "periods",
                  "half length of the anti-alias filter, in periods of the lower rate", "A.2",
                  &P::resample_half_width, from_to(1, 100, Kind::whole)},
    ParameterInfo{"resample", "resample_kaiser_beta", "1", "shape of the Kaiser window of that filter", "A.2",
                  &P::resample_kaiser_beta, from_to(0, 50)},
    ParameterInfo{"resample", "resample_ends", "zeros|rescaled",
                  "beyond the ends of the recording that filter sees: 0 V, or nothing", "A.3",
                  &P::resample_ends},
    ParameterInfo{"resample", "gap_limit_s", "s", "longer pauses between time stamps are no data", "leverkin",
                  &P::gap_limit_s, above(0)},
    ParameterInfo{"resample", "gaps", "refuse|hold",
                  "samples that are not finite: an error, or a straight line that counts as no data",
                  "leverkin", &P::gaps},
    ParameterInfo{"speed", "lowpass_order", "1",
                  "order of the Butterworth low-pass, run forward and backward", "A.5", &P::lowpass_order,
                  from_to(2, 12, Kind::even)},
    ParameterInfo{"speed", "lowpass_cutoff_hz", "Hz", "its cutoff (-3 dB of one run)", "A.5",
                  &P::lowpass_cutoff_hz, from_to_below(0.1, lever_rate_hz / 2)},
    ParameterInfo{"speed", "velocity_smooth_ms", "ms",
                  "span of the centred running mean of the velocity; odd", "A.8", &P::velocity_smooth_ms,
                  from_to(1, 1001, Kind::odd)},
    ParameterInfo{"segment", "bout_method", "threshold|pause",
                  "how bouts are found: speed above a threshold (B, C), or motion between pauses (G)",
                  "leverkin", &P::bout_method},
    ParameterInfo{"segment", "speed_threshold_v_per_s", "V/s",
                  "the lever moves where the speed envelope exceeds this", "B.1", &P::speed_threshold_v_per_s,
                  above(0)},
    ParameterInfo{"segment", "leeway_ms", "ms", "every crossing is widened by this much in all", "B.2",
                  &P::leeway_ms, from_to(1, longest_ms), BoutMethod::threshold},
    ParameterInfo{"segment", "gap_ms", "ms", "bouts closer than this are one bout", "B.3", &P::gap_ms,
                  from_to(0, longest_ms)},
    ParameterInfo{"segment", "min_bout_ms", "ms", "bouts up to this long are dropped", "B.4", &P::min_bout_ms,
                  from_to(0, longest_ms)},
    ParameterInfo{"segment", "noise_measure", "standard_deviation|percentile",
                  "how the lever's noise at rest is measured", "C.1", &P::noise_measure},
    ParameterInfo{"segment", "noise_percentile", "%",
                  "which percentile of the signed residual, with noise_measure = percentile", "C.1",
                  &P::noise_percentile, from_to(0, 100), BoutMethod::threshold},
    ParameterInfo{"segment", "refine_run_ms", "ms",
                  "the lever has left its rest once it stays beyond the noise this long", "C.2",
                  &P::refine_run_ms, from_to(1, longest_ms), BoutMethod::threshold},
    ParameterInfo{
        "segment", "speed_threshold_sd", "sd",
        "the lever moves where its speed exceeds this many standard deviations of its speed at rest", "G",
        &P::speed_threshold_sd, from_to(0, 100), BoutMethod::pause},
    ParameterInfo{"segment", "min_amplitude_v", "V", "what moves the lever by less is no movement", "G",
                  &P::min_amplitude_v, at_least(0), BoutMethod::pause},
    ParameterInfo{
        "segment", "hold_ms", "ms",
        "a pause shorter than this, still away from rest and coming back, does not end a bout; 0: it does",
        "G", &P::hold_ms, from_to(0, longest_ms), BoutMethod::pause},
    ParameterInfo{"trials", "cue_rule", "onset_after_cue|marker_after_cue",
                  "what must come after the cue: the onset, or the last quiescent sample", "D.1",
                  &P::cue_rule},
    ParameterInfo{"trials", "quiet_before_cue_ms", "ms",
                  "no movement may fall in this time up to the cue; 0: not asked for", "D.1",
                  &P::quiet_before_cue_ms, from_to(0, longest_ms)},
    ParameterInfo{"trials", "window_ms", "ms",
                  "length of a movement's window from its onset, last sample included", "Chen et al. 2015",
                  &P::window_ms, from_to(1, longest_ms)},
    ParameterInfo{"correlogram", "tolerance", "1",
                  "largest allowed error of a median correlation; 0: dense, in double", "leverkin",
                  &P::tolerance, from_to_below(0, 1)},
    ParameterInfo{"correlogram", "pairwise", "true|false", "also store r of every pair", "leverkin",
                  &P::pairwise},
    ParameterInfo{"output", "keep_traces", "true|false", "also store the 1 kHz traces", "leverkin",
                  &P::keep_traces},
};

constexpr std::array<ProfileInfo::Value, 4> peters2014_values = {{
    {"noise_measure", "percentile"},
    {"refine_run_ms", "3"},
    {"cue_rule", "marker_after_cue"},
    {"quiet_before_cue_ms", "100"},
}};

constexpr std::array<ProfileInfo::Value, 4> leverkin_values = {{
    {"resample_ends", "rescaled"},
    {"bout_method", "pause"},
    {"speed_threshold_v_per_s", "0.05"},
    {"min_bout_ms", "20"},
}};

constexpr std::array profiles = {
    ProfileInfo{"chen2015", {}},
    ProfileInfo{"peters2014", peters2014_values},
    ProfileInfo{"leverkin", leverkin_values},
};

template <typename T>
struct Choices;
template <>
struct Choices<BoutMethod> {
  static constexpr std::array names{"threshold", "pause"};
};
template <>
struct Choices<FilterEnds> {
  static constexpr std::array names{"zeros", "rescaled"};
};
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
std::string_view name_of(T choice) {
  return Choices<T>::names[static_cast<std::size_t>(choice)];
}

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

// "there is no parameter 'gap_m'; did you mean 'gap_ms'?"
[[noreturn]] void refuse_name(std::string_view kind, std::string_view name,
                              const std::vector<std::string>& names) {
  const std::string near = nearest(name, names);
  throw BadArgument(fmt::format("there is no {} '{}'; {}", kind, name,
                                near.empty() ? fmt::format("expected one of: {}", fmt::join(names, ", "))
                                             : fmt::format("did you mean '{}'?", near)));
}

const ParameterInfo& find_parameter(std::string_view name) {
  for (const ParameterInfo& info : table)
    if (info.name == name) return info;
  std::vector<std::string> names;
  for (const ParameterInfo& info : table) names.emplace_back(info.name);
  refuse_name("parameter", name, names);
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

bool allowed(const Bounds& bounds, double value) {
  if (!std::isfinite(value) || value < bounds.low || value > bounds.high) return false;
  if ((value == bounds.low && !bounds.low_allowed) || (value == bounds.high && !bounds.high_allowed))
    return false;
  switch (bounds.kind) {
    case Kind::any:
      return true;
    case Kind::whole:
      return value == std::floor(value);
    case Kind::even:
      return std::fmod(value, 2.0) == 0.0;
    case Kind::odd:
      return std::fmod(value, 2.0) == 1.0;
  }
  return false;
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

std::string text_of(const Bounds& bounds, std::string_view unit) {
  constexpr std::array kinds{"", "a whole number ", "an even number ", "an odd number "};
  std::string text = kinds[static_cast<std::size_t>(bounds.kind)];
  if (std::isinf(bounds.high)) {
    text += fmt::format("{} {}", bounds.low_allowed ? "of at least" : "more than", bounds.low);
    if (bounds.kind == Kind::any && bounds.low_allowed) text.erase(0, 3);  // "at least 0"
  } else {
    text += fmt::format("from {} to {}{}", bounds.low, bounds.high_allowed ? "" : "below ", bounds.high);
  }
  return unit == "1" ? text : fmt::format("{} {}", text, unit);
}

std::span<const ProfileInfo> profile_table() { return profiles; }

std::vector<std::string> profile_names() {
  std::vector<std::string> names;
  for (const ProfileInfo& info : profiles) names.emplace_back(info.name);
  return names;
}

Parameters profile(std::string_view name) {
  const auto info = std::ranges::find(profiles, name, &ProfileInfo::name);
  if (info == profiles.end()) refuse_name("profile", name, profile_names());
  Parameters parameters;
  parameters.profile = info->name;
  for (const auto& [parameter, text] : info->values) assign(parameters, find_parameter(parameter), text);
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
          return std::string(name_of(value));
        } else {
          return fmt::format("{}", value);
        }
      },
      info.member);
}

void check(const Parameters& parameters) {
  for (const ParameterInfo& info : table)
    std::visit(
        [&](auto member) {
          using T = std::remove_cvref_t<decltype(parameters.*member)>;
          if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::int64_t>) {
            if (!allowed(info.bounds, static_cast<double>(parameters.*member)))
              throw BadArgument(fmt::format("parameter {}: found {}; expected {}", info.name,
                                            parameters.*member, text_of(info.bounds, info.unit)));
            if (info.only_of && *info.only_of != parameters.bout_method &&
                parameters.*member != Parameters{}.*member)
              throw BadArgument(
                  fmt::format("parameter {}: found {}, with bout_method = {}, which does not look at it; "
                              "expected no value",
                              info.name, parameters.*member, name_of(parameters.bout_method)));
          }
        },
        info.member);
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
