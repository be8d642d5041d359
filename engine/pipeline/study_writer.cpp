#include "pipeline/study_writer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "leverkin/pipeline.h"
#include "leverkin/version.h"
#include "stages/findings/findings.h"
#include "support/thread_pool.h"

namespace leverkin {

StudyWriter::StudyWriter(const std::filesystem::path& out, const Parameters& parameters, int threads,
                         const std::string& review_json, bool discard_review)
    : writer_(out, parameters, {version(), simd_target(), "", threads, review_json, discard_review}),
      parameters_(parameters),
      threads_(threads) {}

void StudyWriter::add(const SessionResult& result) {
  writer_.write_session(result);
  const SessionIdentity& identity = result.info.identity;
  const Movements& movements = result.movements;
  SubjectRows& rows = subjects_[identity.subject];
  rows.curves.session.push_back(identity.session);
  rows.curves.summary.push_back(result.summary);
  rows.sessions.push_back({.identity = identity,
                           .summary = result.summary,
                           .noise_cutoff_v = result.segmentation.noise_cutoff_v,
                           .rate_hz = result.info.rate_hz});
  for (const Finding& one : result.findings) findings_.push_back({one, identity.subject, identity.session});
  rows.samples = movements.samples;
  rows.volts.insert(rows.volts.end(), movements.volts.begin(), movements.volts.end());
  rows.session.insert(rows.session.end(), movements.trial.size(), identity.session);
  rows.trial.insert(rows.trial.end(), movements.trial.begin(), movements.trial.end());
}

void StudyWriter::finish_subjects() {
  for (auto& [subject, rows] : subjects_) finish_subject(subject, rows);
  subjects_.clear();
}

void StudyWriter::finish_subject(const std::string& subject, SubjectRows& rows) {
  const MovementRows movements{rows.volts, std::max<std::int64_t>(1, rows.samples), rows.session};
  rows.curves.correlogram = correlate(movements, {rows.curves.session, parameters_.tolerance, threads_});
  std::vector<double> pairwise;
  if (parameters_.pairwise) pairwise = correlate_all_pairs(movements, threads_);
  writer_.write_correlogram(subject, rows.curves.correlogram, pairwise, rows.session, rows.trial);
  compare_sessions(subject, rows);
  std::set<std::string> groups;
  for (const PastSession& one : rows.sessions) groups.insert(one.identity.group);
  for (const std::string& group : groups)
    groups_[group.empty() ? "all" : group].push_back(restrict_to(rows, group));
}

void StudyWriter::compare_sessions(const std::string& subject, const SubjectRows& rows) {
  for (std::size_t at = 0; at < rows.sessions.size(); ++at)
    for (Finding& one :
         compared_findings({.sessions = rows.sessions, .at = at, .correlogram = &rows.curves.correlogram}))
      findings_.push_back({std::move(one), subject, rows.sessions[at].identity.session});
}

// The sessions of one group: its part of the curves and of the correlogram.
SubjectCurves StudyWriter::restrict_to(const SubjectRows& rows, const std::string& group) {
  SubjectCurves part;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < rows.sessions.size(); ++i)
    if (rows.sessions[i].identity.group == group) kept.push_back(i);
  const Correlogram& all = rows.curves.correlogram;
  for (const std::size_t i : kept) {
    part.session.push_back(rows.curves.session[i]);
    part.summary.push_back(rows.curves.summary[i]);
    part.correlogram.session.push_back(all.session[i]);
    part.correlogram.within_r.push_back(all.within_r[i]);
    for (const std::size_t j : kept)
      part.correlogram.median_r.push_back(all.median_r[i * all.session.size() + j]);
  }
  return part;
}

void StudyWriter::finish(std::span<const FailedSession> failed) {
  for (const auto& [group, members] : groups_) {
    std::vector<const SubjectCurves*> pointers;
    for (const SubjectCurves& member : members) pointers.push_back(&member);
    writer_.write_group(summarise_group(group, pointers));
  }
  writer_.write_findings(findings_);
  writer_.finish(failed);
}

void write_results(const SessionResult& result, const std::filesystem::path& out,
                   const Parameters& parameters, int threads) {
  StudyWriter writer(out, parameters, threads > 0 ? threads : default_threads());
  writer.add(result);
  writer.finish_subjects();
  writer.finish({});
}

}  // namespace leverkin
