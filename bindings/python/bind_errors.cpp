// bindings/python/bind_errors.cpp: the engine's exceptions as Python's, registered once.
#include <nanobind/nanobind.h>

#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "nouns.h"

namespace leverkin::python {

namespace nb = nanobind;

namespace {

void set_bad_session(PyObject* type, const BadSession& error) {
  const Problem& problem = error.problem();
  const nb::object raised = nb::handle(type)(error.what());
  raised.attr("file") = nb::str(problem.file.c_str());
  raised.attr("dataset") = nb::str(problem.dataset.c_str());
  raised.attr("place") = nb::str(problem.place.c_str());
  raised.attr("found") = nb::str(problem.found.c_str());
  raised.attr("expected") = nb::str(problem.expected.c_str());
  PyErr_SetObject(type, raised.ptr());
}

}  // namespace

void bind_errors(nb::module_& m) {
  // Later registrations are asked first, so the base comes first.
  const nb::exception<Error> error(m, "Error");
  const nb::exception<BadArgument> bad_argument(m, "BadArgument",
                                                nb::make_tuple(error, nb::handle(PyExc_ValueError)));
  const nb::exception<IoError> io_error(m, "IoError", nb::make_tuple(error, nb::handle(PyExc_OSError)));
  const nb::exception<Cancelled> cancelled(m, "Cancelled", error);
  const nb::exception<BadSession> bad_session(m, "BadSession",
                                              nb::make_tuple(error, nb::handle(PyExc_ValueError)));
  error.doc() = "Base of everything that leverkin raises on purpose.";
  bad_argument.doc() = "The caller asked for something impossible; nothing was done.";
  io_error.doc() = "The machine refused: a file cannot be opened, written or renamed, or the disk is full.";
  cancelled.doc() = "The progress function returned False; no results file is left.";
  bad_session.doc() =
      "A recording that cannot be analysed. Where one file is meant, the attributes `file`, `dataset`, "
      "`place`,\n"
      "`found` and `expected` say what is wrong with it.";
  nb::register_exception_translator(
      [](const std::exception_ptr& thrown, void* type) {
        try {
          std::rethrow_exception(thrown);
        } catch (const BadSession& e) {
          set_bad_session(static_cast<PyObject*>(type), e);
        }
      },
      bad_session.ptr());
}

}  // namespace leverkin::python
