#include <windows.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "io/look_life.h"

// Its memory is bounded by the parent (look_child_windows.cpp).
namespace leverkin::look_life {
namespace {

// 100 ns of processor time of all threads; 0: no limit.
std::atomic<std::uint64_t> time_is_over_at = 0;

std::uint64_t processor_time() {
  FILETIME unused{}, kernel{}, user{};
  ::GetProcessTimes(::GetCurrentProcess(), &unused, &unused, &kernel, &user);
  const auto joined = [](FILETIME time) {
    return (std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
  };
  return joined(kernel) + joined(user);
}

void watch_time() {
  while (true) {
    const std::uint64_t end = time_is_over_at;
    if (end != 0 && processor_time() > end)
      ::TerminateProcess(::GetCurrentProcess(), look_protocol::took_too_long);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

// A crash is over at once: no debugger is started, no window asks a person.
LONG WINAPI end_at_once(EXCEPTION_POINTERS* what) {
  ::TerminateProcess(::GetCurrentProcess(), what->ExceptionRecord->ExceptionCode);
  return EXCEPTION_EXECUTE_HANDLER;
}

}  // namespace

void set_limits() {
  ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  ::SetUnhandledExceptionFilter(end_at_once);
  ::SetConsoleCtrlHandler(nullptr, TRUE);
  std::thread(watch_time).detach();
}

void begin_time(int seconds) {
  time_is_over_at =
      seconds == 0 ? 0 : processor_time() + std::uint64_t{10'000'000} * static_cast<unsigned>(seconds);
}

void say(look_protocol::Answer answer) {
  const char letter = static_cast<char>(answer);
  DWORD put = 0;
  ::WriteFile(::GetStdHandle(STD_OUTPUT_HANDLE), &letter, 1, &put, nullptr);
}

std::size_t hear(std::span<char> bytes) {
  DWORD got = 0;
  if (::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), bytes.data(), static_cast<DWORD>(bytes.size()), &got,
                 nullptr) == 0)
    return 0;
  return got;
}

}  // namespace leverkin::look_life
