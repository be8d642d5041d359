#include "stages/findings/findings.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/findings/kinds.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

using findings::Kind;

Finding finding_of(const Kind& kind, const findings::Found& found) {
  return {.code = std::string(kind.code),
          .severity = kind.severity,
          .value = found.value,
          .start_s = found.start_s,
          .stop_s = found.stop_s,
          .text = found.text};
}

}  // namespace

std::string_view name(Severity severity) {
  constexpr std::array<std::string_view, severity_count> names{"note", "warning", "error"};
  return names.at(static_cast<std::size_t>(severity));
}

std::vector<FindingKind> finding_table() {
  std::vector<FindingKind> table;
  for (const Kind& kind : findings::kinds())
    table.push_back({kind.code, kind.severity, kind.threshold, kind.heading, kind.given_where});
  return table;
}

std::vector<Finding> session_findings(const SessionEvidence& evidence, int threads) {
  const auto kinds = findings::kinds();
  std::vector<findings::FoundList> found(kinds.size());
  parallel_for(std::ssize(kinds), threads, [&](std::int64_t at) {
    const auto k = static_cast<std::size_t>(at);
    if (kinds[k].alone != nullptr) found[k] = kinds[k].alone(evidence, kinds[k]);
  });
  std::vector<Finding> all;
  for (std::size_t k = 0; k < kinds.size(); ++k)
    for (const findings::Found& one : found[k]) all.push_back(finding_of(kinds[k], one));
  return all;
}

std::vector<Finding> compared_findings(const AnimalEvidence& evidence) {
  std::vector<Finding> all;
  for (const Kind& kind : findings::kinds())
    if (kind.beside != nullptr)
      for (const findings::Found& found : kind.beside(evidence, kind)) all.push_back(finding_of(kind, found));
  return all;
}

Finding cannot_be_analysed(const std::string& why) {
  const Kind& kind = *findings::kind_of("cannot_be_analysed");
  return finding_of(kind, {findings::none, findings::say(kind, fmt::arg("why", why))});
}

std::optional<Finding> profiles_disagree(const std::string& first, const std::string& second,
                                         double onset_shift_s) {
  const Kind& kind = *findings::kind_of("profiles_disagree");
  if (!(std::abs(onset_shift_s) > kind.threshold)) return std::nullopt;
  using fmt::arg;
  const double shift_ms = 1e3 * std::abs(onset_shift_s);
  return finding_of(
      kind,
      {onset_shift_s, findings::say(kind, arg("first", first), arg("second", second), arg("shift", shift_ms),
                                    arg("way", onset_shift_s > 0.0 ? "later" : "earlier"))});
}

void rank(std::vector<Finding>& all) {
  std::ranges::stable_sort(all, {}, [](const Finding& one) { return findings::rank_of(one.code); });
}

}  // namespace leverkin
