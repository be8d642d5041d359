// NWB 2 sessions: docs/formats.md#nwb-2x.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "io/formats/channels.h"
#include "io/formats/format.h"
#include "io/formats/hdf5_guest.h"
#include "io/formats/names.h"
#include "io/session_name.h"
#include "support/lower_case.h"

namespace leverkin {
namespace {

namespace in_nwb = names::nwb;

struct Candidate {
  std::string path;         // "/acquisition/lever"
  std::string name;         // "lever"
  bool position;            // of a type that a lever's position has
  std::string target = {};  // of a link that leads nowhere
};

std::string type_of(const H5::Group& group) {
  return hdf5::has_attribute(group, in_nwb::type) ? hdf5::read_text_attribute(group, in_nwb::type)
                                                  : std::string();
}

bool is_position(const H5::Group& series) {
  const std::string type = type_of(series);
  return type == in_nwb::time_series || type == in_nwb::spatial_series;
}

// Series may sit in containers of their own (BehavioralTimeSeries): `depth` levels below are searched as
// well.
void find_series(const H5::H5File& file, const std::string& path, int depth, std::vector<Candidate>& found) {
  const H5::Group group = file.openGroup(path);
  for (const std::string& name : hdf5::names_in(group)) {
    const std::string child_path = path + "/" + name;
    if (const auto target = dangling_target(file, child_path)) {
      found.push_back({child_path, name, false, *target});
      continue;
    }
    if (file.childObjType(child_path) != H5O_TYPE_GROUP) continue;
    const H5::Group child = file.openGroup(child_path);
    if (child.nameExists(in_nwb::data))
      found.push_back({child_path, name, is_position(child)});
    else if (depth > 0)
      find_series(file, child_path, depth - 1, found);
  }
}

std::vector<Candidate> series_below(const H5::H5File& file, const std::string& path, int depth) {
  std::vector<Candidate> found;
  if (hdf5::path_exists(file, path)) find_series(file, path, depth, found);
  return found;
}

bool is_named_like_a_lever(const std::string& name) { return lower_case(name).starts_with(in_nwb::lever); }

std::string list_of(const std::vector<Candidate>& candidates,
                    std::string Candidate::*what = &Candidate::name) {
  constexpr std::size_t most_names = 20;
  std::vector<std::string> list;
  for (const Candidate& candidate : candidates) list.push_back(candidate.*what);
  if (list.size() > most_names) {
    const std::size_t more = list.size() - most_names;
    list.resize(most_names);
    list.push_back(fmt::format("{} more", more));
  }
  return list.empty() ? std::string("no series with data") : fmt::format("{}", fmt::join(list, ", "));
}

template <typename Accept>
std::vector<Candidate> keep(const std::vector<Candidate>& candidates, const Accept& accept) {
  std::vector<Candidate> kept;
  for (const Candidate& candidate : candidates)
    if (accept(candidate)) kept.push_back(candidate);
  return kept;
}

// Series where behaviour that was worked on is kept; only a person can say which of them is the lever.
std::string elsewhere(const H5::H5File& file) {
  constexpr int module_and_container = 2;
  const auto processed = keep(series_below(file, in_nwb::processing, module_and_container),
                              [](const Candidate& c) { return c.position; });
  return processed.empty() ? ""
                           : fmt::format("; elsewhere in the file: {}", list_of(processed, &Candidate::path));
}

std::string path_of(const Candidate& chosen, const std::string& file) {
  if (chosen.target.empty()) return chosen.path;
  throw BadSession(
      {file, chosen.path, "", "a link to " + chosen.target + ", which is not there",
       "what it leads to, at the place where the link looks for it (docs/troubleshooting.md#links)"});
}

std::string find_named(const H5::H5File& file, const std::string& path, const std::string& wanted,
                       const std::vector<Candidate>& all) {
  const auto named = keep(all, [&](const Candidate& c) { return c.name == wanted || c.path == wanted; });
  if (named.size() == 1) return path_of(named.front(), path);
  if (wanted.find('/') != std::string::npos) {
    std::string series = wanted.starts_with("/") ? wanted : "/" + wanted;
    if (is_there(file, path, series + "/" + in_nwb::data)) return series;
  }
  throw BadSession({path, in_nwb::acquisition, "", list_of(all) + elsewhere(file),
                    "one series named " + wanted +
                        " (a path, like processing/behavior/lever, reaches any of the file: "
                        "docs/troubleshooting.md#which-lever)"});
}

std::string find_lever(const H5::H5File& file, const std::string& path, const std::string& wanted) {
  const std::vector<Candidate> all = series_below(file, in_nwb::acquisition, 1);
  if (!wanted.empty()) return find_named(file, path, wanted, all);
  const auto levers = keep(all, [](const Candidate& c) { return is_named_like_a_lever(c.name); });
  if (levers.size() == 1) return path_of(levers.front(), path);
  if (levers.size() > 1)
    throw BadSession({path, in_nwb::acquisition, "",
                      fmt::format("{} candidates for the lever: {}", levers.size(), list_of(levers)),
                      "one; choose it by its name (--lever NAME: docs/troubleshooting.md#which-lever)"});
  const auto series = keep(all, [](const Candidate& c) { return c.position; });
  if (series.size() == 1) return path_of(series.front(), path);
  throw BadSession({path, in_nwb::acquisition, "", "no lever among: " + list_of(all) + elsewhere(file),
                    "a TimeSeries whose name starts with lever, or only one TimeSeries (or --lever NAME, or "
                    "--lever processing/behavior/NAME: docs/troubleshooting.md#which-lever)"});
}

void find_nwb_identity(const H5::H5File& file, SessionInfo& info) {
  SessionIdentity& identity = info.identity;
  identity.subject = find_identity_text(info, file, in_nwb::subject_id);
  identity.start_time = find_identity_text(info, file, in_nwb::session_start_time);
  if (identity.start_time == in_nwb::unknown_start) identity.start_time.clear();
  identity.group = find_identity_text(info, file.openGroup("/"), names::plain::group);
  number_by_name(identity, find_identity_text(info, file, in_nwb::session_id), info.path);
}

void read_starting_time(const H5::H5File& file, const std::string& lever, SessionInfo& info) {
  const std::string dataset = lever + "/" + in_nwb::starting_time;
  const std::string expected =
      "a data set starting_time with the attribute rate (samples per second), or timestamps";
  if (!is_there(file, info.path, dataset) || file.childObjType(dataset) != H5O_TYPE_DATASET)
    throw BadSession({info.path, lever, "", "neither a rate nor time stamps", expected});
  const H5::DataSet start = file.openDataSet(dataset);
  const auto rate = find_number(start, info.path, dataset, in_nwb::rate);
  if (!rate) throw BadSession({info.path, dataset, "", "no attribute rate", expected});
  if (start.getSpace().getSimpleExtentNpoints() != 1)
    throw BadSession({info.path, dataset, "", "not one value", "the time of the first sample in seconds"});
  start.read(&info.clock_offset_s, H5::PredType::NATIVE_DOUBLE);
  if (!std::isfinite(info.clock_offset_s))
    throw BadSession(
        {info.path, dataset, "", fmt::format("{}", info.clock_offset_s), "a finite time in seconds"});
  info.rate_hz = *rate;
}

void check_version(const H5::H5File& file, const std::string& path) {
  const std::string version = hdf5::read_text_attribute(file.openGroup("/"), in_nwb::version);
  if (!version.starts_with("2") && !version.starts_with("NWB-2"))
    throw BadSession({path, "/", std::string("attribute ") + in_nwb::version, version, "2.x"});
}

bool recognises_nwb(const FirstLook& look) {
  return look.hdf5() != nullptr && hdf5::has_attribute(look.hdf5()->openGroup("/"), in_nwb::version);
}

Recording open_nwb(const FirstLook& look, const SessionOptions& options) {
  const H5::H5File& file = *look.hdf5();
  const std::string& path = look.path();
  check_version(file, path);
  Recording recording;
  SessionInfo& info = recording.info;
  info.path = path;
  info.being_written = look.is_being_written();
  info.rig = rig_of(options);
  const std::string lever = find_lever(file, path, options.lever.empty() ? info.rig.lever : options.lever);
  info.dataset = lever + "/" + in_nwb::data;
  (void)is_there(file, path, info.dataset);  // or says where its link leads
  auto column = std::make_unique<NumberColumn>(file, info.dataset, path);
  info.mm_per_volt =
      find_number(column->dataset(), path, info.dataset, names::plain::mm_per_volt).value_or(0.0);
  use_calibration(info);
  const bool is_spatial = type_of(file.openGroup(lever)) == in_nwb::spatial_series;
  const Conversion conversion = read_conversion(info, *column, in_nwb::conversion, in_nwb::offset,
                                                in_nwb::unit, is_spatial ? in_nwb::spatial_unit : "");
  const std::string timestamps = lever + "/" + in_nwb::timestamps;
  std::unique_ptr<NumberColumn> times;
  if (is_there(file, path, timestamps))
    times = std::make_unique<NumberColumn>(file, timestamps, path);
  else
    read_starting_time(file, lever, info);
  take_columns(recording, std::move(column), conversion, std::move(times));
  recording.trials = read_trials(file, info, in_nwb::trials, in_nwb::trial_columns);
  find_nwb_identity(file, info);
  recording.words = words_of("rate of starting_time", in_nwb::trials, in_nwb::trial_columns);
  return recording;
}

constexpr std::string_view nwb_suffixes[] = {".nwb"};

}  // namespace

extern const Format nwb_format;
const Format nwb_format{"nwb", nwb_suffixes, recognises_nwb, open_nwb, nullptr, nwb_frame};

}  // namespace leverkin
