#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "terminal/crash.h"

namespace leverkin::tools {
namespace {

constexpr std::array crashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::string_view words =
    "leverkin: stopped: the program crashed, as HDF5 does where it gets no memory. Results are written whole "
    "or not at all.\n"
    "  free memory, or use fewer --threads, and run it again; if it happens again, report it, with the "
    "file\n";

// A stack that ran over leaves no room for a handler.
std::array<char, 16384> own_stack;

// Nothing but calls that a signal handler may make.
extern "C" void end_in_words(int) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, words.data(), words.size());
  std::_Exit(EXIT_FAILURE);
}

bool exit_expected = false;

extern "C" void end_in_words_unless_expected() {
  if (!exit_expected) end_in_words(0);
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void before_all(int, char**, char**) { say_crashes_in_words(); }
[[gnu::section(".preinit_array"), gnu::used]] void (*const first_of_all)(int, char**, char**) = before_all;
#endif

}  // namespace

void say_crashes_in_words() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  stack_t stack{};
  stack.ss_sp = own_stack.data();
  stack.ss_size = own_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = end_in_words;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : crashes) ::sigaction(signal, &action, nullptr);
#endif
  std::atexit(end_in_words_unless_expected);
}

void expect_exit() { exit_expected = true; }

void leave_crashes_to_the_system() {
  for (const int signal : crashes) std::signal(signal, SIG_DFL);
  expect_exit();
}

}  // namespace leverkin::tools
