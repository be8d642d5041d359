#include "tables/result_tables.h"

#include <algorithm>
#include <numeric>
#include <type_traits>

namespace leverkin::tools {
namespace {

constexpr Field subject_field{"subject", nullptr, "the animal"};
constexpr Field session_field{"session", nullptr, "its number"};

template <class Row>
void add(ResultTable& table, std::span<const Column<Row>> columns, const std::vector<Row>& rows) {
  for (const Column<Row>& column : columns)
    std::visit(
        [&]<class Member>(const Member& member) {
          using Value = decltype(get(rows.front(), member));
          if constexpr (std::is_enum_v<Value>) {
            std::vector<std::string> texts;
            for (const Row& row : rows) texts.emplace_back(name(get(row, member)));
            table.columns.push_back({column.field, std::move(texts)});
          } else {
            table.columns.push_back({column.field, gather(rows, member)});
          }
        },
        column.member);
}

// Those columns of a noun that lie along `axes` alone, the first axis among them: it tells the rows apart.
template <class Noun, std::size_t n>
void add(ResultTable& table, const Series<Noun> (&series)[n], const Noun& noun, const std::string& axis) {
  for (const Series<Noun>& one : series)
    std::visit(
        [&](const auto& member) {
          const bool is_axis = one.axes[0] == nullptr && axis == one.field.name;
          const bool lies_along = one.axes[0] != nullptr && axis == one.axes[0] && one.axes[1] == nullptr;
          if (is_axis || lies_along) table.columns.push_back({one.field, whole(noun, member)});
        },
        one.member);
}

void add_index(ResultTable& table, const Field& field, std::size_t rows) {
  std::vector<std::int64_t> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), 0);
  table.columns.push_back({field, std::move(numbers)});
}

template <class Row>
ResultTable table_of(const Columns<Row>& columns, const std::vector<Row>& rows) {
  ResultTable table{columns.group, {}};
  add(table, columns.rows, rows);
  return table;
}

ResultTable movements_of(const Movements& movements) {
  ResultTable table{"movements", {}};
  add(table, columns::movements, movements, "trial");
  for (const Series<Movements>& one : columns::movements)
    if (one.axes[1] != nullptr)
      table.columns.push_back({one.field, movements.volts,
                               static_cast<std::size_t>(std::max<std::int64_t>(1, movements.samples))});
  return table;
}

// A square, one row per cell.
template <class Value>
std::vector<Value> cells(const std::vector<Value>& square, std::size_t n) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) values.push_back(square[i * n + j]);
  return values;
}

void add_pairs(ResultTable& table, const std::vector<std::int64_t>& session) {
  std::vector<std::int64_t> one, other;
  for (std::size_t i = 0; i < session.size(); ++i)
    for (std::size_t j = i; j < session.size(); ++j) {
      one.push_back(session[i]);
      other.push_back(session[j]);
    }
  table.columns.push_back({session_field, std::move(one)});
  table.columns.push_back(
      {{"other_session", nullptr, "the other one; the same: within it"}, std::move(other)});
}

ResultTable correlogram_of(const Correlogram& correlogram) {
  ResultTable table{"correlogram", {}};
  add_pairs(table, correlogram.session);
  for (const Series<Correlogram>& one : columns::correlogram)
    std::visit(
        [&](const auto& member) {
          if (one.axes[1] != nullptr)
            table.columns.push_back(
                {one.field, cells(whole(correlogram, member), correlogram.session.size())});
        },
        one.member);
  return table;
}

void add_curves(ResultTable& table, const GroupSummary& group, bool squares) {
  const std::size_t n = group.session.size();
  for (const Curve& one : columns::group_curves) {
    if ((one.axes[1] != nullptr) != squares) continue;
    const GroupCurve& curve = group.*one.curve;
    table.columns.push_back({one.mean, squares ? cells(curve.mean, n) : curve.mean});
    table.columns.push_back({one.sem, squares ? cells(curve.sem, n) : curve.sem});
    table.columns.push_back({one.n, squares ? cells(curve.n, n) : curve.n});
  }
}

// `all` has a row for every part so far.
void gather_rows(std::vector<ResultTable>& all, ResultTable&& part) {
  const auto known = std::ranges::find(all, part.name, &ResultTable::name);
  known == all.end() ? all.push_back(std::move(part)) : append(*known, part);
}

}  // namespace

std::size_t ResultTable::rows() const {
  if (columns.empty()) return 0;
  const TableColumn& first = columns.front();
  return std::visit([&](const auto& values) { return values.size() / first.width; }, first.values);
}

