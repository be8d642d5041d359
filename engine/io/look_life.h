// engine/io/look_life.h: how does the child that looks at files hear, speak, and end in time?
#pragma once

#include <cstddef>
#include <span>

#include "io/look_protocol.h"

namespace leverkin::look_life {

/// Damage must not take the machine's memory, leave a core file, or outlive Ctrl-C at the parent's terminal.
void set_limits();

/// This process ends when it has used so much processor time; 0: no limit.
void begin_time(int seconds);

void say(look_protocol::Answer answer);
/// The next bytes of requests; 0: there are no more.
[[nodiscard]] std::size_t hear(std::span<char> bytes);

}  // namespace leverkin::look_life
