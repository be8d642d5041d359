// Ephus recordings, .xsg and .xsglog: docs/lab-formats.md#ephus-with-dispatcher.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "io/formats/bit_code.h"
#include "io/formats/channels.h"
#include "io/formats/dispatcher.h"
#include "io/formats/format.h"
#include "io/joined_samples.h"
#include "io/mat_file.h"
#include "io/pulses.h"
#include "io/session_checks.h"
#include "io/session_name.h"
#include "leverkin/error.h"
#include "support/folder_entries.h"
#include "support/lower_case.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

constexpr double code_level_v = 2.0;

bool all_of_kind(std::string_view text, int (*is_kind)(int)) {
  return std::ranges::all_of(text, [&](char c) { return is_kind(static_cast<unsigned char>(c)) != 0; });
}

// "AA0001" (a person and a day) and "AAAA0001" (an epoch) begin the names of Ephus's files.
struct EphusName {
  std::string experiment, set;  ///< "AA0001", "AAAA"
  int number = 0;               ///< of the acquisition or epoch
  std::string rest;             ///< "_Lever"
};

std::optional<EphusName> name_of(const fs::path& path) {
  const std::string stem = path.stem().string();
  constexpr std::size_t whole = 14;
  if (stem.size() < whole) return std::nullopt;
  const std::string_view all(stem);
  if (!all_of_kind(all.substr(0, 2), std::isalpha) || !all_of_kind(all.substr(2, 4), std::isdigit) ||
      !all_of_kind(all.substr(6, 4), std::isalpha) || !all_of_kind(all.substr(10, 4), std::isdigit))
    return std::nullopt;
  return EphusName{stem.substr(0, 6), stem.substr(6, 4), std::stoi(stem.substr(10, 4)), stem.substr(whole)};
}

/// The files beside one that have its ending, in the order of their names.
std::vector<fs::path> beside(const fs::path& path, std::string_view suffix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::path& entry : folder_entries(fs::absolute(path).parent_path(), error))
    if (lower_case(entry.extension().string()) == suffix && fs::is_regular_file(entry, error))
      found.push_back(path.parent_path() / entry.filename());
  std::ranges::sort(found);
  return found;
}

std::optional<fs::path> dispatcher_file(const std::string& recording) {
  std::vector<fs::path> found;
  for (const fs::path& path : beside(recording, ".mat"))
    if (path.filename().string().starts_with("data_@")) found.push_back(path);
  if (found.size() > 1)
    throw BadSession({recording, "", "",
                      fmt::format("{} Dispatcher files beside it: {}, {} ...", found.size(),
                                  found[0].filename().string(), found[1].filename().string()),
                      "one, of the same session"});
  return found.empty() ? std::nullopt : std::optional(found.front());
}

/// Trials by the bit codes on a line, with what Dispatcher says of them where its file is there.
TrialTable trials_by_code(SessionInfo& info, const SampleSource& line, const std::string& line_name,
                          Timestamps& clock) {
  const Pulses pulses = find_pulses(
      line, [](double volts) { return volts > code_level_v; }, info.path, line_name);
  std::vector<double> rises_s(pulses.rises.size());
  for (std::size_t i = 0; i < rises_s.size(); ++i) clock.read(pulses.rises[i], {&rises_s[i], 1});
  const std::vector<CodedTrial> codes = read_bit_codes(rises_s);
  double end_s = 0.0;
  clock.read(clock.size() - 1, {&end_s, 1});
  const auto dispatcher = dispatcher_file(info.path);
  if (!dispatcher) return trials_of_codes(codes, end_s);
  info.files.push_back(dispatcher->string());
  return read_dispatcher(dispatcher->string(), codes, end_s, info);
}

void identify(SessionInfo& info) {
  info.identity.subject = fs::absolute(info.path).lexically_normal().parent_path().filename().string();
  number_by_name(info.identity, "", info.path);
}

RecordingWords words() {
  return {.rate = "the rate of the acquisition",
          .trials = "the bit codes",
          .trial_columns = {"start", "stop", "cue", "reward"}};
}

// --- .xsg

