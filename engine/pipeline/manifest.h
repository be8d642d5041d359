// engine/pipeline/manifest.h: which sessions does a table of a person name, and what does it say of each?
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/pipeline.h"

namespace leverkin {

/// A CSV file with a heading (docs/formats.md#session-files). Throws BadArgument, with the line, for anything
/// in it that cannot be meant. Whether the recordings exist is not looked at. `notes`: a line for each column
/// that is not used.
[[nodiscard]] std::vector<SessionSource> read_manifest(const std::filesystem::path& manifest,
                                                       std::vector<std::string>& notes);

}  // namespace leverkin
