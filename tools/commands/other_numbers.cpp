#include "commands/other_numbers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>

#include "commands/command.h"
#include "leverkin/correlogram.h"
#include "leverkin/named_arrays.h"
#include "tables/result_tables.h"

namespace leverkin::tools {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double same = 1e-9;                // relative: rounding
constexpr double explained_by_float = 1e-5;  // of r and seconds: what float32 movements leave
constexpr std::int64_t long_window = 3001;   // samples, of the scripts' 3 s

bool differ(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) != std::isnan(b);
  return std::abs(a - b) > same * std::max(std::abs(a), std::abs(b));
}

double distance(double a, double b) {
  if (std::isnan(a) && std::isnan(b)) return 0.0;
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::infinity() : std::abs(a - b);
}

double largest_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, distance(a[i], b[i]));
  return largest;
}

// Compares value by value; `place` says in words where one is.
Difference compared(const std::string& theirs, const std::string& ours,
                    const std::vector<double>& their_values, const std::vector<double>& our_values,
                    const std::function<std::string(std::size_t)>& place) {
  Difference found{.theirs = theirs, .ours = ours};
  for (std::size_t i = 0; i < std::min(their_values.size(), our_values.size()); ++i) {
    const double a = their_values[i], b = our_values[i];
    ++found.compared;
    if (!differ(a, b)) continue;
    const double apart = distance(a, b);
    if (++found.differing > 1 && apart <= found.largest) continue;
    found.largest = apart, found.their_value = a, found.our_value = b, found.where = place(i);
  }
  const double larger = std::max(std::abs(found.their_value), std::abs(found.our_value));
  found.relative = found.differing == 0 ? 0.0 : larger > 0.0 ? found.largest / larger : nan;
  if (std::isnan(found.relative)) found.relative = std::numeric_limits<double>::infinity();
  if (their_values.size() != our_values.size())
    found.note = fmt::format("{} values there, {} here", their_values.size(), our_values.size());
  return found;
}

void put_worst_first(std::vector<Difference>& all) {
  std::ranges::stable_sort(all, [](const Difference& a, const Difference& b) {
    const auto bad = [](const Difference& d) {
      return std::pair(!d.note.empty() && d.compared == 0, d.relative);
    };
    return bad(a) > bad(b);
  });
}

// ---- two results files ------------------------------------------------------------------------------

std::vector<double> as_numbers(const TableColumn& column) {
  return std::visit(
      []<class Value>(const std::vector<Value>& values) {
        if constexpr (std::is_same_v<Value, std::string>)
          return std::vector<double>{};
        else
          return std::vector<double>(values.begin(), values.end());
      },
      column.values);
}

std::string cell_text(const TableColumn* column, std::size_t row) {
  if (column == nullptr) return "";
  return std::visit([&](const auto& values) { return fmt::format("{}", values[row]); }, column->values);
}

std::string row_text(const ResultTable& table, std::size_t row) {
  std::string text = cell_text(table.find("subject"), row);
  for (const char* key : {"group", "session", "other_session", "later_session", "trial", "bout"}) {
    const std::string value = cell_text(table.find(key), row);
    if (!value.empty()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, value);
  }
  return text;
}

void compare_texts(OtherNumbers& all, const ResultTable& ours, const TableColumn& mine,
                   const TableColumn& theirs) {
  const auto& a = std::get<std::vector<std::string>>(theirs.values);
  const auto& b = std::get<std::vector<std::string>>(mine.values);
  const std::string name = fmt::format("{}/{}", ours.name, mine.field.name);
  Difference found{.theirs = name, .ours = name};
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    ++found.compared;
    if (a[i] == b[i]) continue;
    if (found.differing++ > 0) continue;
    found.where = row_text(ours, i);
    found.note = fmt::format("\"{}\" there, \"{}\" here", a[i], b[i]);
  }
  found.relative = found.differing > 0 ? 1.0 : 0.0;
  found.largest = found.their_value = found.our_value = nan;
  all.differences.push_back(std::move(found));
}

}  // namespace

