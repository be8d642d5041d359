#include "io/look_first.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "io/hdf5.h"
#include "io/look_child.h"
#include "io/look_protocol.h"
#include "io/walk_file.h"
#include "leverkin/error.h"
#include "leverkin/reading_guard.h"
#include "support/host_process.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;
using look_protocol::Answer;

/// A file as it is now. One that another program writes on stays the same file while it grows.
std::optional<system_file::Version> version_of(const fs::path& path) {
  std::optional<system_file::Version> version = system_file::version(path);
  if (version && hdf5::is_being_written(path)) version->size = version->changed_ns = 0;
  return version;
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
    std::string fault = ask(request);
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
  std::optional<LookChild> child_;
  std::set<std::pair<system_file::Version, std::string>> seen_;
  std::map<system_file::Version, std::string> faults_;

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
  std::call_once(once, [] { at_fork(nullptr, nullptr, [] { forget_child(guard()); }); });
  guard().use(std::move(command));
}

void look_first(const fs::path& path, Look look, const SessionOptions& options) {
  const std::string fault = guard().fault_of(path, look, options);
  if (!fault.empty())
    throw BadSession({path.string(), "", "", "damaged: " + fault,
                      "a whole file; copy it again from where it was recorded"});
}

void look_at_everything(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return;
  look_first(path, Look::all);
  walk_file(path, WalkFor::places);
}

}  // namespace leverkin
