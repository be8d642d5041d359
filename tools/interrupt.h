// tools/interrupt.h: did the person press Ctrl-C?
#pragma once

namespace leverkin::tools {

/// From now on the first Ctrl-C (or SIGTERM) is noted, so that work can end cleanly; the second one kills.
void watch_for_interrupts();

[[nodiscard]] bool interrupted();

}  // namespace leverkin::tools
