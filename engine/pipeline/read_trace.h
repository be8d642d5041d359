// engine/pipeline/read_trace.h: from an opened session to its lever trace, without ever holding the raw
// samples.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "leverkin/parameters.h"
#include "leverkin/session.h"
#include "leverkin/trace.h"

namespace leverkin {

struct TraceRead {
  Trace trace;
  std::int64_t missing_samples = 0;  ///< raw samples that were not finite (GapPolicy::hold)
};

/// Called with the number of raw samples of each block as it is done.
using BlockDone = std::function<void(std::int64_t)>;

/// Throws BadSession for non-finite samples (unless held), a trace of one constant value, and too few
/// samples.
[[nodiscard]] TraceRead read_trace(Session& session, const Parameters& parameters,
                                   const BlockDone& block_done = {});

}  // namespace leverkin
