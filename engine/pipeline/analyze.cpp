#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "io/checkpoint.h"
#include "io/nwb_results.h"
#include "io/replacing.h"
#include "io/session_path.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "leverkin/version.h"
#include "pipeline/analyze_session.h"
#include "pipeline/plan.h"
#include "pipeline/study_writer.h"
#include "support/thread_pool.h"
#include "support/wait_and_wake.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

void refuse_to_overwrite_input(const std::vector<SessionSource>& sources, const fs::path& out) {
  for (const SessionSource& source : sources)
    if (std::error_code ignored; fs::equivalent(source.path, out, ignored))
      throw BadArgument(out.string() +
                        ": found a recording that is to be analysed; expected another name for the results");
}

// Counts what is done and asks the caller, from the caller's own thread, whether to go on.
class ProgressMeter {
 public:
  ProgressMeter(const AnalyzeOptions& options, const StudyPlan& plan) : callback_(options.progress) {
    progress_.sessions_total = static_cast<std::int64_t>(plan.sessions.size());
    for (const PlannedSession& planned : plan.sessions) progress_.samples_total += planned.samples;
  }

  void add_samples(std::int64_t samples) {
    samples_ += samples;
    tell(false);
  }
  // Sessions that other threads finished are told here at the latest.
  void tell_end() { tell(true); }
  void add_session() {
    ++sessions_;
    tell(true);
  }

 private:
  void tell(bool always) {
    if (cancelled_) throw Cancelled("the analysis was stopped");
    if (!callback_ || std::this_thread::get_id() != caller_) return;
    const auto now = std::chrono::steady_clock::now();
    if (!always && now - told_ < std::chrono::milliseconds(50)) return;
    told_ = now;
    progress_.samples_done = samples_;
    progress_.sessions_done = sessions_;
    if (callback_(progress_)) return;
    cancelled_ = true;
    throw Cancelled("the analysis was stopped");
  }

  const std::function<bool(const Progress&)>& callback_;
  std::thread::id caller_ = std::this_thread::get_id();
  std::chrono::steady_clock::time_point told_;
  Progress progress_;
  std::atomic<std::int64_t> samples_{0}, sessions_{0};
  std::atomic<bool> cancelled_{false};
};

// A session's result, or what was wrong with it.
struct Attempt {
  std::optional<SessionResult> result;
  std::string error;
  bool resumed = false;
  std::string warning;  // of a checkpoint that was not used
};

// Traces that results do not hold would wait in memory for their turn, and lie in checkpoints.
void drop_what_is_not_kept(SessionResult& result, const Parameters& parameters) {
  result.segmentation.velocity = {};
  if (parameters.keep_traces) return;
  result.trace.volts = result.segmentation.smooth = result.segmentation.envelope = {};
  result.segmentation.active = {};
}

// The results of one session, or of an animal, as NWB.
fs::path nwb_file(const AnalyzeOptions& options, const SessionIdentity& identity) {
  return session_path(options.nwb, identity, "_results.nwb");
}
fs::path nwb_file(const AnalyzeOptions& options, const std::string& subject) {
  return subject_path(options.nwb, subject, "_results.nwb");
}

Provenance provenance_of(int threads) { return {version(), simd_target(), "", threads}; }

void refuse_to_overwrite_by_nwb(const AnalyzeOptions& options, const StudyPlan& plan) {
  if (options.nwb.empty()) return;
  std::set<std::string> subjects;
  for (const PlannedSession& planned : plan.sessions) {
    check_replacing_by_nwb(nwb_file(options, planned.identity));
    if (subjects.insert(planned.identity.subject).second)
      check_replacing_by_nwb(nwb_file(options, planned.identity.subject));
  }
}

void write_as_nwb(const SessionResult& result, const AnalyzeOptions& options, int threads) {
  const fs::path file = nwb_file(options, result.info.identity);
  make_folder_of(file);
  write_nwb_session(result, options.parameters, provenance_of(threads), file);
}

// Curves over sessions are known once all of them are.
void write_subjects_as_nwb(const AnalyzeOptions& options, const fs::path& results, int threads) {
  for (const StoredSubject& subject : load_results(results).subjects)
    write_nwb_subject(subject, options.parameters, provenance_of(threads),
                      nwb_file(options, subject.subject));
}

