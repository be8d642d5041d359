// bindings/python/nouns.h: what does the module hold?
#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "leverkin/parameters.h"

namespace leverkin::python {

void bind_errors(nanobind::module_& m);
void bind_parameters(nanobind::module_& m);
void bind_session(nanobind::module_& m);
void bind_trace(nanobind::module_& m);
void bind_bouts(nanobind::module_& m);
void bind_columns(nanobind::module_& m);
void bind_activity(nanobind::module_& m);
void bind_correlogram(nanobind::module_& m);
void bind_results(nanobind::module_& m);
void bind_session_result(nanobind::module_& m);

/// Sets parameters by name from Python values (numbers, bools, strings) and checks the whole set.
void override_parameters(Parameters& parameters, const nanobind::dict& overrides);

/// A profile, or the text of a configuration file where `origin` names one, and what goes before it.
[[nodiscard]] Parameters resolve_parameters(const std::string& profile_name, const std::string& toml,
                                            const std::string& origin, const nanobind::dict& overrides);

}  // namespace leverkin::python
