// leverkin/history.h: how does today compare with this animal's previous sessions?
//
//   session -> trace -> bouts -> movements -> correlogram -> results -> [history]
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "leverkin/findings.h"
#include "leverkin/pipeline.h"
#include "leverkin/results.h"

namespace leverkin {

/// One animal's earlier sessions, in order. Empty for an animal that is new.
struct History {
  std::vector<PastSession> sessions;
  Movements movements;                ///< of the last of them
  std::string config_json;            ///< to_json(Parameters) of their analysis; empty: not known
  std::vector<std::string> unusable;  ///< recordings that could not be used, and why
};

/// All sessions of an animal as a results file has them, without movements.
[[nodiscard]] std::vector<PastSession> past_sessions(const StoredSubject& subject);

/// The sessions of `subject` below `before_session` (0, a session without a number: all of them), and the
/// movements of the last one, float32 as stored. Reads that animal's tables and one session's movements only.
/// An animal that is not in the file has no history. Throws as load_results does.
[[nodiscard]] History history_from_results(const std::filesystem::path& results, const std::string& subject,
                                           std::int64_t before_session);

/// Analyses those of `sources` that are earlier sessions of today's animal: a smaller number, or, where today
/// has none, an earlier start time. A recording that cannot be used is skipped and named in `unusable`.
/// Takes parameters, session, threads and progress of the options. Throws Cancelled and BadArgument.
[[nodiscard]] History history_from_recordings(const std::vector<SessionSource>& sources,
                                              const SessionIdentity& today,
                                              const AnalyzeOptions& options = {});

/// A number of today beside the same number of earlier sessions. NaN where there is none.
struct Comparison {
  double today = std::numeric_limits<double>::quiet_NaN();
  double previous = std::numeric_limits<double>::quiet_NaN();  ///< of the last session before today
  double mean = std::numeric_limits<double>::quiet_NaN();      ///< of the earlier sessions that have a number
  double low = std::numeric_limits<double>::quiet_NaN();       ///< smallest of them
  double high = std::numeric_limits<double>::quiet_NaN();      ///< largest of them
  std::int64_t n = 0;                                          ///< how many have one
};

struct Comparisons {
  Comparison success_fraction, median_reaction_time_s, median_cue_to_reward_s, within_r, across_r,
      n_movements, moving_fraction, noise_cutoff_v;
};

[[nodiscard]] Comparisons compare(const PastSession& today, const std::vector<PastSession>& earlier);

/// What the person at the rig wants to know. Needs neither the recording nor its trace any more.
struct SessionDigest {
  SessionInfo info;
  std::string input_xxh3, profile;
  SessionSummary summary;
  std::vector<std::int64_t> rejected;  ///< trials per RejectReason, reject_reason_count entries
  std::int64_t n_bouts = 0;
  std::string no_bouts_because;  ///< empty where there are some
  double noise_cutoff_v = 0.0;
  double within_r = 0.0;             ///< median r over pairs of this session's movements; NaN: no pair
  double across_r = 0.0;             ///< median r with those of the last earlier session; NaN: no pair
  std::int64_t n_pairs = 0;          ///< pairs in within_r
  std::int64_t n_pairs_across = 0;   ///< pairs in across_r
  std::vector<PastSession> earlier;  ///< the history, in order
  Comparisons compared;              ///< today beside it
  std::vector<Finding> findings;     ///< of today alone and beside the history, the most serious first
};

/// `threads` (0: one per core) never changes the numbers.
[[nodiscard]] SessionDigest digest_session(const SessionResult& today, const History& history,
                                           const Parameters& parameters = {}, int threads = 0);

/// What `leverkin summary SESSION --json` prints (docs/formats.md, JSON output): NaN as null, bytes that are
/// not UTF-8 replaced. `indent` is the number of spaces; -1: all on one line.
[[nodiscard]] std::string to_json(const SessionDigest& digest, int indent = 2);

/// One animal of a results file: its sessions, and the latest beside the earlier ones.
[[nodiscard]] std::string to_json(const StoredSubject& subject, int indent = 2);

/// One line for a lab log, without its line break: key=value, separated by tabs, always the same keys in the
/// same order; "-" where there is no number.
[[nodiscard]] std::string log_line(const SessionDigest& digest);

}  // namespace leverkin
