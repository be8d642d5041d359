// tools/report/report_data.h: which numbers does a report show?
#pragma once

#include <filesystem>

#include "commands/json_text.h"
#include "leverkin/results.h"
#include "report/page_blocks.h"

namespace leverkin::tools {

/// Everything of `results` (read from `path`) but what goes into `blocks`: tables, overviews and movements of
/// each session, and with `traces` the 1 kHz traces that were kept.
[[nodiscard]] Json report_data(const std::filesystem::path& path, const StoredResults& results, bool traces,
                               PageBlocks& blocks);

}  // namespace leverkin::tools
