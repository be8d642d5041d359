// Recordings that are not HDF5: whatever their bytes are, with and without a mapping.
#include <array>

#include "fuzz.h"

namespace {

constexpr std::array endings{".xsg", ".mat", ".xsglog", ".npy", ".csv", ".bin", ".nwb"};

constexpr std::string_view mappings[] = {
    "",
    "[lever]\ndataset = \"data.volts\"\nrate_hz = 1000.0\n[trials]\nstart = \"data.start\"\ncue = "
    "\"data.cue\"\n",
    "[lever]\ncolumn = \"volts\"\ntime_column = \"seconds\"\n",
    "[lever]\ntype = \"int16\"\nrate_hz = 1000.0\noffset_bytes = 3\nstep_bytes = 5\n",
    "[lever]\nrate_hz = 1000.0\nscale = 0.001\n",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace leverkin;
  if (count < 2) return 0;
  const std::string_view content(reinterpret_cast<const char*>(bytes) + 2, count - 2);
  SessionOptions options;
  if (const std::string_view mapping = mappings[bytes[1] % std::size(mappings)]; !mapping.empty())
    options.mapping = fuzz::file_of("lab.toml", mapping).string();
  const auto path = fuzz::file_of(std::string("recording") + endings[bytes[0] % endings.size()], content);
  fuzz::expecting_errors([&] { fuzz::read_session(path, options); });
  std::filesystem::remove(path);
  return 0;
}
