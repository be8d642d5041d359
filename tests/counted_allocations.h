// tests/counted_allocations.h: how often was memory asked for?
#pragma once

#include <cstdint>

namespace leverkin::test {

/// Calls of any operator new so far, by all threads of the process.
std::int64_t allocations();

}  // namespace leverkin::test