/// One .xsg file: MAT with the settings and the traces of one acquisition.
class XsgFile {
 public:
  explicit XsgFile(const std::string& path)
      : path_(path),
        variables_(
            read_mat_file(path, [](std::string_view name) { return name == "header" || name == "data"; })) {
    for (const char* const name : {"header", "data"})
      if (std::ranges::find(variables_, name, &MatValue::name) == variables_.end())
        throw BadSession({path, name, "", "no such variable", "a .xsg file"});
    find_channels();
  }

  [[nodiscard]] double rate_hz() const {
    const auto numbers = few_numbers(setting("sampleRate"), "header.acquirer.acquirer.sampleRate");
    if (numbers.size() == 1) return numbers.front();
    throw BadSession({path_, "header.acquirer.acquirer.sampleRate", "",
                      fmt::format("{} values", numbers.size()), "one rate"});
  }

  /// When it was triggered: seconds of the calendar; nothing where it was not noted.
  [[nodiscard]] std::vector<double> trigger_time() const {
    const MatValue* const value = acquirer().field("triggerTime");
    if (value == nullptr || value->kind != MatValue::Kind::numbers || value->elements() != 6) return {};
    return few_numbers(*value, "header.acquirer.acquirer.triggerTime");
  }

  [[nodiscard]] const std::vector<std::string>& channels() const { return channels_; }

  [[nodiscard]] std::shared_ptr<const SampleSource> trace(const std::string& channel) const {
    const auto at = std::ranges::find(channels_, channel);
    const std::string place =
        at == channels_.end()
            ? "data.acquirer"
            : "data.acquirer.trace_" +
                  std::to_string(numbers_[static_cast<std::size_t>(at - channels_.begin())]);
    if (at == channels_.end())
      throw BadSession({path_, place, "", fmt::format("the channels {}", fmt::join(channels_, ", ")),
                        "one named " + channel});
    const MatValue& value = find_value(variables_, place, path_);
    if (value.kind != MatValue::Kind::numbers || value.bytes == nullptr)
      throw BadSession({path_, place, "", "something that is not numbers, or empty", "a trace"});
    return std::make_shared<TypedSamples>(apart_from_others(value.bytes), value.numbers, place);
  }

 private:
  [[nodiscard]] const MatValue& acquirer() const {
    return find_value(variables_, "header.acquirer.acquirer", path_);
  }
  [[nodiscard]] const MatValue& setting(const char* name) const {
    return find_value(variables_, std::string("header.acquirer.acquirer.") + name, path_);
  }

  void find_channels() {
    const MatValue& traces = find_value(variables_, "data.acquirer", path_);
    for (const std::string& field : traces.fields) {
      constexpr std::string_view trace = "trace_";
      if (!field.starts_with(trace) || field.size() > trace.size() + 4 ||
          !all_of_kind(std::string_view(field).substr(trace.size()), std::isdigit) ||
          field.size() == trace.size())
        continue;
      const int number = std::stoi(field.substr(trace.size()));
      const MatValue* const name = traces.field("channelName_" + std::to_string(number));
      numbers_.push_back(number);
      channels_.push_back(name != nullptr && !name->characters.empty() ? name->characters : field);
    }
    if (channels_.empty()) throw BadSession({path_, "data.acquirer", "", "no trace", "trace_1, trace_2 ..."});
  }

  std::string path_;
  std::vector<MatValue> variables_;
  std::vector<std::string> channels_;
  std::vector<int> numbers_;
};

/// The files of a looped recording: those that follow this one. One that is not the first stands for itself.
std::vector<std::string> loop_of(const std::string& path) {
  const auto own = name_of(path);
  std::vector<std::string> loop;
  if (!own) return {path};
  for (const fs::path& other : beside(path, ".xsg")) {
    const auto name = name_of(other);
    if (!name || name->experiment != own->experiment || name->set != own->set || !name->rest.empty())
      continue;
    if (loop.empty() && name->number < own->number) return {path};
    loop.push_back(system_file::stored_name(other));
  }
  if (loop.empty()) return {path};
  loop.front() = path;  // as it was given
  return loop;
}

