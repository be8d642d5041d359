// bindings/python/bind_correlogram.cpp: movements -> session x session.
#include <fmt/format.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "arrays.h"
#include "leverkin/correlogram.h"
#include "leverkin/error.h"
#include "leverkin/parameters.h"
#include "leverkin/resampled_medians.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

struct CorrelogramArrays {
  nb::object session, median_r, n_pairs, within_r, across_r, bound;
  Doubles rows;  // kept for pairwise(); the caller's own memory where that was float64 in one piece
  Integers row_session;
  int threads = 0;
};

MovementRows rows_of(const Doubles& rows, const Integers& session) {
  return {.volts = view(rows), .samples = static_cast<std::int64_t>(rows.shape(1)), .session = view(session)};
}

/// In the caller's words: behind this the engine sees values and rows, and takes any tolerance.
void require_sense(const Doubles& rows, const Integers& session, double tolerance) {
  if (rows.shape(0) != session.shape(0)) {
    throw BadArgument(fmt::format("session: found {} value(s) for {} movement(s), expected one per movement",
                                  session.shape(0), rows.shape(0)));
  }
  Parameters parameters;
  parameters.tolerance = tolerance;
  check(parameters);
}

CorrelogramArrays correlogram(nb::handle movements, nb::handle session, double tolerance, int threads) {
  Doubles rows = doubles(movements, 2, "movements");
  Integers row_session = integers(session, "session");
  require_sense(rows, row_session, tolerance);
  Correlogram found;
  {
    const nb::gil_scoped_release release;
    found = correlate(rows_of(rows, row_session), {.tolerance = tolerance, .threads = threads});
  }
  const std::size_t s = found.session.size();
  return {.session = to_numpy(std::move(found.session)),
          .median_r = to_numpy(std::move(found.median_r), {s, s}),
          .n_pairs = to_numpy(std::move(found.n_pairs), {s, s}),
          .within_r = to_numpy(std::move(found.within_r)),
          .across_r = to_numpy(std::move(found.across_r)),
          .bound = to_numpy(std::move(found.bound), {s, s}),
          .rows = std::move(rows),
          .row_session = std::move(row_session),
          .threads = threads};
}

/// r of every pair, and the length of every row less its mean.
nb::tuple pairs_and_lengths(nb::handle movements, nb::handle session, double tolerance, int threads) {
  const Doubles rows = doubles(movements, 2, "movements");
  const Integers row_session = integers(session, "session");
  require_sense(rows, row_session, tolerance);
  Pairwise found;
  {
    const nb::gil_scoped_release release;
    found = correlate_pairwise(rows_of(rows, row_session), {.tolerance = tolerance, .threads = threads});
  }
  return nb::make_tuple(to_numpy(std::move(found.r)), to_numpy(std::move(found.length)));
}

nb::object square_of_r(const Doubles& rows, const Integers& row_session, int threads) {
  std::vector<double> r;
  {
    const nb::gil_scoped_release release;
    r = correlate_all_pairs(rows_of(rows, row_session), threads);
  }
  return to_numpy(std::move(r), {rows.shape(0), rows.shape(0)});
}

nb::object pairwise(const CorrelogramArrays& c) { return square_of_r(c.rows, c.row_session, c.threads); }

nb::object all_pairs(nb::handle movements, nb::handle session, int threads) {
  const Doubles rows = doubles(movements, 2, "movements");
  const Integers row_session = integers(session, "session");
  require_sense(rows, row_session, 0.0);
  return square_of_r(rows, row_session, threads);
}

using Draws = nb::ndarray<const std::int64_t, nb::numpy, nb::ndim<2>, nb::c_contig>;
using Resampling = std::vector<double>(const PairedRows&, std::span<const std::int64_t>,
                                       std::span<const SessionPair>, int);

/// The medians are (draws, pairs).
template <Resampling resample>
nb::object medians_of_draws(nb::handle all_r, nb::handle session, const Draws& draws,
                            const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs, int threads) {
  const Doubles r = doubles(all_r, 2, "r");
  const Integers row_session = integers(session, "session");
  std::vector<SessionPair> wanted;
  for (const auto& [one, other] : pairs) wanted.push_back({one, other});
  std::vector<double> medians;
  {
    const nb::gil_scoped_release release;
    medians = resample({view(r), view(row_session)}, view(draws), wanted, threads);
  }
  const std::size_t count = wanted.empty() ? 0 : medians.size() / wanted.size();
  return to_numpy(std::move(medians), {count, wanted.size()});
}

template <Resampling resample>
void define_resampling(nb::module_& m, const char* name, const char* draws, const char* doc) {
  m.def(name, &medians_of_draws<resample>, nb::arg("r"), nb::arg("session"), nb::arg(draws), nb::arg("pairs"),
        nb::arg("threads") = 0, doc);
}

