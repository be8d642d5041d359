#include "support/instant.h"

#include <cstdint>

namespace leverkin {
namespace {

using std::chrono::hours, std::chrono::minutes, std::chrono::seconds, std::chrono::microseconds;

// Takes a text apart from its front; once something is not there, nothing is any more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char taken() const { return taken_; }

  [[nodiscard]] bool at_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

  int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      good_ = good_ && take("0123456789");
      value = 10 * value + (good_ ? taken_ - '0' : 0);
    }
    return value;
  }

  microseconds fraction() {
    microseconds value{0};
    good_ = good_ && at_digit();
    for (std::int64_t place = 100'000; take("0123456789"); place /= 10)
      value += microseconds(place * (taken_ - '0'));
    return value;
  }

 private:
  std::string_view rest_;
  char taken_ = '\0';
  bool good_ = true;
};

std::optional<std::chrono::sys_days> day(Scanner& scanner) {
  const std::chrono::year year(scanner.number(4));
  scanner.take("-");
  const std::chrono::month month(static_cast<unsigned>(scanner.number(2)));
  scanner.take("-");
  const std::chrono::year_month_day date(year, month,
                                         std::chrono::day(static_cast<unsigned>(scanner.number(2))));
  if (!scanner.good() || !date.ok()) return std::nullopt;
  return date;
}

std::optional<microseconds> time_of_day(Scanner& scanner) {
  const hours h(scanner.number(2));
  scanner.take(":");
  const minutes m(scanner.number(2));
  microseconds s{0};
  if (scanner.take(":") || scanner.at_digit()) s = seconds(scanner.number(2));
  if (scanner.take(".,")) s += scanner.fraction();
  const bool a_leap_second_at_most = s < seconds(61);
  if (!scanner.good() || h > hours(24) || m >= minutes(60) || !a_leap_second_at_most) return std::nullopt;
  return h + m + s;
}

// What the local clock is ahead of UTC.
std::optional<minutes> offset_from_utc(Scanner& scanner) {
  if (scanner.at_end() || scanner.take("Zz")) return minutes(0);
  if (!scanner.take("+-")) return std::nullopt;
  const int sign = scanner.taken() == '-' ? -1 : 1;
  const hours h(scanner.number(2));
  minutes m(0);
  if (scanner.take(":") || scanner.at_digit()) m = minutes(scanner.number(2));
  if (!scanner.good() || h > hours(23) || m >= minutes(60)) return std::nullopt;
  return sign * (h + m);
}

}  // namespace

std::optional<Instant> instant_of(std::string_view iso8601) {
  Scanner scanner(iso8601);
  const auto date = day(scanner);
  if (!date) return std::nullopt;
  if (scanner.at_end()) return *date;
  if (!scanner.take("Tt ")) return std::nullopt;
  const auto time = time_of_day(scanner);
  if (!time) return std::nullopt;
  scanner.take(" ");
  const auto offset = offset_from_utc(scanner);
  if (!offset || !scanner.at_end()) return std::nullopt;
  return *date + *time - *offset;
}

}  // namespace leverkin
