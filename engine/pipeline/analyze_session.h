// engine/pipeline/analyze_session.h: one session through all stages, telling how far it is.
#pragma once

#include "leverkin/results.h"
#include "pipeline/read_trace.h"

namespace leverkin {

[[nodiscard]] SessionResult analyze_session(Session& session, const Parameters& parameters, int threads,
                                            const BlockDone& block_done);

}  // namespace leverkin
