// engine/io/nwb_results.h: how do other programs of the field read what was found?
#pragma once

#include <filesystem>

#include "leverkin/parameters.h"
#include "leverkin/results.h"

namespace leverkin {

/// One session's results as an NWB 2 file (docs/exchange.md#results-as-nwb): the trace and its speed envelope
/// (`result` was made with Keep::everything), bouts, trials, events, movements, findings, and by what they
/// were made. Whole or not at all. Throws IoError, and BadArgument where a file is there already that is no
/// results file.
void write_nwb_session(const SessionResult& result, const Parameters& parameters,
                       const Provenance& provenance, const std::filesystem::path& path);

/// One animal's curves over its sessions: a row per session, and the correlogram, a row per pair.
void write_nwb_subject(const StoredSubject& subject, const Parameters& parameters,
                       const Provenance& provenance, const std::filesystem::path& path);

/// Throws BadArgument where there is a file already that is no results file.
void check_replacing_by_nwb(const std::filesystem::path& path);

}  // namespace leverkin
