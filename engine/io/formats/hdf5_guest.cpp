#include "io/formats/hdf5_guest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/formats/names.h"
#include "io/formats/units.h"
#include "io/look_first.h"
#include "io/stored_values.h"
#include "support/text_encoding.h"

namespace leverkin {
namespace {

constexpr std::int64_t most_trials = 10'000'000;  // a damaged length must not ask for all memory

std::vector<double> read_all(NumberColumn& column) {
  std::vector<double> values(static_cast<std::size_t>(column.size()));
  for (std::int64_t first = 0; first < column.size(); first += NumberColumn::block_values) {
    still_looking();
    const std::int64_t count = std::min(NumberColumn::block_values, column.size() - first);
    column.read(first,
                std::span(values).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
  }
  return values;
}

std::vector<double> read_column(const H5::H5File& hdf5, const SessionInfo& info, const std::string& dataset) {
  NumberColumn column(hdf5, dataset, info.path);
  if (info.being_written) end_with_what_is_written({&column});
  column.require_whole();
  if (column.size() > most_trials)
    throw BadSession({info.path, dataset, "", fmt::format("{} trials", column.size()),
                      fmt::format("at most {}", most_trials)});
  return read_all(column);
}

// A ragged column of a table: row i holds values [ends[i - 1], ends[i]).
struct Ragged {
  std::string index;  // the data set of ends
  std::vector<double> ends, values;

  void check(const std::string& file) const {
    double before = 0.0;
    for (std::size_t row = 0; row < ends.size(); ++row) {
      const bool good = ends[row] >= before && ends[row] <= static_cast<double>(values.size());
      if (!good)
        throw BadSession({file, index, fmt::format("row {}", row),
                          fmt::format("{} after {}", ends[row], before),
                          fmt::format("ends of rows that do not decrease, at most {}", values.size())});
      before = ends[row];
    }
  }

  [[nodiscard]] std::size_t begin(std::size_t row) const {
    return row == 0 ? 0 : static_cast<std::size_t>(ends[row - 1]);
  }
  [[nodiscard]] std::size_t length(std::size_t row) const {
    return static_cast<std::size_t>(ends[row]) - begin(row);
  }
};

std::vector<double> firsts_of(const Ragged& ragged, SessionInfo& info, const std::string& dataset) {
  ragged.check(info.path);
  std::vector<double> firsts(ragged.ends.size(), std::numeric_limits<double>::quiet_NaN());
  std::int64_t several = 0;
  for (std::size_t row = 0; row < firsts.size(); ++row) {
    if (ragged.length(row) > 0) firsts[row] = ragged.values[ragged.begin(row)];
    several += ragged.length(row) > 1 ? 1 : 0;
  }
  if (several > 0)
    info.notes.push_back(
        {.code = "ragged_column",
         .value = static_cast<double>(several),
         .text = fmt::format("{} of {} trials have several values in {}: the first of each counts", several,
                             firsts.size(), dataset)});
  return firsts;
}

std::vector<double> read_trial_column(const H5::H5File& hdf5, SessionInfo& info, const std::string& group,
                                      const char* name) {
  const std::string dataset = group + "/" + name, index = dataset + "_index";
  if (!is_there(hdf5, info.path, dataset))
    throw BadSession(
        {info.path, dataset, "", "no such column", "a column of times in seconds, NaN where there is none"});
  if (is_there(hdf5, info.path, index + "_index"))
    throw BadSession(
        {info.path, index + "_index", "", "a column that is ragged twice", "one list of times per trial"});
  std::vector<double> values = read_column(hdf5, info, dataset);
  if (!is_there(hdf5, info.path, index)) return values;
  return firsts_of({index, read_column(hdf5, info, index), std::move(values)}, info, dataset);
}

// Whatever is no column of whole numbers names no trial: rows serve as well. One that cannot be read is
// damage.
std::vector<std::int64_t> read_trial_ids(const H5::H5File& hdf5, const SessionInfo& info,
                                         const std::string& group) {
  const std::string dataset = group + "/" + names::trial_id;
  if (!hdf5::path_exists(hdf5, dataset)) return {};
  std::unique_ptr<NumberColumn> column;
  try {
    column = std::make_unique<NumberColumn>(hdf5, dataset, info.path);
  } catch (const BadSession&) {
    return {};
  }
  if (info.being_written) end_with_what_is_written({column.get()});
  if (column->size() > most_trials || !column->absent().ranges.empty()) return {};
  std::vector<std::int64_t> ids;
  for (const double id : read_all(*column)) {
    if (!(std::abs(id) < 9e15) || std::floor(id) != id) return {};
    ids.push_back(static_cast<std::int64_t>(id));
  }
  return ids;
}

}  // namespace

std::optional<std::string> dangling_target(const H5::H5File& hdf5, const std::string& path) {
  if (H5Lexists(hdf5.getId(), path.c_str(), H5P_DEFAULT) <= 0 || hdf5::leads_somewhere(hdf5, path))
    return std::nullopt;
  H5L_info_t link{};
  H5Lget_info(hdf5.getId(), path.c_str(), &link, H5P_DEFAULT);
  std::string value(link.u.val_size + 1, '\0');
  H5Lget_val(hdf5.getId(), path.c_str(), value.data(), value.size(), H5P_DEFAULT);
  if (link.type == H5L_TYPE_SOFT) return value.c_str();
  const char *file = "", *object = "";
  if (link.type != H5L_TYPE_EXTERNAL ||
      H5Lunpack_elink_val(value.data(), link.u.val_size, nullptr, &file, &object) < 0)
    return "something that is not there";
  return fmt::format("{}:{}", file, object);
}

bool is_there(const H5::H5File& hdf5, const std::string& file, const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!hdf5::has_link(hdf5, part)) return false;
    if (const auto target = dangling_target(hdf5, part))
      throw BadSession(
          {file, part, "", "a link to " + *target + ", which is not there",
           "what it leads to, at the place where the link looks for it (docs/troubleshooting.md#links)"});
    if (end != std::string::npos) continue;
    const hid_t id = H5Oopen(hdf5.getId(), part.c_str(), H5P_DEFAULT);
    const std::string holder = id < 0 ? file : file_holding(id);
    H5Oclose(id);
    require_inside(holder, file, path);
    return true;
  }
}

