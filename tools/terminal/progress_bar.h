// tools/terminal/progress_bar.h: how far is it, and how long will it take?
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "leverkin/pipeline.h"

namespace leverkin::tools {

/// One line on standard error, redrawn ten times a second at most and wiped at the end. Only a person at a
/// terminal sees it; anywhere else nothing is written.
class ProgressBar {
 public:
  ProgressBar(std::string label, bool quiet);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `detail` stands between the bar and the time that is left.
  void show(double fraction, std::string_view detail);

  /// How far an analysis of sessions is.
  void show(const Progress& progress);

  /// What the engine calls as it goes on: shows it, and is false after Ctrl-C, which stops the engine.
  [[nodiscard]] std::function<bool(const Progress&)> follow();
  /// The same of work that is counted in `steps`, "recordings".
  [[nodiscard]] std::function<bool(std::int64_t done, std::int64_t total)> follow(std::string steps);

  /// Wipes the line, so that a message can follow. Called by the destructor, too.
  void clear();

  [[nodiscard]] double elapsed_s() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  bool shown_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_ = start_;
};

}  // namespace leverkin::tools
