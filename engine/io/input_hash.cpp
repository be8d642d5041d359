#include "io/input_hash.h"

#include <fmt/format.h>
#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>  // the same hash, by the widest instructions the CPU has
#endif

#include <new>
#include <vector>

namespace leverkin {
namespace {

struct FreeHash {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

std::string hex(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::string text;
  for (const unsigned char byte : canonical.digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

struct InputHash::State {
  std::unique_ptr<XXH3_state_t, FreeHash> hash{XXH3_createState()};
};

InputHash::InputHash() : state_(std::make_unique<State>()) {
  if (!state_->hash) throw std::bad_alloc();
  XXH3_128bits_reset(state_->hash.get());
}
InputHash::~InputHash() = default;
InputHash::InputHash(InputHash&&) noexcept = default;
InputHash& InputHash::operator=(InputHash&&) noexcept = default;

void InputHash::add(const void* samples, std::size_t bytes) noexcept {
  XXH3_128bits_update(state_->hash.get(), samples, bytes);
}

std::string InputHash::finish(const TrialTable& trials) {
  for (const std::vector<double>* column : {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s})
    add(column->data(), column->size() * sizeof(double));
  return hex(XXH3_128bits_digest(state_->hash.get()));
}

}  // namespace leverkin
