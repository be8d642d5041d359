#include "kernels/biquad_lanes.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/biquad_lanes.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"
#include "kernels/fused-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename V>
struct Section {
  V b0, b1, b2, minus_a1, minus_a2, z1, z2;

  V step(V x) {
    const V y = fused(b0, x, z1);
    z1 = fused(minus_a1, y, fused(b1, x, z2));
    z2 = fused(minus_a2, y, hn::Mul(b2, x));
    return y;
  }
};

// The state that a constant x leads to; returns the output it gives.
template <typename D, typename V>
V settle(D d, Section<V>& section, const Biquad& biquad, V x) {
  const double gain = (biquad.b0 + biquad.b1 + biquad.b2) / (1.0 + biquad.a1 + biquad.a2);
  const V y = hn::Mul(hn::Set(d, gain), x);
  section.z2 = fused(section.minus_a2, y, hn::Mul(section.b2, x));
  section.z1 = fused(section.minus_a1, y, fused(section.b1, x, section.z2));
  return y;
}

// Sections in a row, as many vectors wide as it takes for all signals.
template <std::size_t sections>
struct Cascade {
  using D = hn::CappedTag<double, biquad_lanes>;
  using V = hn::Vec<D>;
  static constexpr std::size_t width = biquad_lanes / MaxLanes(D());
  Section<V> section[width][sections];

  // Settled at the values of one frame.
  HWY_INLINE Cascade(const Biquad* biquads, const double* frame) {
    const D d;
    for (std::size_t w = 0; w < width; ++w) {
      V level = hn::LoadU(d, frame + w * hn::Lanes(d));
      for (std::size_t s = 0; s < sections; ++s) {
        const Biquad& q = biquads[s];
        section[w][s] = {hn::Set(d, q.b0),  hn::Set(d, q.b1), hn::Set(d, q.b2), hn::Set(d, -q.a1),
                         hn::Set(d, -q.a2), hn::Zero(d),      hn::Zero(d)};
        level = settle(d, section[w][s], q, level);
      }
    }
  }

  // Frames at `first`, `first + step`, ...
  HWY_INLINE void run(double* first, std::ptrdiff_t step, std::size_t count) {
    const D d;
    for (std::size_t w = 0; w < width; ++w) {
      double* frame = first + w * hn::Lanes(d);
      for (std::size_t t = 0; t < count; ++t, frame += step) {
        V x = hn::LoadU(d, frame);
        for (std::size_t s = 0; s < sections; ++s) x = section[w][s].step(x);
        hn::StoreU(x, d, frame);
      }
    }
  }
};

constexpr auto one_frame = static_cast<std::ptrdiff_t>(biquad_lanes);

// A fixed number of sections keeps their states in registers: two at a time.
void run_biquads(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                 bool backward) {
  if (count == 0) return;
  double* first = backward ? frames + (count - 1) * biquad_lanes : frames;
  const std::ptrdiff_t step = backward ? -one_frame : one_frame;
  std::size_t done = 0;
  for (; done + 2 <= sections; done += 2) Cascade<2>(cascade + done, first).run(first, step, count);
  if (done < sections) Cascade<1>(cascade + done, first).run(first, step, count);
}

// Squares of numbers are turned in registers: vector gathers and scatters are slow on many CPUs.
#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t square = 1;
void turn_square(const double* from, std::size_t, double* to, std::size_t) { *to = *from; }
#elif HWY_MAX_BYTES >= 32
constexpr std::size_t square = 4;
HWY_INLINE void turn_square(const double* from, std::size_t from_apart, double* to, std::size_t to_apart) {
  const hn::CappedTag<double, 4> d;
  const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_apart);
  const auto e = hn::LoadU(d, from + 2 * from_apart), f = hn::LoadU(d, from + 3 * from_apart);
  const auto ab_even = hn::InterleaveLower(d, a, b), ab_odd = hn::InterleaveUpper(d, a, b);
  const auto ef_even = hn::InterleaveLower(d, e, f), ef_odd = hn::InterleaveUpper(d, e, f);
  hn::StoreU(hn::ConcatLowerLower(d, ef_even, ab_even), d, to);
  hn::StoreU(hn::ConcatLowerLower(d, ef_odd, ab_odd), d, to + to_apart);
  hn::StoreU(hn::ConcatUpperUpper(d, ef_even, ab_even), d, to + 2 * to_apart);
  hn::StoreU(hn::ConcatUpperUpper(d, ef_odd, ab_odd), d, to + 3 * to_apart);
}
#else
constexpr std::size_t square = 2;
HWY_INLINE void turn_square(const double* from, std::size_t from_apart, double* to, std::size_t to_apart) {
  const hn::CappedTag<double, 2> d;
  const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_apart);
  hn::StoreU(hn::InterleaveLower(d, a, b), d, to);
  hn::StoreU(hn::InterleaveUpper(d, a, b), d, to + to_apart);
}
#endif

