// engine/io/recording.h: what does a format say of one recording?
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "io/sample_source.h"
#include "leverkin/session.h"

namespace leverkin {

/// When each sample was taken, on the recording's own clock: of recordings without a constant rate.
class Timestamps {
 public:
  Timestamps() = default;
  virtual ~Timestamps() = default;
  Timestamps(const Timestamps&) = delete;
  Timestamps& operator=(const Timestamps&) = delete;

  [[nodiscard]] virtual std::int64_t size() const = 0;
  [[nodiscard]] virtual const std::string& name()
      const = 0;  ///< as messages call them, "/lever/timestamps_s"
  /// What a stamp near `seconds` is rounded to.
  [[nodiscard]] virtual double resolution_s(double seconds) const {
    return std::nextafter(std::abs(seconds), std::numeric_limits<double>::infinity()) - std::abs(seconds);
  }
  /// Seconds of [first, first + seconds.size()). Throws BadSession where the file is damaged there.
  virtual void read(std::int64_t first, std::span<double> seconds) = 0;
};

/// What messages call the parts of a recording.
struct RecordingWords {
  std::string rate;  ///< "attribute rate_hz"
  std::string trials;
  std::array<std::string, 4> trial_columns;  ///< start, stop, cue, reward
};

/// Everything that opening a recording gives. What takes passing over the long columns is checked, and filled
/// in, by whoever asked for it: info.samples, storage, regular, trials, duration_s and, with time stamps,
/// rate_hz and clock_offset_s.
struct Recording {
  SessionInfo info;
  TrialTable trials;  ///< on the recording's own clock
  std::unique_ptr<SampleSource> samples;
  std::unique_ptr<Timestamps> timestamps;  ///< none: a constant rate, info.rate_hz
  RecordingWords words;
};

}  // namespace leverkin
