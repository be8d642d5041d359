// engine/kernels/dispatch.h: which SIMD target do the kernels run on? The one place that knows.
#pragma once

#include <string>
#include <vector>

namespace leverkin::kernels {

/// Best first.
enum class Target { avx3, avx2, sse4, neon, plain };

/// The best that this CPU runs, or what LEVERKIN_KERNELS names ("SSE4", "AVX2"; empty: as if unset). Throws
/// BadArgument for what this CPU has not, at every call: code that may not throw calls it beforehand.
Target chosen_target();

/// "1.0.3"
std::string highway_version();

/// The name of the target in use.
std::string target_name();

/// The targets that this build holds and this CPU supports, best first.
std::vector<std::string> runnable_targets();

/// For tests: use `name` from now on. Returns false, and changes nothing, where it cannot run here.
bool force_target(const std::string& name);

}  // namespace leverkin::kernels
