// engine/stages/bouts/live_bouts.h: when did the animal move, as far as can be said while it still does?
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "leverkin/parameters.h"
#include "leverkin/trace.h"

namespace leverkin {

/// Bouts of a lever trace that is still growing. All memory is taken at construction; nothing depends on how
/// the trace was cut into pieces.
class LiveBouts {
 public:
  /// `most_waiting`: bouts kept until they are taken; of more, the oldest are forgotten.
  explicit LiveBouts(std::size_t most_waiting) : waiting_(most_waiting) {}
  virtual ~LiveBouts() = default;
  LiveBouts(const LiveBouts&) = delete;
  LiveBouts& operator=(const LiveBouts&) = delete;

  /// A bout is known this long after its last sample, at most (but for one that may still turn out to be the
  /// first part of a longer one: live_pause_bouts).
  [[nodiscard]] virtual double delay_s() const = 0;

  /// `lever`: the whole trace so far, of which the part that is new is looked at. `no_data`: the stretches
  /// without data in it.
  virtual void advance(std::span<const double> lever, std::span<const SampleRange> no_data) noexcept = 0;

  /// Sample at which the lever last moved fast, without the delay; -1: never.
  [[nodiscard]] virtual std::int64_t last_fast() const = 0;
  /// Standard deviation of the lever at rest so far, in volts; NaN before there was any rest.
  [[nodiscard]] virtual double noise_v() const = 0;

  /// Takes the oldest bout that waits; false where there is none.
  [[nodiscard]] bool take(SampleRange& bout) noexcept;
  [[nodiscard]] std::int64_t found() const { return found_; }  ///< so far, taken or not

 protected:
  void report(const SampleRange& bout) noexcept;

 private:
  std::int64_t found_ = 0;
  std::vector<SampleRange> waiting_;
  std::size_t first_waiting_ = 0, waiting_count_ = 0;
};

/// Those of parameters.bout_method.
[[nodiscard]] std::unique_ptr<LiveBouts> make_live_bouts(const Parameters& parameters,
                                                         std::size_t most_waiting);

}  // namespace leverkin
