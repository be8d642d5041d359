// engine/io/results_schema.h: what is everything in a results file called?
//
// Names, units and meanings of `leverkin-results/1` (docs/formats.md). Where a matrix has two dimensions of
// the same kind, the second has a scale of its own (`other_session`, `other_movement`): xarray wants
// different names.
#pragma once

#include "io/table.h"

namespace leverkin::results_schema {

using hdf5::Field;

inline constexpr const char* schema_family = "leverkin-results/";
inline constexpr const char* schema_name = "leverkin-results/1";

// Committed at the root: netCDF readers look for types in a group and its parents only.
inline constexpr const char* reject_reason_type = "reject_reason";
inline constexpr const char* review_action_type = "review_action";

namespace groups {
inline constexpr const char* failed = "failed";
inline constexpr const char* subjects = "subjects";
inline constexpr const char* sessions = "sessions";
inline constexpr const char* bouts = "bouts";
inline constexpr const char* trials = "trials";
inline constexpr const char* kinematics = "kinematics";
inline constexpr const char* movements = "movements";
inline constexpr const char* overview = "overview";
inline constexpr const char* lever = "lever";
inline constexpr const char* correlogram = "correlogram";
inline constexpr const char* pairwise = "pairwise";
inline constexpr const char* groups = "groups";
}  // namespace groups

namespace attributes {
// of the file
inline constexpr const char* schema = "schema";
inline constexpr const char* leverkin_version = "leverkin_version";
inline constexpr const char* created_utc = "created_utc";
inline constexpr const char* profile = "profile";
inline constexpr const char* config_json = "config_json";
inline constexpr const char* target = "target";
inline constexpr const char* threads = "threads";
inline constexpr const char* review_json = "review_json";  // only where there was a review
// of a subject and of a group: the name with every character, also those a path cannot hold
inline constexpr const char* subject = "subject";
inline constexpr const char* group = "group";
// of a session
inline constexpr const char* session = "session";
inline constexpr const char* phase = "phase";
inline constexpr const char* start_time = "start_time";
inline constexpr const char* source_file = "source_file";
inline constexpr const char* input_xxh3 = "input_xxh3";
inline constexpr const char* rate_hz = "rate_hz";
inline constexpr const char* duration_s = "duration_s";
inline constexpr const char* noise_cutoff_v = "noise_cutoff_v";
inline constexpr const char* status = "status";
inline constexpr const char* status_ok = "ok";
inline constexpr const char* n_reviewed = "n_reviewed";  // only where there was a review
inline constexpr const char* n_trials = "n_trials";
inline constexpr const char* n_rewarded = "n_rewarded";
inline constexpr const char* success_fraction = "success_fraction";
inline constexpr const char* n_movements = "n_movements";
inline constexpr const char* median_reaction_time_s = "median_reaction_time_s";
inline constexpr const char* median_cue_to_reward_s = "median_cue_to_reward_s";
inline constexpr const char* moving_fraction = "moving_fraction";
inline constexpr const char* no_bouts_reason = "no_bouts_reason";  // only where there are none
inline constexpr const char* warnings = "warnings";                // JSON list; only where there are some
// of an overview
inline constexpr const char* bin_s = "bin_s";
}  // namespace attributes

namespace failed {
inline constexpr Field failure{"failure", nullptr, "number of the failure"};
inline constexpr Field path{"path", nullptr, "session file"};
inline constexpr Field subject{"subject"};
inline constexpr Field session{"session"};
inline constexpr Field error{"error", nullptr, "why it could not be analysed"};
}  // namespace failed

namespace bouts {
inline constexpr Field bout{"bout", nullptr, "number of the bout"};
inline constexpr Field onset_s{"onset_s", "s", "first sample of the movement"};
inline constexpr Field offset_s{"offset_s", "s", "first sample after the movement"};
inline constexpr Field amplitude_v{"amplitude_v", "V", "largest minus smallest lever position"};
inline constexpr Field peak_speed_v_per_s{"peak_speed_v_per_s", "V s-1", "largest smoothed speed"};
inline constexpr Field path_v{"path_v", "V", "way travelled, smoothed"};
inline constexpr Field flags{"flags", nullptr, "bits; 1: cut by samples without data"};
}  // namespace bouts

namespace kinematics {
inline constexpr Field bout{"bout", nullptr, "number of the bout"};
inline constexpr Field duration_s{"duration_s", "s", "onset to offset"};
inline constexpr Field time_to_peak_s{"time_to_peak_s", "s", "onset to the largest speed"};
inline constexpr Field hold_s{"hold_s", "s", "longest stretch at half or more of the largest displacement"};
inline constexpr Field n_submovements{"n_submovements", nullptr, "peaks of speed"};
inline constexpr Field smoothness_sal{"smoothness_sal", nullptr, "spectral arc length of the speed"};
}  // namespace kinematics

namespace trials {
inline constexpr Field trial{"trial", nullptr, "row of the session's trial table"};
inline constexpr Field start_s{"start_s", "s", "start of the trial"};
inline constexpr Field stop_s{"stop_s", "s", "end of the trial"};
inline constexpr Field cue_s{"cue_s", "s", "cue; NaN: none"};
inline constexpr Field reward_s{"reward_s", "s", "reward; NaN: none"};
inline constexpr Field bout{"bout", nullptr, "bout that holds the reward; -1: none"};
inline constexpr Field movement_onset_s{"movement_onset_s", "s", "onset of that bout"};
inline constexpr Field reaction_time_s{"reaction_time_s", "s", "cue to movement onset"};
inline constexpr Field cue_to_reward_s{"cue_to_reward_s", "s", "cue to reward"};
inline constexpr Field used{"used", nullptr, "1: gave a movement"};
inline constexpr Field reject_reason{"reject_reason", nullptr, "why the trial gave no movement"};
inline constexpr Field review{"review", nullptr, "what a person decided"};
}  // namespace trials

namespace movements {
inline constexpr Field trial{"trial", nullptr, "row of the session's trial table"};
inline constexpr Field time_s{"time_s", "s", "time from movement onset"};
inline constexpr Field volts{"volts", "V", "lever position"};
inline constexpr Field onset_s{"onset_s", "s", "movement onset"};
}  // namespace movements

namespace overview {
inline constexpr Field time_s{"time_s", "s", "start of the bin"};
inline constexpr Field min_v{"min_v", "V", "lowest lever position in the bin"};
inline constexpr Field max_v{"max_v", "V", "highest lever position in the bin"};
}  // namespace overview

namespace lever {
inline constexpr Field time_s{"time_s", "s", "time from the first sample"};
inline constexpr Field volts{"volts", "V", "lever position at 1 kHz"};
inline constexpr Field smooth_v{"smooth_v", "V", "lever position, low-pass filtered"};
inline constexpr Field envelope_v_per_s{"envelope_v_per_s", "V s-1", "speed envelope"};
inline constexpr Field active{"active", nullptr, "1: within a bout"};
}  // namespace lever

namespace correlogram {
inline constexpr Field session{"session"};
inline constexpr Field other_session{"other_session"};
inline constexpr Field later_session{"later_session", nullptr, "second session of a pair of neighbours"};
inline constexpr Field median_r{"median_r", "1", "median Pearson r over trial pairs"};
inline constexpr Field n_pairs{"n_pairs", nullptr, "pairs of different movements that entered"};
inline constexpr Field within_r{"within_r", "1", "median Pearson r within the session"};
inline constexpr Field across_r{"across_r", "1", "median Pearson r between neighbouring sessions"};
inline constexpr Field bound{"bound", "1", "proved largest error of median_r"};
}  // namespace correlogram

namespace pairwise {
inline constexpr Field movement{"movement", nullptr, "number of the movement"};
inline constexpr Field other_movement{"other_movement", nullptr, "number of the movement"};
inline constexpr Field r{"r", "1", "Pearson r"};
inline constexpr Field session{"session", nullptr, "session of the movement"};
inline constexpr Field trial{"trial", nullptr, "trial of the movement in its session"};
}  // namespace pairwise

namespace group_curves {
inline constexpr Field session{"session"};
inline constexpr Field other_session{"other_session"};
inline constexpr Field mean_r{"mean_r", "1", "mean over animals of median_r"};
inline constexpr Field sem_r{"sem_r", "1", "s.e.m. over animals of median_r"};
inline constexpr Field n_subjects{"n_subjects", nullptr, "animals that have a number"};
inline constexpr const char* success_fraction = "success_fraction";
inline constexpr const char* reaction_time_s = "reaction_time_s";
inline constexpr const char* cue_to_reward_s = "cue_to_reward_s";
inline constexpr const char* within_r = "within_r";
inline constexpr const char* all_animals = "all";  // the group of sessions without one
}  // namespace group_curves

}  // namespace leverkin::results_schema
