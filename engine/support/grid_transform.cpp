#include "support/grid_transform.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr std::size_t side_by_side = 16;  // columns transformed together: four cache lines of every row
constexpr std::size_t fine = 512;

// The largest divisor that is at most the square root.
std::size_t split(std::size_t size) {
  auto rows = static_cast<std::size_t>(std::sqrt(static_cast<double>(size)));
  while (size % rows != 0) --rows;
  return rows;
}

std::vector<double> unit_roots(std::size_t count, std::size_t stride, std::size_t size) {
  std::vector<double> roots;
  roots.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle =
        -2.0 * std::numbers::pi * static_cast<double>(i * stride) / static_cast<double>(size);
    roots.push_back(std::cos(angle));
    roots.push_back(std::sin(angle));
  }
  return roots;
}

}  // namespace

GridTransform::GridTransform(std::size_t size)
    : rows_(split(size)),
      columns_(size / rows_),
      down_(rows_, side_by_side, BatchTransform::Layout::interleaved),
      along_(columns_, 1, BatchTransform::Layout::consecutive),
      coarse_turns_(unit_roots(size / fine + 1, fine, size)),
      fine_turns_(unit_roots(fine, 1, size)) {}

// numbers[r][j] *= exp(-+2 pi i r (first_column + j) / P)
void GridTransform::turn(std::size_t first_column, Direction direction, double* numbers) const {
  const double sign = direction == Direction::forward ? 1.0 : -1.0;
  for (std::size_t r = 1; r < rows_; ++r) {
    double* z = numbers + 2 * r * side_by_side;
    for (std::size_t j = 0; j < side_by_side; ++j) {
      // Columns beyond the last are room that is not used; their exponent is brought back to where there are
      // roots.
      const std::size_t exponent = r * std::min(first_column + j, columns_ - 1);
      const double *a = &coarse_turns_[2 * (exponent / fine)], *b = &fine_turns_[2 * (exponent % fine)];
      const double c = a[0] * b[0] - a[1] * b[1], s = sign * (a[0] * b[1] + a[1] * b[0]);
      const double x = z[2 * j], y = z[2 * j + 1];
      z[2 * j] = x * c - y * s;
      z[2 * j + 1] = x * s + y * c;
    }
  }
}

void GridTransform::transform_columns(std::span<double> numbers, int threads, Direction direction) const {
  const std::size_t groups = (columns_ + side_by_side - 1) / side_by_side;
  const std::int64_t workers = worker_count(threads, static_cast<std::int64_t>(groups));
  parallel_for(workers, threads, [&](std::int64_t worker) {
    std::vector<double> buffer(2 * rows_ * side_by_side);
    for (auto group = static_cast<std::size_t>(worker); group < groups;
         group += static_cast<std::size_t>(workers)) {
      const std::size_t first = group * side_by_side, count = std::min(side_by_side, columns_ - first);
      for (std::size_t r = 0; r < rows_; ++r)
        std::copy_n(&numbers[2 * (r * columns_ + first)], 2 * count, &buffer[2 * r * side_by_side]);
      if (direction == Direction::inverse) {
        turn(first, direction, buffer.data());
        down_.inverse(buffer.data());
      } else {
        down_.forward(buffer.data());
        turn(first, direction, buffer.data());
      }
      for (std::size_t r = 0; r < rows_; ++r)
        std::copy_n(&buffer[2 * r * side_by_side], 2 * count, &numbers[2 * (r * columns_ + first)]);
    }
  });
}

void GridTransform::spectrum(std::span<double> numbers, int threads, const Row& visit) const {
  transform_columns(numbers, threads, Direction::forward);
  parallel_for(static_cast<std::int64_t>(rows_), threads, [&](std::int64_t r) {
    const auto row = numbers.subspan(2 * static_cast<std::size_t>(r) * columns_, 2 * columns_);
    along_.forward(row.data());
    visit(static_cast<std::size_t>(r), row);
  });
}

void GridTransform::filter(std::span<double> numbers, int threads, const Row& visit) const {
  spectrum(numbers, threads, [&](std::size_t r, std::span<double> row) {
    visit(r, row);
    along_.inverse(row.data());
  });
  transform_columns(numbers, threads, Direction::inverse);
}

}  // namespace leverkin
