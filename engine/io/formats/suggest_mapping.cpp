#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "io/calibrated_samples.h"
#include "io/formats/number_file.h"
#include "io/hdf5.h"
#include "io/look_first.h"
#include "leverkin/error.h"
#include "leverkin/suggestions.h"
#include "support/lower_case.h"
#include "support/median.h"

namespace leverkin {
namespace {

constexpr std::int64_t shortest_lever = 1000, shortest_table = 3;
constexpr std::int64_t looked_at = 8192;  // values, at the beginning, in the middle and at the end

/// What a few thousand of a line's values look like.
struct SeenLine {
  LineFacts facts;
  std::int64_t size = 0;
  double low = 0.0, high = 0.0, step = 0.0;  ///< step: the median one
  bool increases = true, whole = true, finite = true, zero_tail = false;
  std::size_t distinct = 0;
};

void look_at(std::span<const double> values, SeenLine& look, std::vector<double>& steps,
             std::vector<double>& all) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    look.finite = look.finite && std::isfinite(values[i]);
    look.whole = look.whole && std::floor(values[i]) == values[i];
    if (i == 0) continue;
    look.increases = look.increases && values[i] > values[i - 1];
    steps.push_back(values[i] - values[i - 1]);
  }
  all.insert(all.end(), values.begin(), values.end());
}

SeenLine look_at(const LineFacts& facts, const SampleSource& line) {
  SeenLine look{.facts = facts, .size = line.size()};
  std::vector<double> steps, all, block;
  std::vector<std::byte> stored;
  for (const std::int64_t first : {std::int64_t{0}, look.size / 2, look.size - looked_at}) {
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, look.size);
    block.resize(static_cast<std::size_t>(std::min(looked_at, look.size - begin)));
    stored.resize(block.size() * line.value_bytes());
    line.read(begin, std::ssize(block), stored.data());
    volts_of(line, begin, stored.data(), block);
    look_at(block, look, steps, all);
    if (first == look.size - looked_at)
      look.zero_tail = !block.empty() && std::ranges::all_of(block, [](double v) { return v == 0.0; });
  }
  std::erase_if(all, [](double v) { return !std::isfinite(v); });
  std::ranges::sort(all);
  if (!all.empty()) look.low = all.front();
  if (!all.empty()) look.high = all.back();
  all.erase(std::unique(all.begin(), all.end()), all.end());
  look.distinct = all.size();
  std::erase_if(steps, [](double v) { return !std::isfinite(v); });
  look.step = upper_median(steps);
  return look;
}

bool is_time(const SeenLine& look) { return look.finite && look.increases && look.size > 2; }

// A lever is long, and takes many values; a line that is up or down takes few.
bool can_be_lever(const SeenLine& look) {
  constexpr std::size_t fewest_values = 17;
  return look.size >= shortest_lever && !is_time(look) && look.distinct >= fewest_values;
}

bool is_named_like_a_lever(const SeenLine& look) {
  const std::string name = lower_case(look.facts.place.data + look.facts.extent);
  return std::ranges::any_of(std::initializer_list<std::string_view>{"lever", "joystick", "position", "mvt"},
                             [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::string quoted(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return "\"" + safe + "\"";
}

/// The keys of a line: `data = "x", column = 1`.
std::string keys(const LinePlace& place, const char* separator) {
  std::string text;
  const auto add = [&](const std::string& key) { text += (text.empty() ? "" : separator) + key; };
  if (!place.data.empty()) add("data = " + quoted(place.data));
  if (place.column) add(fmt::format("column = {}", *place.column));
  if (place.row) add(fmt::format("row = {}", *place.row));
  return text;
}

std::string seen(const SeenLine& look) {
  return fmt::format("{}; {:.6g} to {:.6g}, {} different values in {}", look.facts.extent, look.low,
                     look.high, look.distinct, std::min(look.size, 3 * looked_at));
}

// By the usual step from one sample to the next.
std::string unit_of(double step) { return step < 0.05 ? "s" : step < 50.0 ? "ms" : "us"; }

class Suggestion {
 public:
  Suggestion(const std::string& path, NumberFile& file) : path_(path) {
    for (const LineFacts& facts : file.lines(shortest_table)) {
      const SeenLine look = look_at(facts, *file.line(facts.place));
      if (can_be_lever(look))
        levers_.push_back(look);
      else if (is_time(look))
        times_.push_back(look);
    }
    std::ranges::stable_sort(levers_, std::greater{}, [](const SeenLine& look) {
      return std::tuple(is_named_like_a_lever(look), look.size, look.distinct);
    });
  }

  [[nodiscard]] std::string text() const {
    if (levers_.empty())
      throw BadSession({path_, "", "", "nothing that can be a lever",
                        fmt::format("a line of {} numbers or more that takes many values", shortest_lever)});
    const std::string name = std::filesystem::path(path_).extension().string();
    return fmt::format("# A mapping for {}: look it over and complete it (docs/mapping.md).\nfiles = {}\n\n",
                       quoted(std::filesystem::path(path_).filename().string()), quoted("*" + name)) +
           lever_text() + trials_text();
  }

 private:
  [[nodiscard]] std::string lever_text() const {
    const SeenLine& lever = levers_.front();
    std::string text = "[lever]\n";
    text += fmt::format("{}{}# {}\n", keys(lever.facts.place, "\n"),
                        keys(lever.facts.place, "\n").empty() ? "" : "   ", seen(lever));
    for (std::size_t i = 1; i < std::min<std::size_t>(levers_.size(), 8); ++i)
      text += fmt::format("# or: {}   # {}\n", keys(levers_[i].facts.place, ", "), seen(levers_[i]));
    text += clock_text(lever);
    if (lever.whole)
      text += fmt::format(
          "volts_per_count = 1.0   # whole numbers, {:.6g} to {:.6g}: how many volts is one?\noffset_v = "
          "0.0\n",
          lever.low, lever.high);
    if (lever.zero_tail) text += "zero_tail = true        # it ends with zeros\n";
    text += "# sign = -1             # where a press lowers the values\n";
    return text;
  }

  [[nodiscard]] std::string clock_text(const SeenLine& lever) const {
    for (const SeenLine& time : times_)
      if (time.size == lever.size)
        return fmt::format("timestamps = {{ {}, unit = \"{}\" }}   # increases; usual step {:.6g}\n",
                           keys(time.facts.place, ", "), unit_of(time.step), time.step);
    return "rate_hz = 0             # samples per second: nothing in the file increases with every sample\n";
  }

  [[nodiscard]] std::string trials_text() const {
    std::string text = "\n# [trials]              # short lines that increase, as the starts of trials do:\n";
    std::size_t told = 0;
    for (const SeenLine& time : times_)
      if (time.size < levers_.front().size / 10 && told++ < 8)
        text += fmt::format("# start = {{ {} }}   # {}\n", keys(time.facts.place, ", "), seen(time));
    if (told == 0) text += "# start = { data = \"\" }\n";
    return text + "# cue = { data = \"\" }\n# reward = { data = \"\" }\n";
  }

  std::string path_;
  std::vector<SeenLine> levers_, times_;
};

}  // namespace

std::string suggest_mapping(const std::filesystem::path& path) {
  if (hdf5::is_hdf5(path)) look_first(path, Look::mapping);
  const hdf5::Lock lock;
  try {
    const auto file = open_number_file(path.string(), false);
    return Suggestion(path.string(), *file).text();
  } catch (const H5::Exception& error) {
    throw hdf5::unreadable(error, path.string());
  }
}

}  // namespace leverkin