const TableColumn* ResultTable::find(std::string_view column) const {
  const auto found =
      std::ranges::find_if(columns, [&](const TableColumn& one) { return one.field.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<ResultTable> tables_of(const StoredDetail& detail) {
  ResultTable bouts{"bouts", {}}, trials{"trials", {}};
  add_index(bouts, columns::bouts.index, detail.bouts.size());
  add(bouts, columns::bouts.rows, detail.bouts);
  add(bouts, columns::kinematics.rows, detail.bouts);
  add(trials, columns::trial_times, detail.trials, "trial");
  add(trials, columns::outcomes.rows, detail.outcomes);
  std::vector<ResultTable> all{std::move(bouts), std::move(trials), movements_of(detail.movements)};
  if (!detail.volts.empty()) {
    ResultTable lever{"lever", {}};
    add(lever, columns::trace, Trace{detail.volts, {}}, "time_s");
    all.push_back(std::move(lever));
  }
  return all;
}

std::vector<ResultTable> tables_of(const StoredSubject& subject) {
  ResultTable sessions{"sessions", {}}, across{"correlogram_across", {}};
  std::vector<SessionIdentity> identities;
  std::vector<SessionSummary> summaries;
  for (const StoredSession& one : subject.sessions) {
    identities.push_back(one.identity);
    summaries.push_back(one.summary);
  }
  add<SessionIdentity>(sessions, columns::identity, identities);
  add<StoredSession>(sessions, columns::recording, subject.sessions);
  add<SessionSummary>(sessions, columns::summary, summaries);
  ResultTable within{"", {}};
  add(within, columns::correlogram, subject.correlogram, "session");
  for (TableColumn& one : within.columns)
    if (sessions.find(one.field.name) == nullptr) sessions.columns.push_back(std::move(one));
  add(across, columns::correlogram, subject.correlogram, "later_session");
  return {std::move(sessions), correlogram_of(subject.correlogram), std::move(across)};
}

std::vector<ResultTable> tables_of(const StoredResults& results) {
  std::vector<ResultTable> all;
  for (const GroupSummary& group : results.groups) {
    ResultTable curves{"groups", {}}, squares{"group_correlogram", {}};
    add(curves, columns::group_sessions, group, "session");
    add_curves(curves, group, false);
    add_pairs(squares, group.session);
    add_curves(squares, group, true);
    for (ResultTable* table : {&curves, &squares}) {
      put_in_front(*table, {"group", nullptr, "of animals"}, group.group);
      gather_rows(all, std::move(*table));
    }
  }
  all.push_back(table_of(columns::failed, results.failed));
  all.push_back(table_of(columns::findings, results.findings));
  return all;
}

void put_in_front(ResultTable& table, const Field& field, const std::string& text) {
  table.columns.insert(table.columns.begin(), {field, std::vector<std::string>(table.rows(), text)});
}

void put_in_front(ResultTable& table, const Field& field, std::int64_t number) {
  table.columns.insert(table.columns.begin(), {field, std::vector<std::int64_t>(table.rows(), number)});
}

void append(ResultTable& all, const ResultTable& more) {
  for (std::size_t i = 0; i < all.columns.size(); ++i) {
    // A session without movements does not know how long they are.
    all.columns[i].width = std::max(all.columns[i].width, more.columns[i].width);
    std::visit(
        [&](auto& values) {
          const auto& others = std::get<std::decay_t<decltype(values)>>(more.columns[i].values);
          values.insert(values.end(), others.begin(), others.end());
        },
        all.columns[i].values);
  }
}

std::vector<ResultTable> whole_tables(const std::string& path, const StoredResults& results) {
  std::vector<ResultTable> all;
  for (const StoredSubject& subject : results.subjects) {
    for (ResultTable& table : tables_of(subject)) {
      if (table.find("subject") == nullptr) put_in_front(table, subject_field, subject.subject);
      gather_rows(all, std::move(table));
    }
    for (const StoredSession& session : subject.sessions)
      for (ResultTable& table :
           tables_of(load_session_detail(path, subject.subject, session.identity.session))) {
        put_in_front(table, session_field, session.identity.session);
        put_in_front(table, subject_field, subject.subject);
        gather_rows(all, std::move(table));
      }
  }
  for (ResultTable& table : tables_of(results)) all.push_back(std::move(table));
  return all;
}

}  // namespace leverkin::tools
