#include "io/formats/mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "io/formats/name_pattern.h"
#include "io/toml_fields.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

LinePlace line_of(const TomlFields& table) {
  LinePlace line;
  line.file = table.text("file").value_or("");
  line.data = table.text("data").value_or("");
  line.column = table.count("column");
  line.row = table.count("row");
  if (const auto type = table.text("type")) {
    line.type.emplace();
    if (!find_type(*type, *line.type))
      throw table.refuse("type", *type, "float64, float32, int16, uint8 ...");
  }
  line.channels = table.count("channels").value_or(1);
  line.channel = table.count("channel").value_or(0);
  line.header_bytes = table.count("header_bytes").value_or(0);
  line.big_endian = table.flag("big_endian").value_or(false);
  const std::filesystem::path file(line.file);
  if (file.is_absolute() || std::ranges::count(file, "..") > 0)
    throw table.refuse("file", line.file, "a file beside the recording, or in a folder there");
  return line;
}

TimeUnit unit_of(const TomlFields& table) {
  const std::string unit = table.text("unit").value_or("s");
  static constexpr std::pair<const char*, TimeUnit> units[] = {{"s", TimeUnit::seconds},
                                                               {"ms", TimeUnit::milliseconds},
                                                               {"us", TimeUnit::microseconds},
                                                               {"samples", TimeUnit::samples}};
  for (const auto& [name, meant] : units)
    if (unit == name) return meant;
  throw table.refuse("unit", unit, "s, ms, us or samples");
}

constexpr auto line_keys = {"file",     "data",    "column",       "row",       "type",
                            "channels", "channel", "header_bytes", "big_endian"};

// The keys of a line, and some more.
void refuse_other_keys(const TomlFields& table, std::initializer_list<std::string_view> more) {
  for (const std::string& key : table.keys())
    if (std::ranges::find(line_keys, key) == line_keys.end() && std::ranges::find(more, key) == more.end())
      throw table.refuse(key, "a key that nobody reads", "one that docs/mapping.md has");
}

Mapping::Lever lever_of(const TomlFields& table) {
  Mapping::Lever lever;
  lever.line = line_of(table);
  lever.rate_hz = table.find_positive("rate_hz");
  if (table.has("timestamps")) {
    const TomlFields times = table.table("timestamps");
    lever.timestamps = line_of(times);
    lever.timestamps_unit = unit_of(times);
    refuse_other_keys(times, {"unit"});
  }
  if (lever.rate_hz.has_value() == lever.timestamps.has_value())
    throw table.refuse("rate_hz", lever.rate_hz ? "a rate and time stamps" : "neither a rate nor time stamps",
                       "either rate_hz or a table timestamps");
  lever.volts_per_count = table.number("volts_per_count").value_or(1.0);
  if (lever.volts_per_count == 0.0) throw table.refuse("volts_per_count", "0", "a number that is not 0");
  lever.offset_v = table.number("offset_v").value_or(0.0);
  lever.mm_per_volt = table.find_positive("mm_per_volt").value_or(0.0);
  lever.unit = table.text("unit").value_or("");
  const double sign = table.number("sign").value_or(1.0);
  if (sign != 1.0 && sign != -1.0) throw table.refuse("sign", fmt::format("{}", sign), "1 or -1");
  lever.volts_per_count *= sign;
  lever.offset_v *= sign;
  lever.skip_samples = table.count("skip_samples").value_or(0);
  lever.zero_tail = table.flag("zero_tail").value_or(false);
  lever.no_data = table.numbers("no_data").value_or(std::vector<double>{});
  if (const auto valid = table.numbers("valid")) {
    if (valid->size() != 2 || !((*valid)[0] < (*valid)[1]))
      throw table.refuse("valid", fmt::format("{} numbers", valid->size()), "[lowest, highest]");
    lever.valid = {(*valid)[0], (*valid)[1]};
  }
  if (table.has("flag")) {
    const TomlFields flag = table.table("flag");
    lever.flag_above = flag.number("above");
    lever.flag_adds = flag.number("adds").value_or(0.0);
    if (!lever.flag_above) throw flag.refuse("above", "nothing", "the value above which the flag is set");
    flag.refuse_others({"above", "adds"});
  }
  refuse_other_keys(table, {"rate_hz", "timestamps", "volts_per_count", "offset_v", "mm_per_volt", "unit",
                            "sign", "skip_samples", "zero_tail", "no_data", "valid", "flag"});
  return lever;
}

