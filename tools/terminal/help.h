// tools/terminal/help.h: how do I use this?
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>

#include "commands/command.h"

namespace leverkin::tools {

/// The page of `leverkin --help`.
[[nodiscard]] std::string overview(std::span<const Command* const> commands);

/// The page of `leverkin COMMAND --help`.
[[nodiscard]] std::string manual(const Command& command, const CLI::App& options);

}  // namespace leverkin::tools
