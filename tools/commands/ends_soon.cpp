#include "commands/ends_soon.h"

#include <chrono>
#include <cstdlib>

#include "commands/command.h"
#include "terminal/interrupt.h"

namespace leverkin::tools {
namespace {

constexpr std::chrono::milliseconds look_every{50}, clean_end{500};

}  // namespace

EndsSoon::EndsSoon(std::function<void()> last_words)
    : last_words_(std::move(last_words)), waiting_([this] { wait(); }) {}

EndsSoon::~EndsSoon() {
  {
    const std::lock_guard alone(mutex_);
    is_over_ = true;
  }
  over_.notify_one();
  waiting_.join();
}

void EndsSoon::wait() {
  std::unique_lock lock(mutex_);
  const auto over = [this] { return is_over_; };
  while (!interrupted())
    if (over_.wait_for(lock, look_every, over)) return;
  if (over_.wait_for(lock, clean_end, over)) return;
  last_words_();
  std::_Exit(machine_failed);
}

}  // namespace leverkin::tools
