// Plain HDF5 sessions: docs/formats.md#plain-hdf5.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "io/schema.h"
#include "io/session_source.h"

namespace leverkin {
namespace {

namespace names = schema::plain;

std::string find_text(const H5::Group& root, const std::string& path, const char* attribute) {
  if (!hdf5::has_attribute(root, attribute)) return {};
  try {
    return hdf5::read_text_attribute(root, attribute);
  } catch (const H5::Exception&) {
    throw BadSession(
        {path, "/", std::string("attribute ") + attribute, "something that is not a text", "a text"});
  }
}

std::int64_t find_session(const H5::Group& root, const std::string& path) {
  if (const auto number = find_number(root, path, "/", names::session)) {
    if (!(*number >= 1.0 && *number <= 1e15) || std::floor(*number) != *number)
      throw BadSession({path, "/", std::string("attribute ") + names::session, fmt::format("{}", *number),
                        "a whole number of at least 1"});
    return static_cast<std::int64_t>(*number);
  }
  const std::string stem = std::filesystem::path(path).stem().string();
  const auto number = trailing_number(stem);
  if (!number || *number < 1)
    throw BadSession({path, "/", "", "no session number",
                      "a root attribute session (at least 1), or a file name that ends in the number"});
  return *number;
}

SessionIdentity find_identity(const H5::H5File& file, const std::string& path) {
  const H5::Group root = file.openGroup("/");
  SessionIdentity identity;
  identity.subject = find_text(root, path, names::subject);
  if (identity.subject.empty())
    identity.subject = std::filesystem::absolute(path).lexically_normal().parent_path().filename().string();
  if (identity.subject.empty())
    throw BadSession(
        {path, "/", "", "no subject", "a root attribute subject, or a folder named after the animal"});
  identity.session = find_session(root, path);
  identity.group = find_text(root, path, names::group);
  identity.start_time = find_text(root, path, names::start_time);
  return identity;
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
  source.info.identity = find_identity(file, path);
  return source;
}

}  // namespace leverkin
