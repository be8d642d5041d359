// engine/kernels/gram_panel.h: what are the dot products of some rows with one panel of rows?
//
// A panel holds panel_width rows side by side, one time step after another: element (row j, step k) is
// panel[k * panel_width + j]. Every product is one chain of multiply-adds in order of k, whatever the width
// of a vector, so that targets with a fused multiply-add give the same bits.
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Rows per panel: three of the widest vectors.
template <typename T>
inline constexpr std::size_t panel_width = 192 / sizeof(T);

/// Rows of the left operand that share each load of the panel.
inline constexpr std::size_t group_rows = 8;

/// c[i * panel_width + j] = (add ? c[...] : 0) + sum over k < length of a(i, k) * panel(j, k), for i < rows
/// rounded up to a multiple of 4 and j < panel_width. `a` holds groups of eight rows,
/// a(i, k) = a[(i / 8) * group_stride + k * 8 + i % 8]; the rows that fill up the last four must be readable.
/// `c` has room for the rows rounded up to a multiple of 8. `next` (may be null) is where the next call's
/// panel begins: it is fetched into the cache meanwhile.
void gram_panel(const float* a, std::size_t group_stride, std::size_t rows, const float* panel,
                std::size_t length, bool add, float* c, const float* next);
void gram_panel(const double* a, std::size_t group_stride, std::size_t rows, const double* panel,
                std::size_t length, bool add, double* c, const double* next);

/// The same of eight rows that lie one after another: a(i, k) = a[i * row_stride + k]; no addition.
void project_rows(const double* a, std::size_t row_stride, const double* panel, std::size_t length,
                  double* c);

/// The definitions: plain sums in order of k.
void gram_panel_scalar(const float* a, std::size_t group_stride, std::size_t rows, const float* panel,
                       std::size_t length, bool add, float* c);
void gram_panel_scalar(const double* a, std::size_t group_stride, std::size_t rows, const double* panel,
                       std::size_t length, bool add, double* c);

}  // namespace leverkin::kernels
