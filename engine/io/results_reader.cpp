#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/hdf5.h"
#include "io/results_schema.h"
#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin {
namespace {

namespace names = results_schema;

// A results file open for reading, and the words for what is wrong with it.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path)
      : path_(path.string()),
        file_size_(static_cast<std::int64_t>(std::filesystem::file_size(path))),
        file_(path_, H5F_ACC_RDONLY) {}

  [[nodiscard]] H5::Group root() const { return file_.openGroup("/"); }

  [[noreturn]] void refuse(const std::string& where, const std::string& found,
                           const std::string& expected) const {
    throw BadSession({path_, where, "", found, expected});
  }

  // `rank` lengths of a column whose type belongs to `kind`. Nothing is compressed in what is read here, so a
  // column longer than its file is damage: found before memory is asked for it.
  [[nodiscard]] std::vector<std::int64_t> lengths(const H5::DataSet& dataset, int rank) const {
    const H5::DataSpace space = dataset.getSpace();
    if (space.getSimpleExtentNdims() != rank)
      refuse(dataset.getObjName(), fmt::format("{} dimensions", space.getSimpleExtentNdims()),
             std::to_string(rank));
    std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
    space.getSimpleExtentDims(extent.data());
    if (space.getSimpleExtentNpoints() > file_size_)
      refuse(dataset.getObjName(), fmt::format("{} values", space.getSimpleExtentNpoints()),
             "no more than the file can hold; it is damaged");
    return {extent.begin(), extent.end()};
  }

  template <class Value>
  [[nodiscard]] std::vector<Value> numbers(const H5::Group& group, const names::Field& field, int rank,
                                           const H5::DataType& type) const {
    const H5::DataSet dataset = group.openDataSet(field.name);
    std::int64_t count = 1;
    for (const std::int64_t length : lengths(dataset, rank)) count *= length;
    std::vector<Value> values(static_cast<std::size_t>(count));
    if (count > 0) dataset.read(values.data(), type);
    return values;
  }

  [[nodiscard]] std::vector<double> doubles(const H5::Group& group, const names::Field& field,
                                            int rank = 1) const {
    return numbers<double>(group, field, rank, H5::PredType::NATIVE_DOUBLE);
  }

  [[nodiscard]] std::vector<std::int64_t> integers(const H5::Group& group, const names::Field& field,
                                                   int rank = 1) const {
    return numbers<std::int64_t>(group, field, rank, H5::PredType::NATIVE_INT64);
  }

  [[nodiscard]] std::vector<std::string> texts(const H5::Group& group, const names::Field& field) const {
    const H5::DataSet dataset = group.openDataSet(field.name);
    const auto count = static_cast<std::size_t>(lengths(dataset, 1).front());
    const H5::StrType type = dataset.getStrType();
    if (!type.isVariableStr())
      refuse(dataset.getObjName(), "text of fixed length", "text of variable length");
    std::vector<char*> pointers(count, nullptr);
    if (count > 0) dataset.read(pointers.data(), type);
    std::vector<std::string> values;
    for (const char* pointer : pointers) values.emplace_back(pointer == nullptr ? "" : pointer);
    if (count > 0) H5::DataSet::vlenReclaim(pointers.data(), type, dataset.getSpace());
    return values;
  }

  void require_size(const H5::Group& group, const names::Field& field, std::size_t found,
                    std::size_t expected) const {
    if (found != expected)
      refuse(group.getObjName() + "/" + field.name, fmt::format("{} values", found),
             std::to_string(expected));
  }

 private:
  std::string path_;
  std::int64_t file_size_;
  H5::H5File file_;
};

std::int64_t integer_attribute(const H5::Group& group, const char* name) {
  const H5::Attribute attribute = group.openAttribute(name);
  if (attribute.getSpace().getSimpleExtentNpoints() != 1)
    throw H5::AttributeIException("integer_attribute", std::string(name) + " is not one number");
  std::int64_t value = 0;
  attribute.read(H5::PredType::NATIVE_INT64, &value);
  return value;
}

std::string text_or_empty(const H5::Group& group, const char* name) {
  return hdf5::has_attribute(group, name) ? hdf5::read_text_attribute(group, name) : std::string();
}

std::vector<H5::Group> children(const H5::Group& parent) {
  std::vector<H5::Group> groups;
  for (hsize_t i = 0; i < parent.getNumObjs(); ++i)
    if (parent.getObjTypeByIdx(i) == H5G_GROUP) groups.push_back(parent.openGroup(parent.getObjnameByIdx(i)));
  return groups;
}

std::vector<std::string> read_warnings(const H5::Group& group) {
  std::vector<std::string> warnings;
  const std::string text = text_or_empty(group, names::attributes::warnings);
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return warnings;
  for (const nlohmann::json& entry : list)
    if (entry.is_string()) warnings.push_back(entry.get<std::string>());
  return warnings;
}

