#include "arrays.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <limits>
#include <string>

#include "leverkin/error.h"

namespace leverkin::python {

namespace {

nb::object as_array(nb::handle values, const char* type) {
  return nb::module_::import_("numpy").attr("asarray")(values, nb::arg("dtype") = type,
                                                       nb::arg("order") = "C");
}

bool is_masked(nb::handle values) {
  return nb::cast<bool>(nb::module_::import_("numpy.ma").attr("isMaskedArray")(values));
}

/// NaN stands for what a mask covers: what is not there is not the number below the mask.
nb::object as_numbers(nb::handle values) {
  if (!is_masked(values)) return as_array(values, "float64");
  return as_array(values.attr("astype")("float64").attr("filled")(std::numeric_limits<double>::quiet_NaN()),
                  "float64");
}

void require_dimensions(const nb::object& array, std::size_t expected, const char* name) {
  const auto found = nb::cast<std::size_t>(array.attr("ndim"));
  if (found != expected) {
    throw BadArgument(
        fmt::format("{}: found an array with {} dimension(s), expected {}", name, found, expected));
  }
}

[[noreturn]] void refuse_part_of_number(nb::handle found, const char* name) {
  throw BadArgument(
      fmt::format("{}: found {}, expected whole numbers", name, nb::cast<std::string>(nb::repr(found))));
}

/// 60.0 and "8" are whole numbers, too.
nb::object whole_numbers(const nb::object& given, const char* name) {
  const nb::module_ builtins = nb::module_::import_("builtins");
  nb::list numbers;
  for (const nb::handle one : given.attr("tolist")()) {
    try {
      const nb::object number = builtins.attr("float")(one);
      if (!nb::cast<bool>(number.attr("is_integer")())) refuse_part_of_number(one, name);
      numbers.append(builtins.attr("int")(number));
    } catch (const nb::python_error&) {
      refuse_part_of_number(one, name);
    }
  }
  return as_array(numbers, "int64");
}

}  // namespace

Doubles doubles(nb::handle values, std::size_t dimensions, const char* name) {
  const nb::object array = as_numbers(values);
  require_dimensions(array, dimensions, name);
  return nb::cast<Doubles>(array);
}

Integers integers(nb::handle values, const char* name) {
  const nb::object given = nb::module_::import_("numpy").attr("asarray")(values);
  require_dimensions(given, 1, name);
  if (is_masked(values) && nb::cast<bool>(nb::module_::import_("numpy.ma").attr("is_masked")(values)))
    throw BadArgument(fmt::format("{}: found masked values, expected whole numbers", name));
  const auto kind = nb::cast<std::string>(given.attr("dtype").attr("kind"));
  return nb::cast<Integers>(kind == "i" || kind == "u" ? as_array(given, "int64")
                                                       : whole_numbers(given, name));
}

}  // namespace leverkin::python
