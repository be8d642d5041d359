// The frame of an NWB 2 session: docs/formats.md#nwb-2x. The same input gives the same bytes: object ids
// are derived from what the file is about, and it says it was created when the session started.
#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <memory>
#include <vector>

#include "io/formats/names.h"
#include "io/formats/session_frame.h"

namespace leverkin {
namespace {

namespace nwb = names::nwb;

constexpr const char* nwb_version = "2.7.0";  // what is used here did not change since 2.1

// Writes typed objects; every one gets an id made of the identity of the session and its own place.
class NwbFile {
 public:
  NwbFile(H5::H5File& file, const SessionHeader& header)
      : file_(file),
        seed_(fmt::format("{}\n{}\n{}\n{}", header.identity.subject, header.identity.session,
                          header.identity.start_time, header.description)) {}

  /// The shape of a version 4 UUID, but not random.
  [[nodiscard]] std::string object_id(const std::string& path) const {
    const std::string text = seed_ + "\n" + path;
    XXH128_canonical_t id;
    XXH128_canonicalFromHash(&id, XXH3_128bits(text.data(), text.size()));
    id.digest[6] = static_cast<unsigned char>((id.digest[6] & 0x0f) | 0x40);
    id.digest[8] = static_cast<unsigned char>((id.digest[8] & 0x3f) | 0x80);
    std::string uuid;
    for (std::size_t i = 0; i < sizeof id.digest; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
      uuid += fmt::format("{:02x}", id.digest[i]);
    }
    return uuid;
  }

  void describe(const H5::H5Object& object, const std::string& path, const char* library,
                const char* type) const {
    hdf5::write_attribute(object, "namespace", library);
    hdf5::write_attribute(object, nwb::type, type);
    hdf5::write_attribute(object, "object_id", object_id(path));
  }

  void group(const std::string& path) { file_.createGroup(path); }

  H5::Group group(const std::string& path, const char* library, const char* type) {
    const H5::Group made = file_.createGroup(path);
    describe(made, path, library, type);
    return made;
  }

  H5::DataSet text(const std::string& path, const std::string& value) {
    const H5::StrType type = text_type();
    const H5::DataSet made =
        file_.createDataSet(path, type, H5::DataSpace(H5S_SCALAR), hdf5::plain_dataset());
    made.write(value, type);
    return made;
  }

  void texts(const std::string& path, const std::vector<const char*>& values) {
    const hsize_t count = values.size();
    const H5::StrType type = text_type();
    file_.createDataSet(path, type, H5::DataSpace(1, &count), hdf5::plain_dataset())
        .write(values.data(), type);
  }

  static void texts_attribute(const H5::H5Object& object, const char* name,
                              const std::vector<const char*>& values) {
    const hsize_t count = values.size();
    const H5::StrType type = text_type();
    object.createAttribute(name, type, H5::DataSpace(1, &count)).write(type, values.data());
  }

  H5::DataSet number(const std::string& path, double value) {
    const H5::DataSet made =
        file_.createDataSet(path, H5::PredType::IEEE_F64LE, H5::DataSpace(H5S_SCALAR), hdf5::plain_dataset());
    made.write(&value, H5::PredType::NATIVE_DOUBLE);
    return made;
  }

  H5::DataSet column(const std::string& path, const H5::DataType& stored, const H5::DataType& native,
                     const void* values, std::size_t count) {
    const hsize_t extent = count;
    const H5::DataSet made =
        file_.createDataSet(path, stored, H5::DataSpace(1, &extent), hdf5::plain_dataset());
    made.write(values, native);
    return made;
  }

 private:
  static H5::StrType text_type() {
    H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
    type.setCset(H5T_CSET_UTF8);
    return type;
  }

  H5::H5File& file_;
  std::string seed_;
};

// A DynamicTable, or one with start_time and stop_time: TimeIntervals.
class Table {
 public:
  Table(NwbFile& file, std::string path, const char* type, const char* description,
        const std::vector<const char*>& columns, std::size_t rows)
      : file_(file), path_(std::move(path)), rows_(rows) {
    const bool intervals = std::string_view(type) == "TimeIntervals";
    const H5::Group group = file_.group(path_, intervals ? "core" : "hdmf-common", type);
    hdf5::write_attribute(group, "description", description);
    NwbFile::texts_attribute(group, "colnames", columns);
    std::vector<std::int64_t> ids(rows);
    for (std::size_t i = 0; i < rows; ++i) ids[i] = static_cast<std::int64_t>(i);
    const H5::DataSet id =
        file_.column(path_ + "/id", H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64, ids.data(), rows);
    file_.describe(id, path_ + "/id", "hdmf-common", "ElementIdentifiers");
  }