std::vector<std::int64_t> count_rejected(const Reader& reader, const H5::Group& session) {
  const auto reasons = reader.numbers<std::uint8_t>(
      session.openGroup(names::groups::trials), names::trials::reject_reason, 1, H5::PredType::NATIVE_UINT8);
  std::vector<std::int64_t> rejected(reject_reason_count, 0);
  for (const std::uint8_t reason : reasons) {
    if (reason >= rejected.size())
      reader.refuse(session.getObjName() + "/trials/reject_reason", std::to_string(reason),
                    fmt::format("0 to {}", reject_reason_count - 1));
    ++rejected[reason];
  }
  return rejected;
}

SessionSummary read_summary(const H5::Group& group) {
  namespace a = names::attributes;
  return {.n_trials = integer_attribute(group, a::n_trials),
          .n_rewarded = integer_attribute(group, a::n_rewarded),
          .success_fraction = hdf5::read_number_attribute(group, a::success_fraction),
          .n_movements = integer_attribute(group, a::n_movements),
          .median_reaction_time_s = hdf5::read_number_attribute(group, a::median_reaction_time_s),
          .median_cue_to_reward_s = hdf5::read_number_attribute(group, a::median_cue_to_reward_s),
          .moving_fraction = hdf5::read_number_attribute(group, a::moving_fraction)};
}

StoredSession read_session(const Reader& reader, const H5::Group& group, const std::string& subject) {
  namespace a = names::attributes;
  StoredSession session;
  session.identity = {.subject = subject,
                      .session = integer_attribute(group, a::session),
                      .group = hdf5::read_text_attribute(group, a::group),
                      .start_time = text_or_empty(group, a::start_time)};
  session.source_file = hdf5::read_text_attribute(group, a::source_file);
  session.input_xxh3 = hdf5::read_text_attribute(group, a::input_xxh3);
  session.rate_hz = hdf5::read_number_attribute(group, a::rate_hz);
  session.duration_s = hdf5::read_number_attribute(group, a::duration_s);
  session.noise_cutoff_v = hdf5::read_number_attribute(group, a::noise_cutoff_v);
  const H5::DataSet onsets = group.openGroup(names::groups::bouts).openDataSet(names::bouts::onset_s.name);
  session.n_bouts = reader.lengths(onsets, 1).front();
  session.summary = read_summary(group);
  session.rejected = count_rejected(reader, group);
  session.warnings = read_warnings(group);
  return session;
}

Correlogram read_correlogram(const Reader& reader, const H5::Group& group) {
  namespace f = names::correlogram;
  Correlogram correlogram{.session = reader.integers(group, f::session),
                          .median_r = reader.doubles(group, f::median_r, 2),
                          .n_pairs = reader.integers(group, f::n_pairs, 2),
                          .bound = reader.doubles(group, f::bound, 2),
                          .within_r = reader.doubles(group, f::within_r),
                          .across_r = reader.doubles(group, f::across_r)};
  const std::size_t sessions = correlogram.session.size();
  reader.require_size(group, f::median_r, correlogram.median_r.size(), sessions * sessions);
  reader.require_size(group, f::n_pairs, correlogram.n_pairs.size(), sessions * sessions);
  reader.require_size(group, f::bound, correlogram.bound.size(), sessions * sessions);
  reader.require_size(group, f::within_r, correlogram.within_r.size(), sessions);
  reader.require_size(group, f::across_r, correlogram.across_r.size(), sessions == 0 ? 0 : sessions - 1);
  return correlogram;
}

StoredSubject read_subject(const Reader& reader, const H5::Group& group) {
  StoredSubject subject;
  subject.subject = hdf5::read_text_attribute(group, names::attributes::subject);
  if (H5Lexists(group.getId(), names::groups::sessions, H5P_DEFAULT) > 0)
    for (const H5::Group& session : children(group.openGroup(names::groups::sessions)))
      subject.sessions.push_back(read_session(reader, session, subject.subject));
  // By number: the names of sessions from 1000 on do not sort after those below.
  std::sort(
      subject.sessions.begin(), subject.sessions.end(),
      [](const StoredSession& a, const StoredSession& b) { return a.identity.session < b.identity.session; });
  if (H5Lexists(group.getId(), names::groups::correlogram, H5P_DEFAULT) > 0)
    subject.correlogram = read_correlogram(reader, group.openGroup(names::groups::correlogram));
  return subject;
}

std::vector<FailedSession> read_failed(const Reader& reader, const H5::Group& group) {
  namespace f = names::failed;
  const std::vector<std::string> paths = reader.texts(group, f::path);
  const std::vector<std::string> subjects = reader.texts(group, f::subject);
  const std::vector<std::int64_t> sessions = reader.integers(group, f::session);
  const std::vector<std::string> errors = reader.texts(group, f::error);
  reader.require_size(group, f::subject, subjects.size(), paths.size());
  reader.require_size(group, f::session, sessions.size(), paths.size());
  reader.require_size(group, f::error, errors.size(), paths.size());
  std::vector<FailedSession> failed;
  for (std::size_t i = 0; i < paths.size(); ++i)
    failed.push_back({paths[i], subjects[i], sessions[i], errors[i]});
  return failed;
}

