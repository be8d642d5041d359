// tests/wavesurfer_files.h: how do the tests make WaveSurfer recordings?
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "leverkin/session.h"

namespace leverkin::test {

/// A recording as WaveSurfer lays it out.
struct WaveSurferFile {
  struct Sweep {
    double timestamp_s = 0.0;
    std::vector<std::vector<std::int16_t>> rows;  ///< of the active analog channels
    std::vector<std::uint8_t> digital;            ///< a bit for each active line
  };
  bool old_layout = false;
  std::string version = "1.0.5";
  double rate_hz = 10'000.0;
  std::vector<std::string> channels{"Lever"}, lines{"trial", "cue", "reward"};
  std::vector<double> active{1.0}, active_lines{1.0, 1.0, 1.0}, scales{1.0};
  std::vector<std::string> units{"V"};
  std::vector<std::array<double, 4>> coefficients{{0.0, 0.0003, 0.0, 0.0}};  ///< of active channels
  std::vector<Sweep> sweeps;
};

inline constexpr double wavesurfer_quantum_v = 0.0003;

namespace wavesurfer {

inline void put(H5::H5File& file, const std::string& name, const std::vector<double>& values,
                std::array<hsize_t, 2> shape) {
  file.createDataSet(name, H5::PredType::IEEE_F64LE, H5::DataSpace(2, shape.data()))
      .write(values.data(), H5::PredType::NATIVE_DOUBLE);
}

inline void put(H5::H5File& file, const std::string& name, const std::vector<std::string>& texts) {
  std::size_t longest = 1;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  std::string all;
  for (std::string text : texts) {
    text.resize(longest, '\0');
    all += text;
  }
  const hsize_t extent = texts.size();
  const H5::StrType type(H5::PredType::C_S1, longest);
  file.createDataSet(name, type, H5::DataSpace(1, &extent)).write(all.data(), type);
}

template <typename T>
void put_scans(H5::H5File& file, const std::string& name, const std::vector<std::vector<T>>& rows,
               const H5::PredType& type) {
  const hsize_t shape[2] = {rows.size(), rows.front().size()}, most[2] = {rows.size(), H5S_UNLIMITED};
  H5::DSetCreatPropList properties;
  properties.setChunk(2, shape);
  std::vector<T> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  file.createDataSet(name, type, H5::DataSpace(2, shape, most), properties).write(all.data(), type);
}

}  // namespace wavesurfer

inline void write_wavesurfer(const std::filesystem::path& path, const WaveSurferFile& made) {
  namespace ws = wavesurfer;
  const hdf5::Lock lock;
  H5::H5File file(path.string(), H5F_ACC_TRUNC);
  file.createGroup("/header");
  if (made.old_layout) file.createGroup("/header/Acquisition");
  const auto name = [&](const char* now, const char* before) {
    return std::string("/header/") + (made.old_layout ? std::string("Acquisition/") + before : now);
  };
  ws::put(file, "/header/VersionString", {made.version});
  ws::put(file, "/header/ClockAtRunStart", {2026, 3, 1, 10, 5, 7.25}, {6, 1});
  ws::put(file, name("AcquisitionSampleRate", "SampleRate"), {made.rate_hz}, {1, 1});
  ws::put(file, name("AIChannelNames", "AnalogChannelNames"), made.channels);
  ws::put(file, name("AIChannelScales", "AnalogChannelScales"), made.scales, {made.scales.size(), 1});
  ws::put(file, name("AIChannelUnits", "AnalogChannelUnits"), made.units);
  ws::put(file, name("IsAIChannelActive", "IsAnalogChannelActive"), made.active, {made.active.size(), 1});
  if (!made.lines.empty()) ws::put(file, name("DIChannelNames", "DigitalChannelNames"), made.lines);
  if (!made.lines.empty())
    ws::put(file, name("IsDIChannelActive", "IsDigitalChannelActive"), made.active_lines,
            {made.active_lines.size(), 1});
  if (!made.coefficients.empty()) {
    std::vector<double> all;
    for (const auto& one : made.coefficients) all.insert(all.end(), one.begin(), one.end());
    ws::put(file, name("AIScalingCoefficients", "AnalogScalingCoefficients"), all,
            {made.coefficients.size(), 4});
  }
  int number = 1;
  for (const auto& sweep : made.sweeps) {
    const std::string group = "/sweep_000" + std::to_string(number++);
    file.createGroup(group);
    ws::put(file, group + "/timestamp", {sweep.timestamp_s}, {1, 1});
    ws::put_scans(file, group + "/analogScans", sweep.rows, H5::PredType::NATIVE_INT16);
    if (!sweep.digital.empty())
      ws::put_scans(file, group + "/digitalScans", std::vector<std::vector<std::uint8_t>>{sweep.digital},
                    H5::PredType::NATIVE_UINT8);
  }
}

inline std::vector<std::int16_t> counts_of(const std::vector<double>& volts,
                                           double volts_per_count = wavesurfer_quantum_v) {
  std::vector<std::int16_t> counts;
  for (const double v : volts) counts.push_back(static_cast<std::int16_t>(std::lround(v / volts_per_count)));
  return counts;
}

/// The three lines of a task: bit 0 is up during a trial, bits 1 and 2 for 5 ms from cue and reward on.
inline std::vector<std::uint8_t> task_bits(const TrialTable& trials, std::size_t samples, double rate_hz) {
  std::vector<std::uint8_t> bits(samples, 0);
  const auto raise = [&](int bit, double begin_s, double end_s) {
    if (std::isnan(begin_s)) return;
    for (auto i = std::lround(begin_s * rate_hz); i < std::lround(end_s * rate_hz); ++i)
      bits[static_cast<std::size_t>(i)] |= static_cast<std::uint8_t>(1 << bit);
  };
  for (std::size_t i = 0; i < trials.start_s.size(); ++i) {
    raise(0, trials.start_s[i], trials.stop_s[i]);
    raise(1, trials.cue_s[i], trials.cue_s[i] + 0.005);
    raise(2, trials.reward_s[i], trials.reward_s[i] + 0.005);
  }
  return bits;
}

inline WaveSurferFile wavesurfer_of(const std::vector<double>& volts, double rate_hz,
                                    const TrialTable& trials) {
  WaveSurferFile made;
  made.rate_hz = rate_hz;
  made.sweeps = {{0.4, {counts_of(volts)}, task_bits(trials, volts.size(), rate_hz)}};
  return made;
}

}  // namespace leverkin::test
