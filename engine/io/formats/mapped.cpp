// Recordings that a mapping describes: docs/mapping.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "io/calibrated_samples.h"
#include "io/formats/bpod.h"
#include "io/formats/channels.h"
#include "io/formats/mapping.h"
#include "io/formats/units.h"
#include "io/joined_samples.h"
#include "io/pulses.h"
#include "io/session_checks.h"
#include "io/session_name.h"
#include "leverkin/error.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

constexpr std::size_t most_stretches = 1'000'000;

/// The files of a recording, each opened once.
class Files {
 public:
  Files(const std::string& recording, bool is_raw) : recording_(recording), is_raw_(is_raw) {}

  std::shared_ptr<const SampleSource> line(const LinePlace& place) {
    const std::string path = path_of(place);
    auto& file = opened_[path];
    if (file == nullptr)
      file = open_number_file(path, place.type.has_value() || (is_raw_ && path == recording_));
    return file->line(place);
  }
  [[nodiscard]] std::string path_of(const LinePlace& place) const {
    if (place.file.empty()) return recording_;
    return system_file::stored_name(std::filesystem::path(recording_).parent_path() / place.file);
  }
  [[nodiscard]] std::vector<std::string> all() const {
    std::vector<std::string> paths{recording_};
    for (const auto& [path, file] : opened_)
      if (path != recording_) paths.push_back(path);
    return paths;
  }

 private:
  std::string recording_;
  bool is_raw_;
  std::map<std::string, std::unique_ptr<NumberFile>> opened_;
};

/// Values with a flag added to some of them, without it.
class WithoutFlag final : public OtherVolts {
 public:
  WithoutFlag(std::shared_ptr<const SampleSource> values, double above, double adds)
      : OtherVolts(std::move(values)), above_(above), adds_(adds) {}

  void to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const override {
    volts_of(values(), first, stored, volts);
    for (double& value : volts)
      if (value > above_) value -= adds_;
  }

 private:
  double above_, adds_;
};

/// Time stamps that are a line of numbers in any file.
class LineTimestamps final : public Timestamps {
 public:
  LineTimestamps(std::shared_ptr<const SampleSource> line, double seconds, std::string name)
      : line_(std::move(line)), seconds_(seconds), name_(std::move(name)) {}

  [[nodiscard]] std::int64_t size() const override { return line_->size(); }
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] double resolution_s(double seconds) const override {
    if (!line_->storage().starts_with("float32")) return Timestamps::resolution_s(seconds);
    const float size = std::abs(static_cast<float>(seconds / seconds_));
    return seconds_ *
           static_cast<double>(std::nextafter(size, std::numeric_limits<float>::infinity()) - size);
  }
  void read(std::int64_t first, std::span<double> seconds) override {
    stored_.resize(std::max(stored_.size(), seconds.size() * line_->value_bytes()));
    line_->read(first, std::ssize(seconds), stored_.data());
    volts_of(*line_, first, stored_.data(), seconds);
    if (seconds_ != 1.0)
      for (double& one : seconds) one *= seconds_;
  }

 private:
  std::shared_ptr<const SampleSource> line_;
  double seconds_;
  std::string name_;
  std::vector<std::byte> stored_;
};

/// What one pass over the lever's values finds.
struct Scan {
  std::vector<RawRange> kept;
  std::vector<std::int64_t> starts, stops;  ///< of stretches without the flag
};

class Scanner {
 public:
  Scanner(const Mapping& mapping, const std::string& path) : mapping_(mapping), path_(path) {}

  Scan scan(const SampleSource& values) {
    for_each_block(values, [&](std::int64_t first, std::span<const double> some) {
      for (std::size_t i = 0; i < some.size(); ++i) see(first + static_cast<std::int64_t>(i), some[i]);
    });
    if (mapping_.lever.zero_tail) cut_at(last_not_zero_ + 1);
    if (!scan_.kept.empty()) return std::move(scan_);
    throw BadSession({path_, mapping_.lever.line.text(), "", "no sample that the mapping calls valid",
                      "some; " + mapping_.origin + " says which"});
  }

