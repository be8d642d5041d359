#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>

#include "support/system_file.h"

namespace leverkin::system_file {
namespace {

namespace fs = std::filesystem;

HANDLE handle_of(int descriptor) { return reinterpret_cast<HANDLE>(::_get_osfhandle(descriptor)); }

int errno_of(DWORD error) {
  switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
      return ENOENT;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return EEXIST;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
      return EACCES;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_USER_MAPPED_FILE:
      return EBUSY;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
      return ENOSPC;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
      return ENOMEM;
    default:
      return EIO;
  }
}

int fail(DWORD error) {
  errno = errno_of(error);
  return -1;
}

constexpr std::wstring_view verbatim =
    L"\\\\?\\";                             // in front of a path that is taken as it stands, at any length
constexpr std::size_t longest_plain = 240;  // characters: MAX_PATH, less than which a file's folder has to be

// Longer paths than MAX_PATH are taken only absolute, without "." and "..", and with a prefix that says so.
std::wstring system_path(const fs::path& path) {
  const std::wstring& plain = path.native();
  if (plain.size() < longest_plain || plain.starts_with(verbatim)) return plain;
  std::wstring whole(::GetFullPathNameW(plain.c_str(), 0, nullptr, nullptr), L'\0');
  whole.resize(::GetFullPathNameW(plain.c_str(), static_cast<DWORD>(whole.size()), whole.data(), nullptr));
  return std::wstring(verbatim) + (whole.starts_with(L"\\\\") ? L"UNC" + whole.substr(1) : whole);
}

// Where in the file; on a handle that is not asynchronous the call waits all the same.
OVERLAPPED at(std::int64_t place) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(static_cast<std::uint64_t>(place));
  where.OffsetHigh = static_cast<DWORD>(static_cast<std::uint64_t>(place) >> 32U);
  return where;
}

DWORD one_call(std::size_t count) {
  constexpr std::size_t most = std::size_t{1} << 30;
  return static_cast<DWORD>(std::min(count, most));
}

// Locks on Windows keep others from the bytes that are locked. This byte is one that no file has.
constexpr std::int64_t locked_place = std::numeric_limits<std::int64_t>::max() - 1;

// Virus scanners and indexers open what was just written, for a moment.
constexpr int attempts = 20;
constexpr DWORD pause_ms = 50;

bool somebody_has_it_open(DWORD error) {
  return error == ERROR_SHARING_VIOLATION || error == ERROR_ACCESS_DENIED;
}

}  // namespace

