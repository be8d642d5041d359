#include <windows.h>

#include <atomic>

#include "terminal/interrupt.h"

namespace leverkin::tools {
namespace {

std::atomic<bool> noted = false;

// Called by a thread of the system's own. Where the window is closed or the person logs off, Windows ends the
// process when this returns, or after five seconds: until then the command may end in its own time.
BOOL WINAPI note_interrupt(DWORD event) {
  const bool is_second = noted.exchange(true);
  if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT) return is_second ? FALSE : TRUE;
  ::Sleep(INFINITE);
  return TRUE;
}

}  // namespace

void watch_for_interrupts() { ::SetConsoleCtrlHandler(note_interrupt, TRUE); }

bool interrupted() { return noted; }

void forget_interrupt() { noted = false; }

}  // namespace leverkin::tools
