// engine/support/fftw_plan.h: Fourier transforms of any length; the only file that knows FFTW.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace leverkin {

/// "fftw-3.3.10-sse2-avx"
std::string fftw_library_version();

/// Is a transform of n numbers as fast as they come: has n no prime factor above 7?
[[nodiscard]] bool is_good_transform_size(std::size_t n);

/// The smallest such n that is at least `least`.
[[nodiscard]] std::size_t good_transform_size(std::size_t least);

/// Many short transforms at once, in place: `count` of them, `length` complex numbers each, one after the
/// other or side by side. Plans are small and quickly made; run on any memory that is aligned to 16 bytes,
/// from any thread.
class BatchTransform {
 public:
  enum class Layout : std::uint8_t {
    consecutive,  ///< number i of transform j is at j * length + i
    interleaved,  ///< number i of transform j is at i * count + j
  };
  BatchTransform(std::size_t length, std::size_t count, Layout layout);
  ~BatchTransform();
  BatchTransform(const BatchTransform&) = delete;
  BatchTransform& operator=(const BatchTransform&) = delete;

  void forward(double* numbers) const;
  void inverse(double* numbers) const;  ///< not normalised

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

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
