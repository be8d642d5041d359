// bindings/python/bind_activity.cpp: frames on the lever clock, events, movement-related cells.
#include <nanobind/stl/string.h>

#include <string>
#include <tuple>
#include <utility>

#include "arrays.h"
#include "leverkin/activity.h"
#include "leverkin/error.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

using Flags = nb::ndarray<const std::uint8_t, nb::numpy, nb::ndim<1>, nb::c_contig>;
using FlagRows = nb::ndarray<const std::uint8_t, nb::numpy, nb::ndim<2>, nb::c_contig>;

nb::dict frames(nb::handle frame_s, const Flags& active, const Flags& known, nb::handle onset_s,
                const Flags& used, std::int64_t before, std::int64_t after) {
  const Doubles times = doubles(frame_s, 1, "frame_s");
  const Doubles onsets = doubles(onset_s, 1, "onset_s");
  const Frames found = align_frames({.frame_s = view(times),
                                     .active = view(active),
                                     .known = view(known),
                                     .onset_s = view(onsets),
                                     .used = view(used),
                                     .before = before,
                                     .after = after});
  std::vector<std::uint8_t> status;
  for (const WindowStatus one : found.status) status.push_back(static_cast<std::uint8_t>(one));
  std::vector<std::int64_t> gap_after, gap_missing;
  std::vector<double> gap_start, gap_stop;
  for (const FrameGap& gap : found.gaps) {
    gap_after.push_back(gap.after_frame);
    gap_missing.push_back(gap.missing);
    gap_start.push_back(gap.start_s);
    gap_stop.push_back(gap.stop_s);
  }
  nb::dict out;
  out["period_s"] = found.period_s;
  out["moving"] = to_numpy(found.moving);
  out["covered"] = to_numpy(found.covered);
  out["onset_frame"] = to_numpy(found.onset_frame);
  out["status"] = to_numpy(std::move(status));
  out["after_frame"] = to_numpy(std::move(gap_after));
  out["start_s"] = to_numpy(std::move(gap_start));
  out["stop_s"] = to_numpy(std::move(gap_stop));
  out["missing"] = to_numpy(std::move(gap_missing));
  return out;
}

nb::object events(nb::handle dff, const std::string& method, int threads) {
  const Doubles cells = doubles(dff, 2, "dff");
  const EventMethod which = event_method(method);
  std::vector<double> found;
  {
    const nb::gil_scoped_release release;
    found = detect_events({.values = view(cells), .frames = static_cast<std::int64_t>(cells.shape(1))}, which,
                          threads);
  }
  return to_numpy(std::move(found), {cells.shape(0), cells.shape(1)});
}

nb::object smooth(nb::handle dff) {
  const Doubles trace = doubles(dff, 1, "dff");
  return to_numpy(smooth_activity(view(trace)));
}

template <typename Activity>
nb::dict relation(const Activity& activity, const Flags& moving, const ShuffleOptions& options) {
  MovementRelation found;
  {
    const nb::gil_scoped_release release;
    found = relate_to_movement(activity, view(moving), options);
  }
  nb::dict out;
  out["statistic"] = to_numpy(std::move(found.statistic));
  out["p"] = to_numpy(std::move(found.p));
  out["arrangements"] = found.arrangements;
  out["enumerated"] = found.enumerated;
  return out;
}

ShuffleOptions shuffle_options(bool single_still_frames, std::int64_t shuffles, std::uint64_t seed,
                               std::uint64_t stream, int threads) {
  return {.units = single_still_frames ? ShuffledUnits::movement_blocks : ShuffledUnits::runs,
          .shuffles = shuffles,
          .seed = seed,
          .stream = stream,
          .threads = threads};
}

nb::dict relation_of_activity(nb::handle activity, const Flags& moving, bool single_still_frames,
                              std::int64_t shuffles, std::uint64_t seed, std::uint64_t stream, int threads) {
  const Doubles cells = doubles(activity, 2, "activity");
  return relation(CellTraces{.values = view(cells), .frames = static_cast<std::int64_t>(cells.shape(1))},
                  moving, shuffle_options(single_still_frames, shuffles, seed, stream, threads));
}

nb::dict relation_of_flags(const FlagRows& active, const Flags& moving, bool single_still_frames,
                           std::int64_t shuffles, std::uint64_t seed, std::uint64_t stream, int threads) {
  return relation(ActiveFrames{.active = view(active), .frames = static_cast<std::int64_t>(active.shape(0))},
                  moving, shuffle_options(single_still_frames, shuffles, seed, stream, threads));
}

}  // namespace

void bind_activity(nb::module_& m) {
  m.def("align_frames", &frames, nb::arg("frame_s"), nb::arg("active"), nb::arg("known"), nb::arg("onset_s"),
        nb::arg("used"), nb::arg("before"), nb::arg("after"),
        "Frames of an imaging session on the lever clock; see `leverkin.activity.frames`.");
  m.def("detect_events", &events, nb::arg("dff"), nb::arg("method"), nb::arg("threads") = 0,
        "Event amplitudes of (cells, frames).");
  m.def("smooth_activity", &smooth, nb::arg("dff"), "Local quadratic regression on 31 points, of one trace.");
  m.def("relate_to_movement", &relation_of_activity, nb::arg("activity"), nb::arg("moving"),
        nb::arg("single_still_frames"), nb::arg("shuffles"), nb::arg("seed"), nb::arg("stream"),
        nb::arg("threads") = 0,
        "Block shuffles of (cells, frames); see `leverkin.activity.movement_related`.");
  m.def("relate_active_frames", &relation_of_flags, nb::arg("active"), nb::arg("moving"),
        nb::arg("single_still_frames"), nb::arg("shuffles"), nb::arg("seed"), nb::arg("stream"),
        nb::arg("threads") = 0, "The same of flags, (frames, cells).");
}

}  // namespace leverkin::python
