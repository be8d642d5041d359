// WaveSurfer recordings: docs/lab-formats.md#wavesurfer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>

#include "io/calibrated_samples.h"
#include "io/formats/channels.h"
#include "io/formats/format.h"
#include "io/formats/hdf5_guest.h"
#include "io/formats/units.h"
#include "io/joined_samples.h"
#include "io/pulses.h"
#include "io/session_checks.h"
#include "io/session_name.h"

namespace leverkin {
namespace {

// A field of the header under its two names: of later and of earlier versions. Files of one version hold the
// one or the other, so both are looked for.
struct HeaderField {
  const char *now, *before;
};
constexpr HeaderField rate_field{"AcquisitionSampleRate", "Acquisition/SampleRate"};
constexpr HeaderField names_field{"AIChannelNames", "Acquisition/AnalogChannelNames"};
constexpr HeaderField scales_field{"AIChannelScales", "Acquisition/AnalogChannelScales"};
constexpr HeaderField units_field{"AIChannelUnits", "Acquisition/AnalogChannelUnits"};
constexpr HeaderField coefficients_field{"AIScalingCoefficients", "Acquisition/AnalogScalingCoefficients"};
constexpr HeaderField active_field{"IsAIChannelActive", "Acquisition/IsAnalogChannelActive"};
constexpr HeaderField lines_field{"DIChannelNames", "Acquisition/DigitalChannelNames"};
constexpr HeaderField active_lines_field{"IsDIChannelActive", "Acquisition/IsDigitalChannelActive"};

constexpr double sample_clock_hz = 100e6;
constexpr double shortest_zero_tail_s = 0.1;

class Header {
 public:
  Header(const H5::H5File& hdf5, SessionInfo& info) : hdf5_(hdf5), info_(info) {}

  /// Where it stands; empty: nowhere.
  [[nodiscard]] std::string find(const HeaderField& field) const {
    for (const char* name : {field.now, field.before})
      if (std::string path = std::string("/header/") + name; is_there(hdf5_, info_.path, path)) return path;
    return {};
  }
  [[nodiscard]] std::string require(const HeaderField& field) const {
    std::string path = find(field);
    if (!path.empty()) return path;
    throw BadSession({info_.path, "/header", "", fmt::format("neither {} nor {}", field.now, field.before),
                      "the header of a WaveSurfer recording"});
  }
  [[nodiscard]] std::vector<double> numbers(const HeaderField& field) const {
    return read_few_numbers(hdf5_, info_.path, require(field));
  }
  [[nodiscard]] std::vector<std::string> texts(const HeaderField& field) const {
    const std::string path = find(field);
    return path.empty() ? std::vector<std::string>{} : read_few_texts(hdf5_, info_, path);
  }

 private:
  const H5::H5File& hdf5_;
  SessionInfo& info_;
};

/// Channels that were recorded, in the order in which they are stored.
struct Channels {
  std::vector<std::string> names;
  std::vector<std::size_t> of_all;  ///< place of each among all channels of the header
};

Channels active_channels(const Header& header, const std::string& path, const HeaderField& names,
                         const HeaderField& active) {
  const std::vector<std::string> all = header.texts(names);
  if (all.empty()) return {};
  std::vector<double> is_active(all.size(), 1.0);
  if (!header.find(active).empty()) is_active = header.numbers(active);
  // Without any channel the header has one name without letters, and one flag of 0.
  if (is_active.size() != all.size())
    throw BadSession({path, header.find(active), "", fmt::format("{} flags", is_active.size()),
                      fmt::format("one for each of the {} channels", all.size())});
  Channels channels;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_active[i] == 0.0) continue;
    channels.names.push_back(all[i]);
    channels.of_all.push_back(i);
  }
  return channels;
}

/// "0.912" as 0.912; later ones ("1.0.2") as more than 1.
double version_of(const H5::H5File& hdf5, SessionInfo& info) {
  const std::string path = "/header/VersionString";
  const auto texts =
      is_there(hdf5, info.path, path) ? read_few_texts(hdf5, info, path) : std::vector<std::string>{};
  return texts.empty() ? 0.0 : std::strtod(texts.front().c_str(), nullptr);
}

