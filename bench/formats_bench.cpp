// How long does it take to read the lever out of recordings of other kinds, beside the same samples in plain
// HDF5?
#include <leverkin/leverkin.h>

#include <fstream>
#include <string>
#include <vector>

#include "contest.h"
#include "ephus_files.h"
#include "mat_files.h"
#include "settings.h"
#include "wavesurfer_files.h"

namespace leverkin::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* stage = "formats";
constexpr double rate_hz = 10'000.0;

fs::path folder() {
  const fs::path made = settings().folder / "formats";
  fs::create_directories(made);
  return made;
}

std::vector<double> volts_of(const fs::path& path) {
  Session session = open_session(path);
  std::vector<double> volts(static_cast<std::size_t>(session.info().samples));
  session.read_volts(0, volts);
  return volts;
}

std::string text_file(const std::string& name, const std::string& text) {
  const fs::path path = folder() / name;
  std::ofstream(path) << text;
  return path.string();
}

/// A recording of another kind, made where it is not there yet.
struct Other {
  fs::path path;
  SessionOptions options = {};
};

void write_npy(const fs::path& path, const std::vector<double>& volts) {
  std::string header =
      "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(volts.size()) + ",), }";
  header.resize(118, ' ');
  std::ofstream file(path, std::ios::binary);
  file << std::string("\x93NUMPY\x01\x00\x76\x00", 10) << header;
  file.write(reinterpret_cast<const char*>(volts.data()),
             static_cast<std::streamsize>(volts.size() * sizeof(double)));
}

Other made(const std::string& kind, const std::string& length) {
  const fs::path path =
      folder() / (length + (kind == "xsglog" ? "/AA0001AAAA0001_Lever.xsglog" : "." + kind));
  const bool there = exists(path);
  fs::create_directories(path.parent_path());
  const std::string mapping = text_file("mapping.toml", "[lever]\nrate_hz = 10000\n");
  const std::string named = text_file("named.toml", "[lever]\nrate_hz = 10000\ndata = \"lever\"\n");
  if (kind == "xsglog") {
    if (!there) test::write_log(path, volts_of(recording(length)));
    return {path, {.rig = text_file("rig.toml", "rate_hz = 10000\n")}};
  }
  if (kind == "ws.h5") {
    const std::vector<double> volts = there ? std::vector<double>{} : volts_of(recording(length + "-int16"));
    test::WaveSurferFile file = test::wavesurfer_of({}, rate_hz, {});
    file.coefficients = {{0.0, 10.0 / 65536, 1e-14, 1e-18}};
    file.sweeps = {{0.0, {test::counts_of(volts, 10.0 / 65536)}, std::vector<std::uint8_t>(volts.size(), 0)}};
    if (!there) test::write_wavesurfer(path, file);
    return {path};
  }
  if (!there && kind == "npy") write_npy(path, volts_of(recording(length)));
  if (!there && kind == "mat")
    test::mat::write(path, {test::mat::numbers(volts_of(recording(length)), {}, "lever")}, false);
  if (!there && kind == "packed.mat")
    test::mat::write(path, {test::mat::numbers(volts_of(recording(length)), {}, "lever")}, true);
  return {path, {.mapping = kind == "npy" ? mapping : named}};
}

double read_through(const fs::path& path, const SessionOptions& options) {
  Session session = open_session(path, options);
  double sum = 0.0;
  session.stream_volts(
      [&](std::int64_t, std::span<const double> volts) { sum += volts.front() + volts.back(); });
  return sum;
}

std::string lengths_differ(const Other& other, const fs::path& plain) {
  const auto samples = open_session(other.path, other.options).info().samples;
  return samples == open_session(plain).info().samples
             ? ""
             : "another number of samples in " + other.path.string();
}

void enter_kind(const std::string& kind, const std::string& words, const std::string& length,
                const std::string& file, const std::string& plain) {
  const std::string job = words + ", " + length;
  enter_check(stage, job, [=] { return lengths_differ(made(kind, file), recording(file + plain)); });
  enter(stage, job, "leverkin", [=] {
    const Other other = made(kind, file);
    return seconds([&] { benchmark::DoNotOptimize(read_through(other.path, other.options)); });
  });
  enter(stage, job, "plain HDF5", [=] {
    return seconds([&] { benchmark::DoNotOptimize(read_through(recording(file + plain), {})); });
  });
}

[[maybe_unused]] const bool entered = [] {
  for (const auto& [length, file] : {std::pair("1 hour", "60min"), std::pair("10 min", "10min")}) {
    enter_kind("ws.h5", "WaveSurfer int16", length, file, "-int16");
    enter_kind("xsglog", "Ephus xsglog", length, file, "");
    enter_kind("npy", "mapped npy", length, file, "");
    enter_kind("mat", "mapped MAT", length, file, "");
    enter_kind("packed.mat", "mapped MAT (packed)", length, file, "-gzip");
  }
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
