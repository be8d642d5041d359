#include "stages/findings/kinds.h"

#include <algorithm>
#include <array>

namespace leverkin::findings {
namespace {

constexpr Severity error = Severity::error, warning = Severity::warning, note = Severity::note;

// code, severity, threshold; heading of several; given where; wording of one; who looks.
constexpr std::array table{
    Kind{"cannot_be_analysed", error, none, "cannot be analysed",
         "a recording that `inspect` can read and `analyze` refuses", "cannot be analysed: {why}"},
    Kind{"no_bouts", error, none, "no movement of the lever", "there are no bouts", "no bouts: {why}",
         no_bouts},
    Kind{"no_cues", error, none, "no trial has a cue", "no trial has a cue time",
         "none of the {n} trials has a cue time: no movement can be used", no_cues},
    Kind{"no_rewards", error, none, "nothing was rewarded", "no trial has a reward",
         "none of the {n} trials was rewarded", no_rewards},
    Kind{"no_movements", error, none, "rewards, but no movement that could be used",
         "there are rewards and not one movement", "none of the {n} rewarded trials gave a movement",
         no_movements},
    Kind{"dead_channel", error, 14, "nothing but noise",
         "the range of the trace's steps of 100 ms is 0, or 5 to so many times their spread, as of noise; no "
         "movement was used, and there are fewer than 10 bouts",
         "the lever shows nothing but noise ({range:.3g} mV in all, steps within {times:.0f} times their "
         "spread): a dead "
         "channel, another one than the lever's, or an animal that never pressed",
         dead_channel},
    Kind{"wrong_scale", error, 50, "volts that no lever gives",
         "the lever reaches so many volts or more, or moves within 10 mV",
         "{what}: is it in mV, in counts, or "
         "is a gain missing?",
         wrong_scale},

    Kind{"success_declined", warning, 0.2, "success declined over the sessions",
         "the mean success of the last three sessions is this much below the best mean of three before",
         "success declined from {before:.0f} % (sessions {first} to {last}) to {now:.0f} % "
         "(sessions {first_now} to {last_now})",
         nullptr, success_declined},
    Kind{"few_trials_used", warning, 1.0 / 3.0, "less than a third of the trials used",
         "a smaller part of 20 or more trials gave a movement",
         "only {share:.0f} % of the {n} trials are used: {why}", few_trials_used},
    Kind{"fast_reactions", warning, 0.2, "movements that begin sooner than a mouse can react",
         "this part of 10 or more used movements, or more, begins less than 100 ms after the cue",
         "{share:.0f} % of the {n} used movements begin less than 100 ms after the cue (median {median:.0f} "
         "ms), sooner than a mouse can react: were they under way, or is the clock of the cues another one?",
         fast_reactions},
    Kind{"rewards_at_rest", warning, 0.25, "the lever was at rest at rewards",
         "this part of the rewards, and at least 5, fell on a lever at rest",
         "the lever was at rest at {n} of {rewards} rewards: trials and lever may not share a clock, or "
         "presses are too slow for the threshold",
         rewards_at_rest},
    Kind{"ringing", warning, 8, "the sensor rings in used movements",
         "the lever swings to and fro at least so often within a used movement, above some 10 Hz, by more "
         "than a quarter of a usual movement on either side",
         "the sensor rings in the movement of trial {trial}: {swings} swings within {length:.1f} s at "
         "{at:.1f} s",
         ringing},
    Kind{"jumps", warning, 1, "the sensor jumps in used movements",
         "the lever leaves its mean over 51 ms within a used movement by this many usual movements",
         "the sensor jumps by {size:.1f} usual movements in the movement of trial {trial}, at {at:.1f} s",
         jumps},
    Kind{
        "drop_outs", warning, 0.05, "the signal drops out",
        "the trace stands still, without its noise, for so many seconds in all, 20 ms or more at a time, and "
        "not at a limit that a press runs into",
        "the signal drops out {n} {times}, for {seconds:.2f} s in all; the longest: {longest}, at "
        "{volts:.4g} V",
        drop_outs},
    Kind{"clipped", warning, 0.1, "the sensor reaches its limit",
         "the samples stand at exactly their lowest or highest value for so many seconds in all, once for "
         "10 ms or more, and that value is not where the lever rests",
         "the lever stands at exactly {volts:.4g} V for {seconds:.1f} s in all, the {which} it reaches: "
         "clipped by the sensor or the converter, or against a stop",
         clipped},
    Kind{"mains", warning, 0.05, "hum of the mains",
         "50 or 60 Hz stand out of the spectrum at rest, with an amplitude of this part of a usual movement",
         "{hz:.0f} Hz hum of {volts:.3g} mV, {share:.0f} % of a usual movement; strongest at {at:.1f} s: "
         "grounding, shielding",
         mains},
    Kind{"drift", warning, 0.5, "the lever's rest drifts",
         "the medians of its rest in minutes differ by this part of a usual movement",
         "the rest of the lever moves by {volts:.3g} mV, {share:.0f} % of a usual movement, between "
         "{from:.0f} s "
         "and {to:.0f} s",
         drift},
    Kind{"rewards_not_confirmed", warning, 0.1, "rewards that the task's rule does not confirm",
         "of a calibrated lever: this part of the rewards, and at least 3, do not follow a press across 0.5 "
         "mm "
         "and, within 200 ms, 1.5 mm (sessions 1 and 2), 3 mm (3 and 4) or 4.5 mm (later)",
         "{n} of {rewards} rewards do not follow a press across 0.5 mm and {mm:g} mm within 200 ms, the "
         "first in "
         "{first}: another rule, another calibration, or another clock",
         rewards_not_confirmed},
    Kind{"reward_without_movement", warning, 1, "rewards without a movement",
         "so many rewards, of 5 or more, come while the lever does less than 15 % of what it usually does at "
         "one",
         "{n} of {rewards} rewards come without a movement of the lever, the first in {first}",
         reward_without_movement},
    Kind{"unlike_movements", warning, 0.2, "movements unlike those of the sessions before and after",
         "the median r of the sessions before and after is this much above that of either with this one",
         "movements are unlike those of the sessions before and after: r {before:.2f} and {after:.2f}, while "
         "those two have {around:.2f}",
         nullptr, unlike_movements},
    Kind{"unlike_numbers", warning, 2, "sessions unlike those before and after",
         "median reaction time (of 10 movements or more) or time moving is so many times that of both the "
         "session before and the one after, or as much less, and those two are nearer to each other",
         "{what} is {now}, in the sessions before and after {before} and {after}", nullptr, unlike_numbers},
    Kind{"success_fell", warning, 0.2, "success fell suddenly",
         "success is this much below the lowest of the last three sessions, with 20 trials or more",
         "success fell to {now:.0f} %: it was {before:.0f} % or more in the last {sessions}", nullptr,
         success_fell},
    Kind{"noise_unusual", warning, 2, "noise unlike that of the animal's other sessions",
         "the noise of the lever at rest is so many times the median of the animal's other sessions (two or "
         "more), or as much less",
         "the lever's noise is {now:.3g} mV, {ratio:.2g} times the {usual:.3g} mV of other sessions: has the "
         "{what} changed?",
         nullptr, noise_unusual},
    Kind{"rate_differs", warning, 0.2, "recorded at another rate",
         "the rate differs by more than this part from that of the animal's first session",
         "recorded at {now:.6g} Hz, the first session at {first:.6g} Hz", nullptr, rate_differs},
    Kind{"much_without_data", warning, 0.01, "much of the recording is missing",
         "this part of the recording, or more, holds no data",
         "{share:.0f} % of the recording is missing: {gaps} without data, {seconds:.1f} s in all; the "
         "longest: "
         "{longest}",
         much_without_data},
    Kind{"not_finite", warning, none, "samples that are not numbers",
         "any sample is not a finite number, or not in the file",
         "{samples} not a finite number, or not in the file, from {places}; only --gaps hold takes them, as "
         "no data",
         not_finite},
    Kind{"outside_recording", warning, none, "trials outside the recording",
         "start, cue or reward of a trial lies before the first or after the last sample",
         "{trials} outside the recording of {length:.3f} s, first trial {first}: start {start:.3f} s, cue "
         "{cue:.3f} s, reward {reward:.3f} s",
         outside_recording},
    Kind{"being_written", warning, none, "files that are still being written",
         "the file says that a program has it open to write on",
         "a program is still writing this file, or died while it did: only what was there is read",
         being_written},
    Kind{"no_trials", warning, none, "no trials", "the file holds no trials",
         "no trials: bouts are found, but no rewarded movements", no_trials},
    Kind{"unit_assumed", warning, none, "a unit that nobody stated",
         "the unit is \"unknown\" or the like; or an NWB SpatialSeries is in meters, as programs write by "
         "themselves, and no mm_per_volt is beside it",
         "{said}", recorded},
    Kind{"counts_without_conversion", warning, none, "counts taken as volts",
         "the lever is stored in whole numbers, and nothing says how many volts one is", "{said}", recorded},
    Kind{"coarse_time_stamps", warning, none, "time stamps too coarse for their length",
         "steps between time stamps are as small as what their number type can tell apart", "{said}",
         recorded},
    Kind{"slow_rate", warning, none, "a slow rate", "the rate is below 100 Hz", "{said}", recorded},
    Kind{"event_placeholder", warning, none, "numbers that stand for no cue or no reward",
         "a cue or reward is -1 or 0, before its trial begins", "{said}", recorded},
    Kind{"trials_unmatched", warning, none, "trials that one of two clocks lacks",
         "trials of the state machine and their marks in the recording do not all go together", "{said}",
         recorded},
    Kind{"lengths_differ", warning, none, "channels of unequal length",
         "the channels of an Ephus recording hold different numbers of samples", "{said}", recorded},
    Kind{"no_column", warning, none, "trials without cues or rewards",
         "the table of trials has no column of cues, or of rewards", "{said}", recorded},
    Kind{
        "profiles_disagree", warning, 0.02, "onsets depend on the profile",
        "`compare --profiles`: the median onset of two profiles differs by more than so many seconds",
        "the onsets of profile {second} are {shift:.0f} ms {way} than those of {first}, in the median: every "
        "reaction time and every movement window moves with them"},
    Kind{"other_parameters", warning, none, "analysed with other parameters",
         "`summary` of a session: the earlier ones were analysed with another configuration",
         "earlier sessions were analysed with other parameters ({names}): compare with care", nullptr,
         other_parameters},
    Kind{"not_compared", warning, none, "recordings that could not be compared",
         "`summary` of a session: an earlier recording cannot be used", "not in the history: {why}", nullptr,
         not_compared},

    Kind{"calibrations_differ", note, none, "two calibrations",
         "the recording and the rig profile disagree about millimetres per volt", "{said}", recorded},
    Kind{"parts_joined", note, none, "recordings of several parts",
         "several sweeps or files are read as one recording", "{said}", recorded},
    Kind{"values_left_out", note, none, "values that are no lever",
         "samples that the mapping calls no lever are left out", "{said}", recorded},
    Kind{"zero_tail", note, none, "zeros at the end", "exact zeros at the end of a recording are left out",
         "{said}", recorded},
    Kind{"true_rate", note, none, "the rate that was really taken",
         "an early WaveSurfer file states the rate that was asked for, not the one that was taken", "{said}",
         recorded},
    Kind{"unit_converted", note, none, "units converted", "the lever is in mV, uV or calibrated mm", "{said}",
         recorded},
    Kind{"uneven_rate", note, none, "time stamps that do not fit one rate",
         "the number of samples, the duration and the median step of the time stamps contradict each other",
         "{said}", recorded},
    Kind{"rate_rounded", note, none, "clocks that are not quite those of their filters",
         "no short filter brings the rate to 1 kHz exactly; the value is ms after an hour", "{said}",
         recorded},
    Kind{"ragged_column", note, none, "several cues or rewards in a trial",
         "a trial has several values: the first counts", "{said}", recorded},
    Kind{"trial_count", note, none, "numbers of trials, cues and rewards that disagree",
         "two trials or more, but not all, have no cue; or a file's own number of trials is another one",
         "{said}", trial_count},
    Kind{"text_encoding", note, none, "text in another encoding", "a text is no UTF-8", "{said}", recorded},
    Kind{"without_data", note, none, "short gaps without data",
         "there are gaps, of less than a hundredth of the recording in all",
         "{gaps} without data, {seconds:.1f} s in all; the longest: {longest}", without_data},
};

}  // namespace

std::span<const Kind> kinds() { return table; }

std::size_t rank_of(std::string_view code) {
  return static_cast<std::size_t>(std::ranges::find(table, code, &Kind::code) - table.begin());
}

const Kind* kind_of(std::string_view code) {
  const std::size_t at = rank_of(code);
  return at < table.size() ? &table[at] : nullptr;
}

}  // namespace leverkin::findings
