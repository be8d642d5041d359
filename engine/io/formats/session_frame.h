// engine/io/formats/session_frame.h: what does a format that leverkin writes put around the samples?
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/column_samples.h"
#include "io/hdf5.h"
#include "leverkin/session_writer.h"

namespace leverkin {

/// Where a format keeps the long columns.
struct LeverPlace {
  std::string group, samples, timestamps;
};

/// Everything but the long columns. Called under hdf5::Lock; H5::Exception passes through.
class SessionFrame {
 public:
  virtual ~SessionFrame() = default;
  /// Makes the groups above the long columns.
  virtual LeverPlace begin(H5::H5File& file) = 0;
  /// Writes all the rest; trials and truth may be null.
  virtual void finish(H5::H5File& file, const TrialTable* trials, const SessionTruth* truth) = 0;
};

std::unique_ptr<SessionFrame> plain_hdf5_frame(const SessionHeader& header);
std::unique_ptr<SessionFrame> nwb_frame(const SessionHeader& header);

Conversion conversion_of(const SessionHeader& header);

}  // namespace leverkin
