#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include <cmath>

#include "leverkin/findings.h"
#include "stages/findings/kinds.h"

namespace leverkin {
namespace {

using SessionKey = std::pair<std::string, std::int64_t>;

constexpr std::size_t named_animals = 4;  // in one line
constexpr std::size_t named_times = 4;

// 1, 2, 3, 7 -> "1-3, 7"
std::string ranges_of(const std::set<std::int64_t>& numbers) {
  std::string text;
  for (auto first = numbers.begin(); first != numbers.end();) {
    auto last = first;
    while (std::next(last) != numbers.end() && *std::next(last) == *last + 1) ++last;
    text += text.empty() ? "" : ", ";
    text += last == first ? fmt::format("{}", *first) : fmt::format("{}-{}", *first, *last);
    first = std::next(last);
  }
  return text;
}

// "ross 2, 5-7; joey 8"
std::string where_of(const std::set<SessionKey>& sessions) {
  std::map<std::string, std::set<std::int64_t>> animals;
  for (const auto& [subject, session] : sessions) animals[subject].insert(session);
  std::string text;
  std::size_t told = 0;
  for (const auto& [subject, numbers] : animals) {
    if (told++ == named_animals)
      return fmt::format("{}; {} more animals", text, animals.size() - named_animals);
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", subject, ranges_of(numbers));
  }
  return text;
}

// ", at 12.3 s, 40.1 s and 2 more"
std::string times_of(std::span<const SessionFinding> findings, const std::vector<std::size_t>& members) {
  std::string text;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const double at = findings[members[i]].start_s;
    if (std::isnan(at)) return {};
    if (i == named_times) return fmt::format("{} and {} more", text, members.size() - named_times);
    text += fmt::format("{}{:.1f} s", i == 0 ? ", at " : ", ", at);
  }
  return text;
}

std::string heading_of(const std::string& code) {
  if (const findings::Kind* kind = findings::kind_of(code)) return std::string(kind->heading);
  std::string words = code;  // of a newer version
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string text_of(std::span<const SessionFinding> findings, const FindingGroup& group,
                    std::int64_t sessions) {
  const SessionFinding& first = findings[group.members.front()];
  const bool alone = first.subject.empty();
  if (group.members.size() == 1)
    return alone ? first.text : fmt::format("{}, session {}: {}", first.subject, first.session, first.text);
  std::set<SessionKey> with;
  for (const std::size_t i : group.members) with.emplace(findings[i].subject, findings[i].session);
  const std::string times =
      with.size() < group.members.size() ? fmt::format("{} times", group.members.size()) : std::string();
  if (alone) return fmt::format("{}: {}{}", heading_of(group.code), times, times_of(findings, group.members));
  return fmt::format("{}: {}{} of {} sessions ({})", heading_of(group.code),
                     times.empty() ? "" : times + " in ", with.size(), sessions, where_of(with));
}

}  // namespace

std::vector<FindingGroup> grouped(std::span<const SessionFinding> findings, std::int64_t sessions) {
  std::vector<FindingGroup> groups;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& one = findings[i];
    auto group = std::ranges::find(groups, one.code, &FindingGroup::code);
    if (group == groups.end()) {
      groups.push_back({one.code, one.severity, "", {}});
      group = std::prev(groups.end());
    }
    group->members.push_back(i);
  }
  std::ranges::stable_sort(groups, [](const FindingGroup& a, const FindingGroup& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    return findings::rank_of(a.code) < findings::rank_of(b.code);
  });
  for (FindingGroup& group : groups) group.text = text_of(findings, group, sessions);
  return groups;
}

std::vector<FindingGroup> grouped(std::span<const Finding> findings) {
  std::vector<SessionFinding> rows;
  for (const Finding& one : findings) rows.push_back({one});
  return grouped(rows, 1);
}

}  // namespace leverkin
