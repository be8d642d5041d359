// tools/terminal/live_view.h: how does a session look while it runs?
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/engine.h"

namespace leverkin::tools {

struct LiveScene {
  const SessionIdentity& identity;
  const EngineState& state;
  const std::optional<LiveBout>& last_bout;
  bool being_written = false;
  double silent_s = 0.0;  ///< since the last new sample
};

/// A few lines on standard error, redrawn in place four times a second at most. Only a person at a terminal
/// sees them; anywhere else there is a line a minute.
class LiveView {
 public:
  LiveView(const std::string& file, bool quiet);
  ~LiveView();
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void show(const LiveScene& scene);
  void waiting(std::string_view why);
  void say(std::string_view text);  ///< one line that stays
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool due();
  void draw(const std::vector<std::string>& lines);

  std::string file_;
  bool quiet_, terminal_;
  std::size_t drawn_ = 0;   // lines
  std::string waited_for_;  // as it was said last
  Clock::time_point next_ = Clock::now();
};

/// The lines of the view, for a terminal of `width` columns.
[[nodiscard]] std::vector<std::string> live_lines(const std::string& file, const LiveScene& scene);

}  // namespace leverkin::tools
