#include "stages/correlogram/session_pairs.h"

#include <algorithm>
#include <limits>

#include "support/thread_pool.h"

namespace leverkin {

BlockMedians::BlockMedians(std::size_t count)
    : sessions(count),
      median_r(count * count, std::numeric_limits<double>::quiet_NaN()),
      bound(count * count, std::numeric_limits<double>::quiet_NaN()) {}

SessionPairs all_session_pairs(const RowsBySession& rows) {
  SessionPairs pairs(rows.first.size() - 1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (rows.rows_of(i) == 0) continue;
    for (std::size_t j = i; j < pairs.size(); ++j)
      if (rows.rows_of(j) > (i == j ? 1U : 0U)) pairs[i].push_back(j);
  }
  return pairs;
}

void for_each_strip(const RowsBySession& rows, const SessionPairs& pairs, int threads,
                    const std::function<void(std::size_t)>& task) {
  std::vector<std::size_t> strips, work(pairs.size(), 0);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].empty()) continue;
    strips.push_back(i);
    for (const std::size_t j : pairs[i]) work[i] += rows.rows_of(i) * rows.rows_of(j);
  }
  std::ranges::stable_sort(strips, std::greater<>(), [&](std::size_t i) { return work[i]; });
  parallel_for(static_cast<std::int64_t>(strips.size()), threads,
               [&](std::int64_t at) { task(strips[static_cast<std::size_t>(at)]); });
}

}  // namespace leverkin
