// tools/terminal/memory.h: how does the program's memory stay small over many sessions?
#pragma once

namespace leverkin::tools {

/// At the start: a trace goes back to the system when its session is done, where small things that stay would
/// pin it.
void keep_memory_small();

/// What is free in between goes back as well; takes a millisecond.
void return_free_memory();

}  // namespace leverkin::tools
