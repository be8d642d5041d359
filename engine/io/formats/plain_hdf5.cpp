// Plain HDF5 sessions: docs/formats.md#plain-hdf5.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "io/formats/channels.h"
#include "io/formats/format.h"
#include "io/formats/hdf5_guest.h"
#include "io/formats/names.h"
#include "io/session_name.h"

namespace leverkin {
namespace {

namespace plain = names::plain;

std::int64_t find_session(const H5::Group& root, SessionIdentity& identity) {
  if (!hdf5::has_attribute(root, plain::session)) return 0;
  std::string found = "something that is not a number";
  try {
    const double number = hdf5::read_number_attribute(root, plain::session);
    if (number >= 1.0 && number <= 1e15 && std::floor(number) == number)
      return static_cast<std::int64_t>(number);
    found = fmt::format("{}", number);
  } catch (const hdf5::OtherKind&) {  // said below
  }
  add_fault(identity, fmt::format("attribute {}: found {}, expected a whole number of at least 1",
                                  plain::session, found));
  return 0;
}

void find_plain_identity(const H5::H5File& file, SessionInfo& info) {
  const H5::Group root = file.openGroup("/");
  SessionIdentity& identity = info.identity;
  identity.subject = find_identity_text(info, root, plain::subject);
  if (identity.subject.empty())
    identity.subject =
        std::filesystem::absolute(info.path).lexically_normal().parent_path().filename().string();
  identity.group = find_identity_text(info, root, plain::group);
  identity.start_time = find_identity_text(info, root, plain::start_time);
  identity.session = find_session(root, identity);
  if (identity.session > 0) identity.number_from = NumberFrom::attribute;
  number_by_name(identity, "", info.path);
}

bool recognises_plain(const FirstLook& look) {
  const H5::H5File* const file = look.hdf5();
  return file != nullptr && (hdf5::path_exists(*file, plain::volts) || dangling_target(*file, plain::volts) ||
                             dangling_target(*file, plain::lever_group));
}

Recording open_plain(const FirstLook& look, const SessionOptions& options) {
  const H5::H5File& file = *look.hdf5();
  const std::string& path = look.path();
  Recording recording;
  SessionInfo& info = recording.info;
  info.path = path;
  info.being_written = look.is_being_written();
  info.dataset = plain::volts;
  (void)is_there(file, path, plain::volts);  // or says where its link leads
  auto column = std::make_unique<NumberColumn>(file, plain::volts, path);
  const H5::DataSet& volts = column->dataset();
  info.mm_per_volt = find_number(volts, path, plain::volts, plain::mm_per_volt).value_or(0.0);
  info.rig = rig_of(options);
  use_calibration(info);
  const char* const unit = hdf5::has_attribute(volts, plain::unit) ? plain::unit : plain::unit_of_others;
  const Conversion conversion = read_conversion(info, *column, plain::volts_per_count, plain::offset, unit);
  const auto rate = find_number(volts, path, plain::volts, plain::rate);
  const bool timestamps = is_there(file, path, plain::timestamps);
  if (rate && timestamps)
    throw BadSession({path, plain::lever_group, "",
                      "both a rate and time stamps, which may contradict each other",
                      "either the attribute rate_hz or the data set timestamps_s"});
  if (!rate && !timestamps)
    throw BadSession({path, plain::volts, "", "neither a rate nor time stamps",
                      "an attribute rate_hz (samples per second), or a data set /lever/timestamps_s"});
  auto times = timestamps ? std::make_unique<NumberColumn>(file, plain::timestamps, path) : nullptr;
  take_columns(recording, std::move(column), conversion, std::move(times));
  info.rate_hz = rate.value_or(0.0);
  recording.trials = read_trials(file, info, plain::trials, plain::trial_columns);
  find_plain_identity(file, info);
  recording.words = words_of(plain::rate, plain::trials, plain::trial_columns);
  return recording;
}

constexpr std::string_view plain_suffixes[] = {".h5", ".hdf5"};

}  // namespace

extern const Format plain_hdf5_format;
const Format plain_hdf5_format{"hdf5",     plain_suffixes, recognises_plain,
                               open_plain, nullptr,        plain_hdf5_frame};

}  // namespace leverkin
