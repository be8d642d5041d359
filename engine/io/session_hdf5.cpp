// Plain HDF5 sessions: docs/formats.md#plain-hdf5.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "io/schema.h"
#include "io/session_name.h"
#include "io/session_source.h"

namespace leverkin {
namespace {

namespace names = schema::plain;

// The part of a session's identity that the file states, or nothing with a line on what is wrong with it: a
// manifest may say it instead.
std::string find_text(const H5::Group& root, SessionIdentity& identity, const char* attribute) {
  if (!hdf5::has_attribute(root, attribute)) return {};
  try {
    return hdf5::read_text_attribute(root, attribute);
  } catch (const H5::Exception&) {
    add_fault(identity, fmt::format("attribute {}: found something that is not a text", attribute));
    return {};
  }
}

std::int64_t find_session(const H5::Group& root, SessionIdentity& identity) {
  if (!hdf5::has_attribute(root, names::session)) return 0;
  std::string found = "something that is not a number";
  try {
    const double number = hdf5::read_number_attribute(root, names::session);
    if (number >= 1.0 && number <= 1e15 && std::floor(number) == number)
      return static_cast<std::int64_t>(number);
    found = fmt::format("{}", number);
  } catch (const H5::Exception&) {  // said below
  }
  add_fault(identity, fmt::format("attribute {}: found {}, expected a whole number of at least 1",
                                  names::session, found));
  return 0;
}

void find_identity(const H5::H5File& file, SessionInfo& info) {
  const H5::Group root = file.openGroup("/");
  SessionIdentity& identity = info.identity;
  identity.subject = find_text(root, identity, names::subject);
  if (identity.subject.empty())
    identity.subject =
        std::filesystem::absolute(info.path).lexically_normal().parent_path().filename().string();
  identity.group = find_text(root, identity, names::group);
  identity.start_time = find_text(root, identity, names::start_time);
  identity.session = find_session(root, identity);
  if (identity.session > 0) identity.number_from = NumberFrom::attribute;
  number_by_name(identity, "", info.path);
}

std::string what_else_it_is(const H5::H5File& file) {
  if (file.nameExists("header") && (file.nameExists("sweep_0001") || file.nameExists("trial_0001")))
    return "a WaveSurfer recording without it (convert it first)";
  if (file.nameExists("nwb_version")) return "an NWB 1 file";
  return "no such data set";
}

}  // namespace

SessionParts locate_hdf5_session(const H5::H5File& file, const std::string& path) {
  SessionParts source;
  source.info.path = path;
  source.info.format = "hdf5";
  source.info.dataset = names::volts;
  if (!hdf5::path_exists(file, names::volts))
    throw BadSession({path, names::volts, "", what_else_it_is(file),
                      "the lever's samples at /lever/volts (plain HDF5), or a TimeSeries in an NWB 2 file"});
  source.samples = std::make_unique<Column>(file, names::volts, path);
  const H5::DataSet& volts = source.samples->dataset();
  read_conversion(source.info, volts, names::volts_per_count, names::offset);
  source.info.mm_per_volt = find_number(volts, path, names::volts, names::mm_per_volt).value_or(0.0);
  const auto rate = find_number(volts, path, names::volts, names::rate);
  const bool timestamps = hdf5::path_exists(file, names::timestamps);
  if (rate && timestamps)
    throw BadSession({path, names::lever_group, "",
                      "both a rate and time stamps, which may contradict each other",
                      "either the attribute rate_hz or the data set timestamps_s"});
  if (!rate && !timestamps)
    throw BadSession({path, names::volts, "", "neither a rate nor time stamps",
                      "an attribute rate_hz (samples per second), or a data set /lever/timestamps_s"});
  if (timestamps) source.timestamps = std::make_unique<Column>(file, names::timestamps, path);
  source.info.rate_hz = rate.value_or(0.0);
  source.trials = read_trials(file, path, names::trials, names::trial_columns);
  find_identity(file, source.info);
  return source;
}

}  // namespace leverkin
