// engine/kernels/dispatch.h: which SIMD target do the kernels run on? The one place that knows.
#pragma once

#include <string>
#include <vector>

namespace leverkin::kernels {

/// Forces what LEVERKIN_KERNELS names, once ("SSE4", "AVX2"; empty: as if unset). Every kernel's entry calls
/// this first. Throws BadArgument for what this CPU has not: code that may not throw calls it beforehand.
void choose_target();

/// "1.0.3"
std::string highway_version();

/// The name of the target in use.
std::string target_name();

/// The targets that this build holds and this CPU supports, best first.
std::vector<std::string> runnable_targets();

/// For tests: use `name` from now on. Returns false, and changes nothing, where it cannot run here.
bool force_target(const std::string& name);

}  // namespace leverkin::kernels