// Seconds since some day, of year, month, day, hour, minute, second.
double calendar_s(const std::vector<double>& clock) {
  namespace time = std::chrono;
  const auto day =
      time::sys_days(time::year(static_cast<int>(clock[0])) / time::month(static_cast<unsigned>(clock[1])) /
                     time::day(static_cast<unsigned>(clock[2])));
  return 86'400.0 * static_cast<double>(day.time_since_epoch().count()) + 3600.0 * clock[3] +
         60.0 * clock[4] + clock[5];
}

/// Where the files of a loop begin, from the first one on, to the nearest sample; one after the other where a
/// file does not say when it was triggered.
class LoopClock {
 public:
  double start_of(const XsgFile& file, std::int64_t samples, double rate_hz) {
    const std::vector<double> trigger = file.trigger_time();
    double start_s = end_s_;
    if (!start_time_of(trigger).empty()) {
      const double told = calendar_s(trigger);
      if (!knows_zero_) zero_s_ = told - end_s_;
      knows_zero_ = true;
      start_s = std::max(end_s_, std::round((told - zero_s_) * rate_hz) / rate_hz);
    }
    end_s_ = start_s + static_cast<double>(samples) / rate_hz;
    return start_s;
  }

 private:
  double end_s_ = 0.0;
  double zero_s_ = 0.0;  // of the calendar, where the recording's clock began
  bool knows_zero_ = false;
};

std::string code_line(const std::vector<std::string>& channels) {
  for (const std::string& channel : channels)
    if (lower_case(channel).starts_with("trial") && lower_case(channel).find("trigger") == std::string::npos)
      return channel;
  return {};
}

bool recognises_xsg(const FirstLook& look) {
  if (!is_mat_5(look.head())) return false;
  try {
    const std::vector<std::string> names = mat_variable_names(look.path());
    return std::ranges::count(names, "header") == 1 && std::ranges::count(names, "data") == 1;
  } catch (const BadSession&) {  // damaged: the name has to tell, so that its reader says what is wrong
    return lower_case(fs::path(look.path()).extension().string()) == ".xsg";
  }
}

Recording open_xsg(const FirstLook& look, const SessionOptions& options) {
  Recording recording;
  SessionInfo& info = recording.info;
  info.path = look.path();
  info.rig = rig_of(options);
  use_calibration(info);
  const std::vector<std::string> loop = loop_of(info.path);
  std::vector<Stretch> lever, code;
  LoopClock clock;
  std::string channel, code_channel;
  for (const std::string& path : loop) {
    const XsgFile file(path);
    if (lever.empty()) {
      info.rate_hz = file.rate_hz();
      info.dataset = "data.acquirer";
      check_stated_rate(info, words());
      channel = file.channels()[choose_lever(file.channels(), options.lever, info)];
      info.dataset += ", " + channel;
      code_channel = code_line(file.channels());
      info.identity.start_time = start_time_of(file.trigger_time());
    } else if (file.rate_hz() != info.rate_hz) {
      throw BadSession({path, "header.acquirer.acquirer.sampleRate", "", fmt::format("{} Hz", file.rate_hz()),
                        fmt::format("the rate of {}: {} Hz", loop.front(), info.rate_hz)});
    }
    const auto samples = file.trace(channel);
    const double start_s = clock.start_of(file, samples->size(), info.rate_hz);
    lever.push_back({samples, {0, samples->size()}, start_s});
    if (code_channel.empty()) continue;
    const auto trials = file.trace(code_channel);
    code.push_back({trials, {0, std::min(trials->size(), samples->size())}, start_s});
  }
  info.files = loop;
  take_stretches(recording, lever, info.rate_hz);
  note_parts(info, loop.size(), "files");
  if (!code.empty()) {
    StretchTimes times(code, info.rate_hz, "");
    recording.trials = trials_by_code(info, JoinedSamples(code), code_channel, times);
  }
  identify(info);
  recording.words = words();
  return recording;
}

bool names_xsg(const fs::path& path) {
  const auto own = name_of(path);
  if (!own) return true;
  for (const fs::path& other : beside(path, ".xsglog"))  // they are the recording, this its settings
    if (const auto name = name_of(other);
        name && name->experiment == own->experiment && name->set == own->set)
      return false;
  const std::vector<fs::path> all = beside(path, ".xsg");
  return std::ranges::none_of(all, [&](const fs::path& other) {
    const auto name = name_of(other);
    return name && name->experiment == own->experiment && name->set == own->set && name->rest.empty() &&
           name->number < own->number;
  });
}

