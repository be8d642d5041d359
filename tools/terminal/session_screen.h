// tools/terminal/session_screen.h: how does a session look on one screen?
#pragma once

#include <string>
#include <vector>

#include "leverkin/history.h"

namespace leverkin::tools {

class CommandLine;

/// A session beside the animal's earlier ones: 80 columns and, where no more than two lines of warnings are
/// to be told, 24 lines.
[[nodiscard]] std::string session_screen(const SessionDigest& digest);

/// Success from session to session, each as a sign from 0 to 1, a dot where there is none: "▃ ▄ ▆ ▇", or
/// "3 5 7 8" where the locale has no such signs. The last 24 sessions.
[[nodiscard]] std::string success_course(const std::vector<PastSession>& sessions);

/// How a session is told.
struct Form {
  bool json = false, line = false;  ///< else: the screen
  int indent = 2;                   ///< of JSON; -1: on one line
};

void declare(CommandLine& options, Form& into);

[[nodiscard]] std::string told(const SessionDigest& digest, const Form& form);

}  // namespace leverkin::tools
