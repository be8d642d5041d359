// NWB 2 sessions: docs/formats.md#nwb-2x.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>
#include <cmath>

#include "io/schema.h"
#include "io/session_name.h"
#include "io/session_source.h"

namespace leverkin {
namespace {

namespace names = schema::nwb;

struct Candidate {
  std::string path;  // "/acquisition/lever"
  std::string name;  // "lever"
  bool time_series;  // exactly of the type TimeSeries, not of one derived from it
};

std::string type_of(const H5::Group& group) {
  return hdf5::has_attribute(group, names::type) ? hdf5::read_text_attribute(group, names::type)
                                                 : std::string();
}

// Series may sit in a container of their own (BehavioralTimeSeries): one level below is searched as well.
void find_series(const H5::H5File& file, const std::string& path, int depth, std::vector<Candidate>& found) {
  const H5::Group group = file.openGroup(path);
  for (hsize_t i = 0; i < group.getNumObjs(); ++i) {
    const std::string name = group.getObjnameByIdx(i), child_path = path + "/" + name;
    if (!hdf5::path_exists(file, child_path) || file.childObjType(child_path) != H5O_TYPE_GROUP) continue;
    const H5::Group child = file.openGroup(child_path);
    if (child.nameExists(names::data))
      found.push_back({child_path, name, type_of(child) == names::time_series});
    else if (depth > 0)
      find_series(file, child_path, depth - 1, found);
  }
}

bool is_named_like_a_lever(const std::string& name) {
  const std::string_view lever = names::lever;
  if (name.size() < lever.size()) return false;
  for (std::size_t i = 0; i < lever.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(name[i])) != lever[i]) return false;
  return true;
}

std::string list_of(const std::vector<Candidate>& candidates) {
  std::vector<std::string> list;
  for (const Candidate& candidate : candidates) list.push_back(candidate.name);
  return list.empty() ? std::string("no series with data") : fmt::format("{}", fmt::join(list, ", "));
}

template <typename Accept>
std::vector<Candidate> keep(const std::vector<Candidate>& candidates, const Accept& accept) {
  std::vector<Candidate> kept;
  for (const Candidate& candidate : candidates)
    if (accept(candidate)) kept.push_back(candidate);
  return kept;
}

std::string find_lever(const H5::H5File& file, const std::string& path, const std::string& wanted) {
  std::vector<Candidate> all;
  if (hdf5::path_exists(file, names::acquisition)) find_series(file, names::acquisition, 1, all);
  if (!wanted.empty()) {
    const auto named = keep(all, [&](const Candidate& c) { return c.name == wanted || c.path == wanted; });
    if (named.size() == 1) return named.front().path;
    throw BadSession({path, names::acquisition, "", list_of(all), "one series named " + wanted});
  }
  const auto levers = keep(all, [](const Candidate& c) { return is_named_like_a_lever(c.name); });
  if (levers.size() == 1) return levers.front().path;
  if (levers.size() > 1)
    throw BadSession({path, names::acquisition, "",
                      fmt::format("{} candidates for the lever: {}", levers.size(), list_of(levers)),
                      "one; choose it by its name (--lever NAME)"});
  const auto series = keep(all, [](const Candidate& c) { return c.time_series; });
  if (series.size() == 1) return series.front().path;
  throw BadSession({path, names::acquisition, "", "no lever among: " + list_of(all),
                    "a TimeSeries whose name starts with lever, or only one TimeSeries (or --lever NAME)"});
}

// The part of a session's identity that the file states, or nothing with a line on what is wrong with it: a
// manifest may say it instead.
std::string find_text(const H5::H5File& file, SessionIdentity& identity, const char* dataset) {
  if (!hdf5::path_exists(file, dataset)) return {};
  if (file.childObjType(dataset) == H5O_TYPE_DATASET) {
    try {
      return hdf5::read_text(file.openDataSet(dataset));
    } catch (const H5::Exception&) {  // said below
    }
  }
  add_fault(identity, fmt::format("{}: found something that is not a text", dataset));
  return {};
}

void find_identity(const H5::H5File& file, SessionInfo& info) {
  SessionIdentity& identity = info.identity;
  identity.subject = find_text(file, identity, names::subject_id);
  identity.start_time = find_text(file, identity, names::session_start_time);
  if (identity.start_time == names::unknown_start) identity.start_time.clear();
  number_by_name(identity, find_text(file, identity, names::session_id), info.path);
}

void read_starting_time(const H5::H5File& file, const std::string& lever, SessionInfo& info) {
  const std::string dataset = lever + "/" + names::starting_time;
  const std::string expected =
      "a data set starting_time with the attribute rate (samples per second), or timestamps";
  if (!hdf5::path_exists(file, dataset) || file.childObjType(dataset) != H5O_TYPE_DATASET)
    throw BadSession({info.path, lever, "", "neither a rate nor time stamps", expected});
  const H5::DataSet start = file.openDataSet(dataset);
  const auto rate = find_number(start, info.path, dataset, names::rate);
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
  const std::string version = hdf5::read_text_attribute(file.openGroup("/"), names::version);
  if (!version.starts_with("2") && !version.starts_with("NWB-2"))
    throw BadSession({path, "/", std::string("attribute ") + names::version, version, "2.x"});
}

}  // namespace

SessionParts locate_nwb_session(const H5::H5File& file, const std::string& path,
                                const SessionOptions& options) {
  check_version(file, path);
  SessionParts source;
  SessionInfo& info = source.info;
  info.path = path;
  info.format = "nwb";
  const std::string lever = find_lever(file, path, options.lever);
  info.dataset = lever + "/" + names::data;
  source.samples = std::make_unique<Column>(file, info.dataset, path);
  const H5::DataSet& data = source.samples->dataset();
  read_conversion(info, data, names::conversion, names::offset);
  info.mm_per_volt = find_number(data, path, info.dataset, schema::plain::mm_per_volt).value_or(0.0);
  const std::string timestamps = lever + "/" + names::timestamps;
  if (hdf5::path_exists(file, timestamps))
    source.timestamps = std::make_unique<Column>(file, timestamps, path);
  else
    read_starting_time(file, lever, info);
  source.trials = read_trials(file, path, names::trials, names::trial_columns);
  find_identity(file, info);
  return source;
}

}  // namespace leverkin
