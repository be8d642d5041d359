// tools/commands/ends_soon.h: does the program end soon after Ctrl-C, whatever it is at?
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace leverkin::tools {

/// While this lives and Ctrl-C was noted, work has half a second to come to a clean end; then `last_words`
/// are said, in a thread of their own, and the process ends with `machine_failed`. For work that may be
/// killed anywhere: what it has finished is in files that are whole, what it has not the next run removes.
class EndsSoon {
 public:
  explicit EndsSoon(std::function<void()> last_words);
  ~EndsSoon();
  EndsSoon(const EndsSoon&) = delete;
  EndsSoon& operator=(const EndsSoon&) = delete;

 private:
  void wait();

  std::function<void()> last_words_;
  std::timed_mutex alive_;
  std::thread waiting_;
};

}  // namespace leverkin::tools
