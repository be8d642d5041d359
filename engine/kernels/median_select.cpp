#include "kernels/median_select.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/median_select.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t few = 64;           // values whose ranks are counted one by one
constexpr std::size_t unrolled = 4;       // vectors per step of a counting loop
constexpr std::size_t most_keys = 16384;  // values of a block whose keys stay in the first cache
constexpr std::size_t sampled = 64;       // values that the first pivots are taken from

template <typename T>
using Tag = hn::CappedTag<T, 64 / sizeof(T)>;

// A value as a signed integer of the same order, so that halving an interval always ends.
template <typename T>
using Ordered = hwy::MakeSigned<T>;

template <typename T>
Ordered<T> ordered(T value) {
  Ordered<T> bits;
  hwy::CopyBytes<sizeof(T)>(&value, &bits);
  return bits < 0 ? bits ^ hwy::LimitsMax<Ordered<T>>() : bits;
}

template <typename T>
T value_of(Ordered<T> bits) {
  if (bits < 0) bits ^= hwy::LimitsMax<Ordered<T>>();
  T value;
  hwy::CopyBytes<sizeof(T)>(&bits, &value);
  return value;
}

// How many values are at or below p, and at or below q?
template <typename T>
HWY_INLINE void count_up_to(const T* HWY_RESTRICT values, std::size_t count, T p, T q, std::size_t* up_to_p,
                            std::size_t* up_to_q) {
  const Tag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto at_p = hn::Set(d, p), at_q = hn::Set(d, q);
  std::size_t found_p[unrolled] = {}, found_q[unrolled] = {};
  for (std::size_t i = 0; i < count; i += unrolled * lanes)
    for (std::size_t u = 0; u < unrolled; ++u) {
      const auto v = hn::LoadU(d, values + i + u * lanes);
      found_p[u] += hn::CountTrue(d, hn::Le(v, at_p));
      found_q[u] += hn::CountTrue(d, hn::Le(v, at_q));
    }
  *up_to_p = *up_to_q = 0;
  for (std::size_t u = 0; u < unrolled; ++u) {
    *up_to_p += found_p[u];
    *up_to_q += found_q[u];
  }
}

// The largest value up to `limit` and the smallest above it.
template <typename T>
HWY_INLINE Middle<T> neighbours(const T* values, std::size_t count, T limit) {
  const Tag<T> d;
  const auto at = hn::Set(d, limit), infinite = hn::Set(d, values[count]);
  auto below = hn::Neg(infinite), above = infinite;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, values + i);
    const auto low = hn::Le(v, at);
    below = hn::IfThenElse(low, hn::Max(below, v), below);
    above = hn::IfThenElse(low, above, hn::Min(above, v));
  }
  return {hn::GetLane(hn::MaxOfLanes(d, below)), hn::GetLane(hn::MinOfLanes(d, above))};
}

// One order statistic of some values, padded to whole vectors.
template <typename T>
HWY_INLINE T pick(const T* values, std::size_t count, std::size_t rank) {
  const Tag<T> d;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = hn::Set(d, values[i]);
    std::size_t below = 0, up_to = 0;
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      const auto v = hn::LoadU(d, values + k);
      below += hn::CountTrue(d, hn::Lt(v, at));
      up_to += hn::CountTrue(d, hn::Le(v, at));
    }
    if (below <= rank && rank < up_to) return values[i];
  }
  return values[0];
}

template <typename T>
HWY_INLINE void pad(T* values, std::size_t count) {
  const T infinity = value_of<T>(ordered<T>(hwy::HighestValue<T>()) + 1);
  for (std::size_t i = 0; i < values_padding; ++i) values[count + i] = infinity;
}

// Writes the values above `low` and up to `high`, of which there are at most `few`.
template <typename T>
HWY_INLINE void collect(const T* values, std::size_t count, T low, T high, T* out) {
  const Tag<T> d;
  const auto from = hn::Set(d, low), to = hn::Set(d, high);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, values + i);
    const auto inside = hn::And(hn::Gt(v, from), hn::Le(v, to));
    if (!hn::AllFalse(d, inside)) out += hn::CompressStore(v, inside, d, out);
  }
}

