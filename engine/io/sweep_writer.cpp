#include <type_traits>
#include <utility>
#include <vector>

#include "io/hdf5.h"
#include "io/replacing.h"
#include "io/results_file.h"
#include "io/table_writer.h"
#include "leverkin/error.h"
#include "leverkin/sweep.h"

namespace leverkin {
namespace {

constexpr const char* sweep_schema = "leverkin-sweep/1";

void write_settings(H5::H5File& file, const SweepResult& result) {
  std::vector<std::string> profiles, configs;
  for (const Parameters& parameters : result.settings) {
    profiles.push_back(parameters.profile);
    configs.push_back(to_json(parameters));
  }
  hdf5::TableWriter table(hdf5::open_or_create_group(file, "settings"));
  table.index_axis({"setting"}, static_cast<std::int64_t>(profiles.size()));
  table.column(Field{"profile"}, {"setting", nullptr}, profiles);
  table.column(Field{"config_json", nullptr, "every parameter"}, {"setting", nullptr}, configs);
  table.finish();
}

void write_sessions(H5::H5File& file, const SweepResult& result) {
  std::vector<std::string> subjects;
  std::vector<std::int64_t> numbers;
  for (const SessionIdentity& identity : result.sessions) {
    subjects.push_back(identity.subject);
    numbers.push_back(identity.session);
  }
  hdf5::TableWriter table(hdf5::open_or_create_group(file, "sessions"));
  table.index_axis({"row"}, static_cast<std::int64_t>(subjects.size()));
  table.column(Field{"subject"}, {"row", nullptr}, subjects);
  table.column(Field{"session"}, {"row", nullptr}, numbers);
  table.finish();
}

// Each number as a matrix, setting x session.
void write_numbers(H5::H5File& file, const SweepResult& result) {
  hdf5::TableWriter table(hdf5::open_or_create_group(file, "sweep"));
  table.index_axis({"setting"}, static_cast<std::int64_t>(result.settings.size()));
  table.index_axis({"row", nullptr, "of /sessions"}, static_cast<std::int64_t>(result.sessions.size()));
  const auto add = [&](const Field& field, auto SweepSession::*member) {
    using Value = std::remove_cvref_t<decltype(std::declval<SweepSession>().*member)>;
    std::vector<Value> values;
    for (const auto& of_setting : result.of)
      for (const SweepSession& one : of_setting) values.push_back(one.*member);
    table.column(field, {"setting", "row"}, std::span<const Value>(values));
  };
  add({"n_bouts"}, &SweepSession::n_bouts);
  add({"n_movements"}, &SweepSession::n_movements);
  add({"moving_fraction"}, &SweepSession::moving_fraction);
  add({"median_reaction_time_s", "s"}, &SweepSession::median_reaction_time_s);
  add({"within_r", nullptr, "median correlation within the session"}, &SweepSession::within_r);
  add({"across_r", nullptr, "and with the animal's next session"}, &SweepSession::across_r);
  add({"onset_shift_s", "s", "median, later than with the first setting"}, &SweepSession::onset_shift_s);
  table.finish();
}

}  // namespace

void check_replacing_by_sweep(const std::filesystem::path& out) {
  if (is_free(out) || results_file::schema_of(out) == sweep_schema) return;
  throw BadArgument(out.string() +
                    ": found a file that is not a sweep; expected a new name, or a sweep to replace");
}

void write_sweep(const SweepResult& result, const std::filesystem::path& out) {
  check_replacing_by_sweep(out);
  const hdf5::Lock lock;
  try {
    hdf5::AtomicFile file(out);
    hdf5::write_attribute(file.file(), results_file::names::attributes::schema, sweep_schema);
    write_settings(file.file(), result);
    write_sessions(file.file(), result);
    write_numbers(file.file(), result);
    file.commit();
  } catch (const H5::Exception& error) {
    throw IoError(out.string() + ": " + hdf5::last_error(error));
  }
}

}  // namespace leverkin