OtherNumbers against_results(const std::string& path, const StoredResults& ours, const std::string& other) {
  OtherNumbers all;
  const std::vector<ResultTable> mine = whole_tables(path, ours),
                                 theirs = whole_tables(other, load_results(other));
  for (const ResultTable& table : mine) {
    const auto same_table = std::ranges::find(theirs, table.name, &ResultTable::name);
    if (same_table == theirs.end()) continue;
    for (const TableColumn& column : table.columns) {
      const TableColumn* const found = same_table->find(column.field.name);
      if (found == nullptr || found->values.index() != column.values.index()) continue;
      const bool told = std::string_view(column.field.name) == "source_file";  // where it lay, not what it is
      if (told) continue;
      if (std::holds_alternative<std::vector<std::string>>(column.values)) {
        compare_texts(all, table, column, *found);
        continue;
      }
      const std::string name = fmt::format("{}/{}", table.name, column.field.name);
      all.differences.push_back(compared(name, name, as_numbers(*found), as_numbers(column),
                                         [&](std::size_t i) { return row_text(table, i / column.width); }));
    }
  }
  put_worst_first(all.differences);
  return all;
}

// ---- variables of a script --------------------------------------------------------------------------

namespace {

/// Ours as a script with one of the known quirks would have it.
struct Quirk {
  std::string words;
  std::vector<double> values;
};

/// What a variable may be compared with.
struct Quantity {
  std::string name;
  std::vector<std::string> words;  ///< one of them is part of the variable's name
  std::int64_t rows = 0, columns = 1;
  std::vector<double> values;
  bool is_time = false;
  std::function<std::vector<Quirk>()> quirks;
  std::function<std::string(std::size_t)> place;
};

double median_of(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return nan;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

// The movements of an animal, cut from the traces where they were kept.
struct Rows {
  std::vector<double> volts;
  std::vector<std::int64_t> session;
  std::int64_t samples = 0;
  [[nodiscard]] MovementRows view() const { return {volts, samples, session}; }
};

class Animal {
 public:
  Animal(std::string path, const StoredSubject& subject) : path_(std::move(path)), subject_(subject) {
    for (const StoredSession& one : subject.sessions)
      details_.push_back(load_session_detail(path_, subject.subject, one.identity.session));
  }

  [[nodiscard]] const StoredSubject& stored() const { return subject_; }
  [[nodiscard]] const StoredDetail& detail(std::size_t i) const { return details_[i]; }
  [[nodiscard]] std::size_t sessions() const { return details_.size(); }

  /// Whether windows other than the stored ones can be cut.
  [[nodiscard]] bool has_traces() const {
    return std::ranges::all_of(details_, [](const StoredDetail& d) { return !d.volts.empty(); });
  }

  [[nodiscard]] Rows stored_rows() const {
    Rows rows;
    for (std::size_t i = 0; i < details_.size(); ++i) {
      const Movements& movements = details_[i].movements;
      rows.samples = std::max(rows.samples, movements.samples);
      rows.volts.insert(rows.volts.end(), movements.volts.begin(), movements.volts.end());
      rows.session.insert(rows.session.end(), movements.trial.size(), subject_.sessions[i].identity.session);
    }
    return rows;
  }

  /// Windows of `samples` that begin `shift` samples after the onset; those that do not fit are left out.
  [[nodiscard]] Rows cut_rows(std::int64_t shift, std::int64_t samples) const {
    Rows rows{.samples = samples};
    for (std::size_t i = 0; i < details_.size(); ++i)
      for (const double onset_s : details_[i].movements.onset_s) {
        const std::int64_t begin = std::llround(onset_s * lever_rate_hz) + shift;
        const auto& volts = details_[i].volts;
        if (begin < 0 || begin + samples > std::ssize(volts)) continue;
        rows.volts.insert(rows.volts.end(), volts.begin() + begin, volts.begin() + begin + samples);
        rows.session.push_back(subject_.sessions[i].identity.session);
      }
    return rows;
  }

 private:
  std::string path_;
  const StoredSubject& subject_;
  std::vector<StoredDetail> details_;
};

std::vector<std::int64_t> session_numbers(const StoredSubject& subject) {
  std::vector<std::int64_t> numbers;
  for (const StoredSession& one : subject.sessions) numbers.push_back(one.identity.session);
  return numbers;
}

std::vector<double> diagonal_of(const std::vector<double>& square, std::size_t n) {
  std::vector<double> diagonal;
  for (std::size_t i = 0; i < n; ++i) diagonal.push_back(square[i * n + i]);
  return diagonal;
}

// The full block of every session, the n pairs of a movement with itself in it.
void put_self_pairs(std::vector<double>& square, const Rows& rows,
                    const std::vector<std::int64_t>& sessions) {
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    Rows own{.samples = rows.samples};
    for (std::size_t i = 0; i < rows.session.size(); ++i)
      if (rows.session[i] == sessions[s]) {
        const auto begin = rows.volts.begin() + static_cast<std::ptrdiff_t>(i) * rows.samples;
        own.volts.insert(own.volts.end(), begin, begin + rows.samples);
        own.session.push_back(sessions[s]);
      }
    if (!own.session.empty()) square[s * sessions.size() + s] = median_of(correlate_all_pairs(own.view()));
  }
}

std::vector<Quirk> correlogram_quirks(const Animal& animal, bool diagonal) {
  const auto sessions = session_numbers(animal.stored());
  std::vector<Quirk> quirks;
  const auto add = [&](const std::string& words, const Rows& rows, bool self_pairs,
                       std::vector<double> square) {
    if (square.empty()) square = correlate(rows.view(), {.sessions = sessions}).median_r;
    if (self_pairs) put_self_pairs(square, rows, sessions);
    quirks.push_back({words, diagonal ? diagonal_of(square, sessions.size()) : square});
  };
  const Rows rows = animal.stored_rows();
  if (rows.session.empty()) return {};
  add("self pairs (r = 1) on the diagonal", rows, true, animal.stored().correlogram.median_r);
  if (!animal.has_traces()) return quirks;
  const auto try_window = [&](const std::string& words, std::int64_t shift, std::int64_t samples) {
    const Rows cut = animal.cut_rows(shift, samples);
    if (cut.session.empty()) return;
    add(words, cut, false, {});
    add(words + ", and self pairs (r = 1) on the diagonal", cut, true, {});
  };
  try_window("a window of 3 s", 0, long_window);
  try_window("a window that begins one sample early", -1, rows.samples);
  return quirks;
}

std::vector<double> shifted(const std::vector<double>& values, double by) {
  std::vector<double> moved = values;
  for (double& value : moved) value += by;
  return moved;
}

// Times that come from indices: one sample off, either way.
std::vector<Quirk> index_quirks(const std::vector<double>& values) {
  constexpr double sample_s = 1.0 / lever_rate_hz;
  return {
      {"indices that count from 1 (one sample later)", shifted(values, sample_s)},
      {"an index one sample early (the event's, or the last quiescent sample)", shifted(values, -sample_s)}};
}

std::function<std::vector<Quirk>()> none() {
  return [] { return std::vector<Quirk>{}; };
}

std::vector<Quantity> animal_quantities(const Animal& animal) {
  const StoredSubject& subject = animal.stored();
  const auto sessions = session_numbers(subject);
  const std::size_t n = sessions.size();
  const auto of_session = [=](std::size_t i) { return fmt::format("session {}", sessions[i]); };
  const auto summary = [&](auto member) {
    std::vector<double> values;
    for (const StoredSession& one : subject.sessions)
      values.push_back(static_cast<double>(one.summary.*member));
    return values;
  };
  const auto rows = static_cast<std::int64_t>(n);
  const auto times = [](const std::vector<double>& values) {
    return [values] { return index_quirks(values); };
  };
  const auto reaction = summary(&SessionSummary::median_reaction_time_s);
  const Correlogram& r = subject.correlogram;
  return {
      {"median_r",
       {"corr", "median_r", "matrix"},
       rows,
       rows,
       r.median_r,
       false,
       [&animal] { return correlogram_quirks(animal, false); },
       [=](std::size_t i) { return fmt::format("sessions {} and {}", sessions[i / n], sessions[i % n]); }},
      {"within_r",
       {"within", "diag"},
       rows,
       1,
       r.within_r,
       false,
       [&animal] { return correlogram_quirks(animal, true); },
       of_session},
      {"across_r",
       {"across", "adjacent", "between"},
       rows - 1,
       1,
       r.across_r,
       false,
       none(),
       [=](std::size_t i) { return fmt::format("sessions {} and {}", sessions[i], sessions[i + 1]); }},
      {"success_fraction",
       {"success", "correct", "fraction"},
       rows,
       1,
       summary(&SessionSummary::success_fraction),
       false,
       none(),
       of_session},
      {"n_movements",
       {"n_mov", "used", "n_trials_used"},
       rows,
       1,
       summary(&SessionSummary::n_movements),
       false,
       none(),
       of_session},
      {"n_trials", {"trials"}, rows, 1, summary(&SessionSummary::n_trials), false, none(), of_session},
      {"median_reaction_time_s", {"reaction", "rxn"}, rows, 1, reaction, true, times(reaction), of_session},
      {"median_cue_to_reward_s",
       {"cue_to", "to_reward", "reward_time"},
       rows,
       1,
       summary(&SessionSummary::median_cue_to_reward_s),
       true,
       none(),
       of_session},
  };
}

std::vector<double> mask_of(const StoredDetail& detail, double duration_s) {
  std::vector<double> mask(
      static_cast<std::size_t>(std::max(0.0, std::ceil(duration_s * lever_rate_hz - 1e-6))));
  for (const Bout& bout : detail.bouts)
    for (std::int64_t i = bout.begin; i < bout.end && i < std::ssize(mask); ++i)
      mask[static_cast<std::size_t>(i)] = 1.0;
  return mask;
}

std::vector<double> moved_by(const std::vector<double>& values, std::ptrdiff_t samples) {
  std::vector<double> moved(values.size(), 0.0);
  for (std::ptrdiff_t i = 0; i < std::ssize(values); ++i)
    if (i - samples >= 0 && i - samples < std::ssize(values))
      moved[static_cast<std::size_t>(i)] = values[static_cast<std::size_t>(i - samples)];
  return moved;
}

std::vector<double> window_rows(const StoredDetail& detail, std::int64_t shift) {
  std::vector<double> rows;
  const std::int64_t samples = detail.movements.samples;
  for (const double onset_s : detail.movements.onset_s)
    for (std::int64_t i = 0; i < samples; ++i) {
      const std::int64_t at = std::llround(onset_s * lever_rate_hz) + shift + i;
      rows.push_back(at < 0 || at >= std::ssize(detail.volts) ? nan
                                                              : detail.volts[static_cast<std::size_t>(at)]);
    }
  return rows;
}

std::vector<Quantity> session_quantities(const StoredSession& session, const StoredDetail& detail) {
  std::vector<double> onset, offset, reaction, to_reward;
  for (const Bout& bout : detail.bouts) {
    onset.push_back(bout.onset_s());
    offset.push_back(bout.offset_s());
  }
  std::vector<double> movement_onset = detail.movements.onset_s;
  for (const std::int64_t trial : detail.movements.trial) {
    reaction.push_back(detail.outcomes[static_cast<std::size_t>(trial)].reaction_time_s);
    to_reward.push_back(detail.outcomes[static_cast<std::size_t>(trial)].cue_to_reward_s);
  }
  const auto trial_of = [trials = detail.movements.trial](std::size_t i) {
    return fmt::format("trial {}", trials[i]);
  };
  const auto bout_of = [](std::size_t i) { return fmt::format("bout {}", i); };
  const auto at = [](std::size_t i) {
    return fmt::format("{:.3f} s", static_cast<double>(i) / lever_rate_hz);
  };
  const auto times = [](const std::vector<double>& values, std::vector<std::string> words,
                        const std::string& name, const std::function<std::string(std::size_t)>& place) {
    const auto quirks = [values] { return index_quirks(values); };
    const std::int64_t rows = std::ssize(values);
    return Quantity{name, std::move(words), rows, 1, values, true, quirks, place};
  };
  const std::vector<double> mask = mask_of(detail, session.duration_s);
  std::vector<Quantity> all{
      times(movement_onset, {"rewarded_onset", "movement_onset", "mov_onset"}, "movements/onset_s", trial_of),
      times(onset, {"onset", "start"}, "bouts/onset_s", bout_of),
      times(offset, {"offset", "stop", "end"}, "bouts/offset_s", bout_of),
      times(reaction, {"reaction", "rxn"}, "reaction_time_s", trial_of),
      times(to_reward, {"cue_to", "to_reward"}, "cue_to_reward_s", trial_of),
      {"active",
       {"active", "mask", "moving"},
       std::ssize(mask),
       1,
       mask,
       false,
       [mask] {
         return std::vector<Quirk>{{"bouts that end one sample early or late", moved_by(mask, 1)},
                                   {"bouts one sample early", moved_by(mask, -1)}};
       },
       at},
      {"movements/volts",
       {"movement", "trace", "snippet", "lever"},
       detail.movements.size(),
       detail.movements.samples,
       detail.movements.volts,
       false,
       [&detail] {
         if (detail.volts.empty()) return std::vector<Quirk>{};
         return std::vector<Quirk>{{"windows that begin one sample early", window_rows(detail, -1)},
                                   {"windows that begin one sample late", window_rows(detail, 1)}};
       },
       [=, samples = detail.movements.samples](std::size_t i) {
         const auto row = i / static_cast<std::size_t>(samples);
         return fmt::format("{}, {} ms", trial_of(row), i % static_cast<std::size_t>(samples));
       }},
  };
  if (!detail.volts.empty())
    all.push_back({"lever/volts",
                   {"resample", "volts", "lever", "force"},
                   std::ssize(detail.volts),
                   1,
                   detail.volts,
                   false,
                   none(),
                   at});
  return all;
}

// ---- which variable is what ---------------------------------------------------------------------------

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_named(const Quantity& quantity, const std::string& variable) {
  const std::string name = lower(variable);
  return std::ranges::any_of(quantity.words,
                             [&](const std::string& word) { return name.find(word) != name.npos; });
}

bool fits(const Quantity& quantity, const NamedArray& array) {
  if (quantity.rows == 0) return false;
  if (quantity.columns == 1)
    return array.is_vector() && std::abs(array.rows - quantity.rows) <= quantity.rows / 10 + 1;
  const bool upright = array.rows == quantity.rows, lying = array.columns == quantity.rows;
  if (quantity.rows == quantity.columns) return upright && lying;
  return (upright && array.columns >= quantity.columns / 2) || (lying && array.rows >= quantity.columns / 2);
}

const Quantity* quantity_of(const std::vector<Quantity>& all, const NamedArray& array,
                            const std::map<std::string, std::string>& pairs) {
  const auto told = pairs.find(array.name);
  const auto found = std::ranges::find_if(all, [&](const Quantity& one) {
    return told != pairs.end() ? one.name == told->second : is_named(one, array.name) && fits(one, array);
  });
  return found == all.end() ? nullptr : &*found;
}

// Rows of theirs that are as long as ours: a longer window is cut, a matrix that lies on its side stood up.
std::vector<double> like_ours(const NamedArray& array, const Quantity& quantity, Difference& told) {
  if (quantity.columns == 1) return array.values;
  const bool lying = array.rows != quantity.rows && array.columns == quantity.rows;
  const std::int64_t rows = lying ? array.columns : array.rows, columns = lying ? array.rows : array.columns;
  std::vector<double> values;
  for (std::int64_t i = 0; i < quantity.rows; ++i)
    for (std::int64_t j = 0; j < quantity.columns; ++j)
      values.push_back(i < rows && j < columns
                           ? array.values[static_cast<std::size_t>(lying ? j * rows + i : i * columns + j)]
                           : nan);
  if (columns != quantity.columns)
    told.note = fmt::format("a window of {} samples there, {} here: the first {} are compared", columns,
                            quantity.columns, std::min(columns, quantity.columns));
  return values;
}

// Times are in seconds here; scripts have them in ms, in lever samples, or in raw samples.
double unit_of(const std::vector<double>& theirs, const Quantity& quantity, double rate_hz,
               std::string& taken) {
  if (!quantity.is_time) return 1.0;
  const double ratio = median_of(theirs) / median_of(quantity.values);
  if (std::abs(ratio / 1000.0 - 1.0) < 0.2) return taken = "in ms", 1e-3;
  if (rate_hz > 1200.0 && std::abs(ratio / rate_hz - 1.0) < 0.2)
    return taken = "in raw samples", 1.0 / rate_hz;
  return 1.0;
}

// The quirk under which theirs is what ours would be, or nearest to it.
void explain(Difference& difference, const std::vector<double>& theirs, const Quantity& quantity) {
  if (difference.differing == 0) return;
  double least = difference.largest;
  for (const Quirk& quirk : quantity.quirks()) {
    const double left = largest_distance(theirs, quirk.values);
    if (!(left < 0.5 * least)) continue;
    least = left;
    difference.why = left <= explained_by_float
                         ? fmt::format("{}: explains it", quirk.words)
                         : fmt::format("{}: explains a part, {:.2g} is left", quirk.words, left);
  }
}

std::map<std::string, std::string> pairs_of(const OtherOptions& options, const std::vector<Quantity>& all) {
  std::map<std::string, std::string> pairs;
  std::vector<std::string> names;
  for (const Quantity& one : all) names.push_back(one.name);
  for (const std::string& pair : options.pairs) {
    const auto equals = pair.rfind('=');
    if (equals == std::string::npos || equals == 0)
      throw Refusal(wrong_usage, fmt::format("--pair {}: expected VARIABLE=QUANTITY", pair));
    const std::string name = pair.substr(equals + 1);
    if (std::ranges::find(names, name) == names.end())
      throw Refusal(wrong_usage, fmt::format("--pair {}: there is no quantity {}", pair, name),
                    fmt::format("there are {}", fmt::join(names, ", ")));
    pairs[pair.substr(0, equals)] = name;
  }
  return pairs;
}

const StoredSubject& subject_of(const StoredResults& ours, const OtherOptions& options) {
  if (options.subject.empty() && ours.subjects.size() == 1) return ours.subjects.front();
  const auto found = std::ranges::find(ours.subjects, options.subject, &StoredSubject::subject);
  if (found != ours.subjects.end()) return *found;
  std::vector<std::string> names;
  for (const StoredSubject& one : ours.subjects) names.push_back(one.subject);
  throw Refusal(wrong_usage,
                options.subject.empty() ? std::string("the results hold several animals")
                                        : fmt::format("there is no animal {}", options.subject),
                fmt::format("--subject {}", fmt::join(names, "|")));
}

std::optional<std::size_t> session_of(const StoredSubject& subject, const OtherOptions& options) {
  const auto sessions = session_numbers(subject);
  if (options.session == 0) return sessions.size() == 1 ? std::optional<std::size_t>(0) : std::nullopt;
  const auto found = std::ranges::find(sessions, options.session);
  if (found == sessions.end())
    throw Refusal(wrong_usage, fmt::format("{} has no session {}", subject.subject, options.session),
                  fmt::format("it has {}", fmt::join(sessions, ", ")));
  return static_cast<std::size_t>(found - sessions.begin());
}

}  // namespace

