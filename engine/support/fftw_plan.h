// engine/support/fftw_plan.h: Fourier transforms of any length; the only file that knows FFTW.
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

/// In place, on memory of the caller. Not normalised: forward and inverse together give n times the signal.
/// Plans by ESTIMATE, so the same length always gives the same bits.
class ComplexTransform {
 public:
  /// `bins`: n complex numbers as 2 n doubles, which outlive this object. Keeps what they hold.
  explicit ComplexTransform(std::span<double> bins);
  ~ComplexTransform();
  ComplexTransform(const ComplexTransform&) = delete;
  ComplexTransform& operator=(const ComplexTransform&) = delete;

  void forward();
  void inverse();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leverkin
