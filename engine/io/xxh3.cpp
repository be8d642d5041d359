#include "io/xxh3.h"

#include <fmt/format.h>
#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>  // the same hash, by the widest instructions the CPU has
#endif

#include <algorithm>
#include <new>

namespace leverkin {
namespace {

struct FreeHash {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

struct Xxh3::State {
  std::unique_ptr<XXH3_state_t, FreeHash> hash{XXH3_createState()};
};

Xxh3::Xxh3() : state_(std::make_unique<State>()) {
  if (!state_->hash) throw std::bad_alloc();
  XXH3_128bits_reset(state_->hash.get());
}
Xxh3::~Xxh3() = default;
Xxh3::Xxh3(Xxh3&&) noexcept = default;
Xxh3& Xxh3::operator=(Xxh3&&) noexcept = default;

void Xxh3::add(const void* bytes, std::size_t count) noexcept {
  XXH3_128bits_update(state_->hash.get(), bytes, count);
}

Xxh3::Digest Xxh3::digest() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->hash.get()));
  Digest digest;
  std::ranges::copy(canonical.digest, digest.begin());
  return digest;
}

std::string Xxh3::hex() const {
  std::string text;
  for (const unsigned char byte : digest()) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace leverkin
