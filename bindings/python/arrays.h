// bindings/python/arrays.h: how do NumPy arrays cross the boundary?
//
// In: no copy where the array is C-contiguous and of the right type, else NumPy converts. Out: the vector's
// memory moves into the array, which frees it.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace leverkin::python {

namespace nb = nanobind;

using Doubles = nb::ndarray<const double, nb::numpy, nb::c_contig>;
using Integers = nb::ndarray<const std::int64_t, nb::numpy, nb::ndim<1>, nb::c_contig>;

/// Anything NumPy takes for real numbers. Throws BadArgument for another number of dimensions; `name` is the
/// argument's, for the message.
[[nodiscard]] Doubles doubles(nb::handle values, std::size_t dimensions, const char* name);

/// Throws BadArgument where `values` are not whole numbers in one dimension.
[[nodiscard]] Integers integers(nb::handle values, const char* name);

template <typename Array>
[[nodiscard]] auto view(const Array& array) {
  return std::span(array.data(), array.size());
}

/// A NumPy array that owns what was `values`; one-dimensional unless a shape is given.
template <typename T>
[[nodiscard]] nb::object to_numpy(std::vector<T> values, std::initializer_list<std::size_t> shape = {}) {
  auto held = std::make_unique<std::vector<T>>(std::move(values));
  T* data = held->data();
  const std::size_t size = held->size();
  const nb::capsule owner(held.get(), [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  static_cast<void>(held.release());
  return shape.size() == 0 ? nb::cast(nb::ndarray<nb::numpy, T>(data, {size}, owner))
                           : nb::cast(nb::ndarray<nb::numpy, T>(data, shape, owner));
}

}  // namespace leverkin::python
