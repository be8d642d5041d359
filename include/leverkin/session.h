// leverkin/session.h: what does one recording hold?
//
//   [session] -> trace -> bouts -> movements -> correlogram -> results
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/rig.h"

namespace leverkin {

/// Cues and rewards, one entry per trial in every column; NaN where there was none.
/// Seconds from the session's first raw sample.
struct TrialTable {
  std::vector<double> start_s, stop_s, cue_s, reward_s;
  std::vector<std::int64_t> id = {};  ///< the file's own numbers of the trials; empty where it has none
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(start_s.size()); }
};

/// Where the number of a session comes from.
enum class NumberFrom : std::uint8_t {
  nowhere,     ///< it has none
  name,        ///< session id or file name of the form word + number
  attribute,   ///< attribute `session` of a plain HDF5 file
  manifest,    ///< a person said so
  start_time,  ///< counted in the order of the animal's sessions
};

/// "start_time"; of `nowhere`, "".
[[nodiscard]] std::string_view name(NumberFrom from);

/// Who was recorded, when. What a file does not say is empty or 0: a manifest may, and a plan of several
/// sessions settles it.
struct SessionIdentity {
  std::string subject;
  std::int64_t session = 0;
  std::string group;       ///< empty: none
  std::string start_time;  ///< ISO 8601, empty where the file does not say
  std::string phase = {};  ///< of the training ("retraining"), as a manifest says; empty: none
  NumberFrom number_from = NumberFrom::nowhere;
  std::string fault = {};  ///< what the file says of it in a way that cannot be used; empty: nothing
};

/// Something odd that a recording says of itself and that does not stop its analysis. Whoever judges a
/// session turns these into what the user reads.
struct SessionNote {
  std::string code;  ///< "unit_converted"
  double value =
      std::numeric_limits<double>::quiet_NaN();  ///< in the words' own unit; NaN where there is none
  double start_s = std::numeric_limits<double>::quiet_NaN(),
         stop_s =
             std::numeric_limits<double>::quiet_NaN();  ///< from the first sample; NaN: the whole session
  std::string text;  ///< one sentence: what was found and what was made of it
};

/// Raw samples [begin, end).
struct RawRange {
  std::int64_t begin = 0, end = 0;
  bool operator==(const RawRange&) const = default;
};

/// Samples that a recording has room for and does not hold.
struct AbsentSamples {
  std::vector<RawRange> ranges;  ///< sorted, not touching
  std::string reason;  ///< "chunks that were never written", "raw.bin ends after 30000 of 60000 values"
  [[nodiscard]] std::int64_t count() const {
    std::int64_t sum = 0;
    for (const RawRange& range : ranges) sum += range.end - range.begin;
    return sum;
  }
};

struct SessionInfo {
  std::string path;     ///< as given
  std::string format;   ///< "nwb", "hdf5" or what else its reader is called (session_format)
  std::string dataset;  ///< where the lever's samples are, "/lever/volts"
  std::string storage;  ///< "float64", "float32" or "int16", and "contiguous", "chunked" or "chunked, gzip"
  SessionIdentity identity;
  double rate_hz = 0.0;      ///< stated, or the median rate of irregular time stamps
  bool regular = true;       ///< false: time stamps instead of a rate
  std::int64_t samples = 0;  ///< raw
  double duration_s = 0.0;   ///< samples / rate; from the first to the last time stamp where irregular
  double clock_offset_s =
      0.0;  ///< what the file's clock showed at the first sample; subtracted from all times
  double volts_per_count = 1.0, offset_v = 0.0;  ///< volts = stored * volts_per_count + offset_v
  double mm_per_volt = 0.0;                      ///< 0: not calibrated
  std::int64_t trials = 0;
  std::vector<std::string> files;  ///< all that the recording consists of, `path` first
  std::vector<SessionNote> notes;
  RigProfile rig;  ///< as given; nothing in it where none was
  /// The file says that a program has it open to write on (single writer, multiple readers): what is read is
  /// what there was when it was opened. It goes on saying so where that program died.
  bool being_written = false;
  /// Parts of a looped recording: between them there are no data, however short the pause.
  bool parts_joined = false;
};

struct SessionOptions {
  /// The lever series in an NWB file: its name in /acquisition, or a path ("processing/behavior/lever");
  /// empty: found by the rules of docs/formats.md.
  std::string lever;
  /// A TOML file that says where a file keeps lever, clock and trials (docs/mapping.md); empty: its format
  /// does.
  std::string mapping = {};
  /// A TOML file that says what the rig's volts mean (docs/rig-profile.md); empty: the recording alone does.
  std::string rig = {};
};

/// An opened session. Reading moves forward in blocks: the raw trace is never held whole.
/// One thread at a time per object; different objects may be used by different threads.
///
/// What cannot be promised here: of some damaged metadata HDF5 itself crashes, or reads them for ever, and
/// takes the process along. A program that must outlive them asks for a guard first
/// (leverkin/reading_guard.h).
class Session {
 public:
  /// Throws IoError where the file cannot be opened and BadSession where it is not a usable session.
  /// Checks everything but the samples themselves.
  explicit Session(const std::filesystem::path& path, const SessionOptions& options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  [[nodiscard]] const SessionInfo& info() const;
  [[nodiscard]] const TrialTable& trials() const;

  /// What is not there is read as NaN. Looked for when it is first asked for, or anything is read.
  [[nodiscard]] const AbsentSamples& absent() const;

  /// Raw samples [first, first + volts.size()) in volts. Throws BadSession where the file's data are damaged.
  void read_volts(std::int64_t first, std::span<double> volts);

  /// Samples [first, first + volts.size()) in volts.
  using VoltsBlock = std::function<void(std::int64_t first, std::span<const double> volts)>;

  /// All raw samples, in blocks and in order: `visit` is called for one block at a time, while other threads
  /// (up to `threads` in all, 0: one per core) read and unpack the next ones. Which thread visits is not
  /// fixed. Throws BadSession where the file's data are damaged.
  void stream_volts(const VoltsBlock& visit, int threads = 1);

  /// Time stamps of the same samples, seconds from the first one. Only where !info().regular.
  void read_timestamps(std::int64_t first, std::span<double> seconds);

  /// XXH3-128 (hex) of all lever samples as stored, then of start_s, stop_s, cue_s, reward_s. Samples are
  /// hashed as read_volts passes over them from 0 to the end, so a session read once in order costs nothing
  /// more.
  [[nodiscard]] std::string input_xxh3();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] Session open_session(const std::filesystem::path& path, const SessionOptions& options = {});

/// From now on, filters that recordings are packed with (Blosc, Zstd, ...) are also looked for in this folder
/// of HDF5 plugins, after those that HDF5 knows of itself. What is no folder is passed over.
void look_for_filters_in(const std::filesystem::path& folder);

/// Endings of the files that hold sessions, of all formats: ".nwb", ".h5", ... In lower case.
[[nodiscard]] std::vector<std::string> session_suffixes();

/// Does the path end in one of them, in any case?
[[nodiscard]] bool has_session_suffix(const std::filesystem::path& path);

/// Has a session's ending, and is the file by which a recording of several files is named: not another
/// channel of it, nor its second part.
[[nodiscard]] bool names_a_session(const std::filesystem::path& path, const SessionOptions& options = {});

/// The format that reads what is at `path`, judged by what is in it; empty: none does, or it cannot be looked
/// at.
[[nodiscard]] std::string session_format(const std::filesystem::path& path);

}  // namespace leverkin
