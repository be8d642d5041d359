#include "kernels/dispatch.h"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <bit>
#include <cstdlib>

#include "leverkin/error.h"

namespace leverkin::kernels {
namespace {

void use(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

std::int64_t runnable_mask() {
  static const std::int64_t mask = hwy::SupportedTargets() & HWY_TARGETS;
  return mask;
}

[[noreturn]] void refuse(const std::string& wish) {
  std::string names;
  for (const std::string& name : runnable_targets()) names += (names.empty() ? "" : ", ") + name;
  throw BadArgument("LEVERKIN_KERNELS: found \"" + wish + "\"; this CPU has " + names);
}

}  // namespace

std::string highway_version() {
  return std::to_string(HWY_MAJOR) + '.' + std::to_string(HWY_MINOR) + '.' + std::to_string(HWY_PATCH);
}

bool force_target(const std::string& name) {
  for (std::int64_t rest = runnable_mask(); rest != 0; rest &= rest - 1) {
    const std::int64_t target = rest & -rest;
    if (name != hwy::TargetName(target)) continue;
    use(target);
    return true;
  }
  return false;
}

void choose_target() {
  // Where it throws nothing is chosen, and every later call says the same.
  [[maybe_unused]] static const bool chosen = [] {
    const char* wish = std::getenv("LEVERKIN_KERNELS");
    if (wish == nullptr || *wish == '\0')
      use(runnable_mask() & -runnable_mask());
    else if (!force_target(wish))
      refuse(wish);
    return true;
  }();
}

std::string target_name() {
  choose_target();
  const std::int64_t chosen = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(chosen & -chosen);
}

std::vector<std::string> runnable_targets() {
  std::vector<std::string> names;
  for (std::int64_t rest = runnable_mask(); rest != 0; rest &= rest - 1)
    names.emplace_back(hwy::TargetName(rest & -rest));
  return names;
}

}  // namespace leverkin::kernels
