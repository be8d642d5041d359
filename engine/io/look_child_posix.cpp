#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "io/look_child.h"
#include "leverkin/error.h"

extern char** environ;  // NOLINT: POSIX has it so

namespace leverkin {

using look_protocol::Answer;

namespace {

[[noreturn]] void refuse_to_start(int reason) {
  throw IoError("the process that looks at files first cannot be started: " +
                std::generic_category().message(reason));
}

}  // namespace

// At the other end of a socket.
struct LookChild::Process {
  int socket = -1;
  pid_t pid = 0;

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
    const int error = ::posix_spawn(&pid, words[0], &files, &attributes, words.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
  }

  int status_at_end() {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = 0;
    return status;
  }
};

LookChild::LookChild(const std::vector<std::string>& command) : process_(std::make_unique<Process>()) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) refuse_to_start(errno);
  process_->socket = ends[0];
  const int error = process_->start(command, ends[1]);
  ::close(ends[1]);
  if (error == 0) return;
  ::close(process_->socket);
  refuse_to_start(error);
}

LookChild::~LookChild() {
  ::close(process_->socket);
  if (process_->pid <= 0) return;
  ::kill(process_->pid, SIGKILL);
  (void)process_->status_at_end();
}

bool LookChild::ask(const std::string& request) const {
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t some = ::send(process_->socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (some < 0 && errno != EINTR) return false;
    if (some > 0) sent += static_cast<std::size_t>(some);
  }
  return true;
}

std::optional<Answer> LookChild::hear() const {
  pollfd waiting{process_->socket, POLLIN, 0};
  int ready = -1;
  while ((ready = ::poll(&waiting, 1, longest_silence_ms)) < 0 && errno == EINTR) {
  }
  if (ready == 0) return Answer::silence;
  char said = 0;
  ssize_t got = -1;
  while ((got = ::recv(process_->socket, &said, 1, 0)) < 0 && errno == EINTR) {
  }
  if (got <= 0) return std::nullopt;
  return static_cast<Answer>(said);
}

std::string LookChild::how_it_ended() {
  const int status = process_->status_at_end();
  if (!WIFSIGNALED(status)) return fmt::format("reading it crashed HDF5 (exit {})", WEXITSTATUS(status));
  if (WTERMSIG(status) == SIGPROF) return "reading it did not end";
  if (WTERMSIG(status) == SIGKILL) return "reading it needed more memory than there is";
  return fmt::format("reading it crashed HDF5 ({})", ::strsignal(WTERMSIG(status)));
}

}  // namespace leverkin
