#include <algorithm>
#include <limits>

#include "kernels/volts.h"
#include "leverkin/trace.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

// The first sample from `begin` on that lies outside of the gaps from `gap` on; `gap` moves on to those that
// matter next.
std::int64_t skip_gaps(const std::vector<SampleRange>& gaps, std::size_t& gap, std::int64_t begin) {
  while (gap < gaps.size() && gaps[gap].end <= begin) ++gap;
  return gap < gaps.size() && gaps[gap].begin <= begin ? gaps[gap].end : begin;
}

}  // namespace

TraceOverview overview_of(const Trace& trace) {
  const auto samples = static_cast<std::int64_t>(trace.volts.size());
  const std::int64_t bins = (samples + TraceOverview::bin_samples - 1) / TraceOverview::bin_samples;
  TraceOverview overview{std::vector<double>(static_cast<std::size_t>(bins), no_number),
                         std::vector<double>(static_cast<std::size_t>(bins), no_number)};
  std::size_t gap = 0;
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    const std::int64_t end = std::min(samples, (bin + 1) * TraceOverview::bin_samples);
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::int64_t at = skip_gaps(trace.no_data, gap, bin * TraceOverview::bin_samples); at < end;
         at = skip_gaps(trace.no_data, gap, at)) {
      const std::int64_t stop = gap < trace.no_data.size() ? std::min(end, trace.no_data[gap].begin) : end;
      if (stop <= at) continue;  // behind a gap
      const kernels::ValueRange range =
          kernels::value_range(trace.volts.data() + at, static_cast<std::size_t>(stop - at));
      low = std::min(low, range.low);
      high = std::max(high, range.high);
      at = stop;
    }
    if (low > high) continue;
    overview.min_v[static_cast<std::size_t>(bin)] = low;
    overview.max_v[static_cast<std::size_t>(bin)] = high;
  }
  return overview;
}

}  // namespace leverkin
