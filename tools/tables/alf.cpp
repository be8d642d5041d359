#include "tables/alf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "tables/result_tables.h"
#include "tables/table_text.h"

namespace leverkin::tools {
namespace {

constexpr const char* unknown_date = "2000-01-01";

struct Object {
  std::string_view table, name;
  std::string_view start, stop;  ///< columns that become its intervals; empty: none
};
constexpr std::array objects{Object{"bouts", "_lvk_leverMoves", "onset_s", "offset_s"},
                             Object{"trials", "_lvk_leverTrials", "start_s", "stop_s"},
                             Object{"movements", "_lvk_leverResponses", "", ""}};

// Columns whose attribute is not just their name: points in time, and what others call so already.
struct Renamed {
  std::string_view column, attribute;
};
constexpr std::array renamed{Renamed{"amplitude_v", "peakAmplitude"},
                             Renamed{"cue_s", "cue_times"},
                             Renamed{"reward_s", "reward_times"},
                             Renamed{"movement_onset_s", "movementOnset_times"},
                             Renamed{"onset_s", "onset_times"},
                             Renamed{"onset_1pct_s", "onset1pct_times"},
                             Renamed{"offset_1pct_s", "offset1pct_times"},
                             Renamed{"volts", "position"}};

std::string_view without_unit(std::string_view name, const char* unit) {
  if (unit == nullptr) return name;
  const std::string_view units(unit);
  const std::string_view ending = units == "s"       ? "_s"
                                  : units == "V"     ? "_v"
                                  : units == "V s-1" ? "_v_per_s"
                                  : units == "Hz"    ? "_hz"
                                                     : "";
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

// "reaction_time_s" -> "reactionTime": the convention has units of its own, and writes humps.
std::string attribute_of(const Field& field) {
  const auto known = std::ranges::find(renamed, std::string_view(field.name), &Renamed::column);
  if (known != renamed.end()) return std::string(known->attribute);
  std::string attribute;
  bool hump = false;
  for (const char letter : without_unit(field.name, field.unit)) {
    if (letter != '_') attribute += hump ? static_cast<char>(std::toupper(letter)) : letter;
    hump = letter == '_';
  }
  return attribute;
}

std::vector<double> intervals_of(const ResultTable& table, const Object& object) {
  const auto& start = std::get<std::vector<double>>(table.find(object.start)->values);
  const auto& stop = std::get<std::vector<double>>(table.find(object.stop)->values);
  std::vector<double> pairs;
  for (std::size_t i = 0; i < start.size(); ++i) pairs.insert(pairs.end(), {start[i], stop[i]});
  return pairs;
}

void add_object(std::vector<NamedBytes>& files, const ResultTable& table, const Object& object) {
  const auto add = [&](const std::string& attribute, std::string bytes) {
    files.push_back({fmt::format("{}.{}.npy", object.name, attribute), std::move(bytes)});
  };
  if (!object.start.empty()) add("intervals", npy_of(intervals_of(table, object), 2));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    const std::string_view name = column.field.name;
    if (name == object.start || name == object.stop) continue;
    if (i == 0 && !object.start.empty()) continue;  // the number of the row
    add(attribute_of(column.field), npy_of(column));
  }
}

// A clock that is even needs its ends only: sample, time.
void add_lever(std::vector<NamedBytes>& files, const ResultTable& table) {
  const auto& time_s = std::get<std::vector<double>>(table.find("time_s")->values);
  files.push_back({"_lvk_lever.position.npy", npy_of(*table.find("volts"))});
  files.push_back({"_lvk_lever.timestamps.npy",
                   npy_of({0.0, time_s.front(), static_cast<double>(time_s.size() - 1), time_s.back()}, 2)});
}

}  // namespace

std::filesystem::path alf_folder(const SessionIdentity& identity) {
  std::string subject = identity.subject;
  std::ranges::replace(subject, '/', '_');
  if (subject.find_first_not_of('.') == std::string::npos) subject = "_";  // no folder above
  const std::string day = identity.start_time.substr(0, 10);
  const std::string date =
      day.size() == 10 && day.find_first_not_of("0123456789-") == std::string::npos ? day : unknown_date;
  return std::filesystem::path(subject) / date / fmt::format("{:03d}", identity.session) / "alf";
}

std::vector<NamedBytes> alf_files(const StoredDetail& detail) {
  std::vector<NamedBytes> files;
  for (const ResultTable& table : tables_of(detail)) {
    const auto object = std::ranges::find(objects, table.name, &Object::table);
    if (object != objects.end()) add_object(files, table, *object);
    if (table.name == "lever") add_lever(files, table);
  }
  return files;
}

}  // namespace leverkin::tools
