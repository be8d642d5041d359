// engine/pipeline/study_writer.h: from analysed sessions, one after the other, to a results file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "leverkin/results.h"

namespace leverkin {

/// Writes sessions as they come, each animal's correlogram once all of its sessions are there, and the groups
/// at the end. Movements are held for the animals that are not finished, traces never.
class StudyWriter {
 public:
  /// `review_json`: the decisions that the results follow; empty: none. Throws BadArgument where `out` is not
  /// to be replaced (results.h).
  StudyWriter(const std::filesystem::path& out, const Parameters& parameters, int threads,
              const std::string& review_json = {}, bool discard_review = false);

  void add(const SessionResult& result);
  /// Every animal that was added so far is complete.
  void finish_subjects();
  /// What is odd about the sessions so far, in themselves and, of complete animals, beside their others.
  [[nodiscard]] const std::vector<SessionFinding>& findings() const { return findings_; }
  /// Groups, and the file itself. Throws IoError; without this call, no file is left.
  void finish(std::span<const FailedSession> failed);

 private:
  struct SubjectRows {
    SubjectCurves curves;
    std::vector<PastSession> sessions;
    std::vector<double> volts;
    std::vector<std::int64_t> session, trial;  // one per row
    std::int64_t samples = 0;
  };

  void finish_subject(const std::string& subject, SubjectRows& rows);
  void compare_sessions(const std::string& subject, const SubjectRows& rows);
  static SubjectCurves restrict_to(const SubjectRows& rows, const std::string& group);

  ResultsWriter writer_;
  Parameters parameters_;
  int threads_;
  std::map<std::string, SubjectRows> subjects_;
  std::map<std::string, std::vector<SubjectCurves>> groups_;
  std::vector<SessionFinding> findings_;
};

}  // namespace leverkin
