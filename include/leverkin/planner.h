// leverkin/planner.h: who may plan a Fourier transform now?
#pragma once

#include <functional>

namespace leverkin {

/// FFTW's planner is one for the whole process and not thread-safe: every plan of leverkin is made and
/// destroyed under one lock. A host that plans transforms of its own takes it around that. Not to be taken
/// twice by one thread, nor held while leverkin is called.
void lock_planner();
void unlock_planner();

/// For a host that has such a lock already: from now on leverkin takes and releases it by these two, and
/// lock_planner() too. Both empty: leverkin's own lock again. To be called while nothing is analysed.
void use_planner_lock(std::function<void()> lock, std::function<void()> unlock);

}  // namespace leverkin
