#include "stages/envelope/band_quadrature.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kernels/running_mean.h"
#include "kernels/upsample.h"
#include "kernels/volts.h"
#include "stages/envelope/pair_quadrature.h"
#include "stages/trace/kaiser.h"
#include "support/fftw_plan.h"
#include "support/index.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr std::int64_t step = kernels::upsample_factor;
constexpr std::int64_t reach = 16;  // coarse samples on either side of an interpolated one
constexpr double interpolation_beta =
    22.0;                            // flat, and without images, to 1e-10 up to 0.07 of the sampling rate
constexpr std::int64_t blank = 128;  // samples on each side of the seam that are taken out altogether
constexpr double taper_beta = 30.0;  // coming back over 640 samples adds frequencies up to 0.02, to 1e-13
constexpr std::int64_t room = reach + 2;  // coarse samples kept on either side

// How much of the sample `distance` places from the seam is taken out: 1 at the seam, 0 from EdgeField::reach
// on.
const std::vector<double>& taken_out() {
  static const std::vector<double> share = [] {
    const std::int64_t length = EdgeField::reach - blank;
    std::vector<double> sum(index(EdgeField::reach), 1.0);
    double total = 0.0;
    for (std::int64_t i = 0; i <= length; ++i) {
      total += kaiser_window(2.0 * static_cast<double>(i) / static_cast<double>(length) - 1.0, taper_beta);
      if (i < length) sum[index(blank + i)] = total;
    }
    for (std::int64_t i = 0; i < length; ++i) sum[index(blank + i)] = 1.0 - sum[index(blank + i)] / total;
    return sum;
  }();
  return share;
}

// A windowed sinc with zeros at the other coarse samples.
const std::vector<double>& interpolation_weights() {
  static const std::vector<double> weights = [] {
    std::vector<double> table;
    for (std::int64_t phase = 1; phase < step; ++phase)
      for (std::int64_t a = 0; a < 2 * reach; ++a) {
        const double t =
            static_cast<double>(phase) / static_cast<double>(step) - static_cast<double>(a - reach + 1);
        table.push_back(std::sin(std::numbers::pi * t) / (std::numbers::pi * t) *
                        kaiser_window(t / static_cast<double>(reach), interpolation_beta));
      }
    return table;
  }();
  return weights;
}

// Takes the surroundings of the seam out of samples [first, first + values.size()).
void take_out_edges(std::int64_t first, std::int64_t n, std::span<double> values) {
  const auto& share = taken_out();
  const std::int64_t end = first + static_cast<std::int64_t>(values.size());
  for (std::int64_t i = first; i < std::min(end, EdgeField::reach); ++i)
    values[index(i - first)] *= 1.0 - share[index(i)];
  for (std::int64_t i = std::max(first, n - EdgeField::reach); i < end; ++i)
    values[index(i - first)] *= 1.0 - share[index(n - 1 - i)];
}

// 0 at and beyond the lag at which the two ends of a circle would meet: the edges are taken out, nothing is
// met there.
double coarse_kernel(std::size_t pair, std::int64_t n) {
  const auto lag = static_cast<std::int64_t>(2 * pair + 1) * step;
  if (lag >= n - blank / 4) return 0.0;
  const auto whole = static_cast<double>(n);
  return 2.0 * static_cast<double>(step) / whole /
         std::tan(std::numbers::pi * static_cast<double>(lag) / whole);
}

}  // namespace

