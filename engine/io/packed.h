// engine/io/packed.h: how does a struct with all of its fields become bytes, and come back?
//
// Fields are found, not listed: none can be forgotten. The bytes are those of memory, for this program on
// this kind of machine only.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "leverkin/error.h"
#include "support/fields.h"

namespace leverkin {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
concept Sequence = std::same_as<T, std::string> || std::same_as<T, std::vector<typename T::value_type>>;

/// Hands the bytes of `value` to `sink(bytes, count)`, piece by piece.
template <class T, class Sink>
void pack(const T& value, const Sink& sink) {
  if constexpr (Plain<T>) {
    sink(&value, sizeof(T));
  } else if constexpr (Sequence<T>) {
    pack(std::uint64_t{value.size()}, sink);
    if constexpr (Plain<typename T::value_type>)
      sink(value.data(), value.size() * sizeof(typename T::value_type));
    else
      for (const auto& one : value) pack(one, sink);
  } else {
    std::apply([&](const auto&... field) { (pack(field, sink), ...); }, fields(value));
  }
}

/// The first `count` bytes of what is left; throws BadArgument where there are fewer.
inline std::string_view take(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) throw BadArgument("bytes that end too early");
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

/// Takes what pack() gave off the front of `bytes`. Throws BadArgument where they end too early.
template <class T>
void unpack(std::string_view& bytes, T& value) {
  if constexpr (Plain<T>) {
    std::memcpy(&value, take(bytes, sizeof(T)).data(), sizeof(T));
  } else if constexpr (Sequence<T>) {
    using One = typename T::value_type;
    std::uint64_t count = 0;
    unpack(bytes, count);
    if (count > bytes.size()) throw BadArgument("bytes that end too early");
    value.resize(count);
    if constexpr (Plain<One>) {
      const std::string_view taken = take(bytes, count * sizeof(One));
      if (count > 0) std::memcpy(value.data(), taken.data(), taken.size());
    } else {
      for (One& one : value) unpack(bytes, one);
    }
  } else {
    std::apply([&](auto&... field) { (unpack(bytes, field), ...); }, fields(value));
  }
}

}  // namespace leverkin
