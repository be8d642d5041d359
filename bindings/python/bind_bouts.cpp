// bindings/python/bind_bouts.cpp: raw volts -> movement bouts, with everything computed on the way.
#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "arrays.h"
#include "leverkin/bouts.h"
#include "leverkin/error.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

/// The columns of a segmentation as arrays; each is handed out as it is, never copied.
struct BoutArrays {
  nb::object onset_s, offset_s, amplitude_v, peak_speed_v_per_s, path_v;                 // one per bout
  nb::object duration_s, time_to_peak_s, hold_s, n_submovements, smoothness_sal, flags;  // the same
  nb::object active, volts, smooth_v, envelope_v_per_s;                                  // lever clock
  double noise_cutoff_v = 0.0;
  std::string reason;
};

template <typename Column>
nb::object column(const std::vector<Bout>& bouts, const Column& value) {
  std::vector<std::decay_t<decltype(value(bouts.front()))>> values(bouts.size());
  std::transform(bouts.begin(), bouts.end(), values.begin(), value);
  return to_numpy(std::move(values));
}

BoutArrays to_arrays(Trace trace, Segmentation found) {
  for (double& e : found.envelope) e *= lever_rate_hz;  // V per sample -> V per s
  const auto& bouts = found.bouts;
  return {.onset_s = column(bouts, [](const Bout& b) { return b.onset_s(); }),
          .offset_s = column(bouts, [](const Bout& b) { return b.offset_s(); }),
          .amplitude_v = column(bouts, [](const Bout& b) { return b.amplitude_v; }),
          .peak_speed_v_per_s = column(bouts, [](const Bout& b) { return b.peak_speed_v_per_s; }),
          .path_v = column(bouts, [](const Bout& b) { return b.path_v; }),
          .duration_s = column(bouts, [](const Bout& b) { return b.duration_s(); }),
          .time_to_peak_s = column(bouts, [](const Bout& b) { return b.time_to_peak_s; }),
          .hold_s = column(bouts, [](const Bout& b) { return b.hold_s; }),
          .n_submovements = column(bouts, [](const Bout& b) { return b.n_submovements; }),
          .smoothness_sal = column(bouts, [](const Bout& b) { return b.smoothness_sal; }),
          .flags = column(bouts, [](const Bout& b) { return b.flags; }),
          .active = to_numpy(std::move(found.active)),
          .volts = to_numpy(std::move(trace.volts)),
          .smooth_v = to_numpy(std::move(found.smooth)),
          .envelope_v_per_s = to_numpy(std::move(found.envelope)),
          .noise_cutoff_v = found.noise_cutoff_v,
          .reason = std::move(found.reason)};
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
    require_finite(view(raw), rate_hz);
    trace.volts = downsample(view(raw), rate_hz, parameters);
    found = segment(trace, parameters);
  }
  return to_arrays(std::move(trace), std::move(found));
}

constexpr const char* array_type = "numpy.typing.NDArray[numpy.float64]";
constexpr const char* integers_type = "numpy.typing.NDArray[numpy.int64]";

struct Named {
  const char* name;
  nb::object BoutArrays::*member;
};

/// The columns with one value per bout, in the order of a table.
constexpr Named per_bout[] = {{"onset_s", &BoutArrays::onset_s},
                              {"offset_s", &BoutArrays::offset_s},
                              {"duration_s", &BoutArrays::duration_s},
                              {"amplitude_v", &BoutArrays::amplitude_v},
                              {"peak_speed_v_per_s", &BoutArrays::peak_speed_v_per_s},
                              {"time_to_peak_s", &BoutArrays::time_to_peak_s},
                              {"path_v", &BoutArrays::path_v},
                              {"hold_s", &BoutArrays::hold_s},
                              {"n_submovements", &BoutArrays::n_submovements},
                              {"smoothness_sal", &BoutArrays::smoothness_sal},
                              {"flags", &BoutArrays::flags}};
constexpr Named per_sample[] = {{"active", &BoutArrays::active},
                                {"volts", &BoutArrays::volts},
                                {"smooth_v", &BoutArrays::smooth_v},
                                {"envelope_v_per_s", &BoutArrays::envelope_v_per_s}};

nb::object to_frame(const BoutArrays& bouts) {
  nb::dict columns;
  for (const Named& column : per_bout) columns[column.name] = bouts.*column.member;
  return nb::module_::import_("pandas").attr("DataFrame")(columns);
}

nb::object to_intervals(const BoutArrays& bouts) {
  return nb::module_::import_("pynapple")
      .attr("IntervalSet")(nb::arg("start") = bouts.onset_s, nb::arg("end") = bouts.offset_s);
}

