// engine/support/thread_pool.h: one lazily made pool of threads, shared by the whole process.
#pragma once

#include <cstdint>
#include <functional>

namespace leverkin {

/// Threads to use where the caller said 0: one per core this process may run on.
int default_threads();

/// How many threads are worth waking for `tasks` tasks, at least 1: for work that needs scratch memory per
/// thread.
std::int64_t worker_count(int threads, std::int64_t tasks);

/// Calls task(i) for every i in [0, count) on up to `threads` threads (0: default_threads()), the calling one
/// among them, and returns when all are done. Which thread runs which i is not fixed: tasks write to places
/// of their own. The first exception stops tasks not yet begun and is thrown again here. Calls from inside a
/// task run in place.
void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& task);

}  // namespace leverkin
