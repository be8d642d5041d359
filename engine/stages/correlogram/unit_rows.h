// engine/stages/correlogram/unit_rows.h: movements less their mean and of length 1, so that Pearson's r is a
// dot product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/centre_row.h"
#include "leverkin/correlogram.h"
#include "stages/correlogram/gram_strip.h"

namespace leverkin {

/// The rows of the input in order of session, and how each is centred.
struct RowsBySession {
  std::span<const double> volts;
  std::size_t samples = 0;
  std::vector<std::size_t> input;          // input row of each row here
  std::vector<kernels::RowCentre> centre;  // one per row, as far as it is known
  std::vector<std::size_t> first;          // S + 1: where a session begins here

  [[nodiscard]] std::size_t size() const { return input.size(); }
  [[nodiscard]] const double* row(std::size_t r) const { return volts.data() + input[r] * samples; }
  [[nodiscard]] std::size_t rows_of(std::size_t s) const { return first[s + 1] - first[s]; }
};

/// `sessions` is sorted and holds every session of the rows.
RowsBySession by_session(const MovementRows& rows, std::span<const std::int64_t> sessions);

/// The power of two that brings a row's largest deviation near 1; 0 for rows that are constant or not finite.
double row_scale(const double* x, std::size_t samples);

/// Finds every row's scale, which tells whether it takes part.
void scale_all(RowsBySession& rows, int threads);

/// Leaves out the rows whose scale is 0: they take part in no pair; returns which of the rows before stay.
std::vector<std::size_t> leave_out_excluded(RowsBySession& rows);

/// What a centred row is multiplied by to have length 1.
double unit_factor(const kernels::RowCentre& centre);

/// Unit rows, side by side. Double, or rounded to float. `factors`, where it is not empty, is told what each
/// row, scaled and centred, was multiplied by.
template <typename T>
Panels<T> pack_unit_rows(const RowsBySession& rows, int threads, std::span<double> factors = {});

/// r of two rows in double, from the input.
double exact_r(const RowsBySession& rows, std::size_t i, std::size_t j);

/// Proved bounds, of a row's rounding (distance of the computed unit row from the true one) and of r as
/// computed: docs/certified-correlation.md, section 1.
double unit_row_error(std::size_t samples);
template <typename T>
double dense_r_error(std::size_t samples);
double exact_r_error(std::size_t samples);

}  // namespace leverkin