// --- .xsglog

bool recognises_xsglog(const FirstLook& look) {
  return !look.is_folder() && look.hdf5() == nullptr &&
         lower_case(fs::path(look.path()).extension().string()) == ".xsglog" &&
         name_of(look.path()).has_value();
}

std::shared_ptr<const SampleSource> log_of(const std::string& path) {
  const auto bytes = open_bytes(path);
  constexpr auto width = static_cast<std::int64_t>(sizeof(double));
  if (bytes->size() % width != 0)
    throw BadSession({path, "", "", fmt::format("{} bytes", bytes->size()),
                      "whole numbers of 8 bytes each (float64): was it cut short?"});
  return std::make_shared<TypedSamples>(bytes, NumberPlace{.count = bytes->size() / width}, "its samples");
}

void refuse_two_epochs(const std::string& path) {
  std::set<std::string> epochs;
  for (const fs::path& other : beside(path, ".xsglog"))
    if (const auto name = name_of(other))
      epochs.insert(fmt::format("{}{}{:04}", name->experiment, name->set, name->number));
  if (epochs.size() < 2) return;
  throw BadSession({path, "", "", fmt::format("the epochs {} in one folder", fmt::join(epochs, ", ")),
                    "one epoch in a folder: which Dispatcher file belongs to which cannot be told"});
}

/// Of a .xsg beside it, else of the rig.
double log_rate_hz(const SessionInfo& info) {
  const std::vector<fs::path> headers = beside(info.path, ".xsg");
  if (!headers.empty()) return XsgFile(headers.front().string()).rate_hz();
  if (!std::isnan(info.rig.rate_hz)) return info.rig.rate_hz;
  throw BadSession({info.path, "", "", "no rate: the file holds samples and nothing else",
                    "a .xsg of the same session beside it, or a rig profile (--rig) with rate_hz"});
}

/// The file of another channel of the same epoch; nothing where there is none.
std::optional<std::string> log_named(const std::string& path, std::string_view beginning) {
  for (const fs::path& other : beside(path, ".xsglog"))
    if (const auto name = name_of(other); name && lower_case(name->rest).starts_with(beginning))
      return system_file::stored_name(other);
  return std::nullopt;
}

Recording open_xsglog(const FirstLook& look, const SessionOptions& options) {
  Recording recording;
  SessionInfo& info = recording.info;
  info.path = look.path();
  info.rig = rig_of(options);
  use_calibration(info);
  info.dataset = "float64 samples";
  refuse_two_epochs(info.path);
  info.rate_hz = log_rate_hz(info);
  check_stated_rate(info, words());
  info.files = {info.path};
  const auto samples = log_of(info.path);
  take_stretches(recording, {{samples, {0, samples->size()}, 0.0}}, info.rate_hz);
  if (const auto trials = log_named(info.path, "_trial")) {
    info.files.push_back(*trials);
    const auto line = log_of(*trials);
    if (line->size() != samples->size())
      info.notes.push_back({.code = "lengths_differ",
                            .value = static_cast<double>(samples->size() - line->size()),
                            .text = fmt::format("{} holds {} samples, the lever {}: each is read to its end",
                                                *trials, line->size(), samples->size())});
    const std::vector<Stretch> all{{line, {0, line->size()}, 0.0}};
    StretchTimes times(all, info.rate_hz, "");
    if (line->size() > 0) recording.trials = trials_by_code(info, *line, *trials, times);
  }
  identify(info);
  recording.words = words();
  return recording;
}

bool names_xsglog(const fs::path& path) {
  const auto name = name_of(path);
  return name && lower_case(name->rest).starts_with("_lever");
}

constexpr std::string_view xsg_suffixes[] = {".xsg"};
constexpr std::string_view xsglog_suffixes[] = {".xsglog"};

}  // namespace

extern const Format xsg_format, xsglog_format;
const Format xsg_format{"xsg", xsg_suffixes, recognises_xsg, open_xsg, names_xsg};
const Format xsglog_format{"xsglog", xsglog_suffixes, recognises_xsglog, open_xsglog, names_xsglog};

}  // namespace leverkin