std::optional<MappedTimes> times_of(const TomlFields& trials, const char* key) {
  if (!trials.has(key)) return std::nullopt;
  const TomlFields table = trials.table(key);
  MappedTimes times{.line = line_of(table)};
  if (table.has("where")) {
    const TomlFields where = table.table("where");
    times.where = line_of(where);
    times.equals = where.number("equals").value_or(1.0);
    refuse_other_keys(where, {"equals"});
  }
  refuse_other_keys(table, {"where"});
  return times;
}

std::optional<MappedPulses> pulses_of(const TomlFields& trials, const char* key) {
  if (!trials.has(key)) return std::nullopt;
  const TomlFields table = trials.table(key);
  MappedPulses pulses{line_of(table), table.number("above"), table.count("bit")};
  if (pulses.above.has_value() == pulses.bit.has_value() || pulses.bit.value_or(0) > 31)
    throw table.refuse("above", "neither a level nor a bit, or both",
                       "either above = 2.5 or bit = 0 (to 31)");
  refuse_other_keys(table, {"above", "bit"});
  return pulses;
}

Mapping::Trials trials_of_table(const TomlFields& table) {
  Mapping::Trials trials;
  trials.start = times_of(table, "start");
  trials.stop = times_of(table, "stop");
  trials.cue = times_of(table, "cue");
  trials.reward = times_of(table, "reward");
  trials.trial_line = pulses_of(table, "trial_line");
  trials.cue_line = pulses_of(table, "cue_line");
  trials.reward_line = pulses_of(table, "reward_line");
  trials.sync = pulses_of(table, "sync");
  trials.unit = unit_of(table);
  const std::string clock = table.text("clock").value_or("file");
  if (clock != "file" && clock != "first_sample") throw table.refuse("clock", clock, "file or first_sample");
  trials.from_first_sample = clock == "first_sample";
  if (table.has("flag")) {
    const TomlFields flag = table.table("flag");
    trials.flag_below = flag.number("below");
    trials.in_skipped = flag.flag("in_skipped").value_or(false);
    if (!trials.flag_below) throw flag.refuse("below", "nothing", "the highest value without the flag");
    flag.refuse_others({"below", "in_skipped"});
  }
  trials.bpod = table.text("bpod").value_or("");
  trials.cue_state = table.text("cue_state").value_or("");
  trials.reward_state = table.text("reward_state").value_or("");
  trials.offset_s = table.number("offset_s").value_or(0.0);
  table.refuse_others({"start", "stop", "cue", "reward", "trial_line", "cue_line", "reward_line", "sync",
                       "unit", "clock", "flag", "bpod", "cue_state", "reward_state", "offset_s"});
  const int ways = (trials.start ? 1 : 0) + (trials.flag_below ? 1 : 0) + (trials.bpod.empty() ? 0 : 1) +
                   (trials.trial_line || trials.cue_line ? 1 : 0);
  if (!table.keys().empty() && ways != 1)
    throw table.refuse("start", ways == 0 ? "no way to find trials" : "several ways to find trials",
                       "one of: start, trial_line or cue_line, flag, bpod");
  return trials;
}

std::vector<std::string> patterns_of(const TomlFields& table) {
  const std::string all = table.text("files").value_or("");
  std::vector<std::string> patterns;
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find(' ', begin), all.size());
    if (end > begin) patterns.push_back(all.substr(begin, end - begin));
    begin = end + 1;
  }
  return patterns;
}

}  // namespace

Mapping read_mapping(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw BadArgument(path.string() + ": the mapping cannot be read");
  const TomlFields all(text, path.string());
  Mapping mapping;
  mapping.origin = path.string();
  mapping.files = patterns_of(all);
  mapping.subject = all.text("subject").value_or("");
  mapping.group = all.text("group").value_or("");
  if (!all.has("lever")) throw all.refuse("lever", "nothing", "a table: where the lever's samples are");
  mapping.lever = lever_of(all.table("lever"));
  mapping.trials = trials_of_table(all.table("trials"));
  all.refuse_others({"files", "subject", "group", "lever", "trials"});
  if (mapping.trials.flag_below && !mapping.lever.flag_above)
    throw all.refuse("trials.flag", "no flag in the lever's values", "a table lever.flag");
  return mapping;
}

bool is_mapped(const Mapping& mapping, const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (mapping.files.empty()) {
    static constexpr std::array<std::string_view, 10> usual{".mat", ".h5",  ".hdf5", ".nwb", ".npy",
                                                            ".csv", ".tsv", ".txt",  ".bin", ".dat"};
    return std::ranges::find(usual, file.extension().string()) != usual.end();
  }
  return std::ranges::any_of(mapping.files,
                             [&](const std::string& pattern) { return matches_pattern(name, pattern); });
}

}  // namespace leverkin
