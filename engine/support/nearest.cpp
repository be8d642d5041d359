#include "leverkin/nearest.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace leverkin {
namespace {

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// Letters and digits alone, in lower case.
std::string bare(std::string_view word) {
  std::string letters;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) letters.push_back(static_cast<char>(std::tolower(byte)));
  }
  return letters;
}

std::size_t longest_common_subsequence(std::string_view a, std::string_view b) {
  std::vector<std::size_t> common(b.size() + 1);  // up to each letter of b
  for (const char letter : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t up = common[j + 1];
      common[j + 1] = letter == b[j] ? diagonal + 1 : std::max(up, common[j]);
      diagonal = up;
    }
  }
  return common.back();
}

}  // namespace

bool alike(std::string_view a, std::string_view b) {
  constexpr double enough = 0.7;  // of both names' letters, in this order in both
  const std::string one = bare(a), other = bare(b);
  return 2.0 * static_cast<double>(longest_common_subsequence(one, other)) >=
         enough * static_cast<double>(one.size() + other.size());
}

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  const std::size_t most = std::max<std::size_t>(2, word.size() / 3);
  std::string best;
  std::pair fewest{most + 1, most + 1};  // edits between the bare words, then between the words
  for (const std::string& name : names) {
    const bool begins =
        (word.size() >= 3 && name.starts_with(word)) || (name.size() >= 5 && word.starts_with(name));
    const std::size_t whole = begins ? 1 : edits(word, name);
    const std::pair distance{begins ? 1 : edits(bare(word), bare(name)), whole};
    if (distance.first <= most && distance < fewest) {
      fewest = distance;
      best = name;
    }
  }
  return best;
}

}  // namespace leverkin
