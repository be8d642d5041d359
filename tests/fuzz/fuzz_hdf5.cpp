// Whole HDF5 files with the right names and the wrong things under them. Damage to HDF5's own structures is
// not tried here: HDF5 1.10 does not survive it, and a process of its own looks first
// (leverkin/reading_guard.h).
#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include <array>

#include "fuzz.h"
#include "leverkin/reading_guard.h"

namespace {

using namespace leverkin;

constexpr std::array objects{"lever/volts",
                             "lever/timestamps_s",
                             "trials/start_s",
                             "trials/stop_s",
                             "trials/cue_s",
                             "trials/reward_s",
                             "trials/id",
                             "acquisition/lever/data",
                             "acquisition/lever/timestamps",
                             "acquisition/lever/starting_time",
                             "processing/behavior/lever/data",
                             "intervals/trials/start_time",
                             "intervals/trials/stop_time",
                             "intervals/trials/cue_time",
                             "intervals/trials/cue_time_index",
                             "intervals/trials/reward_time",
                             "intervals/trials/id",
                             "general/subject/subject_id",
                             "general/session_id",
                             "session_start_time",
                             "header/AcquisitionSampleRate",
                             "header/AIChannelScales",
                             "header/IsAIChannelActive",
                             "header/AIChannelNames",
                             "header/AIScalingCoefficients",
                             "sweep_0001/analogScans",
                             "sweep_0001/timestamp",
                             "sweep_0001/digitalScans",
                             "sweep_0002/analogScans"};
constexpr std::array groups{"/",
                            "/lever",
                            "/acquisition",
                            "/acquisition/lever",
                            "/intervals/trials",
                            "/processing/behavior",
                            "/processing/behavior/lever",
                            "/header"};
constexpr std::array attributes{
    "rate_hz",         "rate",     "units",       "unit",           "conversion",      "offset",
    "volts_per_count", "offset_v", "mm_per_volt", "neurodata_type", "nwb_version",     "subject",
    "session",         "group",    "start_time",  "schema",         "leverkin_writing"};
constexpr std::array words{"volts",      "mV",
                           "TimeSeries", "SpatialSeries",
                           "2.6.0",      "m07",
                           "session_03", ".",
                           "..",         "a/b",
                           "",           "2026-03-01T10:00:00+00:00",
                           "2026-13-77", "leverkin-results/1",
                           "\x1b[2J",    "caf\xe9"};

class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id_; }  // NOLINT: HDF5's own functions take it

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t any_type(FuzzedDataProvider& data) {
  const hid_t plain[] = {H5T_IEEE_F64LE, H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_STD_I16LE,  H5T_STD_U16LE,
                         H5T_STD_I32LE,  H5T_STD_U64LE,  H5T_STD_I8LE,   H5T_STD_REF_OBJ};
  switch (data.ConsumeIntegralInRange(0, 6)) {
    case 0: {
      const hid_t type = H5Tcopy(H5T_IEEE_F64LE);
      H5Tset_ebias(type, data.ConsumeIntegralInRange<std::size_t>(0, 2046));
      return type;
    }
    case 1: {
      const hid_t type = H5Tcopy(H5T_C_S1);
      H5Tset_size(type, data.ConsumeIntegralInRange<std::size_t>(1, 64));
      return type;
    }
    case 2: {
      const hid_t type = H5Tcreate(H5T_COMPOUND, 16);
      H5Tinsert(type, "a", 0, H5T_NATIVE_DOUBLE);
      H5Tinsert(type, "b", 8, H5T_NATIVE_INT64);
      return type;
    }
    case 3: {
      const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
      const char no = 0, yes = 1;
      H5Tenum_insert(type, "FALSE", &no);
      H5Tenum_insert(type, "TRUE", &yes);
      return type;
    }
    case 4: {
      const hid_t type = H5Tcopy(H5T_STD_I32LE);
      H5Tset_precision(type, data.ConsumeIntegralInRange<std::size_t>(1, 32));
      return type;
    }
    default:
      return H5Tcopy(data.PickValueInArray(plain));
  }
}

struct Extent {
  int rank = 1;
  std::array<hsize_t, 3> size{1, 1, 1};
  [[nodiscard]] hsize_t values() const {
    return rank == 0 ? 1 : size[0] * (rank > 1 ? size[1] : 1) * (rank > 2 ? size[2] : 1);
  }
};

Extent any_extent(FuzzedDataProvider& data, bool huge) {
  Extent extent{data.ConsumeIntegralInRange(0, 3)};
  if (data.ConsumeProbability<double>() < 0.7) extent.rank = 1;
  for (hsize_t& size : extent.size) size = data.ConsumeIntegralInRange<hsize_t>(0, 40);
  if (extent.rank == 1) extent.size[0] *= 50;
  if (huge) extent.size[0] = hsize_t{1} << data.ConsumeIntegralInRange(20, 60);
  return extent;
}

std::vector<char> any_values(FuzzedDataProvider& data, hid_t type, const Extent& extent) {
  std::vector<char> values(static_cast<std::size_t>(extent.values()) * H5Tget_size(type) + 1);
  if (H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == 8 && data.ConsumeBool()) {
    const double first = data.ConsumeFloatingPointInRange(-2.0, 10.0),
                 step = data.ConsumeFloatingPointInRange(-0.1, 1.0);
    const std::span numbers(reinterpret_cast<double*>(values.data()),
                            static_cast<std::size_t>(extent.values()));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = first + step * static_cast<double>(i);
    return values;
  }
  const std::string some = data.ConsumeRandomLengthString(64);
  for (std::size_t i = 0; i < values.size() && !some.empty(); ++i) values[i] = some[i % some.size()];
  return values;
}

