// bindings/python/module.cpp: leverkin._core, noun by noun in the order in which data flow.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "leverkin/version.h"
#include "nouns.h"

NB_MODULE(_core, m) {
  m.doc() = "The engine behind the leverkin package; see `leverkin` for the documented interface.";
  m.def("version", &leverkin::version, "Version of the engine, as '0.1.0'.");
  m.def("version_json", &leverkin::version_json,
        "Version, compiler, SIMD target and libraries, as a JSON object.");

  leverkin::python::bind_errors(m);
  leverkin::python::bind_columns(m);
  leverkin::python::bind_parameters(m);
  leverkin::python::bind_session(m);
  leverkin::python::bind_trace(m);
  leverkin::python::bind_bouts(m);
  leverkin::python::bind_correlogram(m);
  leverkin::python::bind_activity(m);
  leverkin::python::bind_session_result(m);
  leverkin::python::bind_results(m);
}
