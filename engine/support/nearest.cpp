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

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  const std::size_t most = std::max<std::size_t>(2, word.size() / 3);
  std::string best;
  std::pair fewest{most + 1, most + 1};  // edits between the bare words, then between the words
  for (const std::string& name : names) {
    const bool begins = word.size() >= 3 && name.starts_with(word);
    const std::size_t whole = begins ? 1 : edits(word, name);
    const std::pair distance{begins ? 1 : edits(bare(word), bare(name)), whole};
    if (whole <= most && distance < fewest) {
      fewest = distance;
      best = name;
    }
  }
  return best;
}

}  // namespace leverkin
