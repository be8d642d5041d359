// bindings/python/bind_session.cpp: session files, in and out.
#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "arrays.h"
#include "leverkin/error.h"
#include "leverkin/session.h"
#include "leverkin/session_writer.h"
#include "nouns.h"

namespace leverkin::python {

namespace {

/// A session for any number of Python threads: the engine's serves one at a time.
class SharedSession {
 public:
  SharedSession(const std::filesystem::path& path, const std::string& lever, const std::string& mapping,
                const std::string& rig)
      : session_(open_session(path, {.lever = lever, .mapping = mapping, .rig = rig})) {}

  [[nodiscard]] const SessionInfo& info() const { return session_.info(); }
  [[nodiscard]] const TrialTable& trials() const { return session_.trials(); }

  [[nodiscard]] nb::object read_volts(std::int64_t first, std::int64_t count) {
    return read(first, count, [&](std::span<double> out) { session_.read_volts(first, out); });
  }
  [[nodiscard]] nb::object read_timestamps(std::int64_t first, std::int64_t count) {
    return read(first, count, [&](std::span<double> out) { session_.read_timestamps(first, out); });
  }

 private:
  template <typename Reader>
  nb::object read(std::int64_t first, std::int64_t count, const Reader& reader) {
    if (first < 0 || count < 0 || first > info().samples - count) {
      throw BadArgument(fmt::format("{}: samples {} to {} were asked for, the session has {}", info().path,
                                    first, first + count, info().samples));
    }
    std::vector<double> values(static_cast<std::size_t>(count));
    {
      const nb::gil_scoped_release release;
      const std::lock_guard lock(mutex_);
      reader(std::span(values));
    }
    return to_numpy(std::move(values));
  }

  Session session_;
  std::mutex mutex_;
};

nb::dict trial_columns(const SharedSession& session) {
  const TrialTable& trials = session.trials();
  nb::dict columns;
  columns["start_s"] = to_numpy(trials.start_s);
  columns["stop_s"] = to_numpy(trials.stop_s);
  columns["cue_s"] = to_numpy(trials.cue_s);
  columns["reward_s"] = to_numpy(trials.reward_s);
  return columns;
}

std::vector<double> column(const nb::dict& trials, const char* name) {
  const auto values = view(doubles(trials[name], 1, name));
  return {values.begin(), values.end()};
}

TrialTable trial_table(const nb::dict& trials) {
  return {.start_s = column(trials, "start_s"),
          .stop_s = column(trials, "stop_s"),
          .cue_s = column(trials, "cue_s"),
          .reward_s = column(trials, "reward_s")};
}

Storage storage_named(const std::string& name) {
  if (name == "float64") return Storage::float64;
  if (name == "float32") return Storage::float32;
  if (name == "int16") return Storage::int16;
  throw BadArgument(fmt::format("storage: found \"{}\", expected float64, float32 or int16", name));
}

void write_session(const std::filesystem::path& path, nb::handle volts, nb::handle timestamps_s,
                   SessionHeader header, nb::handle trials) {
  const Doubles samples = doubles(volts, 1, "volts");
  std::optional<Doubles> stamps;
  if (!timestamps_s.is_none()) stamps = doubles(timestamps_s, 1, "timestamps_s");
  std::optional<TrialTable> table;
  if (!trials.is_none()) table = trial_table(nb::cast<nb::dict>(trials));

  header.samples = static_cast<std::int64_t>(samples.size());
  const nb::gil_scoped_release release;
  SessionWriter writer(path, header);
  if (stamps) {
    writer.append(view(samples), view(*stamps));
  } else {
    writer.append(view(samples));
  }
  writer.finish(table ? &*table : nullptr);
}

}  // namespace

void bind_session(nb::module_& m) {
  m.def("look_for_filters_in", &look_for_filters_in, nb::arg("folder"),
        "From now on, HDF5 also looks for filters in this folder.");
  nb::class_<SharedSession>(m, "Session", "An opened session file.")
      .def(nb::init<const std::filesystem::path&, const std::string&, const std::string&,
                    const std::string&>(),
           nb::arg("path"), nb::arg("lever") = "", nb::arg("mapping") = "", nb::arg("rig") = "",
           nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("subject", [](const SharedSession& s) { return s.info().identity.subject; })
      .def_prop_ro("session", [](const SharedSession& s) { return s.info().identity.session; })
      .def_prop_ro("group", [](const SharedSession& s) { return s.info().identity.group; })
      .def_prop_ro("start_time", [](const SharedSession& s) { return s.info().identity.start_time; })
      .def_prop_ro("path", [](const SharedSession& s) { return s.info().path; })
      .def_prop_ro("format", [](const SharedSession& s) { return s.info().format; })
      .def_prop_ro("storage", [](const SharedSession& s) { return s.info().storage; })
      .def_prop_ro("rate_hz", [](const SharedSession& s) { return s.info().rate_hz; })
      .def_prop_ro("regular", [](const SharedSession& s) { return s.info().regular; })
      .def_prop_ro("samples", [](const SharedSession& s) { return s.info().samples; })
      .def_prop_ro("duration_s", [](const SharedSession& s) { return s.info().duration_s; })
      .def_prop_ro("clock_offset_s", [](const SharedSession& s) { return s.info().clock_offset_s; })
      .def_prop_ro("mm_per_volt", [](const SharedSession& s) { return s.info().mm_per_volt; })
      .def("trials", &trial_columns, "The trial table as a dict of arrays, s from the first raw sample.")
      .def("read_volts", &SharedSession::read_volts, nb::arg("first"), nb::arg("count"),
           nb::sig("def read_volts(self, first: int, count: int) -> numpy.typing.NDArray[numpy.float64]"))
      .def("read_timestamps", &SharedSession::read_timestamps, nb::arg("first"), nb::arg("count"),
           nb::sig(
               "def read_timestamps(self, first: int, count: int) -> numpy.typing.NDArray[numpy.float64]"));

  m.def(
      "write_session",
      [](const std::filesystem::path& path, nb::handle volts, nb::handle timestamps_s, nb::handle trials,
         const std::string& subject, std::int64_t session, const std::string& group,
         const std::string& start_time, double rate_hz, const std::string& storage, double volts_per_count,
         double offset_v, double mm_per_volt, bool compressed, const std::string& format,
         const std::string& description, bool overwrite) {
        SessionHeader header;
        header.identity.subject = subject;
        header.identity.session = session;
        header.identity.group = group;
        header.identity.start_time = start_time;
        header.rate_hz = rate_hz;
        header.storage = storage_named(storage);
        header.volts_per_count = volts_per_count;
        header.offset_v = offset_v;
        header.mm_per_volt = mm_per_volt;
        header.compressed = compressed;
        header.format = format;
        header.description = description;
        header.overwrite = overwrite;
        write_session(path, volts, timestamps_s, header, trials);
      },
      nb::arg("path"), nb::arg("volts"), nb::arg("timestamps_s").none(), nb::arg("trials").none(),
      nb::kw_only(), nb::arg("subject"), nb::arg("session"), nb::arg("group"), nb::arg("start_time"),
      nb::arg("rate_hz"), nb::arg("storage"), nb::arg("volts_per_count"), nb::arg("offset_v"),
      nb::arg("mm_per_volt"), nb::arg("compressed"), nb::arg("format"), nb::arg("description"),
      nb::arg("overwrite"), "Writes a session file; see leverkin.write_session.");
}

}  // namespace leverkin::python
