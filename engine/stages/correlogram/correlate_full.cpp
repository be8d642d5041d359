#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/median_select.h"
#include "stages/correlogram/correlate_full.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

// The rows of those sessions that are asked for; the others become empty.
RowsBySession rows_asked_for(const RowsBySession& rows, const SessionPairs& pairs) {
  std::vector<char> wanted(pairs.size(), 0);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i].empty()) wanted[i] = 1;
    for (const std::size_t j : pairs[i]) wanted[j] = 1;
  }
  RowsBySession part{rows.volts, rows.samples, {}, {}, {0}};
  for (std::size_t s = 0; s < pairs.size(); ++s) {
    for (std::size_t r = rows.first[s]; wanted[s] != 0 && r < rows.first[s + 1]; ++r) {
      part.input.push_back(rows.input[r]);
      part.centre.push_back(rows.centre[r]);
    }
    part.first.push_back(part.input.size());
  }
  return part;
}

template <typename T>
void correlate_in(const RowsBySession& rows, const SessionPairs& pairs, int threads, BlockMedians& medians) {
  const Panels<T> panels = pack_unit_rows<T>(rows, threads);
  const double error = dense_r_error<T>(rows.samples);
  for_each_strip(rows, pairs, threads, [&](std::size_t i) {
    std::vector<RowRange> blocks;
    for (const std::size_t j : pairs[i]) blocks.push_back({rows.first[j], rows.first[j + 1]});
    multiply_strip<T>(panels, {rows.first[i], rows.first[i + 1]}, blocks, gram_chunk,
                      [&](const BlockProducts<T>& block) {
                        if (block.count == 0) return;
                        const auto middle = kernels::middle_values(block.values, block.count);
                        const double lower = std::clamp(static_cast<double>(middle.lower), -1.0, 1.0);
                        const double upper = std::clamp(static_cast<double>(middle.upper), -1.0, 1.0);
                        medians.set(i, pairs[i][block.block], (lower + upper) / 2.0, error);
                      });
  });
}

}  // namespace

void correlate_in_full(const RowsBySession& rows, const SessionPairs& pairs, double tolerance, int threads,
                       BlockMedians& medians) {
  const bool nothing = std::ranges::all_of(pairs, [](const auto& others) { return others.empty(); });
  if (nothing) return;
  const RowsBySession part = rows_asked_for(rows, pairs);
  if (dense_r_error<float>(rows.samples) <= tolerance) {
    correlate_in<float>(part, pairs, threads, medians);
  } else {
    correlate_in<double>(part, pairs, threads, medians);
  }
}

}  // namespace leverkin