// Up to version 0.912 the header has the rate that was asked for; the converter divides its clock by a whole
// number.
double true_rate_hz(const Header& header, const H5::H5File& hdf5, SessionInfo& info) {
  const std::vector<double> stated = header.numbers(rate_field);
  if (stated.size() != 1)
    throw BadSession({info.path, header.find(rate_field), "", fmt::format("{} values", stated.size()),
                      "one rate, in samples per second"});
  const double nominal = stated.front();
  if (!(nominal > 0.0 && nominal < sample_clock_hz) || version_of(hdf5, info) > 0.912) return nominal;
  const double rate = sample_clock_hz / std::floor(sample_clock_hz / nominal);
  if (rate != nominal)
    info.notes.push_back(
        {.code = "true_rate",
         .value = rate,
         .text = fmt::format("the header says {:g} samples per second; this version of WaveSurfer took "
                             "{:.6f}: its clock divided by a whole number",
                             nominal, rate)});
  return rate;
}

// --- sweeps

struct Sweep {
  std::string group;  // "/sweep_0001"
  double start_s = 0.0;
};

std::vector<Sweep> sweeps_of(const H5::H5File& hdf5, const std::string& path) {
  std::vector<std::pair<std::uint64_t, std::string>> numbered;
  const H5::Group root = hdf5.openGroup("/");
  for (hsize_t i = 0; i < root.getNumObjs(); ++i) {
    const std::string name = root.getObjnameByIdx(i);
    if (!name.starts_with("sweep_") && !name.starts_with("trial_")) continue;
    const std::string digits = name.substr(6);
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
      continue;
    numbered.emplace_back(std::stoull(digits), "/" + name);
  }
  std::ranges::sort(numbered);
  std::vector<Sweep> sweeps;
  for (auto& [number, group] : numbered) {
    if (!is_there(hdf5, path, group + "/analogScans")) continue;  // a sweep that never began
    Sweep sweep{std::move(group)};
    const std::string stamp = sweep.group + "/timestamp";
    if (is_there(hdf5, path, stamp)) {
      const auto seconds = read_few_numbers(hdf5, path, stamp);
      if (seconds.size() == 1 && std::isfinite(seconds.front())) sweep.start_s = seconds.front();
    }
    sweeps.push_back(std::move(sweep));
  }
  return sweeps;
}

void check_rows(const NumberColumn& column, std::size_t channels, const std::string& path) {
  hsize_t extent[2] = {0, 0};
  const H5::DataSpace space = column.dataset().getSpace();
  if (space.getSimpleExtentNdims() == 2) space.getSimpleExtentDims(extent);
  if (extent[0] != channels || !column.is_integer())
    throw BadSession({path, column.name(), "", fmt::format("{} rows of {}", extent[0], column.storage()),
                      fmt::format("whole numbers, one row for each of the {} active channels", channels)});
}

/// The rows of a sweep that belong to one channel.
std::shared_ptr<ColumnSamples> row_of(const H5::H5File& hdf5, const std::string& path,
                                      const std::string& dataset, std::size_t row, std::size_t rows) {
  auto column = std::make_unique<NumberColumn>(hdf5, dataset, path,
                                               TableLine{.axis = 1, .at = static_cast<std::int64_t>(row)});
  check_rows(*column, rows, path);
  return std::make_shared<ColumnSamples>(std::move(column), Conversion{});
}

