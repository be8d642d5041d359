#include "stages/correlogram/unit_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr double unit_roundoff = 0x1p-53;
constexpr double unit_roundoff_float = 0x1p-24;
constexpr double second_order = 1.01;  // covers products of errors up to 10^10 samples

// Additions between a term and the total of a sum over a row.
double row_chain(std::size_t samples) {
  return std::ceil(static_cast<double>(samples) / kernels::row_partial_sums) + 5.0;
}

// Rows per task: enough to be worth one, few enough to balance.
constexpr std::size_t rows_per_task = 64;

void for_rows(std::size_t rows, int threads, const std::function<void(std::size_t, std::size_t)>& task) {
  const auto tasks = static_cast<std::int64_t>((rows + rows_per_task - 1) / rows_per_task);
  parallel_for(tasks, threads, [&](std::int64_t at) {
    const std::size_t begin = static_cast<std::size_t>(at) * rows_per_task;
    task(begin, std::min(rows, begin + rows_per_task));
  });
}

// Rows `begin` ... as unit rows, side by side; zeros where there are no more rows.
template <typename T>
void pack_panel(const RowsBySession& rows, std::size_t begin, std::size_t width, std::size_t stride,
                double* centred, T* panel, std::span<double> told) {
  std::vector<double> factors(width, 0.0);
  for (std::size_t j = 0; j < width; ++j) {
    double* w = centred + j * stride;
    if (begin + j >= rows.size()) {
      std::fill_n(w, rows.samples, 0.0);
      continue;
    }
    kernels::RowCentre centre{rows.centre[begin + j].scale};
    kernels::centre_row(rows.row(begin + j), rows.samples, &centre, w);
    factors[j] = unit_factor(centre);
    if (!told.empty()) told[begin + j] = factors[j];
  }
  kernels::interleave_rows(centred, stride, rows.samples, factors.data(), width, panel);
}

}  // namespace

RowsBySession by_session(const MovementRows& rows, std::span<const std::int64_t> sessions) {
  RowsBySession sorted{rows.volts, static_cast<std::size_t>(rows.samples), {}, {}, {}};
  sorted.input.resize(rows.session.size());
  std::iota(sorted.input.begin(), sorted.input.end(), std::size_t{0});
  std::ranges::stable_sort(sorted.input, {}, [&](std::size_t row) { return rows.session[row]; });
  for (const std::int64_t session : sessions) {
    const auto at = std::ranges::lower_bound(sorted.input, session, {},
                                             [&](std::size_t row) { return rows.session[row]; });
    sorted.first.push_back(static_cast<std::size_t>(at - sorted.input.begin()));
  }
  sorted.first.push_back(sorted.input.size());
  sorted.centre.resize(sorted.input.size());
  return sorted;
}

double row_scale(const double* x, std::size_t samples) {
  const double largest = kernels::largest_deviation(x, samples);
  if (!(largest > 0.0) || !std::isfinite(largest)) return 0.0;
  // A power of two loses nothing; within +-1000 it cannot overflow itself.
  return std::ldexp(1.0, std::clamp(-std::ilogb(largest), -1000, 1000));
}

void scale_all(RowsBySession& rows, int threads) {
  for_rows(rows.size(), threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) rows.centre[r].scale = row_scale(rows.row(r), rows.samples);
  });
}

std::vector<std::size_t> leave_out_excluded(RowsBySession& rows) {
  std::vector<std::size_t> kept;
  std::vector<std::size_t> first;
  std::size_t session = 0;
  for (std::size_t r = 0; r <= rows.size(); ++r) {
    for (; session < rows.first.size() && rows.first[session] == r; ++session) first.push_back(kept.size());
    if (r < rows.size() && rows.centre[r].scale > 0.0) kept.push_back(r);
  }
  for (std::size_t r = 0; r < kept.size(); ++r) {
    rows.input[r] = rows.input[kept[r]];
    rows.centre[r] = rows.centre[kept[r]];
  }
  rows.input.resize(kept.size());
  rows.centre.resize(kept.size());
  rows.first = first;
  return kept;
}

double unit_factor(const kernels::RowCentre& centre) { return 1.0 / std::sqrt(centre.sum_of_squares); }

template <typename T>
Panels<T> pack_unit_rows(const RowsBySession& rows, int threads, std::span<double> factors) {
  constexpr std::size_t width = kernels::panel_width<T>, panels_per_task = 4;
  Panels<T> panels(rows.size(), rows.samples);
  // An odd number of cache lines per row: rows side by side do not share sets of the cache.
  const std::size_t stride = (rows.samples / 8 + 1) / 2 * 16 + 8;
  const auto tasks = static_cast<std::int64_t>((panels.count() + panels_per_task - 1) / panels_per_task);
  parallel_for(tasks, threads, [&](std::int64_t at) {
    AlignedBuffer<double> centred(stride * width);
    const std::size_t begin = static_cast<std::size_t>(at) * panels_per_task;
    for (std::size_t p = begin; p < std::min(panels.count(), begin + panels_per_task); ++p)
      pack_panel(rows, p * width, width, stride, centred.data(), panels.panel(p), factors);
  });
  return panels;
}

template Panels<float> pack_unit_rows<float>(const RowsBySession&, int, std::span<double>);
template Panels<double> pack_unit_rows<double>(const RowsBySession&, int, std::span<double>);

double exact_r(const RowsBySession& rows, std::size_t i, std::size_t j) {
  const double sum =
      kernels::centred_product(rows.row(i), rows.centre[i], rows.row(j), rows.centre[j], rows.samples);
  const double r = sum * unit_factor(rows.centre[i]) * unit_factor(rows.centre[j]);
  return std::clamp(r, -1.0, 1.0);
}

double unit_row_error(std::size_t samples) {
  const double chain = row_chain(samples);
  return second_order * unit_roundoff * (std::sqrt(static_cast<double>(samples)) + 1.5 * chain + 9.0);
}

template <typename T>
double dense_r_error(std::size_t samples) {
  const double chunks = std::ceil(static_cast<double>(samples) / gram_chunk);
  // One more for targets that round the product before it is added, one for the mean of two middle values.
  const double chain = static_cast<double>(std::min(samples, gram_chunk)) + chunks + 2.0;
  const double rows = 2.0 * unit_row_error(samples);
  if constexpr (sizeof(T) == sizeof(double)) return rows + second_order * unit_roundoff * chain;
  return rows + second_order * unit_roundoff_float * (chain + 2.0) + 0x1p-120 * static_cast<double>(samples);
}

template double dense_r_error<float>(std::size_t);
template double dense_r_error<double>(std::size_t);

double exact_r_error(std::size_t samples) {
  return 2.0 * unit_row_error(samples) + second_order * unit_roundoff * (row_chain(samples) + 4.0);
}

}  // namespace leverkin