int open(const fs::path& path, Mode mode) {
  const DWORD access = mode.write ? GENERIC_READ | GENERIC_WRITE | DELETE : GENERIC_READ;
  DWORD how = mode.truncate ? TRUNCATE_EXISTING : OPEN_EXISTING;
  if (mode.create) how = mode.fresh ? CREATE_NEW : mode.truncate ? CREATE_ALWAYS : OPEN_ALWAYS;
  const DWORD flags = FILE_ATTRIBUTE_NORMAL | (mode.follow_links ? 0U : FILE_FLAG_OPEN_REPARSE_POINT);
  const HANDLE handle =
      ::CreateFileW(system_path(path).c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    nullptr, how, flags, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return fail(::GetLastError());
  const int descriptor = ::_open_osfhandle(reinterpret_cast<std::intptr_t>(handle), _O_BINARY | _O_NOINHERIT);
  if (descriptor < 0) ::CloseHandle(handle);
  return descriptor;
}

int close(int descriptor) { return ::_close(descriptor); }

std::int64_t size(int descriptor) {
  LARGE_INTEGER bytes{};
  return ::GetFileSizeEx(handle_of(descriptor), &bytes) != 0 ? bytes.QuadPart : fail(::GetLastError());
}

std::int64_t read_at(int descriptor, void* bytes, std::size_t count, std::int64_t place) {
  OVERLAPPED where = at(place);
  DWORD got = 0;
  if (::ReadFile(handle_of(descriptor), bytes, one_call(count), &got, &where) != 0) return got;
  const DWORD error = ::GetLastError();
  return error == ERROR_HANDLE_EOF ? 0 : fail(error);
}

std::int64_t write_at(int descriptor, const void* bytes, std::size_t count, std::int64_t place) {
  OVERLAPPED where = at(place);
  DWORD put = 0;
  if (::WriteFile(handle_of(descriptor), bytes, one_call(count), &put, &where) != 0) return put;
  return fail(::GetLastError());
}

std::int64_t append(int descriptor, const void* bytes, std::size_t count) {
  DWORD put = 0;
  if (::WriteFile(handle_of(descriptor), bytes, one_call(count), &put, nullptr) != 0) return put;
  return fail(::GetLastError());
}

int set_size(int descriptor, std::int64_t bytes) {
  FILE_END_OF_FILE_INFO end{};
  end.EndOfFile.QuadPart = bytes;
  if (::SetFileInformationByHandle(handle_of(descriptor), FileEndOfFileInfo, &end, sizeof end) != 0) return 0;
  return fail(::GetLastError());
}

int sync(int descriptor) {
  return ::FlushFileBuffers(handle_of(descriptor)) != 0 ? 0 : fail(::GetLastError());
}

bool take_lock(int descriptor) {
  OVERLAPPED where = at(locked_place);
  const DWORD flags = LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY;
  return ::LockFileEx(handle_of(descriptor), flags, 0, 1, 0, &where) != 0;
}

bool is_removed(int descriptor) {
  FILE_STANDARD_INFO facts{};
  return ::GetFileInformationByHandleEx(handle_of(descriptor), FileStandardInfo, &facts, sizeof facts) != 0 &&
         facts.DeletePending != 0;
}

std::error_code replace(const fs::path& from, const fs::path& target) {
  const std::wstring old_name = system_path(from), new_name = system_path(target);
  DWORD error = 0;
  for (int i = 0; i < attempts; ++i) {
    if (::MoveFileExW(old_name.c_str(), new_name.c_str(),
                      MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0)
      return {};
    error = ::GetLastError();
    if (!somebody_has_it_open(error)) break;
    ::Sleep(pause_ms);
  }
  return {somebody_has_it_open(error) ? EBUSY : errno_of(error), std::generic_category()};
}

std::string c_name(const fs::path& path) { return fs::path(system_path(path)).string(); }
std::string stored_name(const fs::path& path) {
  std::string name = path.string();
  if (!path.native().starts_with(verbatim)) std::ranges::replace(name, '\\', '/');
  return name;
}

fs::path real_path(const fs::path& path) {
  const HANDLE handle =
      ::CreateFileW(system_path(path).c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);  // folders, too
  if (handle == INVALID_HANDLE_VALUE) {
    const bool is_root = path.parent_path() == path || !path.has_parent_path();
    return is_root ? path : real_path(path.parent_path()) / path.filename();
  }
  std::wstring name(::GetFinalPathNameByHandleW(handle, nullptr, 0, FILE_NAME_NORMALIZED), L'\0');
  name.resize(::GetFinalPathNameByHandleW(handle, name.data(), static_cast<DWORD>(name.size()),
                                          FILE_NAME_NORMALIZED));
  ::CloseHandle(handle);
  return name;
}

std::optional<Version> version(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  const int descriptor = open(path, {});
  BY_HANDLE_FILE_INFORMATION facts{};
  const bool known = descriptor >= 0 && ::GetFileInformationByHandle(handle_of(descriptor), &facts) != 0;
  if (descriptor >= 0) close(descriptor);
  if (!known) return std::nullopt;
  const auto joined = [](DWORD high, DWORD low) { return (std::uint64_t{high} << 32U) | low; };
  const auto written =
      joined(facts.ftLastWriteTime.dwHighDateTime, facts.ftLastWriteTime.dwLowDateTime);  // 100 ns
  return Version{facts.dwVolumeSerialNumber, joined(facts.nFileIndexHigh, facts.nFileIndexLow),
                 static_cast<std::int64_t>(joined(facts.nFileSizeHigh, facts.nFileSizeLow)),
                 static_cast<std::int64_t>(100 * written)};
}

std::int64_t process_id() { return static_cast<std::int64_t>(::GetCurrentProcessId()); }

}  // namespace leverkin::system_file
