#include "stages/correlogram/low_rank_basis.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>

namespace leverkin {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// cos(pi m (2 t + 1) / (2 n)) from a table of whole periods, so that the argument is never rounded.
class Cosines {
 public:
  explicit Cosines(std::size_t samples) : table_(4 * samples) {
    for (std::size_t i = 0; i < table_.size(); ++i)
      table_[i] = std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(2 * samples));
  }
  [[nodiscard]] double operator()(std::size_t m, std::size_t t) const {
    return table_[m * (2 * t + 1) % table_.size()];
  }

 private:
  std::vector<double> table_;
};

// One half of a function of one parity counts twice, its middle once.
Eigen::VectorXd weights(std::size_t samples, std::size_t half) {
  Eigen::VectorXd w = Eigen::VectorXd::Constant(static_cast<Index>(half), std::numbers::sqrt2);
  if (samples % 2 == 1) w[w.size() - 1] = 1.0;
  return w;
}

// Columns: the functions of one parity in their order, over the first half of the window. Even ones begin
// with the constant, so that the others become orthogonal to it.
MatrixXd functions(bool even, std::size_t count, std::size_t samples, std::size_t half,
                   const Cosines& cosine) {
  MatrixXd f(half, count);
  for (std::size_t t = 0; t < half; ++t) {
    const double x = (2.0 * static_cast<double>(t) + 1.0) / static_cast<double>(samples) - 1.0;
    const auto row = static_cast<Index>(t);
    f(row, 0) = even ? 1.0 : x;
    f(row, 1) = even ? x * x : x * x * x;
    for (std::size_t l = 2; l < count; ++l)
      f(row, static_cast<Index>(l)) = cosine(even ? 2 * (l - 1) : 2 * (l - 2) + 1, t);
  }
  return f;
}

MatrixXd orthonormal(const MatrixXd& columns) {
  const Eigen::HouseholderQR<MatrixXd> qr(columns);
  return qr.householderQ() * MatrixXd::Identity(columns.rows(), columns.cols());
}

// Of one parity: with respect to the weighted product, hence of the whole functions.
double defect(const MatrixXd& q) {
  const MatrixXd gram = q.transpose() * q;
  const double rounding = static_cast<double>(q.rows() + 8) * static_cast<double>(q.cols()) * 0x1p-53;
  return (gram - MatrixXd::Identity(q.cols(), q.cols())).norm() + 2.0 * rounding;
}

AlignedBuffer<double> in_panels(const MatrixXd& f, std::size_t panels) {
  constexpr std::size_t width = LowRankBasis::panel;
  const auto half = static_cast<std::size_t>(f.rows());
  AlignedBuffer<double> out(panels * half * width);
  for (std::size_t l = 0; l < panels * width; ++l)
    for (std::size_t t = 0; t < half; ++t)
      out.data()[l / width * half * width + t * width + l % width] =
          f(static_cast<Index>(t), static_cast<Index>(l));
  return out;
}

// t, t^2, t^3, then cosines of rising frequency, which begin with an odd one; at the end even ones are left.
std::vector<std::size_t> rising_order(std::size_t of_each) {
  std::vector<std::size_t> order;
  std::size_t even = 0, odd = 0;
  const auto take_odd = [&] {
    if (odd < of_each) order.push_back(of_each + odd++);
  };
  const auto take_even = [&] {
    if (even < of_each) order.push_back(even++);
  };
  take_odd();
  take_even();
  take_odd();
  while (even < of_each || odd < of_each) {
    take_odd();
    take_even();
  }
  return order;
}

std::shared_ptr<const LowRankBasis> make_basis(std::size_t samples, std::size_t panels) {
  auto basis = std::make_shared<LowRankBasis>();
  basis->samples = samples;
  basis->half = (samples + 1) / 2;
  basis->panels = panels;
  const std::size_t of_each = panels * LowRankBasis::panel;
  const Eigen::VectorXd weight = weights(samples, basis->half);
  const Cosines cosine(samples);
  for (const bool even : {true, false}) {
    const MatrixXd f = functions(even, of_each + (even ? 1 : 0), samples, basis->half, cosine);
    const MatrixXd q = orthonormal(weight.asDiagonal() * f).rightCols(static_cast<Index>(of_each));
    basis->not_orthonormal = std::max(basis->not_orthonormal, defect(q));
    (even ? basis->even : basis->odd) = in_panels(weight.cwiseInverse().asDiagonal() * q, panels);
  }
  // Taking the weights off again rounds every value by two units.
  basis->not_orthonormal += 8.0 * 0x1p-53;
  basis->order = rising_order(of_each);
  return basis;
}

}  // namespace

std::shared_ptr<const LowRankBasis> low_rank_basis(std::size_t samples, std::size_t panels) {
  static std::mutex mutex;
  static std::vector<std::shared_ptr<const LowRankBasis>> kept;
  const std::lock_guard guard(mutex);
  for (const auto& basis : kept)
    if (basis->samples == samples && basis->panels == panels) return basis;
  constexpr std::size_t most_kept = 4;
  if (kept.size() == most_kept) kept.erase(kept.begin());
  kept.push_back(make_basis(samples, panels));
  return kept.back();
}

}  // namespace leverkin
