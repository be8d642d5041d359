#include "support/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace leverkin {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name)
    if (c != '_' && c != '-') letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return letters;
}

}  // namespace

bool alike(std::string_view a, std::string_view b) {
  constexpr double enough = 0.7;  // of both names' letters, in this order in both
  const std::string one = letters_of(a), other = letters_of(b);
  std::vector<std::size_t> common(other.size() +
                                  1);  // longest common subsequence up to each letter of `other`
  for (const char letter : one) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t up = common[j + 1];
      common[j + 1] = letter == other[j] ? diagonal + 1 : std::max(up, common[j]);
      diagonal = up;
    }
  }
  return 2.0 * static_cast<double>(common.back()) >= enough * static_cast<double>(one.size() + other.size());
}

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  const std::string letters = letters_of(word);
  const auto far = [&](std::string_view name) {
    return std::pair(edit_distance(letters, letters_of(name)), edit_distance(word, name));
  };
  return names.empty() ? std::string() : std::ranges::min(names, {}, far);
}

}  // namespace leverkin