// From its checkpoint (where one may be taken up), or else into one. `options.session` and the parameters
// count; `threads` never does.
Attempt attempt_session(const PlannedSession& planned, const AnalyzeOptions& options, int threads,
                        std::span<const Decision> decisions, const Checkpoints& checkpoints, bool take_up,
                        const BlockDone& block_done) {
  const std::string key = checkpoints.key_of(planned);
  Attempt attempt;
  const bool as_nwb = !options.nwb.empty();
  const bool written = !as_nwb || fs::exists(nwb_file(options, planned.identity));
  try {
    if (take_up && written) {
      auto [result, warning] = checkpoints.load(planned, key);
      attempt.result = std::move(result);
      attempt.warning = std::move(warning);
    }
    if (attempt.result) {
      attempt.resumed = true;
      block_done(planned.samples);
      return attempt;
    }
    Session session(planned.source.path, options.session);
    attempt.result = analyze_session(session, options.parameters, threads, block_done, decisions,
                                     as_nwb ? Keep::everything : Keep::bouts);
    attempt.result->info.identity = planned.identity;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    attempt.error = error.what();
  } catch (const std::bad_alloc&) {
    attempt.error = planned.source.path.string() + ": not enough memory for a session of this length";
  }
  if (!attempt.result) return attempt;
  if (as_nwb) write_as_nwb(*attempt.result, options, threads);
  drop_what_is_not_kept(*attempt.result, options.parameters);
  checkpoints.save(planned, key, *attempt.result);
  return attempt;
}

// Of a small file that is part of how recordings are read; what cannot be read, opening a session will say.
std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Checkpoints checkpoints_of(const fs::path& out, const AnalyzeOptions& options, bool enabled) {
  // The program with its revision and its libraries, the parameters, what says how recordings are read, the
  // review.
  const SessionOptions& session = options.session;
  return {out,
          version_json() + to_json(options.parameters) + session.lever + '\n' + bytes_of(session.mapping) +
              '\n' + bytes_of(session.rig) + '\n' + options.review.json + '\n' + options.nwb.string(),
          enabled};
}

class Study {
 public:
  Study(StudyPlan plan, const fs::path& out, const AnalyzeOptions& options)
      : plan_(std::move(plan)),
        out_(out),
        options_(options),
        threads_(options.threads > 0 ? options.threads : default_threads()),
        meter_(options, plan_),
        checkpoints_(checkpoints_of(out, options, options.resume || plan_.sessions.size() > 1)),
        writer_(out, options.parameters, threads_, options.review.json, options.discard_review) {
    outcome_.failed = plan_.failed;
    outcome_.warnings = plan_.notes;
    for (const Decision& decision : options.review.decisions)
      decisions_[{decision.subject, decision.session}].push_back(decision);
    warn_of_decisions_elsewhere();
    checkpoints_.remove_leftovers();
  }

  AnalyzeOutcome run() {
    const auto& sessions = plan_.sessions;
    for (std::size_t begin = 0; begin < sessions.size();) {
      const std::size_t end = batch_end(begin);
      analyze_batch(begin, end);
      writer_.finish_subjects();
      begin = end;
    }
    if (outcome_.analysed > 0) {
      writer_.finish(outcome_.failed);
      if (!options_.nwb.empty()) write_subjects_as_nwb(options_, out_, threads_);
    }
    for (const FindingGroup& group : grouped(writer_.findings(), outcome_.analysed))
      if (group.severity >= Severity::warning) outcome_.warnings.push_back(group.text);
    checkpoints_.remove();
    meter_.tell_end();
    return std::move(outcome_);
  }

 private:
  void warn_of_decisions_elsewhere() {
    std::set<std::pair<std::string, std::int64_t>> planned;
    for (const PlannedSession& one : plan_.sessions)
      planned.emplace(one.identity.subject, one.identity.session);
    for (const auto& [session, decisions] : decisions_)
      if (!planned.contains(session))
        outcome_.warnings.push_back(
            fmt::format("review: subject {}, session {} is not analysed here; decisions not used: {}",
                        session.first, session.second, decisions.size()));
  }

  // Whole subjects, enough of them to keep all threads busy: movements are held for one batch at a time.
  [[nodiscard]] std::size_t batch_end(std::size_t begin) const {
    const auto& sessions = plan_.sessions;
    std::size_t end = std::min(sessions.size(), begin + 8 * static_cast<std::size_t>(threads_));
    while (end < sessions.size() && sessions[end].identity.subject == sessions[end - 1].identity.subject)
      ++end;
    return end;
  }

