// bindings/python/bind_columns.cpp: what are the columns of every table called, and what do they mean?
#include <nanobind/nanobind.h>

#include <string>

#include "leverkin/columns.h"
#include "nouns.h"

namespace leverkin::python {

namespace nb = nanobind;

namespace {

template <class Value>
constexpr const char* type_name() {
  if constexpr (std::is_same_v<Value, double>) return "float64";
  if constexpr (std::is_same_v<Value, std::int64_t>) return "int64";
  if constexpr (std::is_same_v<Value, std::uint8_t> || std::is_same_v<Value, bool>) return "uint8";
  if constexpr (std::is_same_v<Value, std::string>) return "text";
  if constexpr (std::is_enum_v<Value>) return "enum";
}

const char* type_name(Stored stored, const char* as_it_is) {
  return stored == Stored::float32 ? "float32" : stored == Stored::uint8 ? "uint8" : as_it_is;
}

nb::dict describe(const Field& field, const char* type, const char* note, const nb::list& axes) {
  nb::dict column;
  column["name"] = field.name;
  column["unit"] = field.unit == nullptr ? "" : field.unit;
  column["type"] = type;
  column["axes"] = nb::tuple(axes);
  column["meaning"] = field.meaning == nullptr ? "" : field.meaning;
  column["note"] = note;
  return column;
}

nb::list names_of(const std::array<const char*, 2>& axes) {
  nb::list names;
  for (const char* const axis : axes)
    if (axis != nullptr) names.append(axis);
  return names;
}

template <class Row>
void add(nb::list& list, std::span<const Column<Row>> rows, const nb::list& axes = {}) {
  for (const Column<Row>& row : rows)
    std::visit(
        [&]<class Member>(const Member& member) {
          const char* const type = type_name<decltype(get(std::declval<Row>(), member))>();
          list.append(describe(row.field, type_name(stored_as<Member>, type), row.note, axes));
        },
        row.member);
}

template <class Row>
void add(nb::list& list, const Columns<Row>& columns) {
  nb::list axes;
  axes.append(columns.index.name);
  add(list, columns.rows, axes);
}

template <class Noun, std::size_t n>
void add(nb::list& list, const Series<Noun> (&series)[n]) {
  for (const Series<Noun>& one : series)
    std::visit(
        [&](const auto& member) {
          using Value = typename std::decay_t<decltype(whole(std::declval<Noun>(), member))>::value_type;
          list.append(
              describe(one.field, type_name(one.stored, type_name<Value>()), one.note, names_of(one.axes)));
        },
        one.member);
}

void add_curves(nb::list& list) {
  for (const Curve& one : columns::group_curves) {
    list.append(describe(one.mean, "float64", "", names_of(one.axes)));
    list.append(describe(one.sem, "float64", "", names_of(one.axes)));
    list.append(describe(one.n, "int64", "", names_of(one.axes)));
  }
}

void add_pairwise(nb::list& list) {
  namespace f = columns::pairwise;
  list.append(describe(f::movement, "int64", "", {}));
  list.append(describe(f::other_movement, "int64", "", {}));
  list.append(describe(f::r, "float32", "", names_of({f::movement.name, f::other_movement.name})));
  list.append(describe(f::session, "int64", "", names_of({f::movement.name})));
  list.append(describe(f::trial, "int64", "", names_of({f::movement.name})));
}

template <class... Table>
nb::list list_of(const Table&... tables) {
  nb::list list;
  (add(list, tables), ...);
  return list;
}

}  // namespace

void bind_columns(nb::module_& m) {
  nb::list sessions, groups = list_of(columns::group_sessions);
  add<SessionIdentity>(sessions, columns::identity);
  add<StoredSession>(sessions, columns::recording);
  add<SessionSummary>(sessions, columns::summary);
  add_curves(groups);
  nb::list pairwise;
  add_pairwise(pairwise);
  nb::dict tables;
  tables["sessions"] = sessions;
  tables["bouts"] = list_of(columns::bouts);
  tables["kinematics"] = list_of(columns::kinematics);
  tables["trials"] = list_of(columns::trial_times, columns::outcomes);
  tables["movements"] = list_of(columns::movements);
  tables["overview"] = list_of(columns::overview);
  tables["lever"] = list_of(columns::trace, columns::segmentation);
  tables["correlogram"] = list_of(columns::correlogram);
  tables["pairwise"] = pairwise;
  tables["groups"] = groups;
  tables["failed"] = list_of(columns::failed);
  tables["findings"] = list_of(columns::findings);
  m.attr("columns") = tables;
}

}  // namespace leverkin::python
