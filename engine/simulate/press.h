// engine/simulate/press.h: what shape has a lever movement?
//
// Reaching movements of limbs are well described as sums of overlapping minimum-jerk submovements (Flash &
// Hogan 1985, J. Neurosci. 5, 1688; Rohrer et al. 2002, J. Neurosci. 22, 8297).
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "leverkin/simulate.h"
#include "simulate/random.h"

namespace leverkin {

/// The plan of a movement: how far, how fast and after which pause the lever goes from one position to the
/// next: up to two fidgets up and back, the press itself, three positions while it is held, the return.
struct PressShape {
  static constexpr std::size_t moves = 9;
  static constexpr std::size_t press = 4;  ///< index of the press; fidgets come before it

  std::size_t first = press;  ///< 0, 2, press: with two fidgets, one, none
  std::array<double, moves>
      level{};  ///< position at the end of a move, as a part of the press; 0 after the return
  std::array<double, moves> pause_s{};  ///< from the end of the move before; negative: they overlap
  std::array<double, moves> duration_s{};
  PressCourse course = PressCourse::minimum_jerk;  ///< of every move; backwards in the return

  /// Any movement a naive animal may make.
  [[nodiscard]] static PressShape random(Random& random);

  /// The movement that one animal settles on: a quick press, a hold and a return of its own, without fidgets.
  [[nodiscard]] static PressShape habitual(Random& random);

  /// `weight` of `habit`, the rest of this one, parameter by parameter; fidgets are made as here.
  [[nodiscard]] PressShape mixed_with(const PressShape& habit, double weight) const;

  /// Each time scaled and each held position shifted at random; spreads relative to 1.
  [[nodiscard]] PressShape jittered(double timing, double amplitude, Random& random) const;
};

/// A movement in time: the noise-free position of the lever.
class Press {
 public:
  Press(const PressShape& shape, double start_s, double press_mm);

  [[nodiscard]] double start_s() const { return start_s_; }
  [[nodiscard]] double end_s() const { return end_s_; }
  [[nodiscard]] double position_mm(double time_s) const;  ///< 0 outside [start_s, end_s]
  /// Peak speeds of the first move and of the return, mm/s, as if of minimum jerk.
  [[nodiscard]] double first_speed_mm_per_s() const;
  [[nodiscard]] double last_speed_mm_per_s() const;

  void move_to(double start_s);
  void scale(double factor);

 private:
  struct Submovement {
    double start_s = 0.0, duration_s = 1.0, change_mm = 0.0;  ///< times from the start of the movement
  };
  std::array<Submovement, PressShape::moves> parts_{};
  double start_s_ = 0.0, end_s_ = 0.0;
  std::size_t first_ = 0;
  PressCourse course_ = PressCourse::minimum_jerk;
};

/// The longest time within a press in which its position stays within `range_mm`.
[[nodiscard]] double longest_still_s(const Press& press, double range_mm);

/// What can be seen of a noise-free movement.
struct PressExtent {
  double onset_s = 0.0, offset_s = 0.0;  ///< first and last millisecond beyond 1 % of the peak
  double peak_mm = 0.0;                  ///< largest displacement
};
[[nodiscard]] PressExtent extent_of(const Press& press);

/// When the lever, at `from_s` or later, passes the lower threshold within 200 ms of passing the upper one
/// (0.5 mm): the moment of reward in the task of Chen et al. 2015.
[[nodiscard]] std::optional<double> reward_time_of(const Press& press, double threshold_mm, double from_s);

}  // namespace leverkin