void require_known_schema(const Reader& reader, const H5::Group& root) {
  const std::string schema = text_or_empty(root, names::attributes::schema);
  if (schema == names::schema_name) return;
  const std::string expected = fmt::format("a leverkin results file of schema {}", names::schema_name);
  if (schema.empty()) reader.refuse("", "an HDF5 file without a schema attribute", expected);
  reader.refuse("", "schema " + schema, expected);
}

std::vector<H5::Group> subject_groups(const Reader& reader, const std::string* only) {
  std::vector<H5::Group> groups = children(reader.root().openGroup(names::groups::subjects));
  if (only != nullptr)
    std::erase_if(groups, [&](const H5::Group& group) {
      return hdf5::read_text_attribute(group, names::attributes::subject) != *only;
    });
  return groups;
}

H5::Group session_group(const Reader& reader, const std::string& subject, std::int64_t session) {
  for (const H5::Group& group : subject_groups(reader, &subject))
    for (const H5::Group& candidate : children(group.openGroup(names::groups::sessions)))
      if (integer_attribute(candidate, names::attributes::session) == session) return candidate;
  throw BadArgument(fmt::format("subject {}, session {}: not in these results", subject, session));
}

Movements read_movements(const Reader& reader, const H5::Group& session) {
  namespace f = names::movements;
  const H5::Group group = session.openGroup(names::groups::movements);
  Movements movements{.samples = reader.lengths(group.openDataSet(f::volts.name), 2)[1],
                      .volts = reader.doubles(group, f::volts, 2),
                      .trial = reader.integers(group, f::trial),
                      .onset_s = reader.doubles(group, f::onset_s)};
  const std::size_t rows = movements.trial.size();
  reader.require_size(group, f::volts, movements.volts.size(),
                      rows * static_cast<std::size_t>(movements.samples));
  reader.require_size(group, f::onset_s, movements.onset_s.size(), rows);
  return movements;
}

// `only`: one animal; nullptr: all.
StoredResults read_results(const Reader& reader, const std::string* only) {
  namespace a = names::attributes;
  const H5::Group root = reader.root();
  require_known_schema(reader, root);
  StoredResults results;
  results.schema = hdf5::read_text_attribute(root, a::schema);
  results.version = hdf5::read_text_attribute(root, a::leverkin_version);
  results.created_utc = hdf5::read_text_attribute(root, a::created_utc);
  results.profile = hdf5::read_text_attribute(root, a::profile);
  results.config_json = hdf5::read_text_attribute(root, a::config_json);
  results.target = hdf5::read_text_attribute(root, a::target);
  results.threads = integer_attribute(root, a::threads);
  for (const H5::Group& subject : subject_groups(reader, only))
    results.subjects.push_back(read_subject(reader, subject));
  results.failed = read_failed(reader, root.openGroup(names::groups::failed));
  return results;
}

void require_hdf5(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw IoError(path.string() + ": cannot be read: there is no such file");
  if (std::filesystem::is_directory(status))
    throw IoError(path.string() + ": cannot be read: it is a folder, expected a results file");
  if (H5Fis_hdf5(path.c_str()) == 0)
    throw BadSession({path.string(), "", "", "a file that is not HDF5", "a leverkin results file"});
}

// What `action` makes of the opened file; HDF5's errors become ours.
template <class Action>
auto reading(const std::filesystem::path& path, const Action& action) {
  const hdf5::Lock lock;
  require_hdf5(path);
  try {
    return action(Reader(path));
  } catch (const H5::Exception& error) {
    throw IoError(path.string() + ": cannot be read: " + hdf5::last_error(error));
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError(path.string() + ": cannot be read: " + error.code().message());
  }
}

}  // namespace

bool is_results_file(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  try {
    if (!std::filesystem::is_regular_file(path) || H5Fis_hdf5(path.c_str()) <= 0) return false;
    const H5::H5File file(path.string(), H5F_ACC_RDONLY);
    return text_or_empty(file.openGroup("/"), names::attributes::schema).starts_with(names::schema_family);
  } catch (const H5::Exception&) {
    return false;
  } catch (const std::filesystem::filesystem_error&) {
    return false;
  }
}

StoredResults load_results(const std::filesystem::path& path) {
  return reading(path, [](const Reader& reader) { return read_results(reader, nullptr); });
}

StoredResults load_results(const std::filesystem::path& path, const std::string& subject) {
  return reading(path, [&](const Reader& reader) { return read_results(reader, &subject); });
}

Movements load_movements(const std::filesystem::path& path, const std::string& subject,
                         std::int64_t session) {
  return reading(path, [&](const Reader& reader) {
    require_known_schema(reader, reader.root());
    return read_movements(reader, session_group(reader, subject, session));
  });
}

}  // namespace leverkin
