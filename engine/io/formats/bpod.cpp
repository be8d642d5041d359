// Bpod's SessionData: docs/mapping.md#the-trials.
#include "io/formats/bpod.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/formats/format.h"
#include "io/mat_file.h"
#include "leverkin/error.h"
#include "support/lower_case.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

// In the order of the fields: the first that fits.
std::string state_named(const std::vector<std::string>& states, const std::string& wanted,
                        std::initializer_list<std::string_view> words) {
  if (!wanted.empty()) return wanted;
  for (const std::string& state : states)
    if (std::ranges::any_of(words, [&](auto word) { return lower_case(state).starts_with(word); }))
      return state;
  return {};
}

class SessionData {
 public:
  explicit SessionData(const std::string& path)
      : path_(path),
        variables_(read_mat_file(path, [](std::string_view name) { return name == "SessionData"; })) {
    if (variables_.empty())
      throw BadSession({path, "SessionData", "", "no such variable", "a file that Bpod saved"});
  }

  TrialTable trials(const BpodWords& words) const {
    const std::vector<double> starts = numbers("TrialStartTimestamp");
    const std::vector<double> ends =
        root().field("TrialEndTimestamp") == nullptr ? std::vector<double>{} : numbers("TrialEndTimestamp");
    const MatValue& each = require(require(root(), "RawEvents"), "Trial");
    const auto count = std::min({std::ssize(starts), trials_in(each)});
    TrialTable trials;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      const MatValue* const states = states_of(each, i);
      if (states == nullptr) continue;  // never saved
      const double start = starts[static_cast<std::size_t>(i)];
      trials.start_s.push_back(start);
      trials.stop_s.push_back(i < std::ssize(ends) ? ends[static_cast<std::size_t>(i)]
                                                   : start + last_of(*states));
      trials.cue_s.push_back(
          start + begin_of(*states, state_named(states->fields, words.cue_state, {"cue", "tone"})));
      trials.reward_s.push_back(
          start + begin_of(*states, state_named(states->fields, words.reward_state, {"reward", "water"})));
    }
    return trials;
  }

 private:
  [[nodiscard]] const MatValue& root() const { return variables_.front(); }

  [[nodiscard]] const MatValue& require(const MatValue& value, const char* field) const {
    const MatValue* const found = value.field(field);
    if (found != nullptr) return *found;
    throw BadSession(
        {path_, fmt::format("SessionData, {}", field), "", "no such field", "a file that Bpod saved"});
  }

  [[nodiscard]] std::vector<double> numbers(const char* field) const {
    return few_numbers(require(root(), field), fmt::format("SessionData.{}", field));
  }

  // Trials are the cells of a cell, in early versions the elements of an array of structures.
  [[nodiscard]] std::ptrdiff_t trials_in(const MatValue& each) const {
    if (each.kind == MatValue::Kind::cell) return std::ssize(each.children);
    if (each.kind == MatValue::Kind::structure) return each.elements();
    throw BadSession(
        {path_, "SessionData.RawEvents.Trial", "", "something else", "a cell with one for each trial"});
  }
  [[nodiscard]] static const MatValue* states_of(const MatValue& each, std::ptrdiff_t i) {
    if (each.kind == MatValue::Kind::structure) return each.field("States", i);
    return each.children[static_cast<std::size_t>(i)].field("States");
  }

  // [on off] in each row; a state that was not visited is [NaN NaN]. Seconds from the trial's start.
  [[nodiscard]] double begin_of(const MatValue& states, const std::string& state) const {
    const MatValue* const times = state.empty() ? nullptr : states.field(state);
    if (times == nullptr || times->kind != MatValue::Kind::numbers || times->elements() == 0)
      return no_number;
    return few_numbers(*times, "SessionData.RawEvents.Trial, " + state).front();
  }

  [[nodiscard]] double last_of(const MatValue& states) const {
    double last = 0.0;
    for (const MatValue& state : states.children)
      if (state.kind == MatValue::Kind::numbers && state.elements() > 0)
        for (const double one : few_numbers(state, "SessionData.RawEvents.Trial"))
          if (one > last) last = one;
    return last;
  }

  std::string path_;
  std::vector<MatValue> variables_;
};

// How far apart two lists of times are when `a` begins `shift` entries into `b`: the worst step that differs,
// in parts of the step beyond a millisecond.
double worst_step(const std::vector<double>& a, const std::vector<double>& b, std::ptrdiff_t shift) {
  double worst = 0.0;
  for (std::ptrdiff_t i = 1; i < std::ssize(a); ++i) {
    const std::ptrdiff_t j = i + shift;
    if (j < 1 || j >= std::ssize(b)) continue;
    const auto at = [](const std::vector<double>& list, std::ptrdiff_t k) {
      return list[static_cast<std::size_t>(k)];
    };
    const double step = at(a, i) - at(a, i - 1), other = at(b, j) - at(b, j - 1);
    worst = std::max(worst, (std::abs(step - other) - 1e-3) / std::max(step, 1e-3));
  }
  return worst;
}

std::ptrdiff_t overlap(std::ptrdiff_t a, std::ptrdiff_t b, std::ptrdiff_t shift) {
  return std::min(a, b - shift) - std::max<std::ptrdiff_t>(0, -shift);
}

}  // namespace

TrialTable read_bpod(const std::string& path, const BpodWords& words) {
  const FirstLook look(path);
  if (!is_mat_5(look.head()))
    throw BadSession({path, "", "", "no MAT file of version 5", "SessionData as Bpod saves it"});
  return SessionData(path).trials(words);
}

TrialTable on_recording_clock(const TrialTable& told, const std::vector<double>& sync_s, double offset_s,
                              SessionInfo& info) {
  TrialTable moved = told;
  std::vector<double>* const columns[] = {&moved.start_s, &moved.stop_s, &moved.cue_s, &moved.reward_s};
  if (sync_s.empty()) {
    for (std::vector<double>* const column : columns)
      for (double& time : *column) time += offset_s;
    return moved;
  }
  constexpr double most_drift = 0.01;
  const std::ptrdiff_t trials = std::ssize(told.start_s), pulses = std::ssize(sync_s);
  std::ptrdiff_t best = 0, most = 0;
  for (std::ptrdiff_t shift = -5; shift <= pulses; ++shift) {
    const std::ptrdiff_t both = overlap(trials, pulses, shift);
    if (both > most && worst_step(told.start_s, sync_s, shift) < most_drift) {
      most = both;
      best = shift;
    }
  }
  if (2 * most < std::min(trials, pulses) || most < std::min<std::ptrdiff_t>(2, trials))
    throw BadSession({info.path, "sync", "",
                      fmt::format("{} pulses that do not follow each other as {} trials do", pulses, trials),
                      "a pulse at the start of every trial of the Bpod file"});
  for (std::vector<double>* const column : columns) column->clear();
  const std::vector<double>* const from[] = {&told.start_s, &told.stop_s, &told.cue_s, &told.reward_s};
  for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(0, -best); i < trials && i + best < pulses; ++i)
    for (int column = 0; column < 4; ++column)
      columns[column]->push_back((*from[column])[static_cast<std::size_t>(i)] -
                                 told.start_s[static_cast<std::size_t>(i)] +
                                 sync_s[static_cast<std::size_t>(i + best)]);
  if (most < std::max(trials, pulses))
    info.notes.push_back(
        {.code = "trials_unmatched",
         .value = static_cast<double>(std::max(trials, pulses) - most),
         .text = fmt::format("{} trials of Bpod and {} pulses: {} of them go together, the others "
                             "are left out",
                             trials, pulses, most)});
  return moved;
}

}  // namespace leverkin
