// engine/stages/trace/regular_grid.h: how does a recording with holes or uneven time stamps become evenly
// spaced samples?
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "leverkin/trace.h"

namespace leverkin {

/// Non-finite samples of an evenly sampled recording: filters see a straight line across them (the nearest
/// sample before the first and after the last finite one).
class HoleFiller {
 public:
  /// Room for `holes` stretches without data is taken at once.
  explicit HoleFiller(double rate_hz, std::size_t holes = 0) : rate_hz_(rate_hz) { no_data_.reserve(holes); }

  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  /// Appends to `filled` what `volts` decides, until `filled` holds `most` samples; returns how many of
  /// `volts` were taken. Samples of an open hole come with the push that ends it, or finish().
  std::size_t push(std::span<const double> volts, std::vector<double>& filled, std::size_t most = no_limit);
  /// Likewise; false where something is left for the next call.
  bool finish(std::vector<double>& filled, std::size_t most = no_limit);

  /// Lever samples without data: those nearest to a missing raw sample, and those between two samples around
  /// a hole.
  [[nodiscard]] const std::vector<SampleRange>& no_data() const { return no_data_; }
  [[nodiscard]] std::int64_t missing() const { return missing_; }

 private:
  void close_hole(double next);
  bool draw_line(std::vector<double>& filled, std::size_t most);

  // Samples of a closed hole that are still to be written: from + step * i, at < i <= end.
  struct Line {
    double from = 0.0, step = 0.0;
    std::int64_t at = 0, end = 0;
  };

  double rate_hz_;
  double last_ = 0.0;  // the last finite sample
  bool any_finite_ = false;
  std::int64_t seen_ = 0;  // raw samples decided so far
  std::int64_t hole_ = 0;  // missing samples waiting for the next finite one
  std::int64_t missing_ = 0;
  Line line_;
  std::vector<SampleRange> no_data_;
};

/// Samples with time stamps of their own, linearly interpolated onto a regular grid that starts at time 0.
class GridInterpolator {
 public:
  /// Pauses longer than gap_limit_s, and stretches of non-finite samples, are no data. Of a pause of more
  /// than ten minutes (an experiment that went on the next day, a clock that was set) only one is put on the
  /// grid.
  GridInterpolator(double grid_rate_hz, double gap_limit_s)
      : rate_hz_(grid_rate_hz), gap_limit_s_(gap_limit_s) {}

  /// Strictly increasing time stamps, the first one 0. Appends the grid samples up to the last finite sample.
  void push(std::span<const double> seconds, std::span<const double> volts, std::vector<double>& grid);
  void finish(std::vector<double>& grid);

  [[nodiscard]] const std::vector<SampleRange>& no_data() const { return no_data_; }
  [[nodiscard]] const std::vector<LeftOut>& left_out() const { return left_out_; }
  [[nodiscard]] std::int64_t missing() const { return missing_; }

 private:
  void shorten_pause(double seconds);
  void reach(double seconds, double volts, std::vector<double>& grid);

  double rate_hz_, gap_limit_s_;
  double last_s_ = 0.0, last_v_ = 0.0, end_s_ = 0.0;  // without what is left out, as all the rest
  double left_out_s_ = 0.0;
  bool any_finite_ = false, hole_ = false;
  std::int64_t produced_ = 0, missing_ = 0;
  std::vector<SampleRange> no_data_;
  std::vector<LeftOut> left_out_;
};

/// The raw rate of a grid for irregular time stamps of this median rate: the lever clock up to 1 kHz, else
/// the median rate rounded to 1 Hz (docs/formats.md#rates-and-gaps).
[[nodiscard]] double grid_rate_hz(double median_rate_hz);

}  // namespace leverkin
