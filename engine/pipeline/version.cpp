#include "leverkin/version.h"

#include <Eigen/Core>
#include <nlohmann/json.hpp>
#include <xtensor/xtensor_config.hpp>

#include "git_revision.h"
#include "io/hdf5.h"
#include "kernels/dispatch.h"
#include "support/fftw_plan.h"

namespace leverkin {
namespace {

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

}  // namespace

std::string version() { return LEVERKIN_VERSION; }

std::string simd_target() { return kernels::target_name(); }

std::string version_json() {
  nlohmann::ordered_json json;
  json["version"] = version();
  json["git_revision"] = LEVERKIN_GIT_REVISION;
  json["compiler"] = __VERSION__;
  json["simd_target"] = simd_target();
  json["simd_targets"] = kernels::runnable_targets();
  json["hdf5"] = hdf5::library_version();
  json["fftw"] = fftw_library_version();
  json["eigen"] = dotted(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
  json["xtensor"] = dotted(XTENSOR_VERSION_MAJOR, XTENSOR_VERSION_MINOR, XTENSOR_VERSION_PATCH);
  json["highway"] = kernels::highway_version();
  return json.dump();
}

}  // namespace leverkin
