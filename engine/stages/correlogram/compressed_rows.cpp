#include "stages/correlogram/compressed_rows.h"

#include <algorithm>
#include <cmath>

#include "support/thread_pool.h"

namespace leverkin {
namespace {

constexpr std::size_t together = kernels::group_rows;
constexpr double slightly_more = 1.0 + 0x1p-40;  // covers the rounding of bounds themselves

// Of a sum over half a row, of products with every function: length of the error of all coefficients.
double projection_bound(const LowRankBasis& basis) {
  const double chain = static_cast<double>(basis.half) + 6.0;
  const double rounding = 1.01 * chain * 0x1p-53 * std::sqrt(2.0 * static_cast<double>(basis.size()));
  return rounding + (1.0 + basis.not_orthonormal) * unit_row_error(basis.samples);
}

// What the coefficients' own errors do to a product.
double basis_error(const CompressedRows& rows) {
  return 2.0 * rows.not_orthonormal + 2.1 * rows.projection_error;
}

// Room for eight rows on their way through the caches.
struct EightRows {
  explicit EightRows(const LowRankBasis& basis)
      : stride(basis.half / 16 * 16 + 24),
        centred(basis.samples),
        even(stride * together),
        odd(stride * together),
        projected(basis.size() * together) {}
  std::size_t stride;
  AlignedBuffer<double> centred, even, odd, projected;
};

class Compressor {
 public:
  Compressor(const LowRankBasis& basis, CompressedRows& out)
      : basis_(basis), out_(out), slack_(2.0 * (out.projection_error + out.not_orthonormal) + 0x1p-45) {}

  void take(RowsBySession& rows, const std::vector<std::size_t>& which, std::size_t begin, std::size_t end,
            EightRows& room) const {
    fold(rows, which, begin, end, room);
    const std::size_t width = LowRankBasis::panel, of_each = basis_.panels * width;
    for (std::size_t p = 0; p < basis_.panels; ++p) {
      const std::size_t at = p * width * together, step = p * basis_.half * width;
      kernels::project_rows(room.even.data(), room.stride, basis_.even.data() + step, basis_.half,
                            room.projected.data() + at);
      kernels::project_rows(room.odd.data(), room.stride, basis_.odd.data() + step, basis_.half,
                            room.projected.data() + of_each * together + at);
    }
    for (std::size_t i = begin; i < end; ++i) keep(room.projected.data(), i - begin, i);
  }

 private:
  void fold(RowsBySession& rows, const std::vector<std::size_t>& which, std::size_t begin, std::size_t end,
            EightRows& room) const {
    for (std::size_t i = 0; i < together; ++i) {
      double *even = room.even.data() + i * room.stride, *odd = room.odd.data() + i * room.stride;
      bool excluded = true;
      if (begin + i < end) {
        const std::size_t r = which[begin + i];
        rows.centre[r].scale = row_scale(rows.row(r), rows.samples);
        excluded = !(rows.centre[r].scale > 0.0);
        if (!excluded) {
          kernels::centre_row(rows.row(r), rows.samples, &rows.centre[r], room.centred.data());
          kernels::fold_row(room.centred.data(), rows.samples, unit_factor(rows.centre[r]), even, odd);
        }
      }
      if (excluded) {
        std::fill_n(even, basis_.half, 0.0);
        std::fill_n(odd, basis_.half, 0.0);
      }
    }
  }

  // Coefficients of one of the eight, from where project_rows has left them.
  void keep(const double* projected, std::size_t i, std::size_t r) const {
    constexpr std::size_t width = LowRankBasis::panel;
    float* to = out_.coefficients.data() + r * out_.size;
    double squares = 0.0, changed = 0.0;
    for (std::size_t l = 0; l < out_.size; ++l) {
      const std::size_t place = basis_.order[l];
      const double c = projected[place / width * width * together + i * width + place % width];
      const auto rounded = static_cast<float>(c);
      to[out_.size - 1 - l] = rounded;
      const double difference = c - static_cast<double>(rounded);
      squares += c * c;
      changed += difference * difference;
    }
    out_.left_out[r] = left_out(squares);
    out_.rounded_away[r] = std::sqrt(changed) * slightly_more + 0x1p-140;
    double* all = out_.all.data() + r * out_.all_size;
    double all_squares = 0.0;
    for (std::size_t place = 0; place < out_.all_size; ++place) {
      all[place] = projected[place / width * width * together + i * width + place % width];
      all_squares += all[place] * all[place];
    }
    out_.left_out_of_all[r] = left_out(all_squares);
  }

  [[nodiscard]] double left_out(double squares) const {
    return std::sqrt(std::max(0.0, 1.0 - squares) + slack_) * slightly_more;
  }

