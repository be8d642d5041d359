// leverkin/session_writer.h: how does a recording become a session file?
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "leverkin/session.h"
#include "leverkin/session_truth.h"

namespace leverkin {

/// How the lever's samples are stored in a file that leverkin writes.
enum class Storage : std::uint8_t { float64, float32, int16 };

struct SessionHeader {
  SessionIdentity identity;
  double rate_hz = 0.0;          ///< 0: time stamps are given with the samples
  double starting_time_s = 0.0;  ///< what the clock of the trials shows at the first sample; kept by NWB only
  Storage storage = Storage::float64;
  double volts_per_count = 1.0, offset_v = 0.0;  ///< of int16 storage
  double mm_per_volt = 0.0;                      ///< 0: not calibrated
  bool compressed = false;                       ///< gzip + shuffle
  std::int64_t samples = 0;  ///< if known and not compressed: contiguous storage; else chunked
  std::string format;        ///< "nwb" or "hdf5"; empty: by the extension (.nwb, else hdf5)
  std::string description;   ///< free text on where the data came from
  bool overwrite = false;    ///< an existing file may be replaced; else it is an error
};

/// Writes a session file block by block, to a temporary file that finish() renames. Without finish(), no file
/// is left. Throws BadArgument where there is a file already: a recording is not replaced without
/// header.overwrite.
class SessionWriter {
 public:
  SessionWriter(const std::filesystem::path& path, const SessionHeader& header);
  ~SessionWriter();
  SessionWriter(SessionWriter&&) noexcept;
  SessionWriter& operator=(SessionWriter&&) noexcept;

  void append(std::span<const double> volts);
  void append(std::span<const double> volts, std::span<const double> timestamps_s);
  void finish(const TrialTable* trials = nullptr, const SessionTruth* truth = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leverkin
