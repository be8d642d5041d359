#include "io/session_name.h"

#include <algorithm>
#include <array>
#include <string>

#include "support/lower_case.h"

namespace leverkin {
namespace {

constexpr std::string_view separators = "_-. ";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
// Any byte of a letter beyond ASCII counts as one.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Eight, three times four, and twelve hexadecimal digits, with or without the hyphens.
bool ends_in_a_uuid(std::string_view name) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  constexpr std::size_t digits = 32;
  if (name.size() >= form.size()) {
    const std::string_view end = name.substr(name.size() - form.size());
    if (std::ranges::equal(end, form, [](char c, char f) { return f == 'x' ? is_hex_digit(c) : c == f; }))
      return true;
  }
  return name.size() >= digits && std::ranges::all_of(name.substr(name.size() - digits), is_hex_digit);
}

bool is_a_month(std::string_view word) {
  constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                    "may",       "june",     "july",     "august",
                                                    "september", "october",  "november", "december"};
  const std::string lower = lower_case(std::string(word));
  return lower.size() >= 3 &&
         std::ranges::any_of(months, [&](std::string_view month) { return month.starts_with(lower); });
}

// Takes the last token off a name: what follows the last separator.
std::string_view take_last(std::string_view& name) {
  const auto at = name.find_last_of(separators);
  const std::string_view token = at == std::string_view::npos ? name : name.substr(at + 1);
  name = at == std::string_view::npos ? std::string_view() : name.substr(0, at);
  return token;
}

std::int64_t number_of(std::string_view digits) {
  constexpr std::size_t longest = 5;  // longer ones are dates, times of day, or serial numbers
  if (digits.empty() || digits.size() > longest) return 0;
  std::int64_t number = 0;
  for (const char digit : digits) number = 10 * number + (digit - '0');
  const bool is_a_year = digits.size() == 4 && number >= 1900 && number < 2100;
  return is_a_year ? 0 : number;
}

}  // namespace

std::string_view name(NumberFrom from) {
  static constexpr std::array<std::string_view, 5> names{"", "name", "attribute", "manifest", "start_time"};
  return names[static_cast<std::size_t>(from)];
}

std::int64_t session_number_in(std::string_view name, std::string_view subject) {
  if (ends_in_a_uuid(name)) return 0;
  std::string_view before = name;
  const std::string_view last = take_last(before);
  if (last == subject || name == subject) return 0;
  const auto digits_at = static_cast<std::size_t>(std::ranges::find_if(last, is_digit) - last.begin());
  const std::string_view digits = last.substr(digits_at);
  if (!std::ranges::all_of(digits, is_digit)) return 0;
  const std::string_view letters = last.substr(0, digits_at);
  const std::string_view word = letters.empty() ? take_last(before) : letters;
  const bool is_a_word = !word.empty() && is_letter(word.front()) &&
                         (!letters.empty() ? std::ranges::all_of(word, is_letter) : true);
  return is_a_word && !is_a_month(word) ? number_of(digits) : 0;
}

void number_by_name(SessionIdentity& identity, std::string_view session_id,
                    const std::filesystem::path& path) {
  if (identity.session > 0) return;
  identity.session = session_number_in(session_id, identity.subject);
  if (identity.session == 0) identity.session = session_number_in(path.stem().string(), identity.subject);
  if (identity.session > 0) identity.number_from = NumberFrom::name;
}

}  // namespace leverkin