// Order statistics lie above `low`, at or below which `below` values are, and up to `high` with `up_to`.
template <typename T>
struct Bracket {
  T low, high;
  std::size_t below, up_to;
  bool finite_low = false, finite_high = false;
};

template <typename T>
struct Pivots {
  T p, q;
};

// The second pivot ends the search where all that is left is equal to the upper end.
template <typename T>
HWY_INLINE Pivots<T> halve(const Bracket<T>& b) {
  const Ordered<T> low = ordered(b.low), high = ordered(b.high);
  return {value_of<T>((low & high) + ((low ^ high) >> 1)), value_of<T>(high - 1)};
}

// Where a straight line through the ends of the bracket has the two ranks, with some room on both sides.
template <typename T>
HWY_INLINE Pivots<T> interpolate(const Bracket<T>& b, std::size_t lower, std::size_t upper) {
  const auto inside = static_cast<double>(b.up_to - b.below);
  const double room = inside > 500 ? 0.02 : 0.12;
  const double step = static_cast<double>(b.high) - static_cast<double>(b.low);
  const double p = static_cast<double>(lower - b.below) / inside - room;
  const double q = static_cast<double>(upper + 1 - b.below) / inside + room;
  return {static_cast<T>(static_cast<double>(b.low) + step * (p < 0 ? 0 : p)),
          static_cast<T>(static_cast<double>(b.low) + step * (q > 1 ? 1 : q))};
}

template <typename T>
HWY_INLINE void take_sample(const T* values, std::size_t count, T* sample) {
  const std::size_t stride = count / sampled, drift = stride > 7 * sampled ? 7 : 0;  // not always one column
  for (std::size_t i = 0; i < sampled; ++i) sample[i] = values[i * (stride + drift) - i * drift / 2];
}

// Takes a pivot in; true where it separates the two order statistics.
template <typename T>
HWY_INLINE bool narrow(Bracket<T>& b, T pivot, std::size_t up_to, std::size_t lower, std::size_t upper) {
  if (up_to <= lower) {
    if (ordered(pivot) > ordered(b.low)) b.low = pivot, b.below = up_to, b.finite_low = true;
  } else if (up_to > upper) {
    if (ordered(pivot) < ordered(b.high)) b.high = pivot, b.up_to = up_to, b.finite_high = true;
  } else {
    return true;
  }
  return false;
}

// Closes in on the order statistics `lower` and `upper`, between which there is no other, from a bracket that
// holds them.
template <typename T>
HWY_INLINE Middle<T> close_in(T* values, std::size_t count, Bracket<T> b, std::size_t lower,
                              std::size_t upper) {
  constexpr int interpolations = 5;  // then the bracket is halved: at most as often as a value has bits
  for (int pass = 0; b.up_to - b.below > few; ++pass) {
    if (ordered(b.high) - 1 == ordered(b.low)) return {b.high, b.high};
    const bool smooth = pass < interpolations && b.finite_low && b.finite_high;
    const Pivots<T> pivots = smooth ? interpolate(b, lower, upper) : halve(b);
    std::size_t up_to_p = 0, up_to_q = 0;
    count_up_to(values, count, pivots.p, pivots.q, &up_to_p, &up_to_q);
    if (narrow(b, pivots.p, up_to_p, lower, upper)) return neighbours(values, count, pivots.p);
    if (narrow(b, pivots.q, up_to_q, lower, upper)) return neighbours(values, count, pivots.q);
  }
  T candidates[few + values_padding];
  collect(values, count, b.low, b.high, candidates);
  const std::size_t found = b.up_to - b.below;
  pad(candidates, found);
  return {pick(candidates, found, lower - b.below), pick(candidates, found, upper - b.below)};
}

// A key is a value on a coarse integer scale, in the same order: four times less to read than the values, and
// it stays in the first cache.
using Key = std::int16_t;
constexpr int last_key = 32767;

template <typename T>
using KeyTag = hn::Rebind<Key, Tag<T>>;

// Rounds to a whole number by adding one so large that nothing else is left below its point.
constexpr float float_rounder = 12582912.0F;

