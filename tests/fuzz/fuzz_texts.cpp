// Texts that people write: configuration, rig, engine, review, manifest, mapping.
#include "fuzz.h"
#include "io/formats/mapping.h"
#include "leverkin/engine.h"
#include "leverkin/parameters.h"
#include "leverkin/review.h"
#include "leverkin/rig.h"
#include "pipeline/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace leverkin;
  if (count == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, count - 1);
  fuzz::expecting_errors([&] {
    switch (bytes[0] % 6) {
      case 0:
        return check(parameters_from_toml(to_toml(parameters_from_toml(text, "config.toml")), "again"));
      case 1:
        return (void)rig_from_toml(text, "rig.toml");
      case 2:
        return (void)engine_options_from_toml(text, "engine.toml");
      case 3:
        return (void)review_from_json(text, "review.json");
      case 4: {
        std::vector<std::string> notes;
        return (void)read_manifest(fuzz::file_of("manifest.csv", text), notes);
      }
      default:
        return (void)read_mapping(fuzz::file_of("mapping.toml", text));
    }
  });
  return 0;
}