nb::tuple get_state(const CorrelogramArrays& c) {
  return nb::make_tuple(c.session, c.median_r, c.n_pairs, c.within_r, c.across_r, c.bound, nb::cast(c.rows),
                        nb::cast(c.row_session), c.threads);
}

void set_state(CorrelogramArrays& c, const nb::tuple& state) {
  new (&c) CorrelogramArrays{.session = state[0],
                             .median_r = state[1],
                             .n_pairs = state[2],
                             .within_r = state[3],
                             .across_r = state[4],
                             .bound = state[5],
                             .rows = doubles(state[6], 2, "movements"),
                             .row_session = integers(state[7], "session"),
                             .threads = nb::cast<int>(state[8])};
}

template <typename Class>
void define_array(Class& c, const char* name, nb::object CorrelogramArrays::*member, const char* doc,
                  const char* type = "float64") {
  const std::string signature = fmt::format("def {}(self) -> numpy.typing.NDArray[numpy.{}]", name, type);
  c.def_prop_ro(
      name, [member](const CorrelogramArrays& a) { return a.*member; },
      nb::for_getter(nb::sig(signature.c_str())), doc);
}

}  // namespace

void bind_correlogram(nb::module_& m) {
  nb::class_<CorrelogramArrays> c(m, "Correlogram",
                                  "Session x session: medians of Pearson's r over pairs of movements.");
  define_array(c, "session", &CorrelogramArrays::session, "Session numbers, sorted; shape (S,).", "int64");
  define_array(c, "median_r", &CorrelogramArrays::median_r,
               "Median r, NaN where no pair entered; shape (S, S).");
  define_array(c, "n_pairs", &CorrelogramArrays::n_pairs,
               "Pairs of different movements that entered; shape (S, S).", "int64");
  define_array(c, "within_r", &CorrelogramArrays::within_r, "The diagonal of `median_r`; shape (S,).");
  define_array(c, "across_r", &CorrelogramArrays::across_r,
               "Neighbouring sessions of `median_r`; shape (S - 1,).");
  define_array(c, "bound", &CorrelogramArrays::bound, "Proved largest error of every median; shape (S, S).");
  c.def("__getstate__", &get_state);
  c.def("__setstate__", &set_state);
  c.def("pairwise", &pairwise, nb::sig("def pairwise(self) -> numpy.typing.NDArray[numpy.float64]"),
        "r of every pair of movements, shape (N, N): 1 on the diagonal, NaN for movements that take part in "
        "no pair.");
  c.def("__repr__", [](const CorrelogramArrays& a) {
    return fmt::format("<Correlogram: {} movements of {} sessions>", a.rows.shape(0), nb::len(a.session));
  });

  m.def("all_pairs", &all_pairs, nb::arg("movements"), nb::arg("session"), nb::arg("threads") = 0,
        "r of every pair of movements, (N, N); NaN for those that take part in no pair.");
  m.def(
      "pairs_and_lengths", &pairs_and_lengths, nb::arg("movements"), nb::arg("session"),
      nb::arg("tolerance") = 0.0, nb::arg("threads") = 0,
      "r of rows a > b at a (a - 1) / 2 + b, with an error of up to `tolerance`; and the length of every row "
      "less its mean, 0 for those that take part in no pair.");
  define_resampling<bootstrap_medians>(m, "bootstrap_medians", "counts",
                                       "Median r of every pair of sessions, (draws, pairs), where each row "
                                       "was drawn counts (rows, draws) times.");
  define_resampling<permuted_medians>(m, "permuted_medians", "orders",
                                      "Median r of every pair of sessions, (draws, pairs), with rows "
                                      "exchanged as orders (draws, rows) says.");
  m.def("correlogram", &correlogram, nb::arg("movements"), nb::arg("session"), nb::arg("tolerance") = 0.0,
        nb::arg("threads") = 0,
        nb::sig("def correlogram(movements: numpy.typing.ArrayLike, session: numpy.typing.ArrayLike, "
                "tolerance: float = 0.0, threads: int = 0) -> Correlogram"),
        R"(How alike are the movements, within a session and across sessions?

Parameters
----------
movements : array_like, shape (N, T)
    One movement per row, aligned to its onset; float64 or float32, any unit. float64 in one piece is not copied.
session : array_like of int, shape (N,)
    The session of every row, in any order.
tolerance : float
    Largest allowed error of a median. 0: all pairs, in double.
threads : int
    0: one per core. Never changes the numbers.

Returns
-------
Correlogram
    Within a session, pairs of different movements only. Rows that are constant or not finite take part in no pair.

Raises
------
ValueError
    Where the shapes disagree, rows have no samples, or sessions are not integers.

Examples
--------
>>> found = lk.correlogram([[0, 1, 2, 1], [0, 2, 4, 2], [1, 0, 0, 1], [2, 0, 0, 2]], [1, 1, 2, 2])
>>> found.within_r, found.across_r
(array([1., 1.]), array([-0.70710678]))
>>> found
<Correlogram: 4 movements of 2 sessions>
)");
}

}  // namespace leverkin::python
