#include <fmt/format.h>

#include <optional>

#include "io/results_columns.h"
#include "leverkin/results.h"

namespace leverkin {
namespace {

namespace in_results = results_schema;
using results_file::count_rows;
using results_file::holds;
using results_file::read_columns;
using results_file::read_series;
using results_file::Reader;

Movements read_movements(const Reader& reader, const H5::Group& session) {
  const H5::Group group = session.openGroup(in_results::groups::movements);
  Movements movements{.samples = reader.length(group, "time_s")};
  read_series(reader, group, columns::movements, movements);
  return movements;
}

StoredDetail read_detail(const Reader& reader, const H5::Group& session) {
  StoredDetail detail;
  detail.bouts.resize(static_cast<std::size_t>(count_rows(reader, session, columns::bouts)));
  read_columns(reader, session, columns::bouts, detail.bouts);
  read_columns(reader, session, columns::kinematics, detail.bouts);
  read_series(reader, session.openGroup(in_results::groups::trials), columns::trial_times, detail.trials);
  detail.outcomes.resize(static_cast<std::size_t>(detail.trials.size()));
  read_columns(reader, session, columns::outcomes, detail.outcomes);
  detail.movements = read_movements(reader, session);
  if (holds(session, in_results::groups::overview))
    read_series(reader, session.openGroup(in_results::groups::overview), columns::overview, detail.overview);
  if (holds(session, in_results::groups::lever))
    detail.volts = reader.column<double>(session.openGroup(in_results::groups::lever), "volts");
  return detail;
}

// By its attributes: the group's own name cannot hold every character.
std::optional<H5::Group> find_session(const Reader& reader, const std::string& subject, std::int64_t number) {
  for (const H5::Group& one : results_file::children(reader.root().openGroup(in_results::groups::subjects))) {
    if (hdf5::read_text_attribute(one, in_results::attributes::subject) != subject ||
        !holds(one, in_results::groups::sessions))
      continue;
    const std::string link = fmt::format("{:03}", number);
    const H5::Group sessions = one.openGroup(in_results::groups::sessions);
    if (holds(sessions, link.c_str())) return sessions.openGroup(link);
  }
  return std::nullopt;
}

// What `read` makes of one session.
template <typename Read>
auto reading_session(const std::filesystem::path& path, const std::string& subject, std::int64_t session,
                     const Read& read) {
  return results_file::reading(path, [&](const Reader& reader) {
    const auto group = find_session(reader, subject, session);
    if (!group)
      throw BadArgument(
          fmt::format("{}: it holds no session {} of subject {}", path.string(), session, subject));
    return read(reader, *group);
  });
}

}  // namespace

StoredDetail load_session_detail(const std::filesystem::path& path, const std::string& subject,
                                 std::int64_t session) {
  return reading_session(path, subject, session, read_detail);
}

Movements load_movements(const std::filesystem::path& path, const std::string& subject,
                         std::int64_t session) {
  return reading_session(path, subject, session, read_movements);
}

}  // namespace leverkin
