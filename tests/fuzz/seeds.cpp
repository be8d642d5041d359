// Where the fuzzers begin: good texts and small good recordings, one folder for each fuzzer.
#include <iostream>
#include <random>

#include "ephus_files.h"
#include "io/packed.h"
#include "leverkin/parameters.h"
#include "leverkin/pipeline.h"
#include "session_files.h"

namespace {

using namespace leverkin;
namespace fs = std::filesystem;

void seed(const fs::path& folder, const std::string& name, const std::string& bytes) {
  fs::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary) << bytes;
}

void seed_texts(const fs::path& to) {
  const auto text = [&](int kind, const std::string& words) {
    seed(to, std::to_string(kind) + "-" + std::to_string(words.size()), static_cast<char>(kind) + words);
  };
  for (const std::string profile : {"chen2015", "peters2014", "leverkin"})
    text(0, to_toml(parameters_from_toml("profile = \"" + profile + "\"", "seed")));
  text(1, "mm_per_volt = 3.0\nsign = -1\nrest_v = 1.5\nnoise_v = 0.001\nchannel = \"lever\"\n");
  text(2, "gap_ms = 400\n[session]\nsubject = \"m07\"\nsession = 3\ngroup = \"control\"\n");
  text(
      3,
      R"({"schema": "leverkin-review/1", "decisions": [{"subject": "m07", "session": 3, "trial": 1, "decision": "reject"}]})");
  text(4, "path,subject,session,group\n\"a.nwb\",m07,3,control\nb.h5,m08,1,\n");
  text(5,
       "[lever]\ndataset = \"data.volts\"\nrate_hz = 1000.0\nscale = 0.001\nsign = -1\nsentinels = [-1.0]\n"
       "[trials]\nstart = \"data.start\"\ncue = \"data.cue\"\nreward = \"data.reward\"\n");
}

void seed_recordings(const fs::path& to) {
  const std::vector<double> volts = test::sine(600);
  const auto recording = [&](char ending, char mapping, const std::string& name, const std::string& bytes) {
    seed(to, name, std::string{ending, mapping} + bytes);
  };
  const fs::path scratch = to / "scratch";
  fs::create_directories(to);
  test::write_xsg(scratch, 1000.0, {{"lever", volts}, {"code", volts}});
  recording(0, 0, "xsg", test::bytes_of(scratch));
  const auto data = test::mat::structure({{"volts", test::mat::numbers(volts)},
                                          {"start", test::mat::numbers({0.1, 0.3})},
                                          {"cue", test::mat::numbers({0.15, 0.35})}},
                                         "data");
  for (const bool pack : {false, true}) {
    test::mat::write(scratch, {data}, pack);
    recording(1, 1, pack ? "mat-packed" : "mat", test::bytes_of(scratch));
  }
  test::write_log(scratch, volts);
  recording(2, 0, "xsglog", test::bytes_of(scratch));
  recording(5, 3, "raw", test::bytes_of(scratch));
  std::string head = "\x93NUMPY\x01";
  head += std::string("\0\x46\0", 3) + "{'descr': '<f8', 'fortran_order': False, 'shape': (600,), }";
  head.resize(79, ' ');
  recording(3, 4, "npy", head + '\n' + test::bytes_of(scratch));
  std::string table = "seconds,volts\n";
  for (int i = 0; i < 200; ++i) table += std::to_string(0.001 * i) + "," + std::to_string(volts[i]) + "\n";
  recording(4, 2, "csv", table);
  fs::remove(scratch);
}

void seed_checkpoints(const fs::path& to) {
  std::string bytes;
  SessionResult result;
  result.trace.volts = test::sine(20);
  result.info.identity.subject = "m07";
  pack(result,
       [&](const void* some, std::size_t count) { bytes.append(static_cast<const char*>(some), count); });
  seed(to, "checkpoint", bytes);
}

// For fuzzers that turn bytes into calls, any bytes will do.
void seed_anything(const fs::path& to) {
  std::mt19937 random(1);
  for (int i = 0; i < 40; ++i) {
    std::string bytes(100 + 50 * static_cast<std::size_t>(i), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    seed(to, std::to_string(i), bytes);
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return 2;
  }
  const fs::path folder = words[1];
  seed_texts(folder / "texts");
  seed_recordings(folder / "recordings");
  seed_checkpoints(folder / "checkpoints");
  seed_anything(folder / "engine");
  seed_anything(folder / "hdf5");
}
