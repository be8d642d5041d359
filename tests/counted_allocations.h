// tests/counted_allocations.h: how often was memory asked for?
#pragma once

#include <cstdint>

namespace leverkin::test {

/// False under sanitizers, which have an operator new of their own.
bool counts_allocations();

/// Calls of any operator new so far, by all threads of the process.
std::int64_t allocations();

/// The `nth` call from now on (1: the next) finds no memory; 0: every call finds some.
void fail_allocation(std::int64_t nth);

}  // namespace leverkin::test
