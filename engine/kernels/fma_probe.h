// engine/kernels/fma_probe.h: how fast could this core multiply and add, if nothing had to be fetched?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Does at least `count` float multiply-adds in registers, in as many chains as hide their latency; returns
/// how many. For benchmarks: the clock of a machine drifts, so its peak is measured beside what is compared
/// to it.
std::size_t multiply_add_in_registers(std::size_t count);

}  // namespace leverkin::kernels
