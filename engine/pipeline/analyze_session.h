// engine/pipeline/analyze_session.h: one session through all stages, telling how far it is.
#pragma once

#include <span>

#include "leverkin/results.h"
#include "leverkin/review.h"
#include "pipeline/read_trace.h"

namespace leverkin {

/// From the lever trace on: fills in what follows from result.info, .trials, .trace and .input_xxh3.
/// `decisions`: those on this session. Throws BadSession.
void analyze_trace(SessionResult& result, const SampleFacts& samples, const Parameters& parameters,
                   int threads, std::span<const Decision> decisions, Keep keep = Keep::bouts);

/// `decisions`: those on this session. `keep`: what the segmentation keeps at least.
[[nodiscard]] SessionResult analyze_session(Session& session, const Parameters& parameters, int threads,
                                            const BlockDone& block_done, std::span<const Decision> decisions,
                                            Keep keep = Keep::bouts);

}  // namespace leverkin