 private:
  void see(std::int64_t sample, double value) {
    const Mapping::Lever& lever = mapping_.lever;
    const bool flagged = lever.flag_above && value > *lever.flag_above;
    if (value != 0.0) last_not_zero_ = sample;
    if (mapping_.trials.flag_below && (sample >= lever.skip_samples || mapping_.trials.in_skipped))
      see_flag(sample, value, flagged);
    flagged_ = flagged;
    if (sample < lever.skip_samples || !is_valid(flagged ? value - lever.flag_adds : value)) return;
    if (!scan_.kept.empty() && scan_.kept.back().end == sample)
      ++scan_.kept.back().end;
    else
      scan_.kept.push_back({sample, sample + 1});
    if (scan_.kept.size() > most_stretches)
      throw BadSession({path_, lever.line.text(), "",
                        fmt::format("more than {} stretches of valid samples", most_stretches),
                        "a lever; do valid and no_data in " + mapping_.origin + " fit it?"});
  }

  void see_flag(std::int64_t sample, double value, bool flagged) {
    if (flagged_ && value < *mapping_.trials.flag_below) scan_.starts.push_back(sample);
    if (!flagged_ && flagged) scan_.stops.push_back(sample);
  }

  [[nodiscard]] bool is_valid(double value) const {
    const Mapping::Lever& lever = mapping_.lever;
    if (lever.valid && !(value >= (*lever.valid)[0] && value <= (*lever.valid)[1])) return false;
    return lever.no_data.empty() || std::ranges::find(lever.no_data, value) == lever.no_data.end();
  }

  void cut_at(std::int64_t end) {
    while (!scan_.kept.empty() && scan_.kept.back().begin >= end) scan_.kept.pop_back();
    if (!scan_.kept.empty()) scan_.kept.back().end = std::min(scan_.kept.back().end, end);
    for (std::vector<std::int64_t>* const samples : {&scan_.starts, &scan_.stops})
      std::erase_if(*samples, [end](std::int64_t sample) { return sample >= end; });
  }

  const Mapping& mapping_;
  const std::string& path_;
  Scan scan_;
  bool flagged_ = false;
  std::int64_t last_not_zero_ = -1;
};

class Opening {
 public:
  Opening(const std::string& path, const SessionOptions& options)
      : mapping_(read_mapping(options.mapping)),
        files_(path, mapping_.lever.line.type.has_value() && mapping_.lever.line.file.empty()) {
    SessionInfo& info = recording_.info;
    info.path = path;
    info.format = "mapping";
    info.dataset = mapping_.lever.line.text();
    info.rig = rig_of(options);
    info.mm_per_volt = mapping_.lever.mm_per_volt;
    use_calibration(info);
  }

  Recording open() {
    open_clock();
    open_lever();
    recording_.trials = trials();
    identify();
    recording_.info.files = files_.all();
    recording_.words = {.rate = "rate_hz in " + mapping_.origin,
                        .trials = "trials in " + mapping_.origin,
                        .trial_columns = {"start", "stop", "cue", "reward"}};
    return std::move(recording_);
  }

 private:
  [[nodiscard]] static double seconds_of(TimeUnit unit) {
    return unit == TimeUnit::milliseconds ? 1e-3 : unit == TimeUnit::microseconds ? 1e-6 : 1.0;
  }

  void open_clock() {
    if (mapping_.lever.rate_hz) {
      recording_.info.rate_hz = *mapping_.lever.rate_hz;
      check_stated_rate(recording_.info, {.rate = "rate_hz in " + mapping_.origin});
      return;
    }
    times_ = std::make_unique<LineTimestamps>(files_.line(*mapping_.lever.timestamps),
                                              seconds_of(mapping_.lever.timestamps_unit),
                                              mapping_.lever.timestamps->text());
  }

  /// Of a sample as the file counts them.
  double time_of(std::int64_t sample) {
    if (times_ == nullptr) return static_cast<double>(sample) / recording_.info.rate_hz;
    double seconds = 0.0;
    times_->read(std::clamp<std::int64_t>(sample, 0, times_->size() - 1), {&seconds, 1});
    return seconds;
  }

