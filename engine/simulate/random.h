// engine/simulate/random.h: which random numbers come next?
//
// The standard fixes the engine's bits but not those of its distributions, so these are our own: the same
// seed gives the same numbers with every standard library.
#pragma once

#include <cstdint>
#include <random>

namespace leverkin {

/// What a stream of random numbers is used for. Streams are independent, so the noise does not change the
/// behaviour.
enum class Stream : std::uint32_t { animal, behaviour, noise, faults };

class Random {
 public:
  /// One stream per use, animal and session; `session` is 0 for what an animal keeps all its life.
  Random(std::uint64_t seed, std::int64_t animal, std::int64_t session, Stream stream);

  [[nodiscard]] double uniform();                         ///< [0, 1)
  [[nodiscard]] double uniform(double low, double high);  ///< [low, high)
  [[nodiscard]] double normal();                          ///< mean 0, standard deviation 1
  [[nodiscard]] double exponential(double mean);
  [[nodiscard]] bool chance(double probability) { return uniform() < probability; }

 private:
  [[nodiscard]] double normal_tail(bool negative);

  std::mt19937_64 engine_;
};

}  // namespace leverkin