nb::dict get_state(const BoutArrays& bouts) {
  nb::dict state;
  for (const Named& column : per_bout) state[column.name] = bouts.*column.member;
  for (const Named& column : per_sample) state[column.name] = bouts.*column.member;
  state["noise_cutoff_v"] = bouts.noise_cutoff_v;
  state["reason"] = bouts.reason;
  return state;
}

void set_state(BoutArrays& bouts, const nb::dict& state) {
  new (&bouts) BoutArrays();
  for (const Named& column : per_bout) bouts.*column.member = nb::object(state[column.name]);
  for (const Named& column : per_sample) bouts.*column.member = nb::object(state[column.name]);
  bouts.noise_cutoff_v = nb::cast<double>(state["noise_cutoff_v"]);
  bouts.reason = nb::cast<std::string>(state["reason"]);
}

template <typename Class>
void define_column(Class& c, const char* name, nb::object BoutArrays::*member, const char* doc,
                   const char* type = array_type) {
  const std::string signature = fmt::format("def {}(self) -> {}", name, type);
  c.def_prop_ro(
      name, [member](const BoutArrays& b) { return b.*member; }, nb::for_getter(nb::sig(signature.c_str())),
      doc);
}

}  // namespace

void bind_bouts(nb::module_& m) {
  nb::class_<BoutArrays> c(m, "Bouts", "Bouts of movement of one trace, and the signals they were found in.");
  define_column(c, "onset_s", &BoutArrays::onset_s,
                "Begin of every bout, s from the first raw sample; shape (bouts,).");
  define_column(c, "offset_s", &BoutArrays::offset_s,
                "End of every bout, s: one sample after its last active one; shape (bouts,).");
  define_column(c, "amplitude_v", &BoutArrays::amplitude_v, "Largest minus smallest volts of every bout.");
  define_column(c, "peak_speed_v_per_s", &BoutArrays::peak_speed_v_per_s,
                "Largest smoothed speed of every bout.");
  define_column(c, "path_v", &BoutArrays::path_v, "Volts travelled in every bout, there and back.");
  define_column(c, "duration_s", &BoutArrays::duration_s, "Offset minus onset of every bout.");
  define_column(c, "time_to_peak_s", &BoutArrays::time_to_peak_s,
                "Onset to the largest speed of every bout.");
  define_column(c, "hold_s", &BoutArrays::hold_s,
                "Longest stretch of every bout at half or more of its largest displacement from the onset.");
  define_column(c, "n_submovements", &BoutArrays::n_submovements,
                "Peaks of speed that stand out by a tenth of the bout's largest.", integers_type);
  define_column(
      c, "smoothness_sal", &BoutArrays::smoothness_sal,
      "Spectral arc length of the speed up to 10 Hz (Balasubramanian et al. 2015): negative, nearer 0 "
      "is smoother.");
  define_column(c, "flags", &BoutArrays::flags, "Bit 0: cut by samples without data.", integers_type);
  define_column(c, "active", &BoutArrays::active, "1 within bouts, else 0; shape (n,), 1 kHz.",
                "numpy.typing.NDArray[numpy.uint8]");
  define_column(c, "volts", &BoutArrays::volts, "The lever at 1 kHz, before the low-pass; V, shape (n,).");
  define_column(c, "smooth_v", &BoutArrays::smooth_v, "The lever after the low-pass; V, shape (n,), 1 kHz.");
  define_column(c, "envelope_v_per_s", &BoutArrays::envelope_v_per_s,
                "Speed envelope; V per s, shape (n,), 1 kHz.");
  c.def_ro("noise_cutoff_v", &BoutArrays::noise_cutoff_v,
           "Deviation from rest that counts as leaving it, V.");
  c.def_ro("reason", &BoutArrays::reason, "Why there are no bouts; empty where there are some.");
  c.def("to_frame", &to_frame, nb::sig("def to_frame(self) -> pandas.DataFrame"),
        "One row per bout: onset_s, offset_s, duration_s, amplitude_v, peak_speed_v_per_s, time_to_peak_s, "
        "path_v, "
        "hold_s, n_submovements, smoothness_sal, flags.");
  c.def("to_intervals", &to_intervals, nb::sig("def to_intervals(self) -> object"),
        "The bouts for pynapple, in s; ImportError where pynapple is not installed.");
  c.def("__getstate__", &get_state);
  c.def("__setstate__", &set_state);
  c.def("__len__", [](const BoutArrays& b) { return nb::len(b.onset_s); });
  c.def("__repr__", [](const BoutArrays& b) {
    return b.reason.empty() ? fmt::format("<Bouts: {} in {:.3f} s>", nb::len(b.onset_s),
                                          static_cast<double>(nb::len(b.active)) / lever_rate_hz)
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
    For samples that are not finite, 12 or fewer lever samples, an impossible rate, and unknown profiles or parameters.

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
