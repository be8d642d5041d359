// Dispatcher files: docs/lab-formats.md#ephus-with-dispatcher.
#include "io/formats/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "io/mat_file.h"
#include "io/pulses.h"
#include "leverkin/error.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

constexpr const char* history = "saved_history";
constexpr const char* events = "ProtocolsSection_parsed_events";

// A state's times: rows of [begin end]. One that was not visited has no rows, or NaN.
struct StateTimes {
  std::vector<double> begin_s, end_s;
};

StateTimes times_of(const MatValue* states, const char* state) {
  const MatValue* const value = states == nullptr ? nullptr : states->field(state);
  if (value == nullptr || value->kind != MatValue::Kind::numbers || value->elements() == 0 ||
      value->elements() % 2 != 0)
    return {};
  const std::vector<double> all = few_numbers(*value, std::string(events) + ", " + state);
  const auto rows = std::ssize(all) / 2;
  return {{all.begin(), all.begin() + rows}, {all.begin() + rows, all.end()}};
}

double first(const std::vector<double>& times, std::size_t at = 0) {
  return at < times.size() ? times[at] : no_number;
}

double last_of(const MatValue& states) {
  double last = no_number;
  for (const std::string& state : states.fields)
    for (const double end : times_of(&states, state.c_str()).end_s)
      if (!(end <= last)) last = std::isnan(end) ? last : end;
  return last;
}

struct Trial {
  double start_s, stop_s, cue_s, reward_s;
};

// On the state machine's clock, moved by what its bit code says. state_0 is where the machine waits between
// trials: its first stretch ends with the trial's start, its second one begins with the trial's end.
std::optional<Trial> trial_of(const MatValue& one, double code_s) {
  const MatValue* const states = one.field("states");
  const double code = first(times_of(states, "bitcode").begin_s);
  if (states == nullptr || std::isnan(code)) return std::nullopt;
  const double move = code_s - code;
  const StateTimes waiting = times_of(states, "state_0");
  double start = first(waiting.end_s), stop = first(waiting.begin_s, 1);
  if (std::isnan(start)) start = code;
  if (std::isnan(stop)) stop = last_of(*states);  // a trial that was broken off
  return Trial{start + move, std::max(start, stop) + move, first(times_of(states, "cue").begin_s) + move,
               first(times_of(states, "reward").begin_s) + move};
}

const MatValue& parsed_events(const std::vector<MatValue>& variables, const std::string& path) {
  const MatValue* const found = variables.empty() ? nullptr : variables.front().field(events);
  if (found == nullptr || found->kind != MatValue::Kind::cell)
    throw BadSession({path, history, events, found == nullptr ? "no such field" : "something else",
                      "a cell with the events of every trial, as Dispatcher saves it"});
  return *found;
}

}  // namespace

TrialTable read_dispatcher(const std::string& path, std::span<const CodedTrial> codes, double end_s,
                           SessionInfo& info) {
  const auto variables = read_mat_file(path, [](std::string_view name) { return name == history; });
  const MatValue& all = parsed_events(variables, path);
  std::map<std::int64_t, double> code_s;
  for (const CodedTrial& code : codes) code_s.emplace(code.number, code.start_s);
  TrialTable trials;
  std::int64_t unmatched = 0;
  for (std::ptrdiff_t i = 0; i < std::ssize(all.children); ++i) {
    const auto code = code_s.find(i + 1);
    const auto trial = code == code_s.end()
                           ? std::nullopt
                           : trial_of(all.children[static_cast<std::size_t>(i)], code->second);
    if (!trial) {
      ++unmatched;
      continue;
    }
    code_s.erase(code);
    trials.start_s.push_back(trial->start_s);
    trials.stop_s.push_back(std::min(trial->stop_s, std::max(end_s, trial->start_s)));
    trials.cue_s.push_back(trial->cue_s);
    trials.reward_s.push_back(trial->reward_s);
  }
  if (trials.size() == 0 && !all.children.empty())
    throw BadSession({path, events, "",
                      fmt::format("{} trials, none of which has its number among the {} bit "
                                  "codes of the recording",
                                  all.children.size(), codes.size()),
                      "the Dispatcher file of this recording"});
  unmatched += std::ssize(code_s);
  if (unmatched > 0)
    info.notes.push_back(
        {.code = "trials_unmatched",
         .value = static_cast<double>(unmatched),
         .text = fmt::format("{} trials of Dispatcher and {} bit codes in the recording: {} go "
                             "together, the others are left out",
                             all.children.size(), codes.size(), trials.size())});
  return trials;
}

TrialTable trials_of_codes(std::span<const CodedTrial> codes, double end_s) {
  TaskEvents told;
  for (const CodedTrial& code : codes) told.start_s.push_back(code.start_s);
  return trials_of(told, end_s);
}

}  // namespace leverkin
