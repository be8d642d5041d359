// tools/terminal/crash.h: what does somebody read whose run ends in the middle of a library?
#pragma once

// POSIX in crash_posix.cpp, Windows in crash_windows.cpp.
namespace leverkin::tools {

/// From here on a crash, or exit() called by a library, which are HDF5 1.10's answers to some allocations
/// that fail, ends the process with a line of text and exit code 1. On Linux it holds before main, in which
/// libraries set themselves up. Sanitizers keep their own words.
void say_crashes_in_words();

/// From here on exit() is what main wants.
void expect_exit();

/// For a process whose parent says what it died of.
void leave_crashes_to_the_system();

}  // namespace leverkin::tools
