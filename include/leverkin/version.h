// leverkin/version.h: which leverkin is this, and what is it built from?
#pragma once

#include <string>

namespace leverkin {

/// "0.1.0"
[[nodiscard]] std::string version();

/// "AVX2", for example. Where LEVERKIN_KERNELS names a target that this CPU has not: BadArgument, everywhere.
[[nodiscard]] std::string simd_target();

/// Version, git revision, compiler, SIMD target and the versions of HDF5, FFTW, Eigen, xtensor and Highway,
/// as a JSON object. The same block goes into bug reports and results.
[[nodiscard]] std::string version_json();

}  // namespace leverkin
