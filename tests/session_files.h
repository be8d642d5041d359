// tests/session_files.h: how do the tests make session files, good and bad?
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "leverkin/error.h"
#include "leverkin/session.h"
#include "leverkin/session_writer.h"
#include "support/system_file.h"

namespace leverkin::test {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A folder of its own for every test, removed afterwards.
class SessionFiles : public testing::Test {
 protected:
  SessionFiles() {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("leverkin-") + test->test_suite_name() + "-" + test->name() + "-" +
               std::to_string(testing::UnitTest::GetInstance()->random_seed()) + "-" +
               std::to_string(system_file::process_id()));
    std::filesystem::create_directories(folder_);
  }
  ~SessionFiles() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// As results name it: with "/" on Windows, too.
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return system_file::stored_name(folder_ / name);
  }

  std::filesystem::path folder_;
};

inline std::vector<double> sine(std::int64_t samples) {
  std::vector<double> volts(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = 1.5 + 0.25 * std::sin(0.01 * static_cast<double>(i));
  return volts;
}

inline TrialTable three_trials() {
  return {{0.5, 1.5, 2.5}, {1.0, 2.0, 3.0}, {0.6, nan, 2.6}, {0.9, nan, nan}};
}

inline SessionHeader header_of(double rate_hz = 1000.0) {
  SessionHeader header;
  header.identity = {"m07", 3, "control", "2026-03-01T10:00:00+00:00"};
  header.rate_hz = rate_hz;
  return header;
}

inline void write(const std::filesystem::path& path, const SessionHeader& header,
                  const std::vector<double>& volts, const std::vector<double>& timestamps = {},
                  const TrialTable* trials = nullptr, const SessionTruth* truth = nullptr) {
  SessionHeader replacing = header;
  replacing.overwrite = true;
  SessionWriter writer(path, replacing);
  if (header.rate_hz > 0.0)
    writer.append(volts);
  else
    writer.append(volts, timestamps);
  writer.finish(trials, truth);
}

inline std::vector<double> read_all(Session& session) {
  std::vector<double> volts(static_cast<std::size_t>(session.info().samples));
  session.read_volts(0, volts);
  return volts;
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace leverkin::test
