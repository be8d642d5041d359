// leverkin/pipeline.h: from session files to a results file, in one call.
//
//   session -> trace -> bouts -> movements -> correlogram -> results
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/error.h"
#include "leverkin/parameters.h"
#include "leverkin/results.h"
#include "leverkin/review.h"
#include "leverkin/session.h"

namespace leverkin {

/// A session file to analyse. Empty or zero fields are taken from the file.
struct SessionSource {
  std::filesystem::path path;
  std::string subject;
  std::int64_t session = 0;
  std::string group;
  std::string phase = {};
};

/// Files as they are, folders searched recursively for the endings of sessions (with a mapping: for the files
/// that it is for), and CSV manifests (docs/formats.md; with a mapping, its own CSV files are sessions).
/// Sorted, without repeats; what a manifest says of a file goes before its being named again. A folder's
/// results files, hidden files and folders, and what may not be entered are skipped, with a line each in
/// `notes`. Throws BadArgument where a path does not exist or a manifest cannot be read. That a recording
/// exists is left to its analysis.
[[nodiscard]] std::vector<SessionSource> find_sessions(const std::vector<std::filesystem::path>& paths,
                                                       std::vector<std::string>* notes = nullptr,
                                                       const SessionOptions& options = {});

/// The rows of a manifest that is at hand as text; `name` stands for it in messages, paths are relative to
/// `folder`. Throws BadArgument, with the line, for anything in it that cannot be meant. `notes`: a line for
/// each column that is not used.
[[nodiscard]] std::vector<SessionSource> sources_from_csv(std::string_view text, const std::string& name,
                                                          const std::filesystem::path& folder = {},
                                                          std::vector<std::string>* notes = nullptr);

/// How far an analysis is; called from the thread that called analyze().
struct Progress {
  std::int64_t sessions_done = 0, sessions_total = 0;
  std::int64_t samples_done = 0, samples_total = 0;  ///< raw
};

struct AnalyzeOptions {
  Parameters parameters;
  SessionOptions session;
  int threads = 0;  ///< 0: one per core. Never changes the numbers
  /// Take up what an interrupted analysis with the same parameters left in `<out>.partial`, where every
  /// finished session has a checkpoint until all are done. The results are the same bytes as without.
  bool resume = false;
  /// Decisions made by hand, carried out after the trial rules. A session whose recording is not the one that
  /// was reviewed, or with a decision that cannot be carried out, fails.
  Review review;
  /// Replace results that hold decisions made by hand, although `review` is empty.
  bool discard_review = false;
  /// A folder for results as NWB besides: <subject>/<subject>_session_<NN>_results.nwb of every session,
  /// <subject>/<subject>_results.nwb of every animal. Empty: none. Throws BadArgument beforehand where one of
  /// them would replace what is no results file.
  std::filesystem::path nwb;
  /// Returning false stops the analysis: Cancelled is thrown and no results file is left.
  std::function<bool(const Progress&)> progress;
};

/// The progress callback asked to stop.
class Cancelled : public Error {
 public:
  using Error::Error;
};

struct AnalyzeOutcome {
  std::int64_t analysed = 0;
  std::int64_t resumed = 0;  ///< of these, taken from checkpoints
  std::vector<FailedSession> failed;
  /// A line for each kind of finding from Severity::warning on, and what else should be known.
  std::vector<std::string> warnings;
};

/// The lever trace of a session, with what its raw samples said about themselves.
struct TraceRead {
  Trace trace;
  SampleFacts samples;
};

/// From an opened session to its lever trace, without ever holding the raw samples. Throws BadSession for
/// non-finite samples (unless held), a trace of one constant value, and too few samples. `threads` (0: one
/// per core) never changes the numbers.
[[nodiscard]] TraceRead read_trace(Session& session, const Parameters& parameters = {}, int threads = 1);

/// One session through all stages. Keeps the smoothed trace and the envelope where parameters.keep_traces
/// says so. Throws BadSession. `threads` (0: one per core) never changes the numbers.
[[nodiscard]] SessionResult analyze_session(Session& session, const Parameters& parameters = {},
                                            int threads = 1);

/// A recording looked at before it is analysed.
struct Inspection {
  SampleFacts samples;
  std::vector<Finding> findings;  ///< also that it cannot be analysed, and why; the most serious first
};

/// Reads a session to the end and says what is odd about it, with the analysis as far as it goes. Samples
/// that are not finite count as no data. `block_done`, if given, is called with raw samples done. Throws
/// BadSession where the data are damaged.
[[nodiscard]] Inspection inspect(Session& session, const Parameters& parameters = {}, int threads = 1,
                                 const std::function<void(std::int64_t)>& block_done = {});

/// The results file of one session alone, as analyze() would write it. Throws IoError, and BadArgument where
/// `out` is something that is never replaced.
void write_results(const SessionResult& result, const std::filesystem::path& out,
                   const Parameters& parameters = {}, int threads = 1);

/// Every session of `sources` into one results file. A session that fails is listed and never stops the
/// others. Throws BadArgument where there is nothing to analyse, or `out` is something that is never
/// replaced: a recording, any file but a results file, results with decisions made by hand; IoError where it
/// cannot be written. Where no session could be analysed, no file is left and `analysed` is 0.
AnalyzeOutcome analyze(const std::vector<SessionSource>& sources, const std::filesystem::path& out,
                       const AnalyzeOptions& options = {});

/// A session with its place in a study.
struct PlannedSession {
  SessionSource source;
  SessionIdentity identity;                             ///< complete: subject, session number, group
  std::int64_t samples = 0;                             ///< raw
  std::vector<std::filesystem::path> other_files = {};  ///< that the recording consists of beside source.path
};

struct StudyPlan {
  std::vector<PlannedSession> sessions;  ///< by subject, then session
  std::vector<FailedSession> failed;     ///< could not be opened, or have no place among the others
  std::vector<std::string> notes;  ///< what was decided about numbers that the files do not say themselves
};

/// What analyze() would do, without doing it; throws what it would throw beforehand. Opens every source once.
[[nodiscard]] StudyPlan plan_study(const std::vector<SessionSource>& sources,
                                   const std::filesystem::path& out, const AnalyzeOptions& options = {});

struct CheckpointOutcome {
  bool was_there = false;  ///< nothing was left to do
  std::string error;       ///< why the session cannot be analysed; empty: there is a checkpoint
};

/// One session of a plan into its checkpoint, where analyze() with `resume` takes it up: the same `out` and
/// parameters, on a machine with the same SIMD target. Sessions may be done anywhere, in any order, by many
/// processes that share a file system; paths may be written in another way than in the plan. Throws IoError
/// where the checkpoint cannot be written, Cancelled.
CheckpointOutcome checkpoint_session(const PlannedSession& planned, const std::filesystem::path& out,
                                     const AnalyzeOptions& options = {});

}  // namespace leverkin
