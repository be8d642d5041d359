#include "terminal/interrupt.h"

#include <atomic>
#include <csignal>

namespace leverkin::tools {
namespace {

std::atomic<bool> noted = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // so a signal handler may touch it

extern "C" void note_interrupt(int) {
  noted = true;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

// Of a terminal that is closed the shell and the system may both tell.
extern "C" void note_hangup(int) { noted = true; }

}  // namespace

void watch_for_interrupts() {
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
  if (std::signal(SIGHUP, note_hangup) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // of nohup
}

bool interrupted() { return noted; }

void forget_interrupt() {
  noted = false;
  watch_for_interrupts();
}

}  // namespace leverkin::tools