OtherNumbers against_variables(const std::string& path, const StoredResults& ours, const std::string& other,
                               const OtherOptions& options) {
  const Animal animal(path, subject_of(ours, options));
  const auto session = session_of(animal.stored(), options);
  std::vector<Quantity> quantities;
  if (session) quantities = session_quantities(animal.stored().sessions[*session], animal.detail(*session));
  if (options.session == 0)
    for (Quantity& one : animal_quantities(animal)) quantities.push_back(std::move(one));
  const auto pairs = pairs_of(options, quantities);
  const double rate_hz = animal.stored().sessions[session.value_or(0)].rate_hz;
  OtherNumbers all;
  for (const NamedArray& array : read_named_arrays(other)) {
    const Quantity* const quantity = quantity_of(quantities, array, pairs);
    if (quantity == nullptr) {
      all.unknown.push_back(fmt::format("{} ({} x {})", array.name, array.rows, array.columns));
      continue;
    }
    Difference told;
    std::vector<double> theirs = like_ours(array, *quantity, told);
    const double unit = unit_of(theirs, *quantity, rate_hz, told.taken);
    for (double& value : theirs) value *= unit;
    Difference found = compared(array.name, quantity->name, theirs, quantity->values, quantity->place);
    found.taken = told.taken;
    if (!told.note.empty()) found.note = told.note;
    explain(found, theirs, *quantity);
    if (found.why.empty() && found.differing > 0 && quantity->name == "median_r" && !animal.has_traces())
      found.note = "other windows could not be tried: the results hold no traces (analyze --keep-traces)";
    all.differences.push_back(std::move(found));
  }
  put_worst_first(all.differences);
  return all;
}

}  // namespace leverkin::tools