TrialTable read_trials(const H5::H5File& hdf5, SessionInfo& info, const std::string& group,
                       const char* const (&columns)[4]) {
  TrialTable trials;
  if (!is_there(hdf5, info.path, group)) return trials;
  std::vector<double>* const targets[4] = {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s};
  constexpr int first_event = 2;  // cues and rewards may be missing altogether
  for (int i = 0; i < 4; ++i) {
    const std::string dataset = group + "/" + columns[i];
    if (i < first_event || is_there(hdf5, info.path, dataset)) {
      *targets[i] = read_trial_column(hdf5, info, group, columns[i]);
      continue;
    }
    targets[i]->assign(trials.start_s.size(), std::numeric_limits<double>::quiet_NaN());
    info.notes.push_back(
        {.code = "no_column",
         .text = fmt::format("the trials have no column {}: {}", dataset,
                             i == first_event ? "no cue is known, bouts are found but no movement is used "
                                                "(docs/troubleshooting.md#no-cues-or-rewards)"
                                              : "no reward is known, bouts are found but no movement is used "
                                                "(docs/troubleshooting.md#no-cues-or-rewards)")});
  }
  trials.id = read_trial_ids(hdf5, info, group);
  if (info.being_written) {  // the writer has not come to all columns of its last trial yet
    const auto shortest =
        std::ranges::min(targets, {}, [](const auto* column) { return column->size(); })->size();
    for (auto* column : targets) column->resize(shortest);
    trials.id.resize(std::min(shortest, trials.id.size()));
  }
  if (trials.id.size() != trials.start_s.size()) trials.id.clear();
  for (int i = 0; i < 4; ++i) {
    if (targets[i]->size() != trials.start_s.size())
      throw BadSession({info.path, group + "/" + columns[i], "", fmt::format("{} values", targets[i]->size()),
                        fmt::format("as many as {} has: {}", columns[0], trials.start_s.size())});
  }
  return trials;
}

void end_with_what_is_written(std::initializer_list<NumberColumn*> columns) {
  std::int64_t shortest = std::numeric_limits<std::int64_t>::max();
  for (const NumberColumn* column : columns) {
    if (column == nullptr) continue;
    const AbsentSamples absent = column->absent();
    const bool open_end = !absent.ranges.empty() && absent.ranges.back().end == column->size();
    shortest = std::min(shortest, open_end ? absent.ranges.back().begin : column->size());
  }
  for (NumberColumn* column : columns)
    if (column != nullptr) column->shorten(shortest);
}

