// tests/results_bytes.h: are two results files the same but for what may differ, time and threads?
#pragma once

#include <H5Cpp.h>

#include <filesystem>
#include <string>

#include "io/hdf5.h"
#include "leverkin/results.h"
#include "session_files.h"

namespace leverkin::test {

/// The bytes of a results file that was made by no thread at all.
inline std::string bytes_but_for_threads(const std::filesystem::path& path) {
  std::filesystem::path copy = path;
  copy += ".masked";
  std::filesystem::remove(copy);  // mingw's library cannot copy onto a file
  std::filesystem::copy_file(path, copy);
  {
    const hdf5::Lock lock;
    const std::int64_t none = 0;
    H5::H5File(copy.string(), H5F_ACC_RDWR)
        .openGroup("/")
        .openAttribute("threads")
        .write(H5::PredType::NATIVE_INT64, &none);
  }
  std::string bytes = bytes_of(copy);
  std::filesystem::remove(copy);
  return bytes;
}

/// `bytes` with every `text` blanked out.
inline std::string without(std::string bytes, const std::string& text) {
  for (std::size_t at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at))
    bytes.replace(at, text.size(), text.size(), ' ');
  return bytes;
}

inline std::string bytes_but_for_time_and_threads(const std::filesystem::path& path) {
  return without(bytes_but_for_threads(path), load_results(path).created_utc);
}

}  // namespace leverkin::test
