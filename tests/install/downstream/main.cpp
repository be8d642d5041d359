// One press on a still lever, found through the installed package.
#include <leverkin/leverkin.h>

#include <cstdio>
#include <vector>

int main() {
  leverkin::Trace trace{std::vector<double>(10000, 1.5), {}};
  for (std::size_t i = 4000; i < 4300; ++i) trace.volts[i] += 0.3;
  const auto found = leverkin::segment(trace);
  std::printf("leverkin %s: %zu bout\n", leverkin::version().c_str(), found.bouts.size());
  return found.bouts.size() == 1 ? 0 : 1;
}
