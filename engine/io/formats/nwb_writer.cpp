// The frame of an NWB 2 session: docs/formats.md#nwb-2x. The same input gives the same bytes: object ids
// are derived from what the file is about, and it says it was created when the session started.
#include <fmt/format.h>

#include <memory>

#include "io/formats/names.h"
#include "io/formats/session_frame.h"
#include "io/nwb_file.h"

namespace leverkin {
namespace {

namespace in_nwb = names::nwb;

void write_trials(nwb::File& file, const TrialTable& trials) {
  const auto& columns = in_nwb::trial_columns;
  nwb::Table table(file, in_nwb::trials, "TimeIntervals", "Trials of the cued lever-press task.",
                   trials.start_s.size());
  table.add(columns[0], "Start of the trial, in seconds.", trials.start_s);
  table.add(columns[1], "End of the trial, in seconds.", trials.stop_s);
  table.add(columns[2], "Onset of the cue, in seconds; NaN where no cue was given.", trials.cue_s);
  table.add(columns[3], "Time of the reward, in seconds; NaN where none was earned.", trials.reward_s);
  table.finish();
}

void write_truth(nwb::File& file, const SessionTruth& truth) {
  file.module("/processing/truth",
              "What the simulator did: the movements and which of them earned a reward.");
  if (!truth.onset_s.empty()) {
    nwb::Table bouts(file, "/processing/truth/bouts", "TimeIntervals", "True movements of the lever.",
                     truth.onset_s.size());
    bouts.add("start_time", "Onset of the movement, in seconds.", truth.onset_s);
    bouts.add("stop_time", "End of the movement, in seconds.", truth.offset_s);
    bouts.add(names::kind, "0 spontaneous, 1 rewarded press, 2 early press, 3 failed press.", truth.kind);
    bouts.add(names::peak_mm, "Largest displacement of the lever, in millimetres.", truth.peak_mm);
    bouts.add(names::shape_start, "Where the movement's shape begins, in seconds.", truth.start_s);
    bouts.add(names::shape_end, "Where the movement's shape ends, in seconds.", truth.end_s);
    bouts.finish();
  }
  if (truth.bout.empty()) return;
  nwb::Table trials(file, "/processing/truth/trials", "DynamicTable",
                    "One row per trial of /intervals/trials.", truth.bout.size());
  trials.add(names::bout, "Row of the trial's movement in the table bouts; -1 where there was none.",
             truth.bout);
  trials.add(names::rewarded, "Whether the movement earned a reward.", truth.rewarded);
  trials.finish();
}

class NwbFrame final : public SessionFrame {
 public:
  explicit NwbFrame(const SessionHeader& header) : header_(header) {}

  LeverPlace begin(H5::H5File& file) override {
    file.createGroup(in_nwb::acquisition);
    file.createGroup(lever_);
    return {lever_, lever_ + "/" + in_nwb::data, lever_ + "/" + in_nwb::timestamps};
  }

  void finish(H5::H5File& opened, const TrialTable* trials, const SessionTruth* truth) override {
    const SessionIdentity& identity = header_.identity;
    nwb::File file(opened, fmt::format("{}\n{}\n{}\n{}", identity.subject, identity.session,
                                       identity.start_time, header_.description));
    file.write_root({header_.description.empty()
                         ? "Position of a lever pressed by a mouse in a cued lever-press task."
                         : header_.description,
                     nwb::nwb_time(identity.start_time), nwb::nwb_time(identity.start_time)});
    write_lever(file);
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
  void write_lever(nwb::File& file) const {
    const H5::Group lever = file.hdf5().openGroup(lever_);
    file.describe(lever, lever_, "core", in_nwb::time_series);
    hdf5::write_attribute(lever, "description", "Position of the lever as a voltage, as it was recorded.");
    hdf5::write_attribute(lever, "comments", "no comments");
    const H5::DataSet data = file.hdf5().openDataSet(lever_ + "/" + in_nwb::data);
    const Conversion conversion = conversion_of(header_);
    hdf5::write_attribute(data, "unit", "volts");
    hdf5::write_attribute(data, in_nwb::conversion, conversion.volts_per_count);
    hdf5::write_attribute(data, in_nwb::offset, conversion.offset_v);
    hdf5::write_attribute(data, "resolution", -1.0);  // NWB: unknown
    if (header_.mm_per_volt != 0.0)
      hdf5::write_attribute(data, names::plain::mm_per_volt, header_.mm_per_volt);
    if (header_.rate_hz > 0.0)
      file.starting_time(lever_, header_.starting_time_s, header_.rate_hz);
    else
      write_interval(file.hdf5().openDataSet(lever_ + "/" + in_nwb::timestamps));
  }

  static void write_interval(const H5::DataSet& timestamps) {
    const std::int32_t every_sample = 1;
    timestamps.createAttribute("interval", H5::PredType::STD_I32LE, H5::DataSpace(H5S_SCALAR))
        .write(H5::PredType::NATIVE_INT32, &every_sample);
    hdf5::write_attribute(timestamps, "unit", "seconds");
  }

  void write_general(nwb::File& file) const {
    file.group("/general");
    file.text("/general/experiment_description",
              "Cued lever-press task: a press after the cue earns a reward.");
    file.texts("/general/keywords", {"lever press", "motor learning"});
    nwb::write_identity(file, header_.identity.subject, header_.identity.session);
    if (!header_.identity.group.empty())
      hdf5::write_attribute(file.hdf5().openGroup("/"), names::plain::group, header_.identity.group);
  }

  SessionHeader header_;
  std::string lever_ = std::string(in_nwb::acquisition) + "/" + in_nwb::lever;
};

}  // namespace

std::unique_ptr<SessionFrame> nwb_frame(const SessionHeader& header) {
  return std::make_unique<NwbFrame>(header);
}

}  // namespace leverkin
