#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "support/system_file.h"

namespace leverkin::system_file {
namespace {

// A call that a signal broke off is made again.
template <typename Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

int open(const std::filesystem::path& path, Mode mode) {
  int flags = (mode.write ? O_RDWR : O_RDONLY) | O_CLOEXEC;
  if (mode.create) flags |= O_CREAT;
  if (mode.fresh) flags |= O_EXCL;
  if (mode.truncate) flags |= O_TRUNC;
  if (!mode.follow_links) flags |= O_NOFOLLOW;
  return ::open(path.c_str(), flags, 0666);
}

int close(int descriptor) { return ::close(descriptor); }

std::int64_t size(int descriptor) {
  struct stat facts {};
  return ::fstat(descriptor, &facts) == 0 ? facts.st_size : -1;
}

std::int64_t read_at(int descriptor, void* bytes, std::size_t count, std::int64_t place) {
  return uninterrupted([&] { return ::pread(descriptor, bytes, count, place); });
}

std::int64_t write_at(int descriptor, const void* bytes, std::size_t count, std::int64_t place) {
  return uninterrupted([&] { return ::pwrite(descriptor, bytes, count, place); });
}

std::int64_t append(int descriptor, const void* bytes, std::size_t count) {
  return uninterrupted([&] { return ::write(descriptor, bytes, count); });
}

int set_size(int descriptor, std::int64_t bytes) { return ::ftruncate(descriptor, bytes); }

int sync(int descriptor) { return ::fsync(descriptor); }

bool take_lock(int descriptor) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
}

bool is_removed(int descriptor) {
  struct stat facts {};
  return ::fstat(descriptor, &facts) == 0 && facts.st_nlink == 0;
}

std::error_code replace(const std::filesystem::path& from, const std::filesystem::path& target) {
  std::error_code error;
  std::filesystem::rename(from, target, error);
  return error;
}

std::string c_name(const std::filesystem::path& path) { return path.string(); }
std::string stored_name(const std::filesystem::path& path) { return path.string(); }

std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::weakly_canonical(path, error);
}

std::optional<Version> version(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  const std::int64_t changed_ns = std::int64_t{1'000'000'000} * facts.st_mtim.tv_sec + facts.st_mtim.tv_nsec;
  return Version{facts.st_dev, facts.st_ino, facts.st_size, changed_ns};
}

std::int64_t process_id() { return ::getpid(); }

}  // namespace leverkin::system_file
