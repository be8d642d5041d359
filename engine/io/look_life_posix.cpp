#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>

#include "io/look_life.h"

// Its standard input is one end of a socket.
namespace leverkin::look_life {

void set_limits() {
#ifndef __SANITIZE_ADDRESS__
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t most =
      pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + look_protocol::most_memory;
  const rlimit memory{most, most};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
#ifdef __GLIBC__
  // Of some damaged files HDF5 frees what it has never set. With garbage there it ends this process, not the
  // one that asks.
  ::mallopt(M_PERTURB, 0x5A);
#endif
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
}

// SIGPROF ends the process.
void begin_time(int seconds) {
  const itimerval timer{{0, 0}, {seconds, 0}};
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

void say(look_protocol::Answer answer) {
  const char letter = static_cast<char>(answer);
  (void)::send(STDIN_FILENO, &letter, 1, MSG_NOSIGNAL);
}

std::size_t hear(std::span<char> bytes) {
  ssize_t some = -1;
  while ((some = ::recv(STDIN_FILENO, bytes.data(), bytes.size(), 0)) < 0 && errno == EINTR) {
  }
  return some > 0 ? static_cast<std::size_t>(some) : 0;
}

}  // namespace leverkin::look_life
