#include "io/session_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace leverkin {
namespace {

constexpr std::int64_t most_trials = 10'000'000;  // a damaged length must not ask for all memory

std::vector<double> read_trial_column(const H5::H5File& file, const std::string& path,
                                      const std::string& group, const char* name) {
  const std::string dataset = group + "/" + name;
  if (!file.nameExists(dataset))
    throw BadSession(
        {path, dataset, "", "no such column", "a column of times in seconds, NaN where there is none"});
  Column column(file, dataset, path);
  if (column.size() > most_trials)
    throw BadSession(
        {path, dataset, "", fmt::format("{} trials", column.size()), fmt::format("at most {}", most_trials)});
  std::vector<double> times(static_cast<std::size_t>(column.size()));
  for (std::int64_t first = 0; first < column.size(); first += Column::block_values) {
    const std::int64_t count = std::min(Column::block_values, column.size() - first);
    column.read(first,
                std::span(times).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
  }
  return times;
}

}  // namespace

TrialTable read_trials(const H5::H5File& file, const std::string& path, const std::string& group,
                       const char* const (&columns)[4]) {
  TrialTable trials;
  if (!hdf5::path_exists(file, group)) return trials;
  std::vector<double>* const targets[4] = {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s};
  for (int i = 0; i < 4; ++i) *targets[i] = read_trial_column(file, path, group, columns[i]);
  if (hdf5::is_being_written(path)) {  // the writer has not come to all columns of its last trial yet
    const auto shortest =
        std::ranges::min(targets, {}, [](const auto* column) { return column->size(); })->size();
    for (auto* column : targets) column->resize(shortest);
  }
  for (int i = 0; i < 4; ++i) {
    if (targets[i]->size() != trials.start_s.size())
      throw BadSession({path, group + "/" + columns[i], "", fmt::format("{} values", targets[i]->size()),
                        fmt::format("as many as {} has: {}", columns[0], trials.start_s.size())});
  }
  return trials;
}

std::optional<double> find_number(const H5::H5Object& object, const std::string& path,
                                  const std::string& dataset, const std::string& attribute) {
  if (!hdf5::has_attribute(object, attribute)) return std::nullopt;
  try {
    return hdf5::read_number_attribute(object, attribute);
  } catch (const H5::Exception&) {
    throw BadSession({path, dataset, "attribute " + attribute, "something that is not a number", "a number"});
  }
}

void read_conversion(SessionInfo& info, const H5::H5Object& object, const char* scale, const char* offset) {
  info.volts_per_count = find_number(object, info.path, info.dataset, scale).value_or(1.0);
  info.offset_v = find_number(object, info.path, info.dataset, offset).value_or(0.0);
  if (!std::isfinite(info.volts_per_count) || info.volts_per_count == 0.0)
    throw BadSession({info.path, info.dataset, std::string("attribute ") + scale,
                      fmt::format("{}", info.volts_per_count), "volts per stored unit: finite and not 0"});
  if (!std::isfinite(info.offset_v))
    throw BadSession({info.path, info.dataset, std::string("attribute ") + offset,
                      fmt::format("{}", info.offset_v), "a finite number of volts"});
}

void add_fault(SessionIdentity& identity, const std::string& fault) {
  if (!identity.fault.empty()) identity.fault += "; ";
  identity.fault += fault;
}

}  // namespace leverkin
