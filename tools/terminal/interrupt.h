// tools/terminal/interrupt.h: did the person press Ctrl-C, or close the terminal?
#pragma once

namespace leverkin::tools {

/// From now on the first Ctrl-C (or SIGTERM) is noted, so that work can end cleanly; the second of either
/// ends the process at once. That the terminal is closed is noted, too.
void watch_for_interrupts();

[[nodiscard]] bool interrupted();

/// For a command that Ctrl-C only takes to its next part: the next one is noted anew.
void forget_interrupt();

}  // namespace leverkin::tools
