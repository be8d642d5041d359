// tests/fuzz/fuzz.h: what may come of bytes that nobody meant?
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/error.h"
#include "leverkin/session.h"

namespace leverkin::fuzz {

/// Calls `work`. Errors that name what was wrong are what bytes deserve; anything else ends the fuzzer, and
/// so does a request for more memory than -malloc_limit_mb.
template <typename Work>
void expecting_errors(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    if (std::string_view(error.what()).empty()) __builtin_trap();
  }
}

/// A folder of this process.
inline const std::filesystem::path& folder() {
  static const std::filesystem::path one = [] {
    auto path = std::filesystem::temp_directory_path() / ("leverkin-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
    return path;
  }();
  return one;
}

inline std::filesystem::path file_of(std::string_view name, std::string_view bytes) {
  std::filesystem::path path = folder() / name;
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

inline constexpr std::int64_t most_samples = 1 << 16;  ///< that are looked at: more of the same

/// All that a session promises, read.
inline void read_session(const std::filesystem::path& path, const SessionOptions& options = {}) {
  Session session(path, options);
  const std::int64_t samples = session.info().samples;
  (void)session.absent();
  std::vector<double> values(static_cast<std::size_t>(std::min(samples, most_samples)));
  session.read_volts(0, values);
  session.read_volts(samples - std::ssize(values), values);
  if (!session.info().regular) session.read_timestamps(0, values);
}

}  // namespace leverkin::fuzz
