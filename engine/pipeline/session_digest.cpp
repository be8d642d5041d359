#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "leverkin/history.h"
#include "pipeline/correlate_two.h"
#include "stages/findings/findings.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

template <class Value>
Comparison compare_one(const PastSession& today, const std::vector<PastSession>& earlier,
                       const Value& value) {
  Comparison comparison;
  comparison.today = value(today);
  double sum = 0.0;
  for (const PastSession& session : earlier) {
    const double one = value(session);
    comparison.previous = one;
    if (std::isnan(one)) continue;
    comparison.low = comparison.n == 0 ? one : std::min(comparison.low, one);
    comparison.high = comparison.n == 0 ? one : std::max(comparison.high, one);
    sum += one;
    ++comparison.n;
  }
  if (comparison.n > 0) comparison.mean = sum / static_cast<double>(comparison.n);
  return comparison;
}

// Names of parameters that change movements and differ from those of the history.
std::vector<std::string> other_parameters(const Parameters& parameters, const History& history) {
  std::vector<std::string> different;
  const auto theirs = nlohmann::json::parse(history.config_json, nullptr, false);
  if (history.sessions.empty() || !theirs.is_object()) return different;
  const auto ours = nlohmann::json::parse(to_json(parameters));
  for (const ParameterInfo& info : parameter_table()) {
    const std::string name(info.name);
    const bool changes_movements = info.section != "output" && info.section != "correlogram";
    // An older version did not have every parameter.
    if (changes_movements && theirs.contains(name) && theirs[name] != ours[name]) different.push_back(name);
  }
  return different;
}

std::vector<Finding> beside_history(const PastSession& today, const History& history,
                                    const Parameters& parameters) {
  std::vector<PastSession> sessions = history.sessions;
  sessions.push_back(today);
  const std::vector<std::string> different = other_parameters(parameters, history);
  return compared_findings({.sessions = sessions,
                            .at = sessions.size() - 1,
                            .other_parameters = different,
                            .unusable = history.unusable});
}

std::string number_or_dash(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

std::ptrdiff_t count_warnings(const std::vector<Finding>& findings) {
  return std::ranges::count_if(findings,
                               [](const Finding& one) { return one.severity >= Severity::warning; });
}

// A tab or a line break in a name would end its field.
std::string one_field(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

}  // namespace

Comparisons compare(const PastSession& today, const std::vector<PastSession>& earlier) {
  const auto of_summary = [&](double SessionSummary::*member) {
    return compare_one(today, earlier, [&](const PastSession& one) { return one.summary.*member; });
  };
  const auto of_session = [&](double PastSession::*member) {
    return compare_one(today, earlier, [&](const PastSession& one) { return one.*member; });
  };
  return {.success_fraction = of_summary(&SessionSummary::success_fraction),
          .median_reaction_time_s = of_summary(&SessionSummary::median_reaction_time_s),
          .median_cue_to_reward_s = of_summary(&SessionSummary::median_cue_to_reward_s),
          .within_r = of_session(&PastSession::within_r),
          .across_r = of_session(&PastSession::across_r),
          .n_movements = compare_one(
              today, earlier,
              [](const PastSession& one) { return static_cast<double>(one.summary.n_movements); }),
          .moving_fraction = of_summary(&SessionSummary::moving_fraction),
          .noise_cutoff_v = of_session(&PastSession::noise_cutoff_v)};
}

SessionDigest digest_session(const SessionResult& today, const History& history, const Parameters& parameters,
                             int threads) {
  const Correlogram r = correlate_two(history.movements, today.movements, parameters.tolerance, threads);
  SessionDigest digest{.info = today.info,
                       .input_xxh3 = today.input_xxh3,
                       .profile = parameters.profile,
                       .summary = today.summary,
                       .rejected = std::vector<std::int64_t>(reject_reason_count, 0),
                       .n_bouts = static_cast<std::int64_t>(today.segmentation.bouts.size()),
                       .no_bouts_because = today.segmentation.reason,
                       .noise_cutoff_v = today.segmentation.noise_cutoff_v,
                       .within_r = r.within_r[1],
                       .across_r = history.sessions.empty() ? no_number : r.across_r[0],
                       .n_pairs = r.n_pairs[3],
                       .n_pairs_across = r.n_pairs[1],
                       .earlier = history.sessions};
  for (const TrialOutcome& outcome : today.outcomes)
    ++digest.rejected[static_cast<std::size_t>(outcome.reason)];
  const PastSession now{today.info.identity, digest.summary,        digest.within_r,
                        digest.across_r,     digest.noise_cutoff_v, today.info.rate_hz};
  digest.compared = compare(now, history.sessions);
  digest.findings = today.findings;
  for (Finding& one : beside_history(now, history, parameters)) digest.findings.push_back(std::move(one));
  rank(digest.findings);
  return digest;
}

std::string log_line(const SessionDigest& digest) {
  const SessionIdentity& who = digest.info.identity;
  const SessionSummary& summary = digest.summary;
  return fmt::format(
      "date={}\tsubject={}\tsession={}\tn_trials={}\tn_rewarded={}\tsuccess_fraction={}\tn_movements={}\t"
      "median_reaction_time_s={}\tmedian_cue_to_reward_s={}\twithin_r={}\tacross_r={}\tnoise_cutoff_v={}\t"
      "warnings={}",
      who.start_time.empty() ? "-" : one_field(who.start_time.substr(0, 10)), one_field(who.subject),
      who.session > 0 ? std::to_string(who.session) : "-", summary.n_trials, summary.n_rewarded,
      number_or_dash(summary.success_fraction, 3), summary.n_movements,
      number_or_dash(summary.median_reaction_time_s, 3), number_or_dash(summary.median_cue_to_reward_s, 3),
      number_or_dash(digest.within_r, 3), number_or_dash(digest.across_r, 3),
      number_or_dash(digest.noise_cutoff_v, 5), count_warnings(digest.findings));
}

}  // namespace leverkin
