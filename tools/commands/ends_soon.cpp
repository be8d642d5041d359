#include "commands/ends_soon.h"

#include <chrono>
#include <cstdlib>

#include "commands/command.h"
#include "terminal/interrupt.h"

namespace leverkin::tools {
namespace {

constexpr std::chrono::milliseconds look_every{50}, clean_end{500};

}  // namespace

EndsSoon::EndsSoon(std::function<void()> last_words) : last_words_(std::move(last_words)) {
  alive_.lock();
  waiting_ = std::thread([this] { wait(); });
}

EndsSoon::~EndsSoon() {
  alive_.unlock();
  waiting_.join();
}

void EndsSoon::wait() {
  const auto is_over = [this](std::chrono::milliseconds within) {
    return std::unique_lock(alive_, within).owns_lock();
  };
  while (!interrupted())
    if (is_over(look_every)) return;
  if (is_over(clean_end)) return;
  last_words_();
  std::_Exit(machine_failed);
}

}  // namespace leverkin::tools
