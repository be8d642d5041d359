#include "stages/envelope/edge_field.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "support/fftw_plan.h"
#include "support/index.h"

namespace leverkin {
namespace {

constexpr double pi = std::numbers::pi;
constexpr std::int64_t far_step = 32;  // places between two tabulated values: 1/384 of the shortest distance
constexpr std::int64_t piece = 128 * far_step;  // what is tabulated at a time

double sign_of(std::int64_t k) { return k % 2 == 0 ? 1.0 : -1.0; }

// The kernel of the discrete Hilbert transform of n samples (A.9): n even, (1 - (-1)^k) cot(pi k / n) / n; n
// odd, (cot(pi k / n) - (-1)^k / sin(pi k / n)) / n.
double hilbert_kernel(std::int64_t k, std::int64_t n) {
  if (k == 0) return 0.0;
  const double angle = pi * static_cast<double>(k) / static_cast<double>(n);
  const double scale = 1.0 / static_cast<double>(n);
  if (n % 2 == 0) return k % 2 == 0 ? 0.0 : 2.0 * scale / std::tan(angle);
  return k % 2 == 0 ? -scale * std::tan(0.5 * angle) : scale / std::tan(0.5 * angle);
}

// What the places between two tabulated values take from those around: four for the smooth part (cubic
// interpolation), two for the part that changes sign (linear). weights[i][offset] stands `offset` samples
// behind the second of the four.
using FarWeights = std::array<std::array<double, far_step>, 6>;

FarWeights far_weights() {
  FarWeights weights{};
  for (std::int64_t offset = 0; offset < far_step; ++offset) {
    const std::size_t o = index(offset);
    const double u = static_cast<double>(offset) / static_cast<double>(far_step), sign = -sign_of(offset);
    weights[0][o] = -u * (u - 1.0) * (u - 2.0) / 6.0;
    weights[1][o] = (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0;
    weights[2][o] = -(u + 1.0) * u * (u - 2.0) / 2.0;
    weights[3][o] = (u + 1.0) * u * (u - 1.0) / 6.0;
    weights[4][o] = sign * (1.0 - u);
    weights[5][o] = sign * u;
  }
  return weights;
}

// How many terms count at cotangent c: the others are below 1e-16 of the first.
std::size_t terms_at(double c, double unit, std::size_t terms) {
  const double ratio = std::abs(c * unit);
  std::size_t count = 2;
  for (double power = ratio; power > 1e-16 && count < terms; power *= ratio) ++count;
  return count;
}

double cotangent_series(std::span<const double> m, double c, double unit) {
  double sum = 0.0;
  for (std::size_t p = terms_at(c, unit, m.size()) - 1; p >= 1; --p) sum = sum * c * unit + m[p];
  return c * m[0] + (1.0 + c * c) * unit * sum;
}

double cosecant_series(std::span<const double> m, double angle, double c, double unit) {
  double sum = 0.0;
  for (std::size_t p = terms_at(c, unit, m.size()); p-- > 0;) sum = sum * c * unit + m[p];
  return sum / std::sin(angle);
}

}  // namespace

EdgeField::EdgeField(std::int64_t n, std::span<const double> edge) : n_(n) {
  fill_near(edge);
  fill_moments(edge);
}

// Places are taken in stretches, two at a time: as the edge is real, one stretch's kernel can be the real
// part of what it is convolved with and the next one's the imaginary part. Long enough transforms for all of
// them would take megabytes.
void EdgeField::fill_near(std::span<const double> edge) {
  constexpr std::int64_t stretch = 4096, lead = 2 * reach - 1;  // the first `lead` products are not whole
  static_assert(2 * near % (2 * stretch) == 0);
  const std::size_t size = good_transform_size(index(stretch + lead));
  std::vector<double> signal(2 * size, 0.0), product(2 * size);
  for (std::size_t j = 0; j < edge.size(); ++j) signal[2 * j] = edge[j];
  ComplexTransform of_signal(signal), of_product(product);
  of_signal.forward();
  near_.resize(index(2 * near));
  for (std::int64_t place = -near; place < near; place += 2 * stretch) {
    std::ranges::fill(product, 0.0);
    for (std::int64_t i = 0; i < stretch + lead; ++i)
      for (std::int64_t part = 0; part < 2; ++part)
        product[index(2 * i + part)] = hilbert_kernel(place + part * stretch + i - lead + reach, n_);
    of_product.forward();
    for (std::size_t k = 0; k < size; ++k) {
      const double a = signal[2 * k], b = signal[2 * k + 1], c = product[2 * k], d = product[2 * k + 1];
      product[2 * k] = a * c - b * d;
      product[2 * k + 1] = a * d + b * c;
    }
    of_product.inverse();
    for (std::int64_t i = 0; i < stretch; ++i)
      for (std::int64_t part = 0; part < 2; ++part)
        near_[index(place + near + part * stretch + i)] =
            product[index(2 * (i + lead) + part)] / static_cast<double>(size);
  }
}

// With c = cot(pi t / n) and T = tan(pi j / n), places counted from the seam: cot(pi (t - j) / n) = (c + T) /
// (1 - c T) and 1 / sin(pi (t - j) / n) = 1 / (sin(pi t / n) cos(pi j / n) (1 - c T)). |c T| <= reach / near.
void EdgeField::fill_moments(std::span<const double> edge) {
  const auto n = static_cast<double>(n_);
  unit_ = std::tan(pi * static_cast<double>(reach) / n);
  for (std::int64_t j = -reach; j < reach; ++j) {
    const double angle = pi * (static_cast<double>(j) + 0.5) / n, tangent = std::tan(angle) / unit_;
    double power = edge[index(j + reach)];
    double signed_power = sign_of(j) * power * (n_ % 2 == 0 ? 1.0 : 1.0 / std::cos(angle));
    for (std::size_t p = 0; p < terms; ++p, power *= tangent, signed_power *= tangent) {
      moment_[p] += power;
      alternating_[p] += signed_power;
    }
  }
}

void EdgeField::add(std::int64_t first, std::span<double> values) const {
  const std::int64_t end = first + static_cast<std::int64_t>(values.size());
  const std::int64_t far_begin = std::clamp(near, first, end),
                     far_end = std::clamp(n_ - near, far_begin, end);
  add_near(first, values.first(index(far_begin - first)));
  add_far(far_begin, values.subspan(index(far_begin - first), index(far_end - far_begin)));
  add_near(far_end, values.subspan(index(far_end - first)));
}

void EdgeField::add_near(std::int64_t first, std::span<double> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t place = first + static_cast<std::int64_t>(i);
    values[i] += near_[index(place < near ? place + near : place - n_ + near)];
  }
}

void EdgeField::add_far(std::int64_t first, std::span<double> values) const {
  for (std::size_t done = 0; done < values.size(); done += index(piece))
    add_far_piece(first + static_cast<std::int64_t>(done),
                  values.subspan(done, std::min(index(piece), values.size() - done)));
}

void EdgeField::add_far_piece(std::int64_t first, std::span<double> values) const {
  static const FarWeights w = far_weights();
  // Both parts at every far_step-th place, from the one before the first to two behind the last.
  std::array<double, piece / far_step + 4> smooth, alternate;
  const std::int64_t origin = first / far_step - 1;
  const std::int64_t last = (first + static_cast<std::int64_t>(values.size()) - 1) / far_step + 2;
  const auto n = static_cast<double>(n_);
  for (std::int64_t i = origin; i <= last; ++i) {
    const double angle = pi * (static_cast<double>(i * far_step) + 0.5) / n, c = 1.0 / std::tan(angle);
    smooth[index(i - origin)] = cotangent_series(moment_, c, unit_) / n;
    alternate[index(i - origin)] = n_ % 2 == 0 ? cotangent_series(alternating_, c, unit_) / n
                                               : cosecant_series(alternating_, angle, c, unit_) / n;
  }
  for (std::size_t i = 0; i < values.size();) {
    const std::int64_t place = first + static_cast<std::int64_t>(i);
    const std::size_t at = index(place / far_step - origin), from = index(place % far_step);
    const std::size_t count = std::min(index(far_step) - from, values.size() - i);
    const double f0 = smooth[at - 1], f1 = smooth[at], f2 = smooth[at + 1], f3 = smooth[at + 2];
    const double g0 = alternate[at], g1 = alternate[at + 1];
    double* to = &values[i];
    for (std::size_t j = 0; j < count; ++j) {
      const std::size_t o = from + j;
      to[j] += w[0][o] * f0 + w[1][o] * f1 + w[2][o] * f2 + w[3][o] * f3 + w[4][o] * g0 + w[5][o] * g1;
    }
    i += count;
  }
}

}  // namespace leverkin
