#include "arrays.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>

#include "leverkin/error.h"

namespace leverkin::python {

namespace {

nb::object as_array(nb::handle values, const char* type) {
  return nb::module_::import_("numpy").attr("asarray")(values, nb::arg("dtype") = type,
                                                       nb::arg("order") = "C");
}

void require_dimensions(const nb::object& array, std::size_t expected, const char* name) {
  const auto found = nb::cast<std::size_t>(array.attr("ndim"));
  if (found != expected) {
    throw BadArgument(
        fmt::format("{}: found an array with {} dimension(s), expected {}", name, found, expected));
  }
}

}  // namespace

Doubles doubles(nb::handle values, std::size_t dimensions, const char* name) {
  const nb::object array = as_array(values, "float64");
  require_dimensions(array, dimensions, name);
  return nb::cast<Doubles>(array);
}

Integers integers(nb::handle values, const char* name) {
  const nb::object given = nb::module_::import_("numpy").attr("asarray")(values);
  const auto kind = nb::cast<std::string>(given.attr("dtype").attr("kind"));
  const bool empty = nb::cast<std::size_t>(given.attr("size")) == 0;  // [] is float64 to NumPy
  if (kind != "i" && kind != "u" && !empty) {
    throw BadArgument(fmt::format("{}: found values of type {}, expected integers", name,
                                  nb::cast<std::string>(nb::str(given.attr("dtype")))));
  }
  require_dimensions(given, 1, name);
  return nb::cast<Integers>(as_array(given, "int64"));
}

}  // namespace leverkin::python
