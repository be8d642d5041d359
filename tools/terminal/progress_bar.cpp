#include "terminal/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>

#include "terminal/interrupt.h"
#include "terminal/quantities.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr std::size_t widest_bar = 32;
constexpr std::size_t narrowest_bar = 6;
// Opening, checking and storing a session takes as long as reading so many samples.
constexpr double samples_of_a_session = 3e6;

std::string bar(double fraction, std::size_t width) {
  const auto full = static_cast<std::size_t>(fraction * static_cast<double>(width));
  const bool unicode = shows_unicode();
  std::string text;
  for (std::size_t i = 0; i < width; ++i) {
    if (unicode) {
      text += i < full ? "━" : "╌";
    } else {
      text += i < full ? "#" : ".";
    }
  }
  return text;
}

std::string time_left(double fraction, double elapsed_s) {
  // The first moments say nothing yet.
  if (fraction < 0.01 || elapsed_s < 0.5) return {};
  return fmt::format("  {} left", clock_text(elapsed_s * (1.0 - fraction) / fraction));
}

}  // namespace

ProgressBar::ProgressBar(std::string label, bool quiet)
    : label_(std::move(label)), shown_(!quiet && standard_error().terminal) {}

ProgressBar::~ProgressBar() { clear(); }

double ProgressBar::elapsed_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void ProgressBar::show(double fraction, std::string_view detail) {
  if (!shown_ || Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + redraw_interval;
  fraction = std::clamp(fraction, 0.0, 1.0);
  const std::string text =
      fmt::format("{:3.0f} %  {}{}", 100.0 * fraction, detail, time_left(fraction, elapsed_s()));
  // Three columns stay free, for the ^C that terminals echo: a wrapped line cannot be wiped.
  const auto columns = static_cast<std::size_t>(standard_error().width) - 3;
  const std::size_t taken = display_width(label_) + display_width(text) + 3;
  std::string line = label_ + "  ";
  if (taken + narrowest_bar <= columns) line += bar(fraction, std::min(widest_bar, columns - taken)) + " ";
  line += text;
  if (display_width(line) > columns) line = text.substr(0, columns);
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::show(const Progress& progress) {
  const auto work = [](std::int64_t samples, std::int64_t sessions) {
    return static_cast<double>(samples) + samples_of_a_session * static_cast<double>(sessions);
  };
  const double done = work(progress.samples_done, progress.sessions_done);
  const double total = work(progress.samples_total, progress.sessions_total);
  const double speed = static_cast<double>(progress.samples_done) / std::max(elapsed_s(), 1e-3);
  show(total > 0.0 ? done / total : 0.0, fmt::format("{} of {} sessions  {:.1f} MS/s", progress.sessions_done,
                                                     progress.sessions_total, speed / 1e6));
}

std::function<bool(const Progress&)> ProgressBar::follow() {
  return [this](const Progress& progress) {
    show(progress);
    return !interrupted();
  };
}

std::function<bool(std::int64_t, std::int64_t)> ProgressBar::follow(std::string steps) {
  return [this, steps = std::move(steps)](std::int64_t done, std::int64_t total) {
    show(static_cast<double>(done) / static_cast<double>(total),
         fmt::format("{} of {} {}", done, total, steps));
    return !interrupted();
  };
}

void ProgressBar::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace leverkin::tools
