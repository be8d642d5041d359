// bench/settings.h: where the recordings and the other program's Python are.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace leverkin::bench {

/// The defaults are those of the build; main.cpp lets the command line change them.
struct Settings {
  std::filesystem::path folder = LEVERKIN_BENCH_FOLDER;  ///< recordings, and files that pass between programs
  std::string python = LEVERKIN_BENCH_PYTHON;
};

inline Settings& settings() {
  static Settings chosen;
  return chosen;
}

/// "60min-gzip" -> the path of that recording.
inline std::filesystem::path recording(const std::string& name) {
  std::filesystem::path path = settings().folder / "recordings" / (name + ".h5");
  if (!exists(path)) throw std::runtime_error(path.string() + " is absent: bench/run.py makes it");
  return path;
}

}  // namespace leverkin::bench