// How many samples at the end are exactly 0.
std::int64_t zeros_at_the_end(const SampleSource& source) {
  if (const AbsentSamples absent = source.absent();
      !absent.ranges.empty() && absent.ranges.back().end == source.size())
    return 0;  // nothing is stored there: no data, not zeros
  constexpr std::int64_t block = 1 << 15;
  std::vector<std::byte> stored(static_cast<std::size_t>(block) * source.value_bytes());
  std::vector<double> values(static_cast<std::size_t>(block));
  for (std::int64_t end = source.size(); end > 0;) {
    const std::int64_t first = std::max<std::int64_t>(0, end - block);
    const auto some = std::span(values).first(static_cast<std::size_t>(end - first));
    source.read(first, end - first, stored.data());
    source.to_volts(first, stored.data(), some);
    const auto last = std::find_if(some.rbegin(), some.rend(), [](double x) { return x != 0.0; });
    if (last != some.rend()) return source.size() - (end - (last - some.rbegin()));
    end = first;
  }
  return source.size();
}

/// Everything of a recording that its samples are read by.
struct Plan {
  const H5::H5File& hdf5;
  SessionInfo& info;
  Channels analog, digital;
  std::vector<Sweep> sweeps;
  double rate_hz = 0.0;
  std::vector<RawRange> kept;  ///< of each sweep
};

// A sweep that was stopped keeps, in some versions, zeros up to its planned end. Noise never is exactly 0 in
// all channels for so long.
RawRange without_zeros(const Plan& plan, const Sweep& sweep, const SampleSource& lever) {
  std::int64_t zeros = zeros_at_the_end(lever);
  const std::size_t rows = plan.analog.names.size();
  for (std::size_t row = 0; row < rows && zeros > 0; ++row)
    zeros = std::min(
        zeros, zeros_at_the_end(*row_of(plan.hdf5, plan.info.path, sweep.group + "/analogScans", row, rows)));
  const auto shortest = static_cast<std::int64_t>(shortest_zero_tail_s * plan.rate_hz);
  return {0, zeros > shortest ? lever.size() - zeros : lever.size()};
}

void note_zeros(Plan& plan, std::int64_t zeros, std::int64_t sweeps) {
  if (zeros == 0) return;
  plan.info.notes.push_back(
      {.code = "zero_tail",
       .value = static_cast<double>(zeros) / plan.rate_hz,
       .text =
           fmt::format("{:.1f} s of exact zeros in all channels at the end of {} of {} sweeps are left out: "
                       "it was stopped before its planned end",
                       static_cast<double>(zeros) / plan.rate_hz, sweeps, plan.sweeps.size())});
}

/// The sweeps' stretches of one line, where the sweeps lie in time.
std::vector<Stretch> stretches_of(const Plan& plan, const std::vector<std::shared_ptr<SampleSource>>& lines) {
  std::vector<Stretch> stretches;
  double end_s = 0.0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // Stamps are taken by software: never before the sweep before has ended, and on the grid of its samples.
    const double told = plan.sweeps[i].start_s - plan.sweeps.front().start_s;
    const double start_s = std::max(end_s, std::round(told * plan.rate_hz) / plan.rate_hz);
    stretches.push_back({lines[i], plan.kept[i], start_s});
    end_s = start_s + static_cast<double>(lines[i]->size()) / plan.rate_hz;
  }
  return stretches;
}

// --- scaling

CalibratedSamples::Coefficients coefficients_of(const Header& header, const SessionInfo& info,
                                                std::size_t row, std::size_t rows) {
  const std::string place = header.find(coefficients_field);
  if (place.empty()) {
    if (const auto& by_rig = info.rig.counts_to_volts; by_rig.size() == 4)
      return {by_rig[0], by_rig[1], by_rig[2], by_rig[3]};
    throw BadSession(
        {info.path, "/header", "", "no scaling coefficients: counts that nobody can turn into volts",
         fmt::format("{}; or a rig profile (--rig) with counts_to_volts", coefficients_field.now)});
  }
  const std::vector<double> all = header.numbers(coefficients_field);
  if (all.size() != 4 * rows)
    throw BadSession({info.path, place, "", fmt::format("{} values", all.size()),
                      fmt::format("4 coefficients for each of the {} active channels", rows)});
  CalibratedSamples::Coefficients one{};
  std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(4 * row), 4, one.begin());
  if (!std::ranges::all_of(one, [](double c) { return std::isfinite(c); }) || one[1] == 0.0)
    throw BadSession({info.path, place, fmt::format("row {}", row), fmt::format("{}", fmt::join(one, ", ")),
                      "four finite numbers, the second one not 0"});
  return one;
}

