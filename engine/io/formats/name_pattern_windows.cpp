#include <string_view>

#include "io/formats/name_pattern.h"

// What POSIX's fnmatch() does with FNM_PERIOD, byte by byte as it does without a locale, without classes like
// [[:digit:]].
namespace leverkin {
namespace {

// Takes a [...] off the front of the pattern; false where it has no end, and "[" stands for itself.
bool take_set(std::string_view& pattern, char letter, bool& within) {
  std::size_t at = 1;
  const bool others = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (others) ++at;
  within = false;
  for (const std::size_t first = at; at < pattern.size() && (pattern[at] != ']' || at == first); ++at) {
    const bool range = at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']';
    const char last = range ? pattern[at + 2] : pattern[at];
    within = within || (pattern[at] <= letter && letter <= last);
    if (range) at += 2;
  }
  if (at >= pattern.size()) return false;
  pattern.remove_prefix(at + 1);
  within = within != others;
  return true;
}

bool matches(std::string_view name, std::string_view pattern) {
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      for (std::size_t skipped = 0; skipped <= name.size(); ++skipped)
        if (matches(name.substr(skipped), pattern)) return true;
      return false;
    }
    if (name.empty()) return false;
    bool within = false;
    if (pattern.front() == '[' && take_set(pattern, name.front(), within)) {
      if (!within) return false;
      name.remove_prefix(1);
      continue;
    }
    if (pattern.front() == '\\' && pattern.size() > 1)
      pattern.remove_prefix(1);
    else if (pattern.front() == '?')
      pattern = pattern.substr(1), within = true;
    if (!within) {
      if (pattern.front() != name.front()) return false;
      pattern.remove_prefix(1);
    }
    name.remove_prefix(1);
  }
  return name.empty();
}

}  // namespace

bool matches_pattern(const std::string& name, const std::string& pattern) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  return matches(name, pattern);
}

}  // namespace leverkin
