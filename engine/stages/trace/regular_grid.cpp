#include "stages/trace/regular_grid.h"

#include <algorithm>
#include <cmath>

#include "leverkin/movements.h"

namespace leverkin {
namespace {

// Time stamps are rounded decimals: a grid point this close to one (in grid steps) is meant to be on it.
constexpr double on_stamp = 1e-6;

constexpr double longest_pause_s = 600.0, kept_of_it_s = 60.0;

void add_range(std::vector<SampleRange>& ranges, SampleRange range) {
  range.begin = std::max<std::int64_t>(0, range.begin);
  if (range.begin >= range.end) return;
  if (!ranges.empty() && range.begin <= ranges.back().end) {
    ranges.back().end = std::max(ranges.back().end, range.end);
  } else {
    ranges.push_back(range);
  }
}

// Lever samples strictly between two times.
SampleRange between(double begin_s, double end_s) {
  return {static_cast<std::int64_t>(std::floor(begin_s * lever_rate_hz + on_stamp)) + 1,
          static_cast<std::int64_t>(std::ceil(end_s * lever_rate_hz - on_stamp))};
}

}  // namespace

double grid_rate_hz(double median_rate_hz) {
  return median_rate_hz <= lever_rate_hz ? lever_rate_hz : std::round(median_rate_hz);
}

void HoleFiller::close_hole(double next) {
  const double from = any_finite_ ? last_ : next;
  line_ = {from, (next - from) / static_cast<double>(hole_ + 1), 0, hole_};
  const double first = static_cast<double>(seen_), end = static_cast<double>(seen_ + hole_);
  SampleRange range = between((first - 1.0) / rate_hz_, end / rate_hz_);
  range.begin = std::min(range.begin, event_sample(first / rate_hz_));
  range.end = std::max(range.end, event_sample((end - 1.0) / rate_hz_) + 1);
  add_range(no_data_, range);
  seen_ += hole_;
  missing_ += hole_;
  hole_ = 0;
}

bool HoleFiller::draw_line(std::vector<double>& filled, std::size_t most) {
  for (; line_.at < line_.end && filled.size() < most; ++line_.at)
    filled.push_back(line_.from + line_.step * static_cast<double>(line_.at + 1));
  return line_.at == line_.end;
}

std::size_t HoleFiller::push(std::span<const double> volts, std::vector<double>& filled, std::size_t most) {
  for (std::size_t i = 0; i < volts.size(); ++i) {
    const double v = volts[i];
    if (!std::isfinite(v)) {
      ++hole_;
      continue;
    }
    if (hole_ > 0) close_hole(v);
    if (!draw_line(filled, most) || filled.size() >= most) return i;
    filled.push_back(v);
    last_ = v;
    any_finite_ = true;
    ++seen_;
  }
  return volts.size();
}

bool HoleFiller::finish(std::vector<double>& filled, std::size_t most) {
  if (hole_ > 0) close_hole(last_);
  return draw_line(filled, most);
}

void GridInterpolator::reach(double seconds, double volts, std::vector<double>& grid) {
  const double span = seconds - last_s_;
  while (true) {
    const double t = static_cast<double>(produced_) / rate_hz_;
    if (t > seconds + on_stamp / rate_hz_) break;
    const double share = span > 0.0 ? std::clamp((t - last_s_) / span, 0.0, 1.0) : 1.0;
    grid.push_back(last_v_ + share * (volts - last_v_));
    ++produced_;
  }
}

// Whole seconds, which are whole samples of every grid.
void GridInterpolator::shorten_pause(double seconds) {
  const double pause_s = seconds - last_s_;
  if (!any_finite_ || pause_s <= longest_pause_s) return;
  const double left_out_s = std::floor(pause_s - kept_of_it_s);
  left_out_.push_back({event_sample(last_s_ + kept_of_it_s / 2), event_sample(left_out_s)});
  left_out_s_ += left_out_s;
}

void GridInterpolator::push(std::span<const double> seconds, std::span<const double> volts,
                            std::vector<double>& grid) {
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    if (std::isfinite(volts[i])) shorten_pause(seconds[i] - left_out_s_);
    const double now_s = seconds[i] - left_out_s_;
    end_s_ = now_s;
    if (!std::isfinite(volts[i])) {
      ++missing_;
      hole_ = true;
      continue;
    }
    if (!any_finite_) last_v_ = volts[i];
    reach(now_s, volts[i], grid);
    if (hole_ || now_s - last_s_ > gap_limit_s_)
      add_range(no_data_, between(any_finite_ ? last_s_ : -1.0, now_s));
    last_s_ = now_s;
    last_v_ = volts[i];
    any_finite_ = true;
    hole_ = false;
  }
}

void GridInterpolator::finish(std::vector<double>& grid) {
  if (!hole_) return;
  reach(end_s_, last_v_, grid);
  add_range(no_data_, {between(last_s_, end_s_).begin, event_sample(end_s_) + 1});
}

}  // namespace leverkin
