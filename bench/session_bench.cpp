// How long does one session take, from the file to its bouts? One thread, one run per process, so that the
// process's peak memory is the program's. The peer is bench/peer_scipy.py; bench/session_bench.py runs and
// compares both.
//
//   session_bench FILE BOUTS.csv    prints the seconds from opening the file to its bouts
#include <leverkin/leverkin.h>

#include <chrono>
#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: session_bench FILE BOUTS.csv\n");
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  leverkin::Session session = leverkin::open_session(argv[1]);
  const leverkin::SessionResult result = leverkin::analyze_session(session);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;

  std::ofstream bouts(argv[2]);
  for (const leverkin::Bout& bout : result.segmentation.bouts) bouts << bout.begin << ',' << bout.end << '\n';
  std::printf("%.6f\n", elapsed.count());
  return bouts.good() ? 0 : 1;
}
