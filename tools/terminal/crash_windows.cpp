#include <windows.h>

#include <cstdlib>
#include <string_view>

#include "terminal/crash.h"

namespace leverkin::tools {
namespace {

LONG WINAPI end_in_words(EXCEPTION_POINTERS*) {
  constexpr std::string_view words = "leverkin: stopped: the program crashed\n";
  DWORD written = 0;
  ::WriteFile(::GetStdHandle(STD_ERROR_HANDLE), words.data(), static_cast<DWORD>(words.size()), &written,
              nullptr);
  ::TerminateProcess(::GetCurrentProcess(), EXIT_FAILURE);
  return EXCEPTION_EXECUTE_HANDLER;
}

bool exit_expected = false;

void end_in_words_unless_expected() {
  if (!exit_expected) end_in_words(nullptr);
}

}  // namespace

void say_crashes_in_words() {
  ::SetUnhandledExceptionFilter(end_in_words);
  std::atexit(end_in_words_unless_expected);
}

void expect_exit() { exit_expected = true; }

void leave_crashes_to_the_system() {
  ::SetUnhandledExceptionFilter(nullptr);
  expect_exit();
}

}  // namespace leverkin::tools
