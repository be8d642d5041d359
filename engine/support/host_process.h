// engine/support/host_process.h: what becomes of our threads and locks where the process copies itself, ends
// or unloads us?
#pragma once

namespace leverkin {

/// As pthread_atfork(); nothing where processes cannot copy themselves (Windows).
void at_fork(void (*before)(), void (*in_parent)(), void (*in_child)());

/// To be called before a thread is started that waits in our code: where the library would be unloaded under
/// it, it stays loaded from now on.
void stay_loaded();

/// May static objects wait for threads in their destructors? On Windows not: those of a DLL are destroyed
/// when its threads were ended already, or cannot end.
[[nodiscard]] bool threads_end_before_statics();

}  // namespace leverkin
