#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "io/hdf5.h"
#include "io/results_columns.h"
#include "leverkin/error.h"
#include "leverkin/results.h"
#include "leverkin/results_difference.h"
#include "support/instant.h"
#include "support/text_encoding.h"

namespace leverkin {
namespace {

namespace in_results = results_schema;
using results_file::children;
using results_file::count_rows;
using results_file::holds;
using results_file::integer_attribute;
using results_file::read_attributes;
using results_file::read_columns;
using results_file::read_series;
using results_file::Reader;
using results_file::text_or_empty;

std::vector<std::int64_t> count_rejected(const Reader& reader, const H5::Group& session) {
  std::vector<std::int64_t> rejected(reject_reason_count, 0);
  for (const RejectReason reason :
       reader.column<RejectReason>(session.openGroup(in_results::groups::trials), "reject_reason"))
    ++rejected[static_cast<std::size_t>(reason)];
  return rejected;
}

StoredSession read_session(const Reader& reader, const H5::Group& group, const std::string& subject) {
  namespace a = in_results::attributes;
  StoredSession session;
  read_attributes(group, columns::identity, session.identity);
  session.identity.subject = subject;
  read_attributes(group, columns::recording, session);
  read_attributes(group, columns::summary, session.summary);
  session.n_bouts = count_rows(reader, group, columns::bouts);
  if (hdf5::has_attribute(group, a::n_reviewed)) session.n_reviewed = integer_attribute(group, a::n_reviewed);
  reader.require_sealed(group);
  session.rejected = count_rejected(reader, group);
  return session;
}

StoredSubject read_subject(const Reader& reader, const H5::Group& group) {
  StoredSubject subject;
  subject.subject = hdf5::read_text_attribute(group, in_results::attributes::subject);
  reader.require_sealed(group);
  if (holds(group, in_results::groups::sessions))
    for (const H5::Group& session : children(group.openGroup(in_results::groups::sessions)))
      subject.sessions.push_back(read_session(reader, session, subject.subject));
  // By number: the names of sessions from 1000 on do not sort after those below.
  std::sort(
      subject.sessions.begin(), subject.sessions.end(),
      [](const StoredSession& a, const StoredSession& b) { return a.identity.session < b.identity.session; });
  if (holds(group, in_results::groups::correlogram))
    read_series(reader, group.openGroup(in_results::groups::correlogram), columns::correlogram,
                subject.correlogram);
  return subject;
}

GroupSummary read_group(const Reader& reader, const H5::Group& group) {
  GroupSummary summary{.group = hdf5::read_text_attribute(group, in_results::attributes::group)};
  reader.require_sealed(group);
  read_series(reader, group, columns::group_sessions, summary);
  for (const Curve& one : columns::group_curves) {
    const std::size_t rank = one.axes[1] == nullptr ? 1 : 2;
    const std::vector<std::int64_t> shape(rank, std::ssize(summary.session));
    summary.*one.curve = {reader.column<double>(group, one.mean.name, shape),
                          reader.column<double>(group, one.sem.name, shape),
                          reader.column<std::int64_t>(group, one.n.name, shape)};
  }
  return summary;
}

std::vector<H5::Group> subject_groups(const Reader& reader, const std::string* only) {
  std::vector<H5::Group> groups = children(reader.root().openGroup(in_results::groups::subjects));
  if (only != nullptr)
    std::erase_if(groups, [&](const H5::Group& group) {
      return hdf5::read_text_attribute(group, in_results::attributes::subject) != *only;
    });
  return groups;
}

// No checksum holds it: files that are otherwise the same differ in it.
std::string creation_time(const Reader& reader) {
  std::string created = hdf5::read_text_attribute(reader.root(), in_results::attributes::created_utc);
  if (!created.empty() && !instant_of(created))
    reader.refuse(in_results::attributes::created_utc, "damaged: \"" + as_utf8(created) + '"',
                  "a time such as 2026-11-21T09:30:00Z");
  return created;
}

// `only`: one animal; nullptr: all.
StoredResults read_results(const Reader& reader, const std::string* only) {
  namespace a = in_results::attributes;
  const H5::Group root = reader.root();
  StoredResults results;
  results.schema = hdf5::read_text_attribute(root, a::schema);
  results.version = hdf5::read_text_attribute(root, a::leverkin_version);
  results.created_utc = creation_time(reader);
  results.profile = hdf5::read_text_attribute(root, a::profile);
  results.config_json = hdf5::read_text_attribute(root, a::config_json);
  results.target = hdf5::read_text_attribute(root, a::target);
  results.threads = integer_attribute(root, a::threads);
  results.review_json = text_or_empty(root, a::review_json);
  reader.require_sealed(root);
  reader.require_all_names();
  for (const H5::Group& subject : subject_groups(reader, only))
    results.subjects.push_back(read_subject(reader, subject));
  for (const H5::Group& group : children(root.openGroup(in_results::groups::groups)))
    results.groups.push_back(read_group(reader, group));
  results.failed.resize(static_cast<std::size_t>(count_rows(reader, root, columns::failed)));
  read_columns(reader, root, columns::failed, results.failed);
  if (holds(root, columns::findings.group)) {
    results.findings.resize(static_cast<std::size_t>(count_rows(reader, root, columns::findings)));
    read_columns(reader, root, columns::findings, results.findings);
  }
  return results;
}

// Tables that are long, and read by whoever wants them: their values are looked at then.
bool is_looked_at_when_read(const std::string& path) {
  return path.find("/" + std::string(in_results::groups::lever) + "/") != std::string::npos ||
         path.find("/" + std::string(in_results::groups::pairwise) + "/") != std::string::npos;
}

}  // namespace

bool is_results_file(const std::filesystem::path& path) {
  return results_file::schema_of(path).starts_with(in_results::schema_family);
}

std::string stored_review(const std::filesystem::path& path) {
  const auto review = [](const Reader& reader) {
    return text_or_empty(reader.root(), in_results::attributes::review_json);
  };
  return results_file::reading(path, review, Look::kind);
}

void check_results(const std::filesystem::path& path) {
  results_file::reading(path, [](const Reader& reader) {
    (void)read_results(reader, nullptr);
    if (!reader.is_sealed()) return;
    for (const hdf5::NamedObject& one : reader.objects())
      if (one.kind == H5O_TYPE_DATASET && !is_looked_at_when_read(one.path))
        reader.require_sealed(reader.root().openDataSet(one.path));
  });
}

StoredResults load_results(const std::filesystem::path& path) {
  return results_file::reading(path, [](const Reader& reader) { return read_results(reader, nullptr); });
}

StoredResults load_results(const std::filesystem::path& path, const std::string& subject) {
  return results_file::reading(path, [&](const Reader& reader) { return read_results(reader, &subject); });
}

}  // namespace leverkin
