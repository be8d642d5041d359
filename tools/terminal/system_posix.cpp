#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "leverkin/error.h"
#include "terminal/system.h"

namespace leverkin::tools {

void prepare_process() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow any more (ulimit -f) is an error in words
}

std::vector<std::string> words_of(int count, char** words) {
  return {words + std::min(count, 1), words + count};
}

std::int64_t process_id() { return ::getpid(); }

std::filesystem::path this_program() {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/exe", none);
}

std::string command_of_this_program() {
  const std::filesystem::path program = this_program();
  std::error_code none;  // "NAME (deleted)" where it was replaced
  return std::filesystem::exists(program, none) ? program.string() : "/proc/self/exe";
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

int columns_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 80;
}

bool takes_colour_codes() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) != "dumb";
}

bool always_shows_unicode() { return false; }

void set_environment(const char* name, const std::string& value, bool replacing) {
  ::setenv(name, value.c_str(), replacing ? 1 : 0);
}

char path_separator() { return ':'; }
const char* usual_python() { return "python3"; }

int become(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  return -1;
}

ScratchFile::ScratchFile(const std::filesystem::path& folder)
    : path_((folder / ".leverkin-doctor-XXXXXX").string()) {
  descriptor_ = ::mkstemp(path_.data());
  error_ = descriptor_ < 0 ? errno : 0;
}

ScratchFile::~ScratchFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

int ScratchFile::lock() const { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno; }

std::filesystem::path make_scratch_folder() {
  const char* wish = std::getenv("TMPDIR");
  const std::string parent = wish == nullptr || *wish == '\0' ? "/tmp" : wish;
  std::string path = parent + "/leverkin-doctor-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    throw IoError(fmt::format("no folder can be made in {} (TMPDIR): {}", parent, std::strerror(errno)));
  return path;
}

}  // namespace leverkin::tools
