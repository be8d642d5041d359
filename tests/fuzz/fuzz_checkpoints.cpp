// What a checkpoint holds behind its checksum.
#include "fuzz.h"
#include "io/packed.h"
#include "leverkin/pipeline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace leverkin;
  std::string_view left(reinterpret_cast<const char*>(bytes), count);
  fuzz::expecting_errors([&] {
    SessionResult result;
    unpack(left, result);
  });
  return 0;
}