void signals_to_frames(const double* x, std::size_t apart, double* frames, std::size_t count) {
  std::size_t t = 0;
  for (; t + square <= count; t += square)
    for (std::size_t l = 0; l < biquad_lanes; l += square)
      turn_square(x + l * apart + t, apart, frames + t * biquad_lanes + l, biquad_lanes);
  for (; t < count; ++t)
    for (std::size_t l = 0; l < biquad_lanes; ++l) frames[t * biquad_lanes + l] = x[l * apart + t];
}

void frames_to_signals(const double* frames, std::size_t count, double* x, std::size_t apart) {
  std::size_t t = 0;
  for (; t + square <= count; t += square)
    for (std::size_t l = 0; l < biquad_lanes; l += square)
      turn_square(frames + t * biquad_lanes + l, biquad_lanes, x + l * apart + t, apart);
  for (; t < count; ++t)
    for (std::size_t l = 0; l < biquad_lanes; ++l) x[l * apart + t] = frames[t * biquad_lanes + l];
}

// Memory is slower than the filter where signals come from far away and go there: the next tile is asked for
// while one is worked on.
constexpr std::size_t tile = 64, ahead = tile;

HWY_INLINE void ask_for(const double* x, std::size_t apart) {
  for (std::size_t l = 0; l < biquad_lanes; ++l)
    for (std::size_t t = 0; t < tile; t += 8) hwy::Prefetch(x + l * apart + t);
}

template <std::size_t sections>
void run_from(const Biquad* biquads, const double* x, std::size_t apart, double* frames, std::size_t count) {
  signals_to_frames(x, apart, frames, 1);
  Cascade<sections> cascade(biquads, frames);
  for (std::size_t t = 0; t < count; t += tile) {
    const std::size_t length = t + tile < count ? tile : count - t;
    if (t + ahead + tile <= count) ask_for(x + t + ahead, apart);
    signals_to_frames(x + t, apart, frames + t * biquad_lanes, length);
    cascade.run(frames + t * biquad_lanes, one_frame, length);
  }
}

template <std::size_t sections>
void run_back_to(const Biquad* biquads, double* frames, std::size_t count, double* x, std::size_t apart,
                 std::size_t kept) {
  Cascade<sections> cascade(biquads, frames + (count - 1) * biquad_lanes);
  const auto back = [&](std::size_t from, std::size_t to) {
    cascade.run(frames + (to - 1) * biquad_lanes, -one_frame, to - from);
  };
  back(kept, count);
  for (std::size_t end = kept; end > 0;) {
    const std::size_t begin = end > tile ? end - tile : 0;
    if (begin >= ahead) ask_for(x + begin - ahead, apart);
    back(begin, end);
    frames_to_signals(frames + begin * biquad_lanes, end - begin, x + begin, apart);
    end = begin;
  }
}

void run_biquads_from(const Biquad* cascade, std::size_t sections, const double* x, std::size_t apart,
                      double* frames, std::size_t count) {
  if (count == 0) return;
  if (sections == 1) return run_from<1>(cascade, x, apart, frames, count);
  run_from<2>(cascade, x, apart, frames, count);
  HWY_NAMESPACE::run_biquads(cascade + 2, sections - 2, frames, count, false);
}

// All but the last two sections first: a cascade may be run section by section.
void run_biquads_back_to(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                         double* x, std::size_t apart, std::size_t kept) {
  if (count == 0) return;
  if (sections == 1) return run_back_to<1>(cascade, frames, count, x, apart, kept);
  HWY_NAMESPACE::run_biquads(cascade, sections - 2, frames, count, true);
  run_back_to<2>(cascade + sections - 2, frames, count, x, apart, kept);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(run_biquads);
LEVERKIN_KERNEL(run_biquads_from);
LEVERKIN_KERNEL(run_biquads_back_to);

void run_biquads_from(const Biquad* cascade, std::size_t sections, const double* x, std::size_t apart,
                      double* frames, std::size_t count) {
  LEVERKIN_CHOSEN(run_biquads_from)(cascade, sections, x, apart, frames, count);
}

void run_biquads_back_to(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                         double* x, std::size_t apart, std::size_t kept) {
  LEVERKIN_CHOSEN(run_biquads_back_to)(cascade, sections, frames, count, x, apart, kept);
}

void run_biquads(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                 bool backward) {
  LEVERKIN_CHOSEN(run_biquads)(cascade, sections, frames, count, backward);
}

void run_biquads_scalar(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                        bool backward) {
  for (std::size_t lane = 0; lane < biquad_lanes && count > 0; ++lane)
    for (std::size_t s = 0; s < sections; ++s) {
      const Biquad& q = cascade[s];
      const auto at = [&](std::size_t t) -> double& {
        return frames[(backward ? count - 1 - t : t) * biquad_lanes + lane];
      };
      double y = at(0) * (q.b0 + q.b1 + q.b2) / (1.0 + q.a1 + q.a2);
      double z2 = q.b2 * at(0) - q.a2 * y;
      double z1 = q.b1 * at(0) - q.a1 * y + z2;
      for (std::size_t t = 0; t < count; ++t) {
        const double x = at(t);
        y = at(t) = q.b0 * x + z1;
        z1 = q.b1 * x - q.a1 * y + z2;
        z2 = q.b2 * x - q.a2 * y;
      }
    }
}

}  // namespace leverkin::kernels
#endif
