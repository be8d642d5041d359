// engine/stages/bouts/edge_fit.h: when did the lever begin to leave its rest, and how sure is that?
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace leverkin {

/// The beginning of one rise. Places are samples of the trace that was given, counted from its first, and lie
/// between samples.
struct EdgeFit {
  enum class State : std::uint8_t {
    cut,         ///< no rest to leave: it had begun when the data did
    not_fitted,  ///< no shape fits; the start is where the speed leaves its noise
    fitted,
  };
  State state = State::cut;
  double start = 0.0, sd = std::numeric_limits<double>::quiet_NaN();
  /// Where the lever was before, and when; NaN where it had no time to rest.
  double rest_v = std::numeric_limits<double>::quiet_NaN(), rest_place = 0.0;
  double rest_sd = 0.0;  ///< by how much it trembled there, V
  bool rings = false;    ///< it rang there, so much that this can move the start

  /// Where the best shape passes this far from rest (without sign); NaN where nothing was fitted.
  [[nodiscard]] double passage(double volts) const;

  /// To samples of another trace: from `origin` on, or backwards from it (direction -1).
  void shift(double origin, double direction);

  static constexpr double crude_sd = 30.0;  ///< samples; of a start that was not fitted

  // The best shape: end_v at `end`, from 0 at `begin`.
  double begin = 0.0, end = 0.0, end_v = 0.0;
  std::int64_t power = 0;
  double bend = 0.0;
};

/// Fits one edge after the other in memory of its own, all of it taken at construction.
class EdgeFitter {
 public:
  static constexpr std::int64_t look_back = 420;   ///< samples before a core that can count
  static constexpr std::int64_t look_ahead = 700;  ///< and from its first one on

  EdgeFitter();

  /// `volts` begins where the lever may have been at rest, at most look_back samples before the core, and
  /// goes on as the lever moves; `core` is the first sample at which it surely moves. What is smaller than a
  /// third of `least_v` and within the noise is no departure.
  [[nodiscard]] EdgeFit fit(std::span<const double> volts, std::int64_t core, double least_v);

  /// The end of a movement: the same on the trace read backwards. `core_end`: the sample after the last one
  /// at which it surely moves; at most look_back more follow. Places count back from the last sample.
  [[nodiscard]] EdgeFit fit_backwards(std::span<const double> volts, std::int64_t core_end, double least_v);

 private:
  struct Window;
  void lay_out_nuisance(const Window& window);
  void add_line(int frequency_hz, std::size_t count);
  void add_column(std::span<double> column);
  double project_lever(const Window& window);
  void match(const Window& window);
  [[nodiscard]] std::size_t best_of(const Window& window) const;
  [[nodiscard]] double height(std::size_t at) const { return std::sqrt(gain_[at] / norm_[at]); }
  std::size_t match_where_it_counts(const Window& window, double without, double& scale);
  std::size_t weigh_starts(const Window& window, std::size_t best, double scale);
  void fit_start(Window& window, EdgeFit& fit);

  enum class Look : std::uint8_t { unknown, wanted, done };

  std::vector<double> mean_, speed_;  // 10 ms mean; speed from three means of 20 ms
  std::vector<std::vector<double>> nuisance_;
  std::size_t columns_ = 0;
  std::vector<double> backwards_, rest_, residual_, sums_, weight_;
  std::vector<Look> look_;                 // of every start
  std::unique_ptr<double[]> gain_, norm_;  // of every start and shape; large, and hardly ever all used
};

}  // namespace leverkin
