#include "io/formats/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "io/byte_source.h"
#include "io/calibrated_samples.h"
#include "io/formats/mapping.h"
#include "io/formats/names.h"
#include "io/look_first.h"
#include "leverkin/error.h"
#include "support/system_file.h"

namespace leverkin {

extern const Format nwb_format, plain_hdf5_format, wavesurfer_format, xsg_format, xsglog_format;

std::span<const Format* const> formats() {
  static constexpr std::array all{&nwb_format, &plain_hdf5_format, &wavesurfer_format, &xsg_format,
                                  &xsglog_format};
  return all;
}

namespace {

H5::H5File open_hdf5(const std::string& path) {
  try {
    return hdf5::open_to_read(path);
  } catch (const H5::Exception& failure) {
    throw hdf5::unreadable(failure, path);
  }
}

std::string_view kind_of(std::string_view head) {
  if (head.empty()) return "an empty file";
  if (head.starts_with("MATLAB")) return "a MATLAB file";
  if (head.starts_with("PK")) return "a zip archive";
  if (head.starts_with("\x1f\x8b")) return "a gzip archive";
  const bool text = std::ranges::all_of(
      head.substr(0, 8), [](char c) { return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r'); });
  return text ? "a text file" : "a file that is not HDF5";
}

std::string_view other_hdf5(const H5::H5File& file) {
  if (file.nameExists(names::nwb::version)) return "an NWB 1 file";
  return "no such data set";
}

}  // namespace

FirstLook::FirstLook(const std::filesystem::path& path) : path_(system_file::stored_name(path)) {
  std::error_code error;
  is_folder_ = std::filesystem::is_directory(path, error);
  if (is_folder_) return;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw BadSession({path_, "", "", "a pipe, a device or a socket", "a session file"});
  head_ = head_of(path);  // before it is opened: is_being_written()
  if (hdf5::is_hdf5(path)) hdf5_ = open_hdf5(path_);
}

const Format* format_of(const FirstLook& look) {
  const auto all = formats();
  const auto reads =
      std::ranges::find_if(all, [&](const Format* format) { return format->recognises(look); });
  return reads == all.end() ? nullptr : *reads;
}

void refuse_unknown_format(const FirstLook& look) {
  if (look.is_folder()) throw IoError(look.path() + ": is a folder, expected a session file");
  if (look.hdf5() == nullptr)
    throw BadSession({look.path(), "", "", std::string(kind_of(look.head())),
                      "a session file: NWB 2, HDF5, WaveSurfer or Ephus; or a mapping that says what is in "
                      "it (--mapping)"});
  throw BadSession(
      {look.path(), names::plain::volts, "", std::string(other_hdf5(*look.hdf5())),
       "the lever's samples at /lever/volts (plain HDF5), or a TimeSeries in an NWB 2 file; a mapping "
       "(--mapping) says where they are in another one"});
}

namespace {

void refuse_results(const FirstLook& look) {
  if (look.hdf5() == nullptr) return;
  const H5::Group root = look.hdf5()->openGroup("/");
  if (!hdf5::has_attribute(root, names::results_attribute)) return;
  const std::string name = hdf5::read_text_attribute(root, names::results_attribute);
  if (name.starts_with(names::results_prefix))
    throw BadSession({look.path(), "", "", "a results file (" + name + ")",
                      "a session file: a recording, not its analysis"});
}

// A rig whose presses lower the voltage gives what others give, upside down.
void turn_by_rig(Recording& recording) {
  if (recording.info.rig.sign == 1) return;
  recording.info.volts_per_count = -recording.info.volts_per_count;
  recording.info.offset_v = -recording.info.offset_v;
  recording.samples = std::make_unique<CalibratedSamples>(
      std::move(recording.samples), CalibratedSamples::Coefficients{0.0, -1.0, 0.0, 0.0});
}

Recording open_as_it_is(const FirstLook& look, const SessionOptions& options) {
  const Format* const format = format_of(look);
  if (format == nullptr) refuse_unknown_format(look);
  Recording recording = format->open(look, options);
  recording.info.format = format->name;
  return recording;
}

// A mapped text may take long to read, and cannot bring HDF5 down.
bool may_bring_hdf5_down(const std::filesystem::path& path, const SessionOptions& options) {
  return options.mapping.empty() || hdf5::is_hdf5(path);
}

}  // namespace

Recording open_recording(const std::filesystem::path& path, const SessionOptions& options) {
  if (may_bring_hdf5_down(path, options)) look_first(path, Look::session, options);
  const hdf5::Lock lock;
  const FirstLook look(path);
  try {
    refuse_results(look);
    Recording recording =
        options.mapping.empty() ? open_as_it_is(look, options) : open_mapped(look.path(), options);
    recording.info.being_written = look.is_being_written();
    if (recording.info.files.empty()) recording.info.files = {look.path()};
    turn_by_rig(recording);
    return recording;
  } catch (const H5::Exception& error) {
    throw hdf5::unreadable(error, look.path());
  }
}

}  // namespace leverkin