  void open_lever() {
    const Mapping::Lever& lever = mapping_.lever;
    SessionInfo& info = recording_.info;
    std::shared_ptr<const SampleSource> values = files_.line(lever.line);
    samples_ = values->size();
    if (times_ != nullptr && times_->size() != samples_)
      throw BadSession({info.path, times_->name(), "", fmt::format("{} time stamps", times_->size()),
                        fmt::format("one for each of {} samples", samples_)});
    const bool whole = lever.skip_samples == 0 && !lever.zero_tail && !lever.valid && lever.no_data.empty();
    if (!whole || mapping_.trials.flag_below) scan_ = Scanner(mapping_, info.path).scan(*values);
    if (scan_.kept.empty()) scan_.kept = {{0, samples_}};
    note_left_out();
    if (lever.flag_above) values = std::make_shared<WithoutFlag>(values, *lever.flag_above, lever.flag_adds);
    const double unit = volts_per_unit(info, lever.unit, "unit");
    info.volts_per_count = lever.volts_per_count * unit;
    info.offset_v = lever.offset_v * unit;
    if (info.volts_per_count != 1.0 || info.offset_v != 0.0)
      values = std::make_shared<CalibratedSamples>(
          values, CalibratedSamples::Coefficients{info.offset_v, info.volts_per_count, 0.0, 0.0});
    keep(values);
  }

  void keep(const std::shared_ptr<const SampleSource>& values) {
    std::vector<Stretch> stretches;
    for (const RawRange& range : scan_.kept) stretches.push_back({values, range, time_of(range.begin)});
    if (times_ == nullptr) return take_stretches(recording_, std::move(stretches), recording_.info.rate_hz);
    recording_.info.clock_offset_s = stretches.front().start_s;
    recording_.samples = std::make_unique<JoinedSamples>(std::move(stretches));
    recording_.timestamps = std::make_unique<KeptTimestamps>(
        std::make_unique<LineTimestamps>(files_.line(*mapping_.lever.timestamps),
                                         seconds_of(mapping_.lever.timestamps_unit),
                                         mapping_.lever.timestamps->text()),
        scan_.kept);
  }

  void note_left_out() {
    std::int64_t kept = 0;
    for (const RawRange& range : scan_.kept) kept += range.end - range.begin;
    if (kept == samples_) return;
    recording_.info.notes.push_back(
        {.code = "values_left_out",
         .value = static_cast<double>(samples_ - kept),
         .text = fmt::format(
             "{} of {} samples are left out, as {} says; {} of the rest", samples_ - kept, samples_,
             mapping_.origin,
             scan_.kept.size() == 1 ? "1 stretch" : fmt::format("{} stretches", scan_.kept.size()))});
  }

  // --- trials, on the clock of the file

  TrialTable trials() {
    const Mapping::Trials& trials = mapping_.trials;
    if (trials.start) return trials_of_columns();
    if (trials.flag_below)
      return trials_of(TaskEvents{times_of(scan_.starts), times_of(scan_.stops), {}, {}}, end_s());
    if (!trials.bpod.empty()) return trials_of_bpod();
    if (trials.trial_line || trials.cue_line) return trials_of_pulses();
    return {};
  }

  [[nodiscard]] double end_s() { return time_of(scan_.kept.back().end - 1); }

  std::vector<double> times_of(const std::vector<std::int64_t>& samples) {
    std::vector<double> seconds;
    for (const std::int64_t sample : samples) seconds.push_back(time_of(sample));
    return seconds;
  }

  std::vector<double> values_of(const LinePlace& place) {
    return all_of(*files_.line(place), files_.path_of(place), place.text());
  }

  std::vector<double> column(const MappedTimes& column) {
    std::vector<double> values = values_of(column.line);
    if (column.where) {
      const std::vector<double> flags = values_of(*column.where);
      if (flags.size() != values.size())
        throw BadSession({recording_.info.path, column.where->text(), "",
                          fmt::format("{} values", flags.size()),
                          fmt::format("as many as {} has: {}", column.line.text(), values.size())});
      for (std::size_t i = 0; i < values.size(); ++i)
        if (flags[i] != column.equals) values[i] = std::numeric_limits<double>::quiet_NaN();
    }
    for (double& value : values) value = on_clock(value);
    return values;
  }

  double on_clock(double value) {
    const TimeUnit unit = mapping_.trials.unit;
    const double first_s = mapping_.trials.from_first_sample ? recording_.info.clock_offset_s : 0.0;
    if (unit != TimeUnit::samples) return value * seconds_of(unit) + first_s;
    if (std::isnan(value)) return value;
    const double first =
        mapping_.trials.from_first_sample ? static_cast<double>(scan_.kept.front().begin) : 0.0;
    return time_of(static_cast<std::int64_t>(std::clamp(value + first, -1e15, 1e15)));
  }

