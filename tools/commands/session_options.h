// tools/commands/session_options.h: how are recordings read that do not say everything themselves?
#pragma once

#include "leverkin/session.h"

namespace leverkin::tools {

class CommandLine;

/// --lever, --mapping and --rig: what all commands that read recordings share.
void declare(CommandLine& options, SessionOptions& into);

}  // namespace leverkin::tools