BandQuadrature::BandQuadrature(std::int64_t n, const Signal& signal, int threads)
    : n_(n), coarse_((n + step - 1) / step), signal_(signal) {
  std::vector<double> edge(index(2 * EdgeField::reach));
  const auto half = std::span(edge).subspan(index(EdgeField::reach));
  signal_(0, half);
  signal_(n_ - EdgeField::reach, std::span(edge).first(index(EdgeField::reach)));
  for (std::int64_t i = 0; i < EdgeField::reach; ++i) {
    edge[index(EdgeField::reach + i)] *= taken_out()[index(i)];
    edge[index(EdgeField::reach - 1 - i)] *= taken_out()[index(i)];
  }
  edge_.emplace(n_, edge);
  const bool circle = n_ % (2 * step) == 0 && is_good_transform_size(index(n_ / (2 * step)));
  const std::size_t pairs = circle ? index(coarse_ / 2) : good_transform_size(index(coarse_ + reach + 6));
  values_.reserve(2 * pairs + 2 * index(room));
  const std::span values(values_.data(), values_.size());
  const auto inside = values.subspan(index(room), 2 * pairs);
  if (circle) {
    origin_ = room;
    load(threads);
    PairQuadrature(inside, threads).run();
    std::copy(inside.end() - room, inside.end(), values.begin());
    std::copy(inside.begin(), inside.begin() + room, values.end() - room);
  } else {
    PairQuadrature line(inside, threads, [&](std::size_t pair) { return coarse_kernel(pair, n_); });
    origin_ = 2 * room;
    std::ranges::fill(values.first(index(origin_)), 0.0);
    std::ranges::fill(values.subspan(index(origin_ + coarse_)), 0.0);
    load(threads);
    line.run();
  }
  --origin_;
}

void BandQuadrature::load(int threads) {
  const std::int64_t blocks = (n_ + block_samples - 1) / block_samples;
  std::vector<double> largest(index(blocks), 0.0);
  parallel_for(blocks, threads, [&](std::int64_t at) {
    std::array<double, block_samples> storage;
    const std::int64_t first = at * block_samples;
    const auto block = std::span(storage).first(index(std::min(block_samples, n_ - first)));
    signal_(first, block);
    const auto range = kernels::value_range(block.data(), block.size());
    largest[index(at)] = std::max(std::abs(range.low), std::abs(range.high));
    take_out_edges(first, n_, block);
    double* to = values_.data() + (origin_ + first / step);
    for (std::size_t i = 0; i < block.size(); i += step) *to++ = block[i];
  });
  largest_ = *std::ranges::max_element(largest);
}

double BandQuadrature::block(std::int64_t first, std::span<double> signal,
                             std::span<double> quadrature) const {
  const auto count = static_cast<std::int64_t>(signal.size());
  const kernels::UpsampleWeights weights{interpolation_weights().data(), index(reach)};
  const std::int64_t coarse_first = first / step, coarse_count = (count + step - 1) / step;
  std::array<double, block_samples + 2 * reach * step> around;
  std::array<double, block_samples / step + 2 * reach> coarse;
  std::array<double, block_samples> again;

  // The block with what interpolation needs on either side of it; beyond the ends there is nothing, as the
  // edges are out.
  const std::int64_t before = reach * step;
  const std::int64_t begin = std::max<std::int64_t>(0, first - before),
                     end = std::min(n_, first + count + before);
  const auto found = std::span(around).subspan(index(begin - (first - before)), index(end - begin));
  if (index(end - begin) < around.size()) around.fill(0.0);
  signal_(begin, found);
  std::copy_n(around.begin() + before, count, signal.begin());
  take_out_edges(begin, n_, found);
  for (std::size_t k = 0; k < coarse.size(); ++k) coarse[k] = around[k * step];
  kernels::upsample(coarse.data() + reach, weights, again.data(), index(coarse_count));
  const double miss = kernels::largest_difference(again.data(), around.data() + before, index(count));

  const double* turned = values_.data() + (origin_ + coarse_first);
  if (count % step == 0) {
    kernels::upsample(turned, weights, quadrature.data(), index(coarse_count));
  } else {
    kernels::upsample(turned, weights, again.data(), index(coarse_count));
    std::copy_n(again.begin(), count, quadrature.begin());
  }
  edge_->add(first, quadrature);
  return miss;
}

}  // namespace leverkin