  void add(const char* name, const char* description, const std::vector<double>& values) {
    add(name, description, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, values.data());
  }

  void add(const char* name, const char* description, const std::vector<std::int64_t>& values) {
    add(name, description, H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64, values.data());
  }

  void add(const char* name, const char* description, const std::vector<std::uint8_t>& flags) {
    H5::EnumType boolean(H5::PredType::STD_I8LE);  // what NWB's Python libraries read as bool
    std::int8_t value = 0;
    boolean.insert("FALSE", &value);
    value = 1;
    boolean.insert("TRUE", &value);
    add(name, description, boolean, boolean, flags.data());
  }

 private:
  void add(const char* name, const char* description, const H5::DataType& stored, const H5::DataType& native,
           const void* values) {
    const std::string path = path_ + "/" + name;
    const H5::DataSet column = file_.column(path, stored, native, values, rows_);
    file_.describe(column, path, "hdmf-common", "VectorData");
    hdf5::write_attribute(column, "description", description);
  }

  NwbFile& file_;
  std::string path_;
  std::size_t rows_;
};

void write_trials(NwbFile& file, const TrialTable& trials) {
  const auto& columns = nwb::trial_columns;
  Table table(file, nwb::trials, "TimeIntervals", "Trials of the cued lever-press task.",
              {columns, columns + 4}, trials.start_s.size());
  table.add(columns[0], "Start of the trial, in seconds.", trials.start_s);
  table.add(columns[1], "End of the trial, in seconds.", trials.stop_s);
  table.add(columns[2], "Onset of the cue, in seconds; NaN where no cue was given.", trials.cue_s);
  table.add(columns[3], "Time of the reward, in seconds; NaN where none was earned.", trials.reward_s);
}

void write_truth(NwbFile& file, const SessionTruth& truth) {
  const H5::Group module = file.group("/processing/truth", "core", "ProcessingModule");
  hdf5::write_attribute(module, "description",
                        "What the simulator did: the movements and which of them earned a reward.");
  if (!truth.onset_s.empty()) {
    Table bouts(
        file, "/processing/truth/bouts", "TimeIntervals", "True movements of the lever.",
        {"start_time", "stop_time", names::kind, names::peak_mm, names::shape_start, names::shape_end},
        truth.onset_s.size());
    bouts.add("start_time", "Onset of the movement, in seconds.", truth.onset_s);
    bouts.add("stop_time", "End of the movement, in seconds.", truth.offset_s);
    bouts.add(names::kind, "0 spontaneous, 1 rewarded press, 2 early press, 3 failed press.", truth.kind);
    bouts.add(names::peak_mm, "Largest displacement of the lever, in millimetres.", truth.peak_mm);
    bouts.add(names::shape_start, "Where the movement's shape begins, in seconds.", truth.start_s);
    bouts.add(names::shape_end, "Where the movement's shape ends, in seconds.", truth.end_s);
  }
  if (truth.bout.empty()) return;
  Table trials(file, "/processing/truth/trials", "DynamicTable", "One row per trial of /intervals/trials.",
               {names::bout, names::rewarded}, truth.bout.size());
  trials.add(names::bout, "Row of the trial's movement in the table bouts; -1 where there was none.",
             truth.bout);
  trials.add(names::rewarded, "Whether the movement earned a reward.", truth.rewarded);
}

class NwbFrame final : public SessionFrame {
 public:
  explicit NwbFrame(const SessionHeader& header) : header_(header) {}

  LeverPlace begin(H5::H5File& file) override {
    file.createGroup(nwb::acquisition);
    file.createGroup(lever_);
    return {lever_, lever_ + "/" + nwb::data, lever_ + "/" + nwb::timestamps};
  }

  void finish(H5::H5File& opened, const TrialTable* trials, const SessionTruth* truth) override {
    NwbFile file(opened, header_);
    write_root(file, opened.openGroup("/"));
    write_lever(file, opened);
    write_general(file);
    // An empty table breaks readers of NWB: it is left out.
    if (trials != nullptr && trials->size() > 0) {
      file.group("/intervals");
      write_trials(file, *trials);
    }
    file.group("/processing");
    if (truth != nullptr) write_truth(file, *truth);
  }

