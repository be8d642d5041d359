// bindings/python/bind_bouts.cpp: raw volts -> movement bouts, with everything computed on the way.
#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <utility>

#include "arrays.h"
#include "column_arrays.h"
#include "leverkin/error.h"
#include "leverkin/held_trace.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

/// A segmentation as arrays, by the names of columns.h; each is handed out as it is, never copied.
struct BoutArrays {
  nb::dict columns;
  double noise_cutoff_v = 0.0;
  std::string reason;
};

BoutArrays to_arrays(Trace trace, Segmentation found) {
  BoutArrays arrays{.noise_cutoff_v = found.noise_cutoff_v, .reason = std::move(found.reason)};
  add_columns(arrays.columns, columns::bouts, found.bouts);
  add_columns(arrays.columns, columns::kinematics, found.bouts);
  add_columns(arrays.columns, columns::trace, trace);
  add_columns(arrays.columns, columns::segmentation, found);
  return arrays;
}

/// Named here, on the raw clock: behind the filter one bad sample has become many.
void require_finite(std::span<const double> volts, double rate_hz) {
  const auto bad = [](double v) { return !std::isfinite(v); };
  const auto first = std::find_if(volts.begin(), volts.end(), bad);
  if (first == volts.end()) return;
  const auto at = first - volts.begin();
  throw BadArgument(
      fmt::format("volts: sample {} ({:.6g} s) is {}, the first of {} such samples; expected finite numbers",
                  at, static_cast<double>(at) / rate_hz, *first, std::count_if(first, volts.end(), bad)));
}

BoutArrays segment_volts(nb::handle volts, double rate_hz, const std::string& profile_name,
                         const nb::kwargs& overrides) {
  Parameters parameters = profile(profile_name);
  override_parameters(parameters, overrides);
  const Doubles raw = doubles(volts, 1, "volts");
  Trace trace;
  Segmentation found;
  {
    const nb::gil_scoped_release release;
    if (parameters.gaps == GapPolicy::hold) {
      trace = held_trace(view(raw), rate_hz, parameters);
    } else {
      require_finite(view(raw), rate_hz);
      trace.volts = downsample(view(raw), rate_hz, parameters);
    }
    found = segment(trace, parameters);
  }
  return to_arrays(std::move(trace), std::move(found));
}

std::size_t length(const BoutArrays& bouts, const char* column) {
  return nb::len(nb::object(bouts.columns[column]));
}

/// Names and units of the columns with one value per bout, in the order of a table.
nb::dict bout_units() {
  nb::dict units;
  for (const Columns<Bout>& table : {columns::bouts, columns::kinematics})
    for (const Column<Bout>& column : table.rows)
      units[column.field.name] = column.field.unit == nullptr ? "" : column.field.unit;
  return units;
}

nb::object to_frame(const BoutArrays& bouts) {
  const nb::dict units = bout_units();
  nb::dict per_bout;
  for (const auto& [name, unit] : units) per_bout[name] = bouts.columns[name];
  nb::object frame = nb::module_::import_("pandas").attr("DataFrame")(per_bout);
  frame.attr("attrs")["units"] = units;
  return frame;
}

nb::object to_intervals(const BoutArrays& bouts) {
  return nb::module_::import_("pynapple")
      .attr("IntervalSet")(nb::arg("start") = bouts.columns["onset_s"],
                           nb::arg("end") = bouts.columns["offset_s"]);
}

nb::dict get_state(const BoutArrays& bouts) {
  nb::dict state;
  state["columns"] = bouts.columns;
  state["noise_cutoff_v"] = bouts.noise_cutoff_v;
  state["reason"] = bouts.reason;
  return state;
}

void set_state(BoutArrays& bouts, const nb::dict& state) {
  new (&bouts) BoutArrays{.columns = nb::cast<nb::dict>(state["columns"]),
                          .noise_cutoff_v = nb::cast<double>(state["noise_cutoff_v"]),
                          .reason = nb::cast<std::string>(state["reason"])};
}

/// "First sample of the movement, s."
std::string doc_of(const Field& field, const char* where, const char* note) {
  std::string doc = field.meaning;
  doc.front() = static_cast<char>(std::toupper(doc.front()));
  if (*note != '\0') doc += fmt::format(" ({})", note);
  if (field.unit != nullptr) doc += fmt::format(", {}", field.unit);
  return doc + "; " + where;
}

