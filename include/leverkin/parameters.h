// leverkin/parameters.h: every constant of the method, with its unit and its source.
//
// A profile is a named set of parameters. Any of them can be overridden, and all of them are stored,
// resolved, in the results file.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leverkin {

/// The lever clock: every trace is analysed at 1 kHz (Peters et al. 2014, Methods). Not a parameter.
inline constexpr double lever_rate_hz = 1000.0;

/// How bouts are found in the lever trace: each is one file in engine/stages/bouts.
enum class BoutMethod : std::uint8_t {
  threshold,  ///< the published one: where the envelope of the speed passes a threshold; B, C
  pause,      ///< between pauses of the lever, with a start and an end fitted to each; G
};

/// What the anti-alias filter sees before the first and after the last sample.
enum class FilterEnds : std::uint8_t {
  zeros,     ///< 0 V, as the published programs do; A.3
  rescaled,  ///< nothing: the taps that lie inside are scaled to add up to what all of them do; G
};

/// The spread of the lever's noise that a movement must leave (C.1).
enum class NoiseMeasure : std::uint8_t {
  standard_deviation,  ///< sample standard deviation of the residual
  percentile,          ///< a percentile of the signed residual
};

/// When a rewarded movement counts as a response to the cue (D.1).
enum class CueRule : std::uint8_t {
  onset_after_cue,   ///< chen2015: the onset must come after the cue
  marker_after_cue,  ///< peters2014: the last quiescent sample must come after the cue's sample
};

/// What to do with samples that are not finite numbers.
enum class GapPolicy : std::uint8_t {
  refuse,  ///< an error that gives their place and count
  hold,    ///< a straight line across them for the filters; no data for bouts and trials
};

/// Values are those of the profile `chen2015`. "A.5" is section A, item 5 of the published method as restated
/// in docs/method.md.
struct Parameters {
  std::string profile = "chen2015";

  // raw clock -> lever clock
  double resample_half_width = 10.0;  ///< filter half length, in periods of the lower rate; A.2
  double resample_kaiser_beta = 5.0;  ///< window shape; A.2
  FilterEnds resample_ends = FilterEnds::zeros;
  double gap_limit_s = 0.1;            ///< longer pauses between time stamps are "no data"
  GapPolicy gaps = GapPolicy::refuse;  ///< non-finite samples

  // lever trace -> speed envelope
  std::int64_t lowpass_order = 4;       ///< Butterworth, applied forward and backward; A.5
  double lowpass_cutoff_hz = 5.0;       ///< A.5
  std::int64_t velocity_smooth_ms = 5;  ///< centred running mean of the velocity, odd; A.8

  // trace, speed -> bouts
  BoutMethod bout_method = BoutMethod::threshold;
  double speed_threshold_v_per_s = 0.7;  ///< 0.0007 V per ms; B.1
  std::int64_t leeway_ms = 150;          ///< every crossing is widened by this much in all; B.2
  std::int64_t gap_ms = 500;             ///< quiescence shorter than this joins its neighbours; B.3
  std::int64_t min_bout_ms = 150;        ///< bouts up to this long are dropped; B.4
  NoiseMeasure noise_measure = NoiseMeasure::standard_deviation;  ///< C.1
  double noise_percentile = 99.0;                                 ///< with NoiseMeasure::percentile; C.1
  std::int64_t refine_run_ms = 10;  ///< the lever has left its rest once it stays away this long; C.2
  double speed_threshold_sd = 6.0;  ///< threshold in standard deviations of the speed at rest; G
  double min_amplitude_v = 0.015;   ///< what moves the lever by less is no movement; G
  std::int64_t hold_ms = 1500;      ///< pauses shorter than this, away from rest, do not end a bout; G

  // bouts + trials -> movements
  CueRule cue_rule = CueRule::onset_after_cue;  ///< D.1
  std::int64_t quiet_before_cue_ms = 0;         ///< 0: not asked for; D.1
  std::int64_t window_ms = 2000;                ///< from onset, last sample included; D.2

  // movements -> correlogram
  double tolerance = 0.0;  ///< largest allowed error of a median; 0: dense, in double
  bool pairwise = false;   ///< also store r of every pair

  bool keep_traces = false;  ///< also store the 1 kHz traces

  bool operator==(const Parameters&) const = default;
};

/// Which values a number may have.
struct Bounds {
  enum class Kind : std::uint8_t { any, whole, even, odd };
  double low = 0.0, high = std::numeric_limits<double>::infinity();
  bool low_allowed = true, high_allowed = true;
  Kind kind = Kind::any;
};

/// One row of the table that drives --set, TOML files, `config`, the Python keywords and the documentation.
struct ParameterInfo {
  using Member = std::variant<double Parameters::*, std::int64_t Parameters::*, bool Parameters::*,
                              BoutMethod Parameters::*, FilterEnds Parameters::*, NoiseMeasure Parameters::*,
                              CueRule Parameters::*, GapPolicy Parameters::*>;
  std::string_view section;  ///< TOML table: resample, speed, segment, trials, correlogram, output
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
  std::string_view source;
  Member member;
  Bounds bounds = {};                      ///< of numbers
  std::optional<BoutMethod> only_of = {};  ///< no other method looks at it
};

[[nodiscard]] std::span<const ParameterInfo> parameter_table();

/// The values that a number may have, in words: "a whole number from 1 to 100".
[[nodiscard]] std::string text_of(const Bounds& bounds, std::string_view unit);

/// What a profile changes in Parameters{}.
struct ProfileInfo {
  struct Value {
    std::string_view name, text;
  };
  std::string_view name;
  std::span<const Value> values;
};

[[nodiscard]] std::span<const ProfileInfo> profile_table();

[[nodiscard]] std::vector<std::string> profile_names();

/// Throws BadArgument, with the nearest name, where there is no such profile.
[[nodiscard]] Parameters profile(std::string_view name);

/// Sets one parameter from text ("gap_ms", "400"). Throws BadArgument for an unknown name (with the nearest
/// one), a value of the wrong kind, or one out of range.
void set_parameter(Parameters& parameters, std::string_view name, std::string_view value);

/// The value as text: the inverse of set_parameter.
[[nodiscard]] std::string parameter_text(const Parameters& parameters, const ParameterInfo& info);

/// Throws BadArgument where a value is out of range, and where one was changed that bout_method does not look
/// at, naming the parameter and what is allowed.
void check(const Parameters& parameters);

/// Profile and overrides out of a TOML text. A key `profile` chooses the starting point (`fallback`
/// otherwise). Throws BadArgument for unknown keys and values of the wrong kind; `origin` names the file in
/// messages.
[[nodiscard]] Parameters parameters_from_toml(std::string_view toml, std::string_view origin,
                                              std::string_view fallback = "chen2015");

/// All parameters, with unit, meaning and source as comments; parameters_from_toml reads it back unchanged.
[[nodiscard]] std::string to_toml(const Parameters& parameters);

/// All parameters as one JSON object, keys in the order of the table: what results files store.
[[nodiscard]] std::string to_json(const Parameters& parameters);

}  // namespace leverkin