/// What the volts at the converter are divided by.
double divisor_of(const Header& header, SessionInfo& info, const Channels& channels, std::size_t row) {
  const std::vector<double> scales = header.numbers(scales_field);
  const std::size_t at = channels.of_all[row];
  if (at >= scales.size() || !std::isfinite(scales[at]) || scales[at] == 0.0)
    throw BadSession({info.path, header.find(scales_field), fmt::format("channel {}", channels.names[row]),
                      at < scales.size() ? fmt::format("{}", scales[at]) : "no value",
                      "volts per unit: finite and not 0"});
  const std::vector<std::string> units = header.texts(units_field);
  const std::string unit = at < units.size() ? units[at] : "";
  return scales[at] / volts_per_unit(info, unit, units_field.now);
}

// --- pulses

/// The bits of the digital lines, sweep after sweep.
std::vector<std::shared_ptr<SampleSource>> digital_scans(const Plan& plan) {
  std::vector<std::shared_ptr<SampleSource>> scans;
  for (std::size_t i = 0; i < plan.sweeps.size(); ++i) {
    const std::string dataset = plan.sweeps[i].group + "/digitalScans";
    if (!is_there(plan.hdf5, plan.info.path, dataset)) return {};
    auto column = std::make_unique<NumberColumn>(plan.hdf5, dataset, plan.info.path);
    if (!column->is_integer() || column->size() < plan.kept[i].end)
      throw BadSession({plan.info.path, dataset, "",
                        fmt::format("{} values, {}", column->size(), column->storage()),
                        fmt::format("whole numbers, as many as analogScans has: {}", plan.kept[i].end)});
    scans.push_back(std::make_shared<ColumnSamples>(std::move(column), Conversion{}));
  }
  return scans;
}

/// Pulses by the name of their line, in one pass over the bits.
std::map<std::string, Pulses> pulses_of_bits(const Plan& plan, const SampleSource& scans,
                                             const TaskLines& task) {
  std::vector<PulseLine> lines;
  for (const std::string& name : std::set{task.trial, task.cue, task.reward}) {
    if (name.empty()) continue;
    const auto at = std::ranges::find(plan.digital.names, name) - plan.digital.names.begin();
    lines.push_back({name, [bit = static_cast<std::uint64_t>(1) << at](double value) {
                       return (static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) & bit) != 0;
                     }});
  }
  std::vector<Pulses> found = find_pulses(scans, lines, plan.info.path);
  std::map<std::string, Pulses> pulses;
  for (std::size_t k = 0; k < lines.size(); ++k) pulses[lines[k].name] = std::move(found[k]);
  return pulses;
}

TrialTable trials_on_lines(const Plan& plan) {
  if (plan.digital.names.size() > 32)
    throw BadSession({plan.info.path, "/header", "",
                      fmt::format("{} digital lines", plan.digital.names.size()), "at most 32"});
  const TaskLines lines = task_lines(plan.digital.names, plan.info.rig);
  const auto scans = lines.any() ? digital_scans(plan) : std::vector<std::shared_ptr<SampleSource>>{};
  if (scans.empty()) return {};
  const std::vector<Stretch> stretches = stretches_of(plan, scans);
  const JoinedSamples joined(stretches);
  StretchTimes clock(stretches, plan.rate_hz, "");
  const std::map<std::string, Pulses> pulses = pulses_of_bits(plan, joined, lines);
  return trials_of_lines(
      lines, [&](const std::string& line) { return pulses.at(line); }, clock);
}

// --- the guest