namespace {

std::string in_utf8(SessionInfo& info, std::string text, const std::string& place) {
  if (is_utf8(text)) return text;
  text = from_windows_1252(text);
  info.notes.push_back({.code = "text_encoding",
                        .text = fmt::format("{} is no UTF-8; read as Windows-1252 it is \"{}\" "
                                            "(docs/troubleshooting.md#text)",
                                            place, text)});
  return text;
}

}  // namespace

std::string find_text(SessionInfo& info, const H5::H5Object& object, const std::string& dataset,
                      const std::string& attribute) {
  if (!hdf5::has_attribute(object, attribute)) return {};
  const std::string place = "attribute " + attribute;
  try {
    return in_utf8(info, hdf5::read_text_attribute(object, attribute), dataset + ", " + place);
  } catch (const hdf5::OtherKind&) {
    throw BadSession({info.path, dataset, place, "something that is not a text", "a text"});
  }
}

std::string find_text(SessionInfo& info, const H5::H5File& hdf5, const std::string& dataset) {
  if (!is_there(hdf5, info.path, dataset)) return {};
  if (hdf5.childObjType(dataset) == H5O_TYPE_DATASET) {
    try {
      return in_utf8(info, hdf5::read_text(hdf5.openDataSet(dataset)), dataset);
    } catch (const hdf5::OtherKind&) {  // said below
    }
  }
  throw BadSession({info.path, dataset, "", "something that is not a text", "a text"});
}

std::optional<double> find_number(const H5::H5Object& object, const std::string& path,
                                  const std::string& dataset, const std::string& attribute) {
  if (!hdf5::has_attribute(object, attribute)) return std::nullopt;
  try {
    return hdf5::read_number_attribute(object, attribute);
  } catch (const hdf5::OtherKind&) {
    throw BadSession({path, dataset, "attribute " + attribute, "something that is not a number", "a number"});
  }
}

Conversion read_conversion(SessionInfo& info, const NumberColumn& samples, const char* scale,
                           const char* offset, const char* unit, const std::string& default_unit) {
  const H5::DataSet& object = samples.dataset();
  const auto stated = find_number(object, info.path, info.dataset, scale);
  info.volts_per_count = stated.value_or(1.0);
  info.offset_v = find_number(object, info.path, info.dataset, offset).value_or(0.0);
  if (!std::isfinite(info.volts_per_count) || info.volts_per_count == 0.0)
    throw BadSession({info.path, info.dataset, std::string("attribute ") + scale,
                      fmt::format("{}", info.volts_per_count), "volts per stored unit: finite and not 0"});
  if (!std::isfinite(info.offset_v))
    throw BadSession({info.path, info.dataset, std::string("attribute ") + offset,
                      fmt::format("{}", info.offset_v), "a finite number of volts"});
  std::string stated_unit = find_text(info, object, info.dataset, unit);
  if (!stated_unit.empty() && stated_unit == default_unit && info.mm_per_volt == 0.0) {
    info.notes.push_back(
        {.code = "unit_assumed",
         .text = fmt::format("{} is in {}, which is what NWB programs write where nobody says "
                             "a unit: taken as volts",
                             info.dataset, stated_unit)});
    stated_unit.clear();
  }
  const double volts = volts_per_unit(info, stated_unit, unit);
  info.volts_per_count *= volts;
  info.offset_v *= volts;
  if (samples.is_integer() && info.volts_per_count == 1.0)
    info.notes.push_back(
        {.code = "counts_without_conversion",
         .text = fmt::format("{} holds whole numbers and no conversion to volts: each count is taken as "
                             "a volt",
                             info.dataset)});
  return {info.volts_per_count, info.offset_v};
}