 private:
  // NWB wants date, time and zone. A time without a zone is written as UTC, so that its digits stay.
  [[nodiscard]] std::string start_time() const {
    std::string text =
        header_.identity.start_time.empty() ? names::nwb::unknown_start : header_.identity.start_time;
    if (text.size() == 10) text += "T00:00:00";
    if (text.size() > 10) text[10] = 'T';
    return text.find_first_of("Zz+-", 10) == std::string::npos ? text + "+00:00" : text;
  }

  void write_root(NwbFile& file, const H5::Group& root) const {
    file.describe(root, "/", "core", "NWBFile");
    hdf5::write_attribute(root, nwb::version, nwb_version);
    const std::string start = start_time();
    file.text("/identifier", file.object_id("identifier"));
    file.text("/session_description",
              header_.description.empty()
                  ? "Position of a lever pressed by a mouse in a cued lever-press task."
                  : header_.description);
    file.text(nwb::session_start_time, start);
    file.text("/timestamps_reference_time", start);
    file.texts("/file_create_date", {start.c_str()});
    for (const char* group : {"/analysis", "/stimulus", "/stimulus/presentation", "/stimulus/templates"})
      file.group(group);
  }

  void write_lever(NwbFile& file, H5::H5File& opened) const {
    const H5::Group lever = opened.openGroup(lever_);
    file.describe(lever, lever_, "core", nwb::time_series);
    hdf5::write_attribute(lever, "description", "Position of the lever as a voltage, as it was recorded.");
    hdf5::write_attribute(lever, "comments", "no comments");
    const H5::DataSet data = opened.openDataSet(lever_ + "/" + nwb::data);
    const Conversion conversion = conversion_of(header_);
    hdf5::write_attribute(data, "unit", "volts");
    hdf5::write_attribute(data, nwb::conversion, conversion.volts_per_count);
    hdf5::write_attribute(data, nwb::offset, conversion.offset_v);
    hdf5::write_attribute(data, "resolution", -1.0);  // NWB: unknown
    if (header_.mm_per_volt != 0.0)
      hdf5::write_attribute(data, names::plain::mm_per_volt, header_.mm_per_volt);
    if (header_.rate_hz > 0.0)
      write_clock(file.number(lever_ + "/" + nwb::starting_time, 0.0));
    else
      write_interval(opened.openDataSet(lever_ + "/" + nwb::timestamps));
  }

  void write_clock(const H5::DataSet& starting_time) const {
    hdf5::write_attribute(starting_time, nwb::rate, header_.rate_hz);
    hdf5::write_attribute(starting_time, "unit", "seconds");
  }

  static void write_interval(const H5::DataSet& timestamps) {
    const std::int32_t every_sample = 1;
    timestamps.createAttribute("interval", H5::PredType::STD_I32LE, H5::DataSpace(H5S_SCALAR))
        .write(H5::PredType::NATIVE_INT32, &every_sample);
    hdf5::write_attribute(timestamps, "unit", "seconds");
  }

  void write_general(NwbFile& file) const {
    const SessionIdentity& identity = header_.identity;
    file.group("/general");
    file.text("/general/experiment_description",
              "Cued lever-press task: a press after the cue earns a reward.");
    file.texts("/general/keywords", {"lever press", "motor learning"});
    if (identity.session > 0) file.text(nwb::session_id, fmt::format("session_{:02d}", identity.session));
    if (identity.subject.empty()) return;
    file.group("/general/subject", "core", "Subject");
    file.text(nwb::subject_id, identity.subject);
    file.text("/general/subject/description", "A mouse; its age and sex were not recorded.");
    file.text("/general/subject/species", "Mus musculus");
    file.text("/general/subject/sex", "U");
    hdf5::write_attribute(file.text("/general/subject/age", "P8W/P2Y"), "reference", "birth");
  }

  SessionHeader header_;
  std::string lever_ = std::string(nwb::acquisition) + "/" + nwb::lever;
};

}  // namespace

std::unique_ptr<SessionFrame> nwb_frame(const SessionHeader& header) {
  return std::make_unique<NwbFrame>(header);
}

}  // namespace leverkin