  const LowRankBasis& basis_;
  CompressedRows& out_;
  double slack_;
};

}  // namespace

CompressedRows compress(RowsBySession& rows, const std::vector<std::size_t>& which, const LowRankBasis& basis,
                        std::size_t size, int threads) {
  CompressedRows out;
  out.size = size;
  out.coefficients.resize(which.size() * size);
  out.left_out.resize(which.size());
  out.rounded_away.resize(which.size());
  out.all_size = basis.size();
  out.all.resize(which.size() * out.all_size);
  out.left_out_of_all.resize(which.size());
  out.projection_error = projection_bound(basis);
  out.not_orthonormal = basis.not_orthonormal;
  const Compressor compressor(basis, out);
  constexpr std::size_t per_task = 8 * together;
  const auto tasks = static_cast<std::int64_t>((which.size() + per_task - 1) / per_task);
  parallel_for(tasks, threads, [&](std::int64_t at) {
    EightRows room(basis);
    const std::size_t begin = static_cast<std::size_t>(at) * per_task;
    const std::size_t end = std::min(which.size(), begin + per_task);
    for (std::size_t i = begin; i < end; i += together)
      compressor.take(rows, which, i, std::min(end, i + together), room);
  });
  return out;
}

CompressedRows first_functions(const CompressedRows& rows, std::size_t size) {
  CompressedRows fewer;
  fewer.size = size;
  fewer.left_out = rows.left_out;
  fewer.rounded_away = rows.rounded_away;
  fewer.projection_error = rows.projection_error;
  fewer.not_orthonormal = rows.not_orthonormal;
  const std::size_t count = rows.left_out.size(), gone = rows.size - size;
  for (std::size_t r = 0; r < count; ++r) {
    double squares = 0.0;
    for (std::size_t p = 0; p < gone; ++p) squares += static_cast<double>(rows.row(r)[p]) * rows.row(r)[p];
    fewer.left_out[r] =
        std::sqrt(rows.left_out[r] * rows.left_out[r] + squares * (1.0 + 1e-6)) * slightly_more;
    fewer.coefficients.insert(fewer.coefficients.end(), rows.row(r) + gone, rows.row(r) + rows.size);
  }
  return fewer;
}

void keep_rows(CompressedRows& rows, const std::vector<std::size_t>& kept) {
  for (std::size_t r = 0; r < kept.size(); ++r) {
    if (kept[r] == r) continue;
    std::copy_n(rows.row(kept[r]), rows.size, rows.coefficients.data() + r * rows.size);
    rows.left_out[r] = rows.left_out[kept[r]];
    rows.rounded_away[r] = rows.rounded_away[kept[r]];
    std::copy_n(rows.all.data() + kept[r] * rows.all_size, rows.all_size,
                rows.all.data() + r * rows.all_size);
    rows.left_out_of_all[r] = rows.left_out_of_all[kept[r]];
  }
  rows.coefficients.resize(kept.size() * rows.size);
  rows.left_out.resize(kept.size());
  rows.rounded_away.resize(kept.size());
  rows.all.resize(kept.size() * rows.all_size);
  rows.left_out_of_all.resize(kept.size());
}

Panels<float> in_panels(const CompressedRows& rows) {
  constexpr std::size_t width = Panels<float>::width;
  const std::size_t count = rows.left_out.size();
  Panels<float> panels(count, rows.size);
  for (std::size_t p = 0; p < panels.count(); ++p)
    for (std::size_t j = 0; j < width; ++j)
      for (std::size_t k = 0; k < rows.size; ++k)
        panels.panel(p)[k * width + j] = p * width + j < count ? rows.row(p * width + j)[k] : 0.0F;
  return panels;
}

ChainNorms chain_norms(const CompressedRows& rows, std::size_t begin, std::size_t end) {
  ChainNorms norms{std::vector<double>(rows.size, 0.0)};
  for (std::size_t r = begin; r < end; ++r) {
    double squares = 0.0;
    for (std::size_t p = 0; p < rows.size; ++p) {
      const double c = rows.row(r)[p];
      squares += c * c;
      norms.up_to[p] = std::max(norms.up_to[p], squares);
    }
    norms.left_out = std::max(norms.left_out, rows.left_out[r]);
    norms.rounded_away = std::max(norms.rounded_away, rows.rounded_away[r]);
  }
  for (double& norm : norms.up_to) norm = std::sqrt(norm) * slightly_more;
  return norms;
}

CloseProduct close_product(const CompressedRows& rows, std::size_t i, std::size_t j) {
  const double *a = rows.all.data() + i * rows.all_size, *b = rows.all.data() + j * rows.all_size;
  double r = 0.0;
  for (std::size_t l = 0; l < rows.all_size; ++l) r += a[l] * b[l];
  const double rounding = 1.01 * 0x1p-53 * static_cast<double>(rows.all_size + 2);
  const double error = rows.left_out_of_all[i] * rows.left_out_of_all[j] + rounding + basis_error(rows);
  return {r, error * slightly_more};
}

double product_error(const ChainNorms& a, const ChainNorms& b, const CompressedRows& rows) {
  double partial_sums = 1.0;  // products themselves, on targets that round them before they are added
  for (std::size_t p = 0; p < rows.size; ++p) partial_sums += a.up_to[p] * b.up_to[p];
  const auto terms = static_cast<double>(rows.size);
  const double chain = 0x1p-24 * (1.0 + terms * 0x1p-23) * partial_sums + terms * 0x1p-147;
  const double rounding = (a.rounded_away + b.rounded_away) * (1.0 + 1e-6);
  return (chain + rounding + basis_error(rows)) * slightly_more;
}

}  // namespace leverkin
