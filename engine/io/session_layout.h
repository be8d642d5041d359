// engine/io/session_layout.h: what does a session file hold around its samples, in each of the two formats?
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/hdf5.h"
#include "leverkin/session.h"

namespace leverkin {

/// Where a format keeps the long columns.
struct LeverPlace {
  std::string group, samples, timestamps;
};

/// Everything but the long columns. Called under hdf5::Lock; H5::Exception passes through.
class SessionLayout {
 public:
  virtual ~SessionLayout() = default;
  /// Makes the groups above the long columns.
  virtual LeverPlace begin(H5::H5File& file) = 0;
  /// Writes all the rest; trials and truth may be null.
  virtual void finish(H5::H5File& file, const TrialTable* trials, const SessionTruth* truth) = 0;
};

std::unique_ptr<SessionLayout> hdf5_layout(const SessionHeader& header);
std::unique_ptr<SessionLayout> nwb_layout(const SessionHeader& header);

/// volts = stored * first + second, as the attributes of the samples say.
struct Conversion {
  double volts_per_count = 1.0, offset_v = 0.0;
};
Conversion conversion_of(const SessionHeader& header);

}  // namespace leverkin
