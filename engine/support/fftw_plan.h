// engine/support/fftw_plan.h: real Fourier transforms of any length; the only file that knows FFTW.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace leverkin {

/// FFTW's planner is not thread-safe: every plan of ours is made and destroyed under this lock.
void lock_planner();
void unlock_planner();

/// "fftw-3.3.10-sse2-avx"
std::string fftw_library_version();

/// In place: volts (n) <-> n / 2 + 1 complex bins, in one buffer of 2 * (n / 2 + 1) doubles.
/// Plans by ESTIMATE, so the same length always gives the same bits.
class RealTransform {
 public:
  explicit RealTransform(std::int64_t n);
  ~RealTransform();
  RealTransform(const RealTransform&) = delete;
  RealTransform& operator=(const RealTransform&) = delete;

  [[nodiscard]] std::span<double> buffer();  ///< 2 * (n / 2 + 1) doubles, aligned for FFTW
  void forward();
  void inverse();  ///< not normalised: n times the signal

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leverkin
