// engine/pipeline/read_trace.h: from an opened session to its lever trace, without ever holding the raw
// samples.
#pragma once

#include <cstdint>
#include <functional>

#include "leverkin/pipeline.h"
#include "pipeline/lever_front.h"

namespace leverkin {

/// Called with the number of raw samples of each block as it is done.
using BlockDone = std::function<void(std::int64_t)>;

/// As in pipeline.h, telling how far it is.
[[nodiscard]] TraceRead read_trace(Session& session, const Parameters& parameters, int threads,
                                   const BlockDone& block_done);

/// The same without a judgement on the samples: that is left to what `watch` saw.
[[nodiscard]] TraceRead watch_trace(Session& session, const Parameters& parameters, int threads,
                                    const BlockDone& block_done, SampleWatch& watch);

}  // namespace leverkin
