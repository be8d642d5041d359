#include <Eigen/Dense>
#include <array>
#include <cmath>

#include "leverkin/activity.h"

namespace leverkin {
namespace {

// MATLAB's span of 30 becomes 31 points, of which the outermost two have weight 0.
constexpr int half_width = 15;
constexpr int edge_points = 30;
using WindowWeights = std::array<double, edge_points>;

double tricube(double distance) {
  const double rest = 1 - distance * distance * distance;
  return rest > 0 ? rest * rest * rest : 0;
}

/// What the samples at first, first + 1, ... weigh in the value at 0 of the quadratic fitted to them.
WindowWeights quadratic_at_zero(int first, int count, double reach) {
  Eigen::Matrix3d moments = Eigen::Matrix3d::Zero();
  std::array<Eigen::Vector3d, edge_points> terms;
  WindowWeights weights{};
  for (int k = 0; k < count; ++k) {
    const double x = (first + k) / reach;
    const auto at = static_cast<std::size_t>(k);
    weights[at] = tricube(std::abs(x));
    terms[at] = {1, x, x * x};
    moments += weights[at] * terms[at] * terms[at].transpose();
  }
  const Eigen::Vector3d row = moments.ldlt().solve(Eigen::Vector3d::UnitX());
  for (int k = 0; k < count; ++k)
    weights[static_cast<std::size_t>(k)] *= row.dot(terms[static_cast<std::size_t>(k)]);
  return weights;
}

double dot(const WindowWeights& weights, const double* samples, int step, int count) {
  double sum = 0;
  for (int k = 0; k < count; ++k) sum += weights[static_cast<std::size_t>(k)] * samples[k * step];
  return sum;
}

struct Smoother {
  WindowWeights inner = quadratic_at_zero(1 - half_width, 2 * half_width - 1, half_width);
  std::array<WindowWeights, half_width> edge;  ///< of sample i of the beginning; mirrored at the end

  Smoother() {
    for (int i = 0; i < half_width; ++i)
      edge[static_cast<std::size_t>(i)] = quadratic_at_zero(-i, edge_points, edge_points - i);
  }
};

}  // namespace

std::vector<double> smooth_activity(std::span<const double> dff) {
  static const Smoother smoother;
  const auto n = static_cast<int>(dff.size());
  std::vector<double> smooth(dff.begin(), dff.end());
  if (n < 2 * half_width + 1) return smooth;
  for (int i = 0; i < half_width; ++i) {
    const WindowWeights& weights = smoother.edge[static_cast<std::size_t>(i)];
    smooth[static_cast<std::size_t>(i)] = dot(weights, dff.data(), 1, edge_points);
    smooth[static_cast<std::size_t>(n - 1 - i)] = dot(weights, dff.data() + n - 1, -1, edge_points);
  }
  for (int i = half_width; i < n - half_width; ++i)
    smooth[static_cast<std::size_t>(i)] =
        dot(smoother.inner, dff.data() + i + 1 - half_width, 1, 2 * half_width - 1);
  return smooth;
}

}  // namespace leverkin
