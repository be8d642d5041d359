#include "io/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <regex>
#include <string>
#include <system_error>
#include <utility>

#include "io/replacing.h"
#include "leverkin/error.h"

namespace leverkin {

namespace fs = std::filesystem;

namespace {

// Says that the writer of a temporary file lives; false: nobody can say so here, or another one does. A lock
// of the open file, not of the process, and none that HDF5 looks at: a reader of the finished file never
// waits for it, nor for a child process that has inherited it.
bool take_lock(int descriptor) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
}

// A name that WholeFile gave: that of `target`, or of any where that is empty, and ".tmp123-456".
bool is_temporary(const std::string& name, const std::string& target) {
  static const std::regex pattern("(.+)\\.tmp[0-9]+-[0-9]+");
  std::smatch parts;
  return std::regex_match(name, parts, pattern) && (target.empty() || parts[1] == target);
}

}  // namespace

WholeFile::WholeFile(const fs::path& target) : target_(behind_links(target)) {
  std::error_code ignored;
  if (fs::is_directory(target_, ignored))
    throw IoError(target_.string() + ": cannot be written: it is a folder, expected the name of a file");
  struct stat state {};
  while (state.st_nlink == 0) {  // again where it was taken for a leftover before it was locked
    if (descriptor_ >= 0) ::close(descriptor_);
    temporary_ = target_;
    temporary_ +=
        ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(std::random_device{}() % 1000000);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("cannot be written", errno);
    (void)take_lock(descriptor_);  // where a file system has no locks, nobody takes it for a leftover either
    if (::fstat(descriptor_, &state) != 0) break;
  }
}

WholeFile::~WholeFile() {
  std::error_code ignored;
  if (descriptor_ < 0) return;
  fs::remove(temporary_, ignored);
  ::close(descriptor_);
}

void WholeFile::append(const void* bytes, std::size_t count) {
  const auto* left = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t put = ::write(descriptor_, left, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) fail("cannot be written to the end", put < 0 ? errno : ENOSPC);
    left += put;
    count -= static_cast<std::size_t>(put);
  }
}

void WholeFile::commit() {
  if (::fsync(descriptor_) != 0) fail("cannot be written to the end", errno);
  std::error_code error;
  fs::rename(temporary_, target_, error);
  if (error) fail("cannot be renamed into place", error.value());
  ::close(std::exchange(descriptor_, -1));
}

void WholeFile::remove_leftovers(const fs::path& target) {
  std::error_code ignored;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const std::string wanted = target.filename().string();
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    if (!is_temporary(entry->path().filename().string(), wanted) || !entry->is_regular_file(ignored))
      continue;
    const int descriptor = ::open(entry->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) continue;
    if (take_lock(descriptor)) fs::remove(entry->path(), ignored);
    ::close(descriptor);
  }
}

void WholeFile::fail(const std::string& what, int reason) const {
  throw IoError(target_.string() + ": " + what + ": " + std::generic_category().message(reason));
}

}  // namespace leverkin