void add_text_attribute(hid_t object, const char* name, const char* text, bool variable) {
  const Id type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
  H5Tset_size(type, variable ? H5T_VARIABLE : std::max<std::size_t>(1, std::string_view(text).size()));
  const Id attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute >= 0) H5Awrite(attribute, type, variable ? static_cast<const void*>(&text) : text);
}

void add_attribute(FuzzedDataProvider& data, hid_t object) {
  const char* const name = data.PickValueInArray(attributes);
  if (data.ConsumeBool())
    return add_text_attribute(object, name, data.PickValueInArray(words), data.ConsumeBool());
  const Extent extent = any_extent(data, false);
  const Id type(any_type(data), H5Tclose),
      space(H5Screate_simple(extent.rank, extent.size.data(), nullptr), H5Sclose);
  if (extent.values() > 4000) return;
  const Id attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute >= 0 && data.ConsumeBool()) H5Awrite(attribute, type, any_values(data, type, extent).data());
}

void add_text(FuzzedDataProvider& data, hid_t file, const char* name, hid_t links) {
  const Id type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
  H5Tset_size(type, H5T_VARIABLE);
  const Id dataset(H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  const char* const text = data.PickValueInArray(words);
  if (dataset >= 0 && data.ConsumeProbability<double>() < 0.8)
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text);
}

void add_dataset(FuzzedDataProvider& data, hid_t file, const char* name, hid_t links) {
  const bool huge = data.ConsumeProbability<double>() < 0.05;
  const Extent extent = any_extent(data, huge);
  const Id type(any_type(data), H5Tclose),
      space(H5Screate_simple(extent.rank, extent.size.data(), nullptr), H5Sclose),
      how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (extent.rank > 0 && (huge || data.ConsumeBool())) {
    const std::array<hsize_t, 3> chunk{data.ConsumeIntegralInRange<hsize_t>(1, 300), 7, 3};
    H5Pset_chunk(how, extent.rank, chunk.data());
    if (data.ConsumeBool()) H5Pset_deflate(how, 1);
    if (data.ConsumeBool()) H5Pset_shuffle(how);
  }
  const Id dataset(H5Dcreate2(file, name, type, space, links, how, H5P_DEFAULT), H5Dclose);
  if (dataset < 0) return;
  if (!huge && extent.values() > 0 && data.ConsumeProbability<double>() < 0.9)
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, any_values(data, type, extent).data());
  for (int i = data.ConsumeIntegralInRange(0, 4); i > 0; --i) add_attribute(data, dataset);
}

void add_number_attribute(hid_t object, const char* name, double value) {
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attribute(H5Acreate2(object, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute >= 0) H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
}

// As a session has it.
void add_good(hid_t file, const char* name, hid_t links, hsize_t count, double step) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.5 + step * static_cast<double>(i);
  const Id space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Id dataset(H5Dcreate2(file, name, H5T_IEEE_F64LE, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  if (dataset < 0) return;
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  add_number_attribute(dataset, "rate_hz", 1000.0);
  add_text_attribute(dataset, "unit", "volts", true);
}

// Few files of random parts come far: most of a file is as it should be, and some of it is not.
void add_good_rest(FuzzedDataProvider& data, hid_t file, hid_t links) {
  const bool nwb = data.ConsumeBool();
  constexpr std::array plain{"lever/volts", "trials/start_s", "trials/stop_s", "trials/cue_s",
                             "trials/reward_s"};
  constexpr std::array session{"acquisition/lever/data", "intervals/trials/start_time",
                               "intervals/trials/stop_time", "intervals/trials/cue_time",
                               "intervals/trials/reward_time"};
  for (std::size_t i = 0; i < plain.size(); ++i)
    if (data.ConsumeProbability<double>() < 0.9)
      add_good(file, nwb ? session[i] : plain[i], links, i == 0 ? 4000 : 3, i == 0 ? 1e-4 : 1.0);
  if (!nwb) return;
  add_text_attribute(file, "nwb_version", "2.6.0", true);
  const Id series(H5Oopen(file, "acquisition/lever", H5P_DEFAULT), H5Oclose);
  if (series < 0) return;
  add_text_attribute(series, "neurodata_type", "TimeSeries", true);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id start(
      H5Dcreate2(series, "starting_time", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose);
  if (start >= 0) add_number_attribute(start, "rate", 1000.0);
}

void write_file(FuzzedDataProvider& data, const std::filesystem::path& path) {
  const Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  for (int i = data.ConsumeIntegralInRange(0, 6); i > 0; --i) {
    const char* const name = data.PickValueInArray(objects);
    data.ConsumeProbability<double>() < 0.2 ? add_text(data, file, name, links)
                                            : add_dataset(data, file, name, links);
  }
  if (data.ConsumeProbability<double>() < 0.8) add_good_rest(data, file, links);
  for (int i = data.ConsumeIntegralInRange(0, 6); i > 0; --i) {
    const Id group(H5Oopen(file, data.PickValueInArray(groups), H5P_DEFAULT), H5Oclose);
    if (group >= 0) add_attribute(data, group);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  FuzzedDataProvider data(bytes, count);
  const auto path = fuzz::folder() / (data.ConsumeBool() ? "session_1.h5" : "session_1.nwb");
  write_file(data, path);
  fuzz::expecting_errors([&] { fuzz::read_session(path); });
  fuzz::expecting_errors([&] { leverkin::look_at_everything(path); });
  return 0;
}
