// engine/pipeline/number_sessions.h: which number has each session of an animal?
#pragma once

#include <string>
#include <vector>

#include "leverkin/pipeline.h"

namespace leverkin {

/// Settles the numbers of one animal's sessions (docs/formats.md, "Which session it is"): what a manifest
/// says is final; for all others the attributes count, else the names, whichever first gives every session a
/// number that is its own and does not contradict the start times; else the order of the start times. A
/// session that cannot be placed is moved to `failed`, and what was decided against the files' own word is
/// said in `notes`.
[[nodiscard]] StudyPlan number_sessions(std::vector<PlannedSession> sessions);

}  // namespace leverkin
