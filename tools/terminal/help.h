// tools/terminal/help.h: how do I use this?
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>

#include "commands/command.h"

namespace leverkin::tools {

inline constexpr std::array<std::pair<ExitCode, std::string_view>, 5> exit_codes{{
    {all_done, "all done"},
    {machine_failed, "leverkin or the machine failed"},
    {wrong_usage, "wrong usage"},
    {bad_input, "bad input, nothing could be analysed"},
    {some_failed, "some sessions failed, the rest is there"},
}};

/// The page of `leverkin --help`.
[[nodiscard]] std::string overview(std::span<const Command* const> commands);

/// The page of `leverkin COMMAND --help`.
[[nodiscard]] std::string manual(const Command& command);

}  // namespace leverkin::tools
