#include "pipeline/trial_log.h"

#include <algorithm>
#include <cmath>

#include "support/no_number.h"

namespace leverkin {
namespace {

// Puts events, in the order of time, together to trials.
class Assembler {
 public:
  void take(const Event& event) {
    switch (event.kind) {
      case EventKind::trial_start:
        begin(event.seconds, true);
        break;
      case EventKind::cue:
        if (!open_ || (!announced_ && (has(table_.cue_s) || has(table_.reward_s))))
          begin(event.seconds, false);
        if (!has(table_.cue_s) && !has(table_.reward_s)) table_.cue_s.back() = event.seconds;
        break;
      case EventKind::reward:
        if (!open_ || (!announced_ && has(table_.reward_s))) begin(event.seconds, false);
        if (!has(table_.reward_s)) table_.reward_s.back() = event.seconds;
        break;
      case EventKind::trial_stop:
        if (open_) table_.stop_s.back() = event.seconds;
        open_ = false;
        break;
    }
  }

  TrialTable table() && { return std::move(table_); }

 private:
  static bool has(const std::vector<double>& column) { return !std::isnan(column.back()); }

  void begin(double seconds, bool announced) {
    table_.start_s.push_back(seconds);
    for (auto* column : {&table_.stop_s, &table_.cue_s, &table_.reward_s}) column->push_back(no_number);
    open_ = true;
    announced_ = announced;
  }

  TrialTable table_;
  bool open_ = false, announced_ = false;
};

}  // namespace

bool TrialLog::add(Event event) noexcept {
  if (events_.size() == events_.capacity()) return false;
  events_.push_back(event);
  return true;
}

double TrialLog::last(EventKind kind, double before) const noexcept {
  double latest = no_number;
  for (const Event& event : events_)
    if (event.kind == kind && event.seconds <= before && !(event.seconds <= latest)) latest = event.seconds;
  return latest;
}

double TrialLog::first(EventKind kind, double from, double to) const noexcept {
  double earliest = no_number;
  for (const Event& event : events_)
    if (event.kind == kind && event.seconds >= from && event.seconds < to && !(event.seconds >= earliest))
      earliest = event.seconds;
  return earliest;
}

TrialTable TrialLog::table() const {
  std::vector<Event> sorted = events_;
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Assembler assembler;
  for (const Event& event : sorted) assembler.take(event);
  return std::move(assembler).table();
}

}  // namespace leverkin
