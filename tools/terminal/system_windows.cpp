#include <fcntl.h>
#include <fmt/format.h>
#include <io.h>
#include <process.h>
#include <windows.h>

#include <shellapi.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

#include "leverkin/error.h"
#include "terminal/system.h"

namespace leverkin::tools {
namespace {

namespace fs = std::filesystem;

bool codes_are_taken = false;

// Old consoles show the codes themselves until they are asked to obey them.
bool obey_codes(DWORD stream) {
  const HANDLE console = ::GetStdHandle(stream);
  DWORD mode = 0;
  return ::GetConsoleMode(console, &mode) != 0 &&
         ::SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

UINT code_page_before = 0;

// The console belongs to whoever started us.
void restore_code_page() { ::SetConsoleOutputCP(code_page_before); }

// A word as programs take their command line apart (CommandLineToArgvW).
std::wstring in_quotes(const std::wstring& word) {
  std::wstring line = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t letter : word) {
    if (letter == L'"') line.append(backslashes + 1, L'\\');
    backslashes = letter == L'\\' ? backslashes + 1 : 0;
    line += letter;
  }
  return line.append(backslashes, L'\\') + L"\"";
}

std::wstring wide(const std::string& text) { return fs::path(text).native(); }

}  // namespace

void prepare_process() {
  ::_setmode(_fileno(stdout), _O_BINARY);
  ::_setmode(_fileno(stderr), _O_BINARY);
  ::SetErrorMode(SEM_FAILCRITICALERRORS);
  code_page_before = ::GetConsoleOutputCP();
  if (code_page_before != 0 && ::SetConsoleOutputCP(CP_UTF8) != 0) std::atexit(restore_code_page);
  const bool output = obey_codes(STD_OUTPUT_HANDLE), errors = obey_codes(STD_ERROR_HANDLE);
  codes_are_taken = output || errors;
}

std::vector<std::string> words_of(int, char**) {
  int count = 0;
  LPWSTR* const words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  std::vector<std::string> all;
  for (int i = 1; i < count; ++i) all.push_back(fs::path(words[i]).string());
  ::LocalFree(words);
  return all;
}

std::int64_t process_id() { return static_cast<std::int64_t>(::GetCurrentProcessId()); }

fs::path this_program() {
  constexpr std::size_t longest = 32768;
  std::wstring path(longest, L'\0');
  path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return path;
}

std::string command_of_this_program() { return this_program().string(); }

bool is_terminal(int descriptor) {
  DWORD mode = 0;  // _isatty() takes NUL for a terminal, too
  return ::GetConsoleMode(reinterpret_cast<HANDLE>(::_get_osfhandle(descriptor)), &mode) != 0;
}

int columns_of(int descriptor) {
  CONSOLE_SCREEN_BUFFER_INFO facts{};
  if (::GetConsoleScreenBufferInfo(reinterpret_cast<HANDLE>(::_get_osfhandle(descriptor)), &facts) == 0)
    return 80;
  const int width = facts.srWindow.Right - facts.srWindow.Left + 1;
  return width >= 20 ? width : 80;
}

bool takes_colour_codes() { return codes_are_taken; }

bool always_shows_unicode() { return true; }

void set_environment(const char* name, const std::string& value, bool replacing) {
  if (replacing || std::getenv(name) == nullptr) ::_wputenv_s(wide(name).c_str(), wide(value).c_str());
}

char path_separator() { return ';'; }
const char* usual_python() { return "python"; }

int become(const std::vector<std::string>& command) {
  std::vector<std::wstring> words;
  for (const std::string& word : command) words.push_back(in_quotes(wide(word)));
  std::vector<const wchar_t*> pointers;
  for (const std::wstring& word : words) pointers.push_back(word.c_str());
  pointers.push_back(nullptr);
  return static_cast<int>(::_wspawnvp(_P_WAIT, wide(command.front()).c_str(), pointers.data()));
}

ScratchFile::ScratchFile(const fs::path& folder)
    : path_((folder / fmt::format(".leverkin-doctor-{}-{}", process_id(), std::random_device{}())).string()) {
  descriptor_ = ::_wopen(wide(path_).c_str(), _O_RDWR | _O_CREAT | _O_EXCL | _O_BINARY | _O_TEMPORARY, 0600);
  error_ = descriptor_ < 0 ? errno : 0;
}

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::_close(descriptor_);
}

int ScratchFile::lock() const {
  OVERLAPPED where{};
  const auto file = reinterpret_cast<HANDLE>(::_get_osfhandle(descriptor_));
  const BOOL locked =
      ::LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &where);
  return locked != 0 ? 0 : EACCES;
}

fs::path make_scratch_folder() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  const fs::path path = parent / fmt::format("leverkin-doctor-{}-{}", process_id(), std::random_device{}());
  if (!error) fs::create_directory(path, error);
  if (error)
    throw IoError(fmt::format("no folder can be made in {} (TEMP): {}", parent.string(), error.message()));
  return path;
}

}  // namespace leverkin::tools