HWY_INLINE hn::Vec<KeyTag<float>> scaled_key(hn::Vec<Tag<float>> v, float scale, float offset) {
  const Tag<float> d;
  const hn::Rebind<std::int32_t, Tag<float>> di;
  const auto rounded = hn::MulAdd(v, hn::Set(d, scale), hn::Set(d, offset + float_rounder));
  const auto least = hn::Set(d, float_rounder - last_key), most = hn::Set(d, float_rounder + last_key);
  const auto bits = hn::BitCast(di, hn::Min(hn::Max(rounded, least), most));
  return hn::DemoteTo(KeyTag<float>(), hn::Sub(bits, hn::BitCast(di, hn::Set(d, float_rounder))));
}

HWY_INLINE hn::Vec<KeyTag<double>> scaled_key(hn::Vec<Tag<double>> v, double scale, double offset) {
  const Tag<double> d;
  const auto scaled = hn::MulAdd(v, hn::Set(d, scale), hn::Set(d, offset));
  const auto within = hn::Min(hn::Max(scaled, hn::Set(d, -1.0 * last_key)), hn::Set(d, 1.0 * last_key));
  return hn::DemoteTo(KeyTag<double>(), hn::DemoteTo(hn::Rebind<std::int32_t, Tag<double>>(), within));
}

template <typename T>
HWY_INLINE void make_keys(const T* HWY_RESTRICT values, std::size_t count, T scale, T offset,
                          Key* HWY_RESTRICT keys) {
  const Tag<T> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::StoreU(scaled_key(hn::LoadU(d, values + i), scale, offset), KeyTag<T>(), keys + i);
  for (std::size_t i = 0; i < values_padding; ++i) keys[count + i] = last_key;
}

HWY_INLINE void count_keys(const Key* HWY_RESTRICT keys, std::size_t count, Key p, Key q,
                           std::size_t* up_to_p, std::size_t* up_to_q) {
  const hn::CappedTag<Key, 32> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto at_p = hn::Set(d, p), at_q = hn::Set(d, q);
  std::size_t above_p = 0, above_q = 0, i = 0;
  for (; i < count; i += 2 * lanes) {
    const auto k = hn::LoadU(d, keys + i), more = hn::LoadU(d, keys + i + lanes);
    above_p += hn::CountTrue(d, hn::Gt(k, at_p)) + hn::CountTrue(d, hn::Gt(more, at_p));
    above_q += hn::CountTrue(d, hn::Gt(k, at_q)) + hn::CountTrue(d, hn::Gt(more, at_q));
  }
  // What fills up the last step has the last key, above every pivot.
  *up_to_p = i - above_p;
  *up_to_q = i - above_q;
}

template <typename T>
HWY_INLINE void collect_by_key(const Key* keys, const T* values, std::size_t count, Key low, Key high,
                               T* out) {
  const hn::CappedTag<Key, 32> d;
  const auto from = hn::Set(d, low), to = hn::Set(d, high);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto k = hn::LoadU(d, keys + i);
    const auto inside = hn::AndNot(hn::Gt(k, to), hn::Gt(k, from));
    if (hn::AllFalse(d, inside)) continue;
    std::uint64_t bits = 0;
    alignas(8) std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(d, inside, bytes);
    hwy::CopyBytes<8>(bytes, &bits);
    for (; bits != 0; bits &= bits - 1) {
      const std::size_t at = i + hwy::Num0BitsBelowLS1Bit_Nonzero64(bits);
      if (at < count) *out++ = values[at];
    }
  }
}

