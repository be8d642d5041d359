#include "terminal/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "leverkin/findings.h"
#include "terminal/quantities.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

constexpr std::chrono::milliseconds refresh_interval{250};
constexpr std::chrono::seconds line_interval{60};
constexpr double silence_s = 3.0;

std::string label(std::string_view text) {
  return styled(standard_error(), Style::dim, fmt::format("{:<11}", text));
}

/// As much as one row of the terminal holds: a second one would stay there at every redraw.
std::string one_row(const std::string& text) {
  const auto room = static_cast<std::size_t>(standard_error().width - 1);
  if (display_width(text) <= room) return text;
  std::string row;
  std::size_t columns = 0;
  for (const char byte : text) {
    const bool begins = (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // of a code point
    if (begins && ++columns > room - 3) break;
    row += byte;
  }
  return row + "...";
}

std::string attention(const std::string& text) { return styled(standard_error(), Style::yellow, text); }

std::string trials_text(const EngineState& state) {
  if (state.n_trials == 0) return "none yet";
  const double success = static_cast<double>(state.n_rewarded) / static_cast<double>(state.n_trials);
  return fmt::format("{}, {} rewarded ({} %)", state.n_trials, state.n_rewarded, percent(success));
}

std::string bout_text(const std::optional<LiveBout>& bout) {
  if (!bout) return "none yet";
  std::string text =
      fmt::format("{} for {} s", clock_text(bout->onset_s), number(bout->offset_s - bout->onset_s, 2));
  if (std::isnan(bout->reward_s)) return text;
  text += ", rewarded";
  if (!std::isnan(bout->cue_s))
    text += fmt::format(" {} s after the cue", number(bout->reward_s - bout->cue_s, 2));
  return text;
}

/// Seconds at one end of the range, from which on the finished session is said to be clipped (if that is not
/// where the lever rests).
double clipped_s() {
  static const double threshold = [] {
    const auto table = finding_table();
    return std::ranges::find(table, std::string_view("clipped"), &FindingKind::code)->threshold;
  }();
  return threshold;
}

std::string sensor_text(const EngineState& state) {
  std::string text = fmt::format("noise {} mV, range {} .. {} V", number(1000.0 * state.noise_v, 2),
                                 number(state.low_v, 3), number(state.high_v, 3));
  if (std::max(state.at_low, state.at_high) * state.recorded_s >= clipped_s())
    text += attention(fmt::format(", clipping: {} % of samples at {} V",
                                  number(100.0 * std::max(state.at_low, state.at_high), 1),
                                  number(state.at_low > state.at_high ? state.low_v : state.high_v, 3)));
  if (state.n_not_finite > 0)
    text += attention(fmt::format(", {} samples are not numbers", state.n_not_finite));
  return text;
}

std::string now_text(const LiveScene& scene) {
  if (scene.silent_s > silence_s)
    return attention(fmt::format("no new samples for {:.0f} s", scene.silent_s));
  const char* sign = shows_unicode() ? (scene.state.moving ? "●" : "○") : (scene.state.moving ? "*" : "-");
  return fmt::format("{} {}", sign,
                     scene.state.moving ? styled(standard_error(), Style::bold, "moving") : "at rest");
}

}  // namespace

std::vector<std::string> live_lines(const std::string& file, const LiveScene& scene) {
  const EngineState& state = scene.state;
  const std::string who = fmt::format("{}, session {}", scene.identity.subject, scene.identity.session);
  return {styled(standard_error(), Style::bold, who) + "  " +
              styled(standard_error(), Style::dim,
                     file + (scene.being_written ? "" : "  (not in SWMR mode: best effort)")),
          label("recorded") + fmt::format("{:<10}", clock_text(state.recorded_s)) + now_text(scene),
          label("trials") + trials_text(state),
          label("last bout") + bout_text(scene.last_bout),
          label("bouts") + fmt::format("{} (provisional)", state.n_bouts),
          label("sensor") + sensor_text(state)};
}

LiveView::LiveView(const std::string& file, bool quiet)
    : file_(std::filesystem::path(file).filename().string()),
      quiet_(quiet),
      terminal_(standard_error().terminal) {}

LiveView::~LiveView() { clear(); }

bool LiveView::due() {
  if (quiet_ || Clock::now() < next_) return false;
  next_ = Clock::now() + (terminal_ ? Clock::duration(refresh_interval) : Clock::duration(line_interval));
  return true;
}

void LiveView::show(const LiveScene& scene) {
  if (!due()) return;
  if (terminal_) return draw(live_lines(file_, scene));
  message(fmt::format("{}: {} trials, {} rewarded, {} bouts", clock_text(scene.state.recorded_s),
                      scene.state.n_trials, scene.state.n_rewarded, scene.state.n_bouts));
}

void LiveView::waiting(std::string_view why) {
  if (!due()) return;
  const std::string text = fmt::format("waiting for samples{}{}", why.empty() ? "" : ": ", why);
  if (terminal_) return draw({styled(standard_error(), Style::dim, one_row(text))});
  if (text != waited_for_) message(text);
  waited_for_ = text;
}

// Up to the first line, then every line anew, what was longer wiped.
void LiveView::draw(const std::vector<std::string>& lines) {
  std::string text = drawn_ > 0 ? fmt::format("\r\x1b[{}A", drawn_) : "";
  for (const std::string& line : lines) text += "\x1b[2K" + harmless(standard_error(), line) + "\n";
  if (lines.size() < drawn_) text += "\x1b[J";
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  drawn_ = lines.size();
}

void LiveView::say(std::string_view text) {
  clear();
  if (!quiet_) message(text);
}

void LiveView::clear() {
  if (drawn_ == 0) return;
  std::fputs(fmt::format("\r\x1b[{}A\x1b[J", drawn_).c_str(), stderr);
  std::fflush(stderr);
  drawn_ = 0;
}

}  // namespace leverkin::tools
