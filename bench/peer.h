// bench/peer.h: the NumPy, SciPy and h5py contestant, a Python process that lives as long as the benchmark.
//
// It does a job when told to and times itself (peers.py), so that it can take turns with C++ in one run, and
// starting Python is never counted.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace leverkin::bench {

class Peer {
 public:
  Peer();  ///< starts bench/peers.py. Throws std::runtime_error.
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// A job of peers.py and its arguments, once; the seconds that it took. The first time, it is done once
  /// before.
  double seconds(const std::vector<std::string>& job);

  /// What the job gives.
  std::vector<double> result(const std::vector<std::string>& job);

 private:
  std::string ask(const std::string& line);

  pid_t process_ = -1;
  std::FILE *to_ = nullptr, *from_ = nullptr;
};

/// The one peer of this process, started when first asked for.
Peer& peer();

/// Doubles as a plain file of settings().folder, from which the peer takes its input.
std::filesystem::path write_doubles(const std::string& name, std::span<const double> values);

/// Empty where both are as long as each other and nowhere further apart than `tolerance`; else what is wrong.
std::string differences(std::span<const double> ours, std::span<const double> theirs, double tolerance);

}  // namespace leverkin::bench
