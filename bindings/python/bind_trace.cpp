// bindings/python/bind_trace.cpp: raw volts -> the lever at 1 kHz.
#include <utility>

#include "arrays.h"
#include "leverkin/trace.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

nb::object downsample_volts(nb::handle volts, double rate_hz) {
  const Doubles raw = doubles(volts, 1, "volts");
  std::vector<double> lever;
  {
    const nb::gil_scoped_release release;
    lever = downsample(view(raw), rate_hz);
  }
  return to_numpy(std::move(lever));
}

}  // namespace

void bind_trace(nb::module_& m) {
  m.def("downsample", &downsample_volts, nb::arg("volts"), nb::arg("rate_hz"),
        nb::sig("def downsample(volts: numpy.typing.ArrayLike, rate_hz: float) -> "
                "numpy.typing.NDArray[numpy.float64]"),
        R"(The lever at 1 kHz, from any rate.

A linear-phase filter without delay: sample i of the result is at ``i / 1000`` s. The trace counts as 0 V before its
first and after its last sample, as in the published method.

Parameters
----------
volts : array_like, shape (N,)
    Lever position in volts. float64 in one piece is not copied.
rate_hz : float
    Samples per second.

Returns
-------
numpy.ndarray, shape (ceil(N * 1000 / rate_hz),)
    Volts at 1 kHz, float64.

Raises
------
ValueError
    Where `rate_hz` is not positive and finite or has no usable ratio to 1 kHz, or `volts` has not one dimension.

Examples
--------
>>> import numpy as np
>>> lk.downsample(np.full(100, 1.5), 10_000).shape
(10,)
)");
}

}  // namespace leverkin::python
