#include "stages/envelope/pair_quadrature.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace leverkin {

PairQuadrature::PairQuadrature(std::span<double> values, int threads)
    : values_(values), threads_(threads), transform_(values.size() / 2) {
  for (std::size_t c = 0; c < transform_.columns(); ++c) {
    const double angle =
        std::numbers::pi * static_cast<double>(c) / static_cast<double>(transform_.columns());
    column_turns_.push_back(std::cos(angle));
    column_turns_.push_back(std::sin(angle));
  }
}

template <typename Visit>
void PairQuadrature::for_each_bin(std::size_t r, std::span<double> row, Visit visit) const {
  const std::size_t pairs = values_.size() / 2;
  const double angle = std::numbers::pi * static_cast<double>(r) / static_cast<double>(pairs);
  const double re = std::cos(angle), im = std::sin(angle);
  const std::size_t columns = transform_.columns();
  for (std::size_t c = 0; c < columns; ++c) {
    const double* turn = &column_turns_[2 * c];
    visit(r * columns + c, re * turn[0] - im * turn[1], re * turn[1] + im * turn[0], &row[2 * c]);
  }
}

PairQuadrature::PairQuadrature(std::span<double> values, int threads,
                               const std::function<double(std::size_t)>& kernel)
    : PairQuadrature(values, threads) {
  const std::size_t pairs = values_.size() / 2;
  const auto set = [&](std::size_t pair, double lag) {
    values_[2 * pair] = lag, values_[2 * pair + 1] = 0.0;
  };
  if (pairs % 2 == 1) set(pairs / 2, 0.0);
  for (std::size_t q = 0; q < pairs / 2; ++q) {
    const double lag = kernel(q);
    set(q, lag);
    set(pairs - 1 - q, -lag);
  }
  gain_.reserve(pairs);
  transform_.spectrum(values_, threads_, [&](std::size_t r, std::span<double> row) {
    for_each_bin(r, row, [&](std::size_t place, double re, double im, const double* z) {
      gain_.data()[place] = re * z[1] - im * z[0];
    });
  });
}

void PairQuadrature::run() {
  const std::size_t pairs = values_.size() / 2;
  const double scale = 1.0 / static_cast<double>(pairs);
  transform_.filter(values_, threads_, [&](std::size_t r, std::span<double> row) {
    const bool circle = gain_.size() == 0;
    for_each_bin(r, row, [&](std::size_t place, double re, double im, double* z) {
      const double gain = scale * (circle ? -1.0 : gain_.data()[place]);
      const double x = z[0], y = z[1];
      z[0] = -gain * (re * y + im * x);
      z[1] = gain * (re * x - im * y);
    });
    if (circle && r == 0) row[0] = row[1] = 0.0;
  });
}

}  // namespace leverkin
