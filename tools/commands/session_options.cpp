#include "commands/session_options.h"

#include "commands/command_line.h"

namespace leverkin::tools {

void declare(CommandLine& options, SessionOptions& into) {
  options.add_option("--lever", into.lever, "the lever's series or channel, where a recording has several")
      .type_name("NAME");
  options.add_option("--mapping", into.mapping, "what is where in files that no reader knows (TOML)")
      .type_name("FILE");
  options.add_option("--rig", into.rig, "what the rig's volts mean, how its channels are called (TOML)")
      .type_name("FILE");
}

}  // namespace leverkin::tools
