// engine/support/fields.h: which fields does a struct have, in their order?
//
// C++20 cannot ask; it can count how many initialisers a struct takes, and bind its fields to names.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace leverkin {

/// For what is not evaluated: a value of any type.
struct AnyField {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor)
};

template <class Struct, std::size_t... i>
constexpr bool takes_fields(std::index_sequence<i...>) {
  return requires { Struct{(static_cast<void>(i), AnyField{})...}; };
}

/// How many fields a struct without constructors has.
template <class Struct, std::size_t count = 0>
constexpr std::size_t field_count() {
  static_assert(std::is_aggregate_v<Struct>, "its fields cannot be counted");
  if constexpr (takes_fields<Struct>(std::make_index_sequence<count + 1>()))
    return field_count<Struct, count + 1>();
  else
    return count;
}

/// References to all fields.
template <class Struct>
constexpr auto fields(Struct& of) {
  constexpr std::size_t count = field_count<std::remove_const_t<Struct>>();
  static_assert(count > 0 && count <= 24, "write one more line for it");
#define LEVERKIN_BIND(n, ...)     \
  if constexpr (count == n) {     \
    auto& [__VA_ARGS__] = of;     \
    return std::tie(__VA_ARGS__); \
  }
  LEVERKIN_BIND(1, a)
  LEVERKIN_BIND(2, a, b)
  LEVERKIN_BIND(3, a, b, c)
  LEVERKIN_BIND(4, a, b, c, d)
  LEVERKIN_BIND(5, a, b, c, d, e)
  LEVERKIN_BIND(6, a, b, c, d, e, f)
  LEVERKIN_BIND(7, a, b, c, d, e, f, g)
  LEVERKIN_BIND(8, a, b, c, d, e, f, g, h)
  LEVERKIN_BIND(9, a, b, c, d, e, f, g, h, i)
  LEVERKIN_BIND(10, a, b, c, d, e, f, g, h, i, j)
  LEVERKIN_BIND(11, a, b, c, d, e, f, g, h, i, j, k)
  LEVERKIN_BIND(12, a, b, c, d, e, f, g, h, i, j, k, l)
  LEVERKIN_BIND(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  LEVERKIN_BIND(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  LEVERKIN_BIND(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  LEVERKIN_BIND(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
  LEVERKIN_BIND(17, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
  LEVERKIN_BIND(18, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)
  LEVERKIN_BIND(19, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s)
  LEVERKIN_BIND(20, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)
  LEVERKIN_BIND(21, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u)
  LEVERKIN_BIND(22, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v)
  LEVERKIN_BIND(23, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w)
  LEVERKIN_BIND(24, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x)
#undef LEVERKIN_BIND
}

}  // namespace leverkin
