#include "io/look_first.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "io/hdf5.h"
#include "io/look_protocol.h"
#include "leverkin/error.h"
#include "leverkin/reading_guard.h"

extern char** environ;  // NOLINT: POSIX has it so

namespace leverkin {
namespace {

namespace fs = std::filesystem;
using look_protocol::Answer;

constexpr int longest_silence_ms = 60'000;  // of a child that waits, for a network drive for example

[[noreturn]] void refuse_to_start(int reason) {
  throw IoError("the process that looks at files first cannot be started: " +
                std::generic_category().message(reason));
}

/// A child process at the other end of a socket.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) refuse_to_start(errno);
    socket_ = ends[0];
    const int error = start(command, ends[1]);
    ::close(ends[1]);
    if (error == 0) return;
    ::close(socket_);
    refuse_to_start(error);
  }
  ~Child() {
    ::close(socket_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)status_at_end();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool ask(const std::string& request) const {
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t some = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (some < 0 && errno != EINTR) return false;
      if (some > 0) sent += static_cast<std::size_t>(some);
    }
    return true;
  }

  /// The next thing it says; nothing where it died, silence where it says nothing for too long.
  [[nodiscard]] std::optional<Answer> hear() const {
    pollfd waiting{socket_, POLLIN, 0};
    int ready = -1;
    while ((ready = ::poll(&waiting, 1, longest_silence_ms)) < 0 && errno == EINTR) {
    }
    if (ready == 0) return Answer::silence;
    char said = 0;
    ssize_t got = -1;
    while ((got = ::recv(socket_, &said, 1, 0)) < 0 && errno == EINTR) {
    }
    if (got <= 0) return std::nullopt;
    return static_cast<Answer>(said);
  }

  /// Of a child that died.
  [[nodiscard]] std::string how_it_ended() {
    const int status = status_at_end();
    if (!WIFSIGNALED(status)) return fmt::format("reading it crashed HDF5 (exit {})", WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGPROF) return "reading it did not end";
    if (WTERMSIG(status) == SIGKILL) return "reading it needed more memory than there is";
    return fmt::format("reading it crashed HDF5 ({})", ::strsignal(WTERMSIG(status)));
  }

 private:
  int start(const std::vector<std::string>& command, int its_end) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, its_end, STDIN_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);  // our recordings, and their locks
    sigset_t none, as_usual;
    sigemptyset(&none);
    sigemptyset(&as_usual);
    for (const int signal : {SIGPROF, SIGTERM, SIGPIPE}) sigaddset(&as_usual, signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &as_usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int error = ::posix_spawn(&pid_, words[0], &files, &attributes, words.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
  }

  int status_at_end() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }

  int socket_ = -1;
  pid_t pid_ = 0;
};

/// A file as it is now. One that another program writes on stays the same file while it grows.
struct Version {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed_ns = 0;
  auto operator<=>(const Version&) const = default;
};

std::optional<Version> version_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const std::int64_t changed_ns =
      std::int64_t{1'000'000'000} * status.st_mtim.tv_sec + status.st_mtim.tv_nsec;
  if (hdf5::is_being_written(path)) return Version{status.st_dev, status.st_ino, 0, 0};
  return Version{status.st_dev, status.st_ino, status.st_size, changed_ns};
}

class Guard {
 public:
  void use(std::vector<std::string> command) {
    const std::lock_guard alone(mutex_);
    child_.reset();
    command_ = std::move(command);
  }

  /// What is wrong with the file; empty: nothing.
  std::string fault_of(const fs::path& path, Look look, const SessionOptions& options) {
    const std::lock_guard alone(mutex_);
    if (command_.empty()) return {};
    const auto version = version_of(path);
    if (!version) return {};  // whoever opens it says why that cannot be
    if (const auto damaged = faults_.find(*version); damaged != faults_.end()) return damaged->second;
    const std::string request = look_protocol::request(look, path.string(), options);
    if (!seen_.emplace(*version, request).second) return {};
    const std::string fault = ask(request);
    if (!fault.empty()) faults_[*version] = fault;
    return fault;
  }

 private:
  std::string ask(const std::string& request) {
    if (!child_) child_.emplace(command_);
    std::optional<Answer> answer;
    if (child_->ask(request)) {
      do answer = child_->hear();
      while (answer == Answer::still_looking);
    }
    if (answer == Answer::survived) return {};
    std::string fault = "reading it did not end";
    if (!answer) fault = child_->how_it_ended();
    if (answer == Answer::out_of_memory)
      fault = fmt::format("reading it takes more than {} GiB of memory", look_protocol::most_memory >> 30U);
    child_.reset();
    return fault;
  }

  std::mutex mutex_;
  std::vector<std::string> command_;
  std::optional<Child> child_;
  std::set<std::pair<Version, std::string>> seen_;
  std::map<Version, std::string> faults_;

  friend void forget_child(Guard&);
};

Guard& guard() {
  static Guard& one = *new Guard;  // never destroyed: files may be read until the very end
  return one;
}

// After fork() the child belongs to the parent, and the lock may be held by a thread that is no more. What is
// left behind here is not freed: another thread may have been at work on it.
void forget_child(Guard& own) {
  std::vector<std::string> command = own.command_;
  ::new (&own) Guard;
  own.command_ = std::move(command);
}

}  // namespace

void guard_reading(std::vector<std::string> command) {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(nullptr, nullptr, [] { forget_child(guard()); }); });
  guard().use(std::move(command));
}

void look_first(const fs::path& path, Look look, const SessionOptions& options) {
  const std::string fault = guard().fault_of(path, look, options);
  if (!fault.empty())
    throw BadSession({path.string(), "", "", "damaged: " + fault,
                      "a whole file; copy it again from where it was recorded"});
}

}  // namespace leverkin
