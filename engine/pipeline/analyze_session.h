// engine/pipeline/analyze_session.h: one session through all stages, telling how far it is.
#pragma once

#include "leverkin/results.h"
#include "pipeline/read_trace.h"

namespace leverkin {

/// From the lever trace on: fills in what follows from result.info, .trials and .trace. Throws BadSession.
void analyze_trace(SessionResult& result, std::int64_t missing_samples, const Parameters& parameters,
                   int threads);

[[nodiscard]] SessionResult analyze_session(Session& session, const Parameters& parameters, int threads,
                                            const BlockDone& block_done);

}  // namespace leverkin
