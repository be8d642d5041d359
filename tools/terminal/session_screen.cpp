#include "terminal/session_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "commands/command_line.h"
#include "commands/run_options.h"
#include "terminal/findings_text.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace {

/// What a reason means to somebody who has not read the method.
constexpr std::array<std::string_view, reject_reason_count> reason_words{
    "used",
    "no reward",
    "no cue",
    "cue or reward beyond the recording",
    "the lever was at rest at the reward",
    "the movement began before the cue",
    "moving shortly before the cue",
    "the recording ends within the window",
    "samples without data in the window",
    "the lever did not move in the window",
    "rejected in review",
    "times that cannot be true",
};

constexpr std::ptrdiff_t longest_course = 24;

std::string identity_text(const SessionIdentity& identity) {
  std::string text = identity.subject;
  text += identity.session > 0 ? fmt::format(", session {}", identity.session) : ", session not numbered";
  if (!identity.group.empty()) text += fmt::format(", group {}", identity.group);
  return text;
}

/// "2026-03-04 10:00" of "2026-03-04T10:00:00+00:00"
std::string when_text(const std::string& start_time) {
  std::string text = start_time.substr(0, 16);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string heading_text(const SessionDigest& digest) {
  const SessionInfo& info = digest.info;
  std::string text = styled(standard_output(), Style::bold, identity_text(info.identity));
  if (!info.identity.start_time.empty()) text += ", " + when_text(info.identity.start_time);
  const std::string how = fmt::format("{} at {}, profile {}", duration_text(info.duration_s),
                                      rate_text(info.rate_hz), digest.profile);
  const bool fits = display_width(info.path) + 2 + display_width(how) <= 80;
  const std::string file = fits ? info.path : std::filesystem::path(info.path).filename().string();
  return text + "\n" + styled(standard_output(), Style::dim, fmt::format("{}: {}", file, how)) + "\n";
}

/// A row of the table: how its numbers are shown.
struct Row {
  const char* label;
  Comparison Comparisons::*member;
  double factor;
  int decimals;
  const char* unit;
};

constexpr std::array rows{
    Row{"success", &Comparisons::success_fraction, 100.0, 1, "%"},
    Row{"reaction time", &Comparisons::median_reaction_time_s, 1.0, 3, "s"},
    Row{"cue to reward", &Comparisons::median_cue_to_reward_s, 1.0, 3, "s"},
    Row{"movements used", &Comparisons::n_movements, 1.0, 0, ""},
    Row{"alike within session", &Comparisons::within_r, 1.0, 3, "r"},
    Row{"alike with session before", &Comparisons::across_r, 1.0, 3, "r"},
    Row{"time moving", &Comparisons::moving_fraction, 100.0, 1, "%"},
    Row{"noise of the lever at rest", &Comparisons::noise_cutoff_v, 1000.0, 2, "mV"},
};

std::string comparison_text(const SessionDigest& digest) {
  const bool alone = digest.earlier.empty();
  std::vector<TextColumn> columns{{"", "", Align::left}, {"today", ""}, {"", "", Align::left}};
  if (!alone) {
    columns.push_back({fmt::format("session {}", digest.earlier.back().identity.session), ""});
    columns.push_back({fmt::format("mean of {}", digest.earlier.size()), ""});
    columns.push_back({"range", ""});
  }
  TextTable table(columns);
  for (const Row& row : rows) {
    const Comparison& values = digest.compared.*row.member;
    const auto shown = [&](double value) { return number(row.factor * value, row.decimals); };
    std::vector<std::string> cells{row.label, shown(values.today), row.unit};
    if (!alone) {
      cells.push_back(shown(values.previous));
      cells.push_back(number(row.factor * values.mean, std::max(row.decimals, 1)));
      cells.push_back(values.n == 0 ? "-" : fmt::format("{} to {}", shown(values.low), shown(values.high)));
    }
    table.add_row(std::move(cells));
  }
  return table.text(standard_output());
}

std::string trials_text(const SessionDigest& digest) {
  std::string text = fmt::format("{}, {} rewarded; {} in all\n", counted(digest.summary.n_trials, "trial"),
                                 digest.summary.n_rewarded, counted(digest.n_bouts, "movement"));
  std::string reasons;
  for (std::size_t i = 1; i < digest.rejected.size(); ++i) {
    if (digest.rejected[i] > 0)
      reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", digest.rejected[i], reason_words[i]);
  }
  if (!reasons.empty()) text += "not used: " + wrapped(reasons, 10) + "\n";
  return text;
}

std::string course_text(const SessionDigest& digest) {
  if (digest.earlier.empty()) return {};
  std::vector<PastSession> sessions = digest.earlier;
  sessions.push_back({.summary = digest.summary});
  return fmt::format("success from session to session  {}\n", success_course(sessions));
}

/// `fraction` as one sign.
std::string sign_of(double fraction) {
  constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const bool unicode = shows_unicode();
  if (std::isnan(fraction)) return unicode ? "·" : ".";
  if (!unicode) return std::to_string(std::min(9L, std::lround(std::floor(10.0 * fraction))));
  return blocks[static_cast<std::size_t>(std::lround(fraction * (blocks.size() - 1)))];
}

}  // namespace

std::string success_course(const std::vector<PastSession>& sessions) {
  std::string text;
  const auto shown = std::min(longest_course, std::ssize(sessions));
  for (auto session = sessions.end() - shown; session != sessions.end(); ++session)
    text += (text.empty() ? "" : " ") + sign_of(session->summary.success_fraction);
  return text;
}

std::string session_screen(const SessionDigest& digest) {
  return heading_text(digest) + findings_text(digest.findings) + "\n" + comparison_text(digest) + "\n" +
         course_text(digest) + trials_text(digest);
}

void declare(CommandLine& options, Form& into) {
  const auto json = declare_json(options, into.json, "the same numbers (NaN is null)");
  options.add_flag("--line", into.line, "one line for a lab log: key=value, separated by tabs")
      .excludes(json);
}

std::string told(const SessionDigest& digest, const Form& form) {
  if (form.json) return to_json(digest, form.indent) + "\n";
  if (form.line) return log_line(digest) + "\n";
  return session_screen(digest);
}

}  // namespace leverkin::tools
