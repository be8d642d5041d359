// leverkin/findings.h: what is odd about a session?
//
//   session -> trace -> bouts -> movements -> correlogram -> results; [findings] about all of them
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leverkin {

/// What a finding does to the results. The numbers are those of results files.
enum class Severity : std::uint8_t {
  note = 0,     ///< dealt with; good to know
  warning = 1,  ///< to be looked at before numbers are believed
  error = 2,    ///< the session gives nothing, or not what it was recorded for
};
inline constexpr int severity_count = 3;

/// "warning"
[[nodiscard]] std::string_view name(Severity severity);

/// Something odd about a session. docs/findings.md lists the kinds.
struct Finding {
  std::string code;  ///< of its kind: "fast_reactions"
  Severity severity = Severity::note;
  double value = std::numeric_limits<double>::quiet_NaN();  ///< what was measured; NaN: a fact
  /// Where, in seconds from the first raw sample; NaN: nowhere in particular.
  double start_s = std::numeric_limits<double>::quiet_NaN();
  double stop_s = std::numeric_limits<double>::quiet_NaN();
  std::string text;  ///< in words, without the session's name
};

/// A row of the table of findings: whose it is.
struct SessionFinding : Finding {
  std::string subject;
  std::int64_t session = 0;
};

/// When something counts as odd. Every kind there is stands once in finding_table(), the most serious first.
struct FindingKind {
  std::string_view code;
  Severity severity;
  double threshold;              ///< of the value; NaN: a fact without one
  std::string_view heading;      ///< of several of them
  std::string_view given_where;  ///< in words, for the documentation
};
[[nodiscard]] std::vector<FindingKind> finding_table();

/// All findings of one kind: what a person reads as one line.
struct FindingGroup {
  std::string code;
  Severity severity = Severity::note;
  std::string text;                  ///< heading, how often, and in which sessions or when
  std::vector<std::size_t> members;  ///< indices into what was grouped
};

/// The most serious kind first. `sessions`: how many there are in all, for "3 of 14 sessions".
[[nodiscard]] std::vector<FindingGroup> grouped(std::span<const SessionFinding> findings,
                                                std::int64_t sessions);

/// Those of a single session.
[[nodiscard]] std::vector<FindingGroup> grouped(std::span<const Finding> findings);

/// What the raw samples of a recording say about themselves. Lists keep the first or longest few only.
struct SampleFacts {
  /// Where the lever stands at the lowest or highest value of all.
  struct Extreme {
    double volts = std::numeric_limits<double>::quiet_NaN();
    std::int64_t samples = 0;        ///< that equal it
    std::int64_t longest_begin = 0;  ///< of the longest stretch of them
    std::int64_t longest = 0;        ///< samples in it
  };
  struct Stretch {
    std::int64_t begin = 0, end = 0;  ///< raw samples
  };
  struct Pause {
    std::int64_t sample = 0;  ///< the last one before it
    double begin_s = 0.0, length_s = 0.0;
  };

  std::int64_t samples = 0, not_finite = 0;
  Extreme low, high;
  std::vector<Stretch> not_finite_at;  ///< the first few
  std::int64_t n_pauses = 0;           ///< steps between time stamps longer than gap_limit_s
  std::vector<Pause> longest_pauses;   ///< longest first
};

}  // namespace leverkin
