// engine/support/grid_transform.h: one long Fourier transform as many short ones.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "support/fftw_plan.h"

namespace leverkin {

/// A transform of P = rows * columns complex numbers, taken as a row-major grid: transforms down the columns,
/// a turn of every number, transforms along the rows. Each short transform stays in a core's cache, plans
/// cost next to nothing (FFTW takes longer to plan a long transform than to run it), and threads share the
/// work. The spectrum is left where the rows put it: bin k = r + rows * c at row r, column c. Results do not
/// depend on the number of threads.
class GridTransform {
 public:
  explicit GridTransform(std::size_t size);

  /// Works on a row of the spectrum: 2 * columns() numbers, re and im in turns.
  using Row = std::function<void(std::size_t r, std::span<double> bins)>;

  /// The spectrum of `numbers` (2 P doubles, aligned to 16 bytes), row by row; `numbers` is left without
  /// meaning.
  void spectrum(std::span<double> numbers, int threads, const Row& visit) const;

  /// Forward, `visit` for every row, and back again, in place. Not normalised: P times the numbers.
  void filter(std::span<double> numbers, int threads, const Row& visit) const;

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }

 private:
  enum class Direction : std::uint8_t { forward, inverse };
  void transform_columns(std::span<double> numbers, int threads, Direction direction) const;
  void turn(std::size_t first_column, Direction direction, double* numbers) const;

  std::size_t rows_, columns_;
  BatchTransform down_, along_;
  std::vector<double> coarse_turns_, fine_turns_;  // exp(-2 pi i e / P) = coarse[e / 512] * fine[e % 512]
};

}  // namespace leverkin
