// engine/io/look_child.h: how does a process talk with the child that looks at files for it?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/look_protocol.h"

namespace leverkin {

/// The child, until it dies or is not needed any more. Throws IoError where it cannot be started.
class LookChild {
 public:
  explicit LookChild(const std::vector<std::string>& command);
  ~LookChild();
  LookChild(const LookChild&) = delete;
  LookChild& operator=(const LookChild&) = delete;

  /// False where it died before.
  [[nodiscard]] bool ask(const std::string& request) const;
  /// The next thing it says; nothing where it died, silence where it says nothing for too long.
  [[nodiscard]] std::optional<look_protocol::Answer> hear() const;
  /// Of a child that died: words for a message.
  [[nodiscard]] std::string how_it_ended();

 private:
  static constexpr int longest_silence_ms = 60'000;  // of a child that waits, for a network drive for example
  struct Process;
  std::unique_ptr<Process> process_;
};

}  // namespace leverkin
