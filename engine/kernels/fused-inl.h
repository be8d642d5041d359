// engine/kernels/fused-inl.h: a product and a sum with one rounding, so that a trace has the same bits on
// every target. For kernels, included once per target.
#if defined(LEVERKIN_KERNELS_FUSED_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LEVERKIN_KERNELS_FUSED_INL_H
#undef LEVERKIN_KERNELS_FUSED_INL_H
#else
#define LEVERKIN_KERNELS_FUSED_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {

#if HWY_NATIVE_FMA

template <typename V>
HWY_INLINE V fused(V a, V b, V c) {
  return hwy::HWY_NAMESPACE::MulAdd(a, b, c);
}

#else

template <typename V>
struct Halves {
  V high, low;
};

// 26 bits each, whose products are exact (Dekker 1971). Not beyond 1e300.
template <typename V>
HWY_INLINE Halves<V> halves_of(V a) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V scaled = hn::Mul(a, hn::Set(hn::DFromV<V>(), 0x1p27 + 1.0));
  const V high = hn::Sub(scaled, hn::Sub(scaled, a));
  return {high, hn::Sub(a, high)};
}

// What rounding took from the product (Dekker 1971) and from the sum (Knuth's TwoSum) is added last. That
// differs from one rounding only where the two small parts seem to add up to a tie that they are not: about
// once in 2^53 sums.
template <typename V>
HWY_INLINE V fused(V a, V b, V c) {
  namespace hn = hwy::HWY_NAMESPACE;
  const Halves<V> x = halves_of(a), y = halves_of(b);
  const V product = hn::Mul(a, b);
  const V of_product =
      hn::Add(hn::Add(hn::Add(hn::Sub(hn::Mul(x.high, y.high), product), hn::Mul(x.high, y.low)),
                      hn::Mul(x.low, y.high)),
              hn::Mul(x.low, y.low));
  const V sum = hn::Add(c, product), added = hn::Sub(sum, c);
  const V of_sum = hn::Add(hn::Sub(c, hn::Sub(sum, added)), hn::Sub(product, added));
  return hn::Add(sum, hn::Add(of_sum, of_product));
}

#endif

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
