// leverkin/results.h: what is kept of an analysis, and where?
//
//   session -> trace -> bouts -> movements -> correlogram -> [results]
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/correlogram.h"
#include "leverkin/findings.h"
#include "leverkin/movements.h"
#include "leverkin/parameters.h"
#include "leverkin/session.h"
#include "leverkin/summary.h"
#include "leverkin/trace.h"

namespace leverkin {

/// Everything one session gave.
struct SessionResult {
  SessionInfo info;
  std::string input_xxh3;
  TrialTable trials;
  Trace trace;
  Segmentation segmentation;
  std::vector<TrialOutcome> outcomes;  ///< one per trial
  Movements movements;
  SessionSummary summary;
  TraceOverview overview;
  std::vector<Finding> findings;  ///< of the session in itself, the most serious first
};

/// A session that could not be analysed.
struct FailedSession {
  std::string path, subject;
  std::int64_t session = 0;
  std::string error;
};

/// Which program wrote a results file, and when. Same input and parameters give the same bytes but for
/// created_utc and threads.
struct Provenance {
  std::string version;      ///< version()
  std::string target;       ///< simd_target()
  std::string created_utc;  ///< "2026-11-21T09:30:00Z"; empty: now
  int threads = 0;
  std::string review_json = {};  ///< Review::json; empty: nothing was decided by hand
  bool discard_review = false;   ///< results with decisions may be replaced by some without
};

/// Writes a results file (schema `leverkin-results/1`, docs/formats.md) to a temporary file beside `path`
/// that finish() renames; without finish(), no file is left and an older one stays as it was. Throws IoError,
/// and BadArgument where `path` is something that is never replaced (any file but a results file, results
/// with decisions made by hand), and for something that was written already or disagrees with itself in size.
/// The bytes depend on the order of the calls.
class ResultsWriter {
 public:
  ResultsWriter(const std::filesystem::path& path, const Parameters& parameters,
                const Provenance& provenance);
  ~ResultsWriter();
  ResultsWriter(ResultsWriter&&) noexcept;
  ResultsWriter& operator=(ResultsWriter&&) noexcept;

  void write_session(const SessionResult& result);
  /// `pairwise`: r of all pairs (rows x rows) or empty; its rows' sessions and trials beside it.
  void write_correlogram(const std::string& subject, const Correlogram& correlogram,
                         std::span<const double> pairwise = {},
                         std::span<const std::int64_t> row_session = {},
                         std::span<const std::int64_t> row_trial = {});
  void write_group(const GroupSummary& group);
  /// All findings of the file, once; without this call there are none. Sorted by animal, session and rank.
  void write_findings(std::span<const SessionFinding> findings);
  void finish(std::span<const FailedSession> failed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One line of a results file's session table.
struct StoredSession {
  SessionIdentity identity;
  std::string source_file, input_xxh3;
  double rate_hz = 0.0, duration_s = 0.0, noise_cutoff_v = 0.0;
  std::int64_t n_bouts = 0;
  std::int64_t n_reviewed = 0;  ///< trials that a person decided on
  SessionSummary summary;
  std::vector<std::int64_t> rejected;  ///< trials per RejectReason, reject_reason_count entries

  [[nodiscard]] std::string status() const { return "ok"; }  ///< those that are not are among `failed`
};

struct StoredSubject {
  std::string subject;
  std::vector<StoredSession> sessions;
  Correlogram correlogram;
};

/// The tables of a results file, without bouts, trials and movements: what `summary` prints.
struct StoredResults {
  std::string schema, version, created_utc, profile, config_json, target;
  std::int64_t threads = 0;
  std::string review_json;  ///< empty: nothing was decided by hand
  std::vector<StoredSubject> subjects;
  std::vector<GroupSummary> groups;
  std::vector<FailedSession> failed;
  std::vector<SessionFinding> findings;  ///< by animal and session, the most serious of each first
};

/// The columns of one stored session: what `report` draws.
struct StoredDetail {
  std::vector<Bout> bouts;
  TrialTable trials;
  std::vector<TrialOutcome> outcomes;  ///< one per trial
  Movements movements;
  TraceOverview overview;     ///< empty where an older version wrote the file
  std::vector<double> volts;  ///< the 1 kHz trace; empty unless traces were kept
};

/// True where the file is HDF5 and says that it is a results file.
[[nodiscard]] bool is_results_file(const std::filesystem::path& path);

/// The decisions that results were made with, as the text of a review file; empty: none. Throws as
/// load_results does.
[[nodiscard]] std::string stored_review(const std::filesystem::path& path);

/// Throws IoError where it cannot be read and BadSession where it is not a results file of a known schema.
/// Damaged metadata may end the process, as with a Session, unless a guard was asked for
/// (leverkin/reading_guard.h).
[[nodiscard]] StoredResults load_results(const std::filesystem::path& path);

/// The same of one animal only: `subjects` holds it alone, or nothing where the file does not have it.
[[nodiscard]] StoredResults load_results(const std::filesystem::path& path, const std::string& subject);

/// The movements of one stored session, float32 as stored. Throws BadArgument where there is no such session,
/// else as load_results.
[[nodiscard]] Movements load_movements(const std::filesystem::path& path, const std::string& subject,
                                       std::int64_t session);

/// Throws as load_results does, and BadArgument where the file holds no such session.
[[nodiscard]] StoredDetail load_session_detail(const std::filesystem::path& path, const std::string& subject,
                                               std::int64_t session);

}  // namespace leverkin