// The order statistics by way of keys; false where the keys do not tell them apart, or the sample misled.
template <typename T>
HWY_INLINE bool close_in_on_keys(const T* values, std::size_t count, T p, T q, std::size_t lower,
                                 std::size_t upper, Middle<T>* out) {
  constexpr int passes = 6;
  constexpr double first_pivot = 12000.0;
  alignas(64) Key keys[most_keys + values_padding];
  const double scale = 2.0 * first_pivot / (static_cast<double>(q) - static_cast<double>(p));
  const double offset = -scale * (static_cast<double>(p) + static_cast<double>(q)) / 2.0;
  if (!(scale < 1e30) || !(offset < 1e30) || !(offset > -1e30)) return false;
  make_keys(values, count, static_cast<T>(scale), static_cast<T>(offset), keys);
  double low = -last_key - 1.0, high = last_key, at_p = -first_pivot, at_q = first_pivot;
  std::size_t below = 0, up_to = count;
  for (int pass = 0; up_to - below > few; ++pass) {
    if (pass == passes) return false;
    std::size_t up_to_p = 0, up_to_q = 0;
    count_keys(keys, count, static_cast<Key>(at_p), static_cast<Key>(at_q), &up_to_p, &up_to_q);
    if (up_to_p <= lower) low = at_p, below = up_to_p;
    if (up_to_q <= lower) low = at_q, below = up_to_q;
    if (up_to_q > upper) high = at_q, up_to = up_to_q;
    if (up_to_p > upper) high = at_p, up_to = up_to_p;
    const auto inside = static_cast<double>(up_to - below);
    const double room = inside > 500 ? 0.02 : 0.12, step = high - low;
    const auto key = [&](double part) {
      const double k = low + step * part;
      return static_cast<double>(static_cast<int>(k < low + 1 ? low + 1 : k > high - 1 ? high - 1 : k));
    };
    at_p = key(static_cast<double>(lower - below) / inside - room);
    at_q = key(static_cast<double>(upper + 1 - below) / inside + room);
  }
  T candidates[few + values_padding];
  collect_by_key(keys, values, count, static_cast<Key>(low), static_cast<Key>(high), candidates);
  pad(candidates, up_to - below);
  *out = {pick(candidates, up_to - below, lower - below), pick(candidates, up_to - below, upper - below)};
  return true;
}

template <typename T>
Middle<T> select(T* values, std::size_t count) {
  const std::size_t lower = (count - 1) / 2, upper = count / 2;
  pad(values, count);
  if (count <= few) return {pick(values, count, lower), pick(values, count, upper)};
  Bracket<T> b{-values[count], values[count], 0, count};
  if (count <= 4 * sampled) return close_in(values, count, b, lower, upper);
  T sample[sampled];
  take_sample(values, count, sample);
  const T p = pick(sample, sampled, sampled / 2 - 8), q = pick(sample, sampled, sampled / 2 + 7);
  Middle<T> found;
  if (count <= most_keys && p < q && close_in_on_keys(values, count, p, q, lower, upper, &found))
    return found;
  std::size_t up_to_p = 0, up_to_q = 0;
  count_up_to(values, count, p, q, &up_to_p, &up_to_q);
  if (narrow(b, p, up_to_p, lower, upper)) return neighbours(values, count, p);
  if (narrow(b, q, up_to_q, lower, upper)) return neighbours(values, count, q);
  if (b.finite_low && b.finite_high) return close_in(values, count, b, lower, upper);
  // Outside the pivots, then; the sample's ends give the interpolation something to stand on.
  const T least = pick(sample, sampled, 0), most = pick(sample, sampled, sampled - 1);
  count_up_to(values, count, least, most, &up_to_p, &up_to_q);
  if (narrow(b, least, up_to_p, lower, upper)) return neighbours(values, count, least);
  if (narrow(b, most, up_to_q, lower, upper)) return neighbours(values, count, most);
  return close_in(values, count, b, lower, upper);
}

void middle_float(float* values, std::size_t count, Middle<float>* out) { *out = select(values, count); }
void middle_double(double* values, std::size_t count, Middle<double>* out) { *out = select(values, count); }

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(middle_float);
LEVERKIN_KERNEL(middle_double);

Middle<float> middle_values(float* values, std::size_t count) {
  Middle<float> out{};
  LEVERKIN_CHOSEN(middle_float)(values, count, &out);
  return out;
}

Middle<double> middle_values(double* values, std::size_t count) {
  Middle<double> out{};
  LEVERKIN_CHOSEN(middle_double)(values, count, &out);
  return out;
}

}  // namespace leverkin::kernels
#endif