bool recognises_wavesurfer(const FirstLook& look) {
  const H5::H5File* const file = look.hdf5();
  if (file == nullptr || !hdf5::path_exists(*file, "/header") ||
      file->childObjType("/header") != H5O_TYPE_GROUP)
    return false;
  return hdf5::path_exists(*file, "/sweep_0001") || hdf5::path_exists(*file, "/trial_0001") ||
         hdf5::path_exists(*file, std::string("/header/") + rate_field.now) ||
         hdf5::path_exists(*file, std::string("/header/") + rate_field.before);
}

void identify_by_folder(const H5::H5File& hdf5, SessionInfo& info) {
  info.identity.subject =
      std::filesystem::absolute(info.path).lexically_normal().parent_path().filename().string();
  number_by_name(info.identity, "", info.path);
  const std::string place = "/header/ClockAtRunStart";
  if (!is_there(hdf5, info.path, place)) return;
  const std::vector<double> clock = read_few_numbers(hdf5, info.path, place);
  info.identity.start_time = start_time_of(clock);
}

/// The rows of all sweeps that hold the lever.
std::vector<std::shared_ptr<SampleSource>> lever_rows(Plan& plan, std::size_t row) {
  std::vector<std::shared_ptr<SampleSource>> rows;
  std::int64_t zeros = 0, stopped = 0;
  for (const Sweep& sweep : plan.sweeps) {
    rows.push_back(
        row_of(plan.hdf5, plan.info.path, sweep.group + "/analogScans", row, plan.analog.names.size()));
    plan.kept.push_back(without_zeros(plan, sweep, *rows.back()));
    zeros += rows.back()->size() - plan.kept.back().end;
    stopped += rows.back()->size() > plan.kept.back().end ? 1 : 0;
  }
  note_zeros(plan, zeros, stopped);
  return rows;
}

Recording open_wavesurfer(const FirstLook& look, const SessionOptions& options) {
  const H5::H5File& hdf5 = *look.hdf5();
  Recording recording;
  SessionInfo& info = recording.info;
  info.path = look.path();
  info.rig = rig_of(options);
  use_calibration(info);
  const Header header(hdf5, info);
  Plan plan{.hdf5 = hdf5, .info = info};
  plan.rate_hz = true_rate_hz(header, hdf5, info);
  info.rate_hz = plan.rate_hz;
  info.dataset = header.find(rate_field);
  check_stated_rate(info, {.rate = "the rate of the acquisition"});
  plan.analog = active_channels(header, info.path, names_field, active_field);
  plan.digital = active_channels(header, info.path, lines_field, active_lines_field);
  plan.sweeps = sweeps_of(hdf5, info.path);
  if (plan.sweeps.empty())
    throw BadSession({info.path, "/", "", "no sweep with analogScans", "at least one: /sweep_0001"});
  const std::size_t row = choose_lever(plan.analog.names, options.lever, info);
  info.dataset = fmt::format("{}/analogScans, {}", plan.sweeps.front().group, plan.analog.names[row]);
  const auto c = coefficients_of(header, info, row, plan.analog.names.size());
  const double divisor = divisor_of(header, info, plan.analog, row);
  std::vector<std::shared_ptr<SampleSource>> rows = lever_rows(plan, row);
  for (auto& one : rows) one = std::make_shared<CalibratedSamples>(std::move(one), c, divisor);
  take_stretches(recording, stretches_of(plan, rows), plan.rate_hz);
  note_parts(info, plan.sweeps.size(), "sweeps");
  info.volts_per_count = c[1] / divisor;
  info.offset_v = c[0] / divisor;
  recording.trials = trials_on_lines(plan);
  identify_by_folder(hdf5, info);
  recording.words = {.rate = "the rate of the acquisition", .trials = "digitalScans", .trial_columns = {}};
  return recording;
}

constexpr std::string_view wavesurfer_suffixes[] = {".h5"};

}  // namespace

extern const Format wavesurfer_format;
const Format wavesurfer_format{"wavesurfer", wavesurfer_suffixes, recognises_wavesurfer, open_wavesurfer};

}  // namespace leverkin
