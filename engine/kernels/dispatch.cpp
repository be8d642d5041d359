#include "kernels/dispatch.h"

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "leverkin/error.h"

namespace leverkin::kernels {
namespace {

// By their place in Target. Highway's library knows this, too, but stops the time when it is loaded: 8 ms of
// every start.
constexpr std::array<std::int64_t, 5> highway_targets{HWY_AVX3, HWY_AVX2, HWY_SSE4, HWY_NEON,
                                                      HWY_TARGETS&(HWY_SCALAR | HWY_EMU128)};

// What Highway compiles each for; lzcnt and f16c are in every CPU with avx2 and fma.
bool has_instructions(Target target) {
#if HWY_ARCH_X86
  __builtin_cpu_init();
  const bool sse4 =
      __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (target == Target::sse4) return sse4;
  if (target == Target::avx2) return avx2;
  if (target == Target::avx3)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#endif
  return true;
}

struct Runnable {
  Target target;
  std::string name;
};

const std::vector<Runnable>& runnable() {
  static const std::vector<Runnable> all = [] {
    std::vector<Runnable> found;
    for (std::size_t i = 0; i < highway_targets.size(); ++i)
      if ((highway_targets[i] & HWY_TARGETS) != 0 && has_instructions(static_cast<Target>(i)))
        found.push_back({static_cast<Target>(i), hwy::TargetName(highway_targets[i])});
    return found;
  }();
  return all;
}

Target wished_target() {
  const char* wish = std::getenv("LEVERKIN_KERNELS");
  if (wish == nullptr || *wish == '\0') return runnable().front().target;
  std::string names;
  for (const Runnable& one : runnable()) {
    if (one.name == wish) return one.target;
    names += (names.empty() ? "" : ", ") + one.name;
  }
  throw BadArgument(std::string("LEVERKIN_KERNELS: found \"") + wish + "\"; this CPU has " + names);
}

// Where the wish throws nothing is chosen, and every later call says the same.
std::atomic<Target>& choice() {
  static std::atomic<Target> chosen = wished_target();
  return chosen;
}

}  // namespace

Target chosen_target() { return choice().load(std::memory_order_relaxed); }

std::string highway_version() {
  return std::to_string(HWY_MAJOR) + '.' + std::to_string(HWY_MINOR) + '.' + std::to_string(HWY_PATCH);
}

bool force_target(const std::string& name) {
  const auto found = std::ranges::find(runnable(), name, &Runnable::name);
  if (found == runnable().end()) return false;
  choice() = found->target;
  return true;
}

std::string target_name() { return std::ranges::find(runnable(), chosen_target(), &Runnable::target)->name; }

std::vector<std::string> runnable_targets() {
  std::vector<std::string> names;
  for (const Runnable& one : runnable()) names.push_back(one.name);
  return names;
}

}  // namespace leverkin::kernels
