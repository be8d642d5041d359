// tools/commands/input_file.h: can this file be read, and what is said where it cannot?
#pragma once

#include <filesystem>
#include <string>

#include "commands/command.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin::tools {

/// Throws Refusal (usage) where there is no such file, or a folder.
void require_file(const std::string& path);

/// A small text file, whole. Throws Refusal (usage) where it cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);

/// Runs `action`; a file that cannot be read is bad input then, not a failing machine.
template <typename Action>
auto reading_input(const Action& action) {
  try {
    return action();
  } catch (const IoError& error) {
    throw Refusal(bad_input, error.what());
  }
}

/// The error of a session, with the file in front where it does not name it itself.
[[nodiscard]] std::string failure_text(const FailedSession& failed);

}  // namespace leverkin::tools
