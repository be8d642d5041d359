// bindings/python/bind_parameters.cpp: profiles, and parameters by name.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "leverkin/parameters.h"
#include "nouns.h"

namespace leverkin::python {

namespace nb = nanobind;

namespace {

/// As TOML writes it: true for Python's True, 60 for 60.0 and for NumPy's numbers.
std::string text_of(nb::handle value) {
  const auto type = nb::cast<std::string>(value.type().attr("__name__"));
  if (type == "bool" || type == "bool_")
    return nb::cast<bool>(nb::bool_(nb::borrow(value))) ? "true" : "false";
  nb::object plain = nb::borrow(value);
  if (nb::hasattr(plain, "is_integer") && nb::cast<bool>(plain.attr("is_integer")()))
    plain = nb::module_::import_("builtins").attr("int")(plain);
  return nb::cast<std::string>(nb::str(plain));
}

}  // namespace

void override_parameters(Parameters& parameters, const nb::dict& overrides) {
  for (const auto& [name, value] : overrides) {
    set_parameter(parameters, nb::cast<std::string>(name), text_of(value));
  }
  check(parameters);
}

Parameters resolve_parameters(const std::string& profile_name, const std::string& toml,
                              const std::string& origin, const nb::dict& overrides) {
  Parameters parameters =
      origin.empty() ? profile(profile_name) : parameters_from_toml(toml, origin, profile_name);
  override_parameters(parameters, overrides);
  return parameters;
}

void bind_parameters(nb::module_& m) {
  m.def("profiles", &profile_names, R"(Names of the profiles: named sets of parameters.

Examples
--------
>>> lk.profiles()
['chen2015', 'peters2014', 'leverkin']
)");
  m.def(
      "config",
      [](const std::string& profile_name, const nb::kwargs& overrides) {
        Parameters parameters = profile(profile_name);
        override_parameters(parameters, overrides);
        return to_toml(parameters);
      },
      nb::arg("profile") = "chen2015", nb::arg("overrides"),
      nb::sig("def config(profile: str = 'chen2015', **overrides: object) -> str"),
      R"(Every parameter of a profile, with its unit, meaning and source, as TOML.

Parameters
----------
profile : str
    One of `profiles()`.
**overrides
    Parameters by name, ``gap_ms=400``.

Returns
-------
str
    A text that `analyze(config=...)` reads back from a file.

Raises
------
ValueError
    For an unknown profile or parameter, or a value out of range.

Examples
--------
>>> "gap_ms = 400" in lk.config("peters2014", gap_ms=400)
True
)");
}

}  // namespace leverkin::python
