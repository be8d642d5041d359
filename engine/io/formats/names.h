// engine/io/formats/names.h: what are the parts of a session file called?
#pragma once

namespace leverkin::names {

/// Beside the columns of a table of trials, in every format.
inline constexpr const char* trial_id = "id";

/// Plain HDF5 sessions (docs/formats.md#plain-hdf5).
namespace plain {
inline constexpr const char* lever_group = "/lever";
inline constexpr const char* volts = "/lever/volts";
inline constexpr const char* timestamps = "/lever/timestamps_s";
inline constexpr const char* rate = "rate_hz";
inline constexpr const char* volts_per_count = "volts_per_count";
inline constexpr const char* offset = "offset_v";
inline constexpr const char* mm_per_volt = "mm_per_volt";
inline constexpr const char* unit = "units";
inline constexpr const char* unit_of_others = "unit";  ///< as in NWB; the other one comes first
inline constexpr const char* trials = "/trials";
inline constexpr const char* trial_columns[] = {"start_s", "stop_s", "cue_s", "reward_s"};
inline constexpr const char* subject = "subject";
inline constexpr const char* session = "session";
inline constexpr const char* group = "group";
inline constexpr const char* start_time = "start_time";
inline constexpr const char* description = "description";
inline constexpr const char* truth = "/truth";
inline constexpr const char* true_bouts = "/truth/bouts";
inline constexpr const char* true_trials = "/truth/trials";
inline constexpr const char* onset = "onset_s";
inline constexpr const char* true_offset = "offset_s";
}  // namespace plain

/// NWB 2 sessions (docs/formats.md#nwb-2x).
namespace nwb {
inline constexpr const char* version = "nwb_version";
inline constexpr const char* type = "neurodata_type";
inline constexpr const char* time_series = "TimeSeries";
inline constexpr const char* acquisition = "/acquisition";
inline constexpr const char* lever = "lever";
inline constexpr const char* data = "data";
inline constexpr const char* timestamps = "timestamps";
inline constexpr const char* starting_time = "starting_time";
inline constexpr const char* rate = "rate";
inline constexpr const char* conversion = "conversion";
inline constexpr const char* unit = "unit";
inline constexpr const char* processing = "/processing";
inline constexpr const char* spatial_series = "SpatialSeries";
inline constexpr const char* spatial_unit = "meters";  ///< which it has where nobody says another
inline constexpr const char* offset = "offset";
inline constexpr const char* trials = "/intervals/trials";
inline constexpr const char* trial_columns[] = {"start_time", "stop_time", "cue_time", "reward_time"};
inline constexpr const char* subject_id = "/general/subject/subject_id";
inline constexpr const char* session_id = "/general/session_id";
/// NWB wants a date, also where nobody noted it.
inline constexpr const char* unknown_start = "2000-01-01T00:00:00+00:00";
inline constexpr const char* session_start_time = "/session_start_time";
}  // namespace nwb

/// A results file names its schema in this attribute of the root; sessions have none.
inline constexpr const char* results_attribute = "schema";
inline constexpr const char* results_prefix = "leverkin-results";

/// Columns of the truth tables that both formats share.
inline constexpr const char* kind = "kind";
inline constexpr const char* peak_mm = "peak_mm";
inline constexpr const char* shape_start = "start_s";
inline constexpr const char* shape_end = "end_s";
inline constexpr const char* bout = "bout";
inline constexpr const char* rewarded = "rewarded";

}  // namespace leverkin::names
