// leverkin/suggestions.h: what could a person write of a file that no reader knows, or of a rig?
#pragma once

#include <filesystem>
#include <string>

#include "leverkin/session.h"

namespace leverkin {

/// A mapping, as TOML with comments, for a file of numbers in HDF5, MAT, .npy or text: candidates for the
/// lever by length and range, for times by monotonicity. A person completes it (docs/mapping.md). Throws
/// IoError, and BadSession where nothing in the file can be a lever.
[[nodiscard]] std::string suggest_mapping(const std::filesystem::path& path);

/// A rig profile, as TOML with comments, of what can be seen in a recording: rest level, noise, polarity of
/// presses, clipping, mains hum. A person completes it (docs/rig-profile.md). Reads the session to its end.
/// Throws BadSession.
[[nodiscard]] std::string suggest_rig(Session& session, int threads = 1);

}  // namespace leverkin
