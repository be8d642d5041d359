#include <fmt/format.h>
#include <windows.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "io/look_child.h"
#include "leverkin/error.h"

namespace leverkin {

using look_protocol::Answer;

namespace {

[[noreturn]] void refuse_to_start(DWORD reason) {
  throw IoError(
      fmt::format("the process that looks at files first cannot be started: error {} of Windows", reason));
}

void close(HANDLE& handle) {
  if (handle != nullptr) ::CloseHandle(handle);
  handle = nullptr;
}

// As CommandLineToArgvW takes it apart; no word of ours has a quote or a backslash at its end.
std::wstring command_line(const std::vector<std::string>& command) {
  std::wstring line;
  for (const std::string& word : command)
    line += (line.empty() ? L"\"" : L" \"") + std::filesystem::path(word).native() + L"\"";
  return line;
}

struct Pipe {
  HANDLE out = nullptr, in = nullptr;  // what is written in comes out
  Pipe() {
    if (::CreatePipe(&out, &in, nullptr, 0) == 0) refuse_to_start(::GetLastError());
  }
  ~Pipe() {
    close(out);
    close(in);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

// A job ends all its processes when it is closed, also where we crash, and bounds their memory.
HANDLE make_job() {
  HANDLE job = ::CreateJobObjectW(nullptr, nullptr);
  if (job == nullptr) refuse_to_start(::GetLastError());
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
                                            JOB_OBJECT_LIMIT_PROCESS_MEMORY |
                                            JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  limits.ProcessMemoryLimit = look_protocol::most_memory;
  ::SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  return job;
}

}  // namespace

// Between two pipes, one to its standard input and one from its standard output.
struct LookChild::Process {
  Pipe requests, answers;
  HANDLE process = nullptr, job = nullptr;

  // It inherits its ends of the pipes and nothing else: our recordings stay ours.
  void start(std::wstring line) {
    HANDLE its_ends[] = {requests.out, answers.in};
    for (HANDLE end : its_ends) ::SetHandleInformation(end, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    SIZE_T bytes = 0;
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &bytes);
    std::vector<std::byte> room(bytes);
    STARTUPINFOEXW how{};
    how.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room.data());
    ::InitializeProcThreadAttributeList(how.lpAttributeList, 1, 0, &bytes);
    ::UpdateProcThreadAttribute(how.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, its_ends,
                                sizeof its_ends, nullptr, nullptr);
    how.StartupInfo.cb = sizeof how;
    how.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    how.StartupInfo.hStdInput = requests.out;
    how.StartupInfo.hStdOutput = answers.in;
    PROCESS_INFORMATION started{};
    const BOOL good = ::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE,
                                       EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW | CREATE_SUSPENDED,
                                       nullptr, nullptr, &how.StartupInfo, &started);
    const DWORD reason = ::GetLastError();
    ::DeleteProcThreadAttributeList(how.lpAttributeList);
    if (good == 0) refuse_to_start(reason);
    ::AssignProcessToJobObject(job, started.hProcess);
    ::ResumeThread(started.hThread);
    ::CloseHandle(started.hThread);
    process = started.hProcess;
    close(requests.out);
    close(answers.in);
  }

  ~Process() {
    close(job);
    close(process);
  }
};

LookChild::LookChild(const std::vector<std::string>& command) : process_(std::make_unique<Process>()) {
  process_->job = make_job();
  process_->start(command_line(command));
}

LookChild::~LookChild() {
  if (process_->process != nullptr) ::TerminateProcess(process_->process, 0);
}

bool LookChild::ask(const std::string& request) const {
  DWORD put = 0;
  return ::WriteFile(process_->requests.in, request.data(), static_cast<DWORD>(request.size()), &put,
                     nullptr) != 0;
}

// A pipe cannot be waited for with a limit: it is looked at again and again, at first without a pause.
std::optional<Answer> LookChild::hear() const {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  DWORD there = 0;
  for (auto now = begin; there == 0; now = Clock::now()) {
    if (::PeekNamedPipe(process_->answers.out, nullptr, 0, nullptr, &there, nullptr) == 0)
      return std::nullopt;
    if (there > 0) break;
    if (now - begin > std::chrono::milliseconds(longest_silence_ms)) return Answer::silence;
    if (now - begin > std::chrono::milliseconds(2))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    else
      std::this_thread::yield();
  }
  char said = 0;
  DWORD got = 0;
  if (::ReadFile(process_->answers.out, &said, 1, &got, nullptr) == 0 || got == 0) return std::nullopt;
  return static_cast<Answer>(said);
}

std::string LookChild::how_it_ended() {
  DWORD code = 0;
  ::WaitForSingleObject(process_->process, INFINITE);
  ::GetExitCodeProcess(process_->process, &code);
  if (code == look_protocol::took_too_long) return "reading it did not end";
  return fmt::format("reading it crashed HDF5 (exit {:#x})", code);
}

}  // namespace leverkin