  TrialTable trials_of_columns() {
    const Mapping::Trials& trials = mapping_.trials;
    TrialTable table;
    table.start_s = column(*trials.start);
    const std::optional<MappedTimes>* const mapped[] = {&trials.stop, &trials.cue, &trials.reward};
    std::vector<double>* const columns[] = {&table.stop_s, &table.cue_s, &table.reward_s};
    for (int i = 0; i < 3; ++i) {
      *columns[i] = *mapped[i]
                        ? column(**mapped[i])
                        : std::vector<double>(table.start_s.size(), std::numeric_limits<double>::quiet_NaN());
      if (columns[i]->size() != table.start_s.size())
        throw BadSession(
            {recording_.info.path, (*mapped[i])->line.text(), "",
             fmt::format("{} values", columns[i]->size()),
             fmt::format("as many as {} has: {}", trials.start->line.text(), table.start_s.size())});
    }
    sort_by_start(table);
    if (!trials.stop) end_with_the_next(table);
    return table;
  }

  static void sort_by_start(TrialTable& table) {
    std::vector<std::size_t> order(table.start_s.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return table.start_s[i]; });
    for (std::vector<double>* const column : {&table.start_s, &table.stop_s, &table.cue_s, &table.reward_s}) {
      std::vector<double> sorted;
      for (const std::size_t i : order) sorted.push_back((*column)[i]);
      *column = std::move(sorted);
    }
  }

  void end_with_the_next(TrialTable& table) {
    for (std::size_t i = 0; i < table.start_s.size(); ++i)
      table.stop_s[i] =
          i + 1 < table.start_s.size() ? table.start_s[i + 1] : std::max(end_s(), table.start_s[i]);
  }

  Pulses pulses(const MappedPulses& mapped) {
    const auto line = files_.line(mapped.line);
    if (line->size() != samples_)
      throw BadSession({recording_.info.path, mapped.line.text(), "", fmt::format("{} values", line->size()),
                        fmt::format("as many as the lever has: {}", samples_)});
    if (mapped.above)
      return find_pulses(
          *line, [level = *mapped.above](double value) { return value > level; }, recording_.info.path,
          mapped.line.text());
    const auto bit = std::uint64_t{1} << *mapped.bit;
    return find_pulses(
        *line,
        [bit](double value) {
          return value > -9e18 && value < 9e18 &&
                 (static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) & bit) != 0;
        },
        recording_.info.path, mapped.line.text());
  }

  TrialTable trials_of_pulses() {
    const Mapping::Trials& trials = mapping_.trials;
    TaskEvents events;
    if (trials.trial_line) {
      const Pulses all = pulses(*trials.trial_line);
      events.start_s = times_of(all.rises);
      events.stop_s = times_of(all.falls);
    }
    if (trials.cue_line) events.cue_s = times_of(pulses(*trials.cue_line).rises);
    if (trials.reward_line) events.reward_s = times_of(pulses(*trials.reward_line).rises);
    return leverkin::trials_of(events, end_s());
  }

  TrialTable trials_of_bpod() {
    const Mapping::Trials& trials = mapping_.trials;
    const BpodWords words{trials.cue_state, trials.reward_state};
    const std::string path =
        system_file::stored_name(std::filesystem::path(recording_.info.path).parent_path() / trials.bpod);
    const TrialTable told = read_bpod(path, words);
    std::vector<double> sync_s;
    if (trials.sync) sync_s = times_of(pulses(*trials.sync).rises);
    return on_recording_clock(told, sync_s, trials.offset_s, recording_.info);
  }

  void identify() {
    SessionIdentity& identity = recording_.info.identity;
    identity.subject = mapping_.subject;
    identity.group = mapping_.group;
    if (identity.subject.empty())
      identity.subject = std::filesystem::absolute(recording_.info.path)
                             .lexically_normal()
                             .parent_path()
                             .filename()
                             .string();
    number_by_name(identity, "", recording_.info.path);
  }

  Mapping mapping_;
  Files files_;
  Recording recording_;
  std::unique_ptr<LineTimestamps> times_;
  std::int64_t samples_ = 0;
  Scan scan_;
};

}  // namespace

Recording open_mapped(const std::string& path, const SessionOptions& options) {
  return Opening(path, options).open();
}

}  // namespace leverkin
