// engine/io/results_schema.h: what are the parts of a results file called that are no column of a table?
//
// The columns are in leverkin/columns.h; docs/formats.md shows both.
#pragma once

namespace leverkin::results_schema {

inline constexpr const char* schema_family = "leverkin-results/";
inline constexpr const char* schema_name = "leverkin-results/1";
inline constexpr const char* tables_schema_name = "leverkin-activity/1";  // of tables_file.h

namespace groups {
inline constexpr const char* subjects = "subjects";
inline constexpr const char* sessions = "sessions";
inline constexpr const char* trials = "trials";
inline constexpr const char* movements = "movements";
inline constexpr const char* overview = "overview";
inline constexpr const char* lever = "lever";
inline constexpr const char* correlogram = "correlogram";
inline constexpr const char* pairwise = "pairwise";
inline constexpr const char* groups = "groups";
inline constexpr const char* all_animals = "all";  // the group of sessions without one
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
// of a session, beside its numbers
inline constexpr const char* n_reviewed = "n_reviewed";            // only where there was a review
inline constexpr const char* no_bouts_reason = "no_bouts_reason";  // only where there are none
// of an overview
inline constexpr const char* bin_s = "bin_s";
}  // namespace attributes

}  // namespace leverkin::results_schema
