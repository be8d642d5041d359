// engine/support/ordered_blocks.h: blocks that many threads prepare and one after the other uses.
#pragma once

#include <cstdint>
#include <functional>

namespace leverkin {

/// For every i in [0, count): prepare(worker, i) on up to `threads` threads at once (0: one per core), then
/// use(worker, i) on the same thread, one at a time and in order. `worker`, below worker_count(threads,
/// count), is for scratch memory: a worker holds one block at a time. The first exception in the order of
/// blocks stops everything and is thrown again here.
void ordered_blocks(std::int64_t count, int threads,
                    const std::function<void(std::int64_t worker, std::int64_t i)>& prepare,
                    const std::function<void(std::int64_t worker, std::int64_t i)>& use);

}  // namespace leverkin