namespace {

constexpr hssize_t most_few = 65536;

H5::DataSet open_few(const H5::H5File& hdf5, const std::string& file, const std::string& dataset,
                     bool (*is_right)(H5T_class_t), const char* what) {
  if (hdf5.childObjType(dataset) != H5O_TYPE_DATASET) throw BadSession({file, dataset, "", "a group", what});
  H5::DataSet few = hdf5.openDataSet(dataset);
  if (!is_right(few.getTypeClass())) throw BadSession({file, dataset, "", "values of another kind", what});
  const hssize_t count = few.getSpace().getSimpleExtentNpoints();
  if (count < 0 || count > most_few)
    throw BadSession(
        {file, dataset, "", fmt::format("{} values", count), fmt::format("at most {}", most_few)});
  return few;
}

std::string without_blanks(std::string text) {
  text.resize(std::min(text.size(), text.find('\0')));
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<std::string> read_variable_texts(const H5::DataSet& few, std::size_t count) {
  std::vector<char*> pointers(count, nullptr);
  const H5::StrType type = few.getStrType();
  few.read(pointers.data(), type);
  std::vector<std::string> texts;
  for (const char* text : pointers) texts.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type.getId(), few.getSpace().getId(), H5P_DEFAULT, pointers.data());
  return texts;
}

std::vector<std::string> read_fixed_texts(const H5::DataSet& few, std::size_t count, std::size_t length) {
  std::string all(count * length, '\0');
  few.read(all.data(), few.getStrType());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(all.substr(i * length, length));
  return texts;
}

}  // namespace

std::vector<double> read_few_numbers(const H5::H5File& hdf5, const std::string& file,
                                     const std::string& dataset) {
  const H5::DataSet few = open_few(
      hdf5, file, dataset, [](H5T_class_t kind) { return kind == H5T_FLOAT || kind == H5T_INTEGER; },
      "numbers");
  std::vector<double> numbers(static_cast<std::size_t>(few.getSpace().getSimpleExtentNpoints()));
  if (!numbers.empty()) few.read(numbers.data(), H5::PredType::NATIVE_DOUBLE);
  return numbers;
}

std::vector<std::string> read_few_texts(const H5::H5File& hdf5, SessionInfo& info,
                                        const std::string& dataset) {
  constexpr std::size_t longest = 65536;
  const H5::DataSet few = open_few(
      hdf5, info.path, dataset, [](H5T_class_t kind) { return kind == H5T_STRING; }, "texts");
  const auto count = static_cast<std::size_t>(few.getSpace().getSimpleExtentNpoints());
  const std::size_t length = few.getStrType().getSize();
  const bool variable = few.getStrType().isVariableStr();
  if (!variable && length * count > longest)
    throw BadSession({info.path, dataset, "", fmt::format("{} texts of {} bytes", count, length), "names"});
  std::vector<std::string> texts =
      variable ? read_variable_texts(few, count) : read_fixed_texts(few, count, length);
  for (std::string& text : texts) text = in_utf8(info, without_blanks(std::move(text)), dataset);
  return texts;
}

void take_columns(Recording& recording, std::unique_ptr<NumberColumn> samples, Conversion conversion,
                  std::unique_ptr<NumberColumn> timestamps) {
  SessionInfo& info = recording.info;
  if (info.being_written) end_with_what_is_written({samples.get(), timestamps.get()});
  info.files = {info.path};
  for (const NumberColumn* column : {samples.get(), timestamps.get()})
    if (column != nullptr)
      for (std::string& file : files_beside(column->dataset(), info.path))
        if (std::ranges::count(info.files, file) == 0) info.files.push_back(std::move(file));
  recording.samples = std::make_unique<ColumnSamples>(std::move(samples), conversion);
  if (timestamps == nullptr) return;
  timestamps->require_whole();
  recording.timestamps = std::make_unique<ColumnTimestamps>(std::move(timestamps));
}

RecordingWords words_of(const std::string& rate, const std::string& trials, const char* const (&columns)[4]) {
  return {"attribute " + rate, trials, {columns[0], columns[1], columns[2], columns[3]}};
}

void add_fault(SessionIdentity& identity, const std::string& fault) {
  if (!identity.fault.empty()) identity.fault += "; ";
  identity.fault += fault;
}

std::string find_identity_text(SessionInfo& info, const H5::H5Object& object, const std::string& attribute) {
  try {
    return find_text(info, object, "/", attribute);
  } catch (const BadSession&) {
    add_fault(info.identity, fmt::format("attribute {}: found something that is not a text", attribute));
    return {};
  }
}

std::string find_identity_text(SessionInfo& info, const H5::H5File& hdf5, const std::string& dataset) {
  try {
    return find_text(info, hdf5, dataset);
  } catch (const BadSession&) {
    add_fault(info.identity, fmt::format("{}: found something that is not a text", dataset));
    return {};
  }
}

}  // namespace leverkin