using Class = nb::class_<BoutArrays>;

template <class Value>
void define_column(Class& c, const char* name, const std::string& doc) {
  const char* const type = std::is_same_v<Value, double>         ? "float64"
                           : std::is_same_v<Value, std::int64_t> ? "int64"
                                                                 : "uint8";
  const std::string signature = fmt::format("def {}(self) -> numpy.typing.NDArray[numpy.{}]", name, type);
  c.def_prop_ro(
      name, [name](const BoutArrays& b) { return nb::object(b.columns[name]); },
      nb::for_getter(nb::sig(signature.c_str())), doc.c_str());
}

void define_columns(Class& c, const Columns<Bout>& columns) {
  for (const Column<Bout>& column : columns.rows)
    std::visit(
        [&](const auto& member) {
          define_column<decltype(get(Bout(), member))>(c, column.field.name,
                                                       doc_of(column.field, "shape (bouts,).", column.note));
        },
        column.member);
}

template <class Noun, std::size_t n>
void define_columns(Class& c, const Series<Noun> (&series)[n]) {
  for (const Series<Noun>& one : series)
    std::visit(
        [&](const auto& member) {
          using Value = typename std::decay_t<decltype(whole(Noun(), member))>::value_type;
          if (one.axes[0] != nullptr)
            define_column<Value>(c, one.field.name, doc_of(one.field, "shape (n,), 1 kHz.", one.note));
        },
        one.member);
}

}  // namespace

void bind_bouts(nb::module_& m) {
  Class c(m, "Bouts", "Bouts of movement of one trace, and the signals they were found in.");
  define_columns(c, columns::bouts);
  define_columns(c, columns::kinematics);
  define_columns(c, columns::trace);
  define_columns(c, columns::segmentation);
  c.def_ro("noise_cutoff_v", &BoutArrays::noise_cutoff_v,
           "Deviation from rest that counts as leaving it, V.");
  c.def_ro("reason", &BoutArrays::reason, "Why there are no bouts; empty where there are some.");
  c.def("to_frame", &to_frame, nb::sig("def to_frame(self) -> pandas.DataFrame"),
        "One row per bout, all columns that have one value per bout; `attrs[\"units\"]` holds their units.");
  c.def("to_intervals", &to_intervals, nb::sig("def to_intervals(self) -> object"),
        "The bouts for pynapple, in s; ImportError where pynapple is not installed.");
  c.def("__getstate__", &get_state);
  c.def("__setstate__", &set_state);
  c.def("__len__", [](const BoutArrays& b) { return length(b, "onset_s"); });
  c.def("__repr__", [](const BoutArrays& b) {
    return b.reason.empty() ? fmt::format("<Bouts: {} in {:.3f} s>", length(b, "onset_s"),
                                          static_cast<double>(length(b, "active")) / lever_rate_hz)
                            : fmt::format("<Bouts: none, {}>", b.reason);
  });

  m.def("segment", &segment_volts, nb::arg("volts"), nb::arg("rate_hz"), nb::arg("profile") = "chen2015",
        nb::arg("overrides"),
        nb::sig("def segment(volts: numpy.typing.ArrayLike, rate_hz: float, profile: str = 'chen2015', "
                "**overrides: object) -> Bouts"),
        R"(When did the animal move?

Parameters
----------
volts : array_like, shape (N,)
    Lever position in volts. float64 in one piece is not copied.
rate_hz : float
    Samples per second; 1000 is taken as it is.
profile : str
    "chen2015" or "peters2014"; see `config` for what is in it.
**overrides
    Parameters by name, ``gap_ms=400``.

Returns
-------
Bouts
    Without movement: empty arrays, and `reason` says why.

Raises
------
ValueError
    For samples that are not finite (unless ``gaps="hold"``: no data there), 12 or fewer lever samples, an impossible rate, and unknown profiles or parameters.

Examples
--------
>>> session = lk.open_session("study/ada_1.h5")
>>> bouts = lk.segment(session.read(), session.rate_hz, gap_ms=400)
>>> bouts
<Bouts: 6 in 46.000 s>
>>> bouts.to_frame()[["onset_s", "duration_s", "amplitude_v"]].head(2).round(2)
   onset_s  duration_s  amplitude_v
0     5.18        0.61         0.31
1    10.23        0.63         0.54
)");
}

}  // namespace leverkin::python