  void analyze_batch(std::size_t begin, std::size_t end) {
    next_ = begin;
    parallel_for(static_cast<std::int64_t>(end - begin), threads_, [&](std::int64_t i) {
      const std::size_t at = begin + static_cast<std::size_t>(i);
      wait_for_room(at);
      try {
        deliver(at, analyze_one(plan_.sessions[at]));
      } catch (...) {
        stop_waiting();
        throw;
      }
    });
  }

  Attempt analyze_one(const PlannedSession& planned) {
    const auto reviewed = decisions_.find({planned.identity.subject, planned.identity.session});
    return attempt_session(planned, options_, threads_,
                           reviewed == decisions_.end() ? std::span<const Decision>() : reviewed->second,
                           checkpoints_, options_.resume, [&](std::int64_t n) { meter_.add_samples(n); });
  }

  // Results are written in order. A thread that is far ahead of the one in turn waits, so that few are ever
  // held.
  void wait_for_room(std::size_t at) {
    std::unique_lock guard(mutex_);
    room_.wait(guard, [&] { return stopped_ || at < next_ + 2 * static_cast<std::size_t>(threads_); });
    if (stopped_) throw Cancelled("the analysis was stopped");
  }

  void stop_waiting() {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
    room_.notify_all();
  }

  void deliver(std::size_t at, Attempt attempt) {
    {
      const std::lock_guard guard(mutex_);
      waiting_.emplace(at, std::move(attempt));
      for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_;
           first = waiting_.begin()) {
        record(plan_.sessions[next_], first->second);
        waiting_.erase(first);
        ++next_;
      }
      room_.notify_all();
    }
    meter_.add_session();
  }

  void record(const PlannedSession& planned, const Attempt& attempt) {
    if (!attempt.warning.empty())
      outcome_.warnings.push_back(planned.source.path.string() + ": " + attempt.warning);
    if (!attempt.result) {
      const SessionIdentity& identity = planned.identity;
      outcome_.failed.push_back(
          {planned.source.path.string(), identity.subject, identity.session, attempt.error});
      return;
    }
    writer_.add(*attempt.result);
    ++outcome_.analysed;
    if (attempt.resumed) ++outcome_.resumed;
  }

  StudyPlan plan_;
  fs::path out_;
  const AnalyzeOptions& options_;
  int threads_;
  ProgressMeter meter_;
  Checkpoints checkpoints_;
  StudyWriter writer_;
  AnalyzeOutcome outcome_;
  std::map<std::pair<std::string, std::int64_t>, std::vector<Decision>>
      decisions_;  // per subject and session

  Mutex mutex_;
  Condition room_;
  std::map<std::size_t, Attempt> waiting_;
  std::size_t next_ = 0;
  bool stopped_ = false;
};

}  // namespace

StudyPlan plan_study(const std::vector<SessionSource>& sources, const fs::path& out,
                     const AnalyzeOptions& options) {
  check(options.parameters);
  refuse_to_overwrite_input(sources, out);
  check_replacing_by_results(out, !options.review.json.empty(), options.discard_review);
  StudyPlan plan = plan_sessions(sources, options.session);
  refuse_to_overwrite_by_nwb(options, plan);
  return plan;
}

CheckpointOutcome checkpoint_session(const PlannedSession& planned, const fs::path& out,
                                     const AnalyzeOptions& options) {
  check(options.parameters);
  std::vector<Decision> decisions;
  std::ranges::copy_if(options.review.decisions, std::back_inserter(decisions), [&](const Decision& one) {
    return one.subject == planned.identity.subject && one.session == planned.identity.session;
  });
  StudyPlan alone;
  alone.sessions.push_back(planned);
  ProgressMeter meter(options, alone);
  const Attempt attempt = attempt_session(
      planned, options, options.threads > 0 ? options.threads : default_threads(), decisions,
      checkpoints_of(out, options, true), true, [&](std::int64_t n) { meter.add_samples(n); });
  return {attempt.resumed, attempt.error};
}

AnalyzeOutcome analyze(const std::vector<SessionSource>& sources, const fs::path& out,
                       const AnalyzeOptions& options) {
  return Study(plan_study(sources, out, options), out, options).run();
}

}  // namespace leverkin
