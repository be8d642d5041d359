// The frame of a plain HDF5 session: docs/formats.md#plain-hdf5.
#include <memory>

#include "io/formats/names.h"
#include "io/formats/session_frame.h"

namespace leverkin {
namespace {

namespace plain = names::plain;

template <typename T>
void write_column(H5::H5File& file, const std::string& name, const std::vector<T>& values,
                  const H5::PredType& stored, const H5::PredType& native) {
  const hsize_t extent = values.size();
  const H5::DataSet dataset =
      file.createDataSet(name, stored, H5::DataSpace(1, &extent), hdf5::plain_dataset());
  if (extent > 0) dataset.write(values.data(), native);
}

void write_times(H5::H5File& file, const std::string& name, const std::vector<double>& seconds) {
  write_column(file, name, seconds, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE);
}

void write_trials(H5::H5File& file, const TrialTable& trials) {
  file.createGroup(plain::trials);
  const std::vector<double>* const columns[4] = {&trials.start_s, &trials.stop_s, &trials.cue_s,
                                                 &trials.reward_s};
  for (int i = 0; i < 4; ++i)
    write_times(file, std::string(plain::trials) + "/" + plain::trial_columns[i], *columns[i]);
}

void write_truth(H5::H5File& file, const SessionTruth& truth) {
  for (const char* group : {plain::truth, plain::true_bouts, plain::true_trials}) file.createGroup(group);
  const std::string bouts = std::string(plain::true_bouts) + "/",
                    trials = std::string(plain::true_trials) + "/";
  write_times(file, bouts + plain::onset, truth.onset_s);
  write_times(file, bouts + plain::true_offset, truth.offset_s);
  write_column(file, bouts + names::kind, truth.kind, H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64);
  write_times(file, bouts + names::peak_mm, truth.peak_mm);
  write_times(file, bouts + names::shape_start, truth.start_s);
  write_times(file, bouts + names::shape_end, truth.end_s);
  write_column(file, trials + names::bout, truth.bout, H5::PredType::STD_I64LE, H5::PredType::NATIVE_INT64);
  write_column(file, trials + names::rewarded, truth.rewarded, H5::PredType::STD_U8LE,
               H5::PredType::NATIVE_UINT8);
}

class PlainHdf5Frame final : public SessionFrame {
 public:
  explicit PlainHdf5Frame(const SessionHeader& header) : header_(header) {}

  LeverPlace begin(H5::H5File& file) override {
    file.createGroup(plain::lever_group);
    return {plain::lever_group, plain::volts, plain::timestamps};
  }

  void finish(H5::H5File& file, const TrialTable* trials, const SessionTruth* truth) override {
    write_lever_attributes(file.openDataSet(plain::volts));
    write_identity(file.openGroup("/"));
    if (trials != nullptr) write_trials(file, *trials);
    if (truth != nullptr) write_truth(file, *truth);
  }

 private:
  void write_lever_attributes(const H5::DataSet& volts) const {
    if (header_.rate_hz > 0.0) hdf5::write_attribute(volts, plain::rate, header_.rate_hz);
    if (header_.storage == Storage::int16) {
      hdf5::write_attribute(volts, plain::volts_per_count, header_.volts_per_count);
      hdf5::write_attribute(volts, plain::offset, header_.offset_v);
    }
    if (header_.mm_per_volt != 0.0) hdf5::write_attribute(volts, plain::mm_per_volt, header_.mm_per_volt);
  }

  void write_identity(const H5::Group& root) const {
    const SessionIdentity& identity = header_.identity;
    if (!identity.subject.empty()) hdf5::write_attribute(root, plain::subject, identity.subject);
    if (identity.session > 0) hdf5::write_attribute(root, plain::session, identity.session);
    if (!identity.group.empty()) hdf5::write_attribute(root, plain::group, identity.group);
    if (!identity.start_time.empty()) hdf5::write_attribute(root, plain::start_time, identity.start_time);
    if (!header_.description.empty()) hdf5::write_attribute(root, plain::description, header_.description);
  }

  SessionHeader header_;
};

}  // namespace

std::unique_ptr<SessionFrame> plain_hdf5_frame(const SessionHeader& header) {
  return std::make_unique<PlainHdf5Frame>(header);
}

}  // namespace leverkin
