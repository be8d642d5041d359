// bindings/python/column_arrays.h: how do the columns of a noun become NumPy arrays, by name?
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "arrays.h"
#include "leverkin/columns.h"

namespace leverkin::python {

/// Of a noun that comes as one struct per row.
template <class Row>
void add_columns(nb::dict& arrays, const Columns<Row>& columns, const std::vector<Row>& rows) {
  for (const Column<Row>& column : columns.rows)
    std::visit(
        [&](const auto& member) {
          if constexpr (!std::is_same_v<decltype(get(rows.front(), member)), std::string>)
            arrays[column.field.name] = to_numpy(gather(rows, member));
        },
        column.member);
}

/// The same as lists, with text and the names of enumerations.
template <class Row>
nb::dict column_lists(const Columns<Row>& columns, const std::vector<Row>& rows) {
  nb::dict lists;
  for (const Column<Row>& column : columns.rows) {
    nb::list values;
    for (const Row& row : rows)
      std::visit(
          [&](const auto& member) {
            if constexpr (std::is_enum_v<decltype(get(row, member))>)
              values.append(std::string(name(get(row, member))));
            else
              values.append(get(row, member));
          },
          column.member);
    lists[column.field.name] = values;
  }
  return lists;
}

/// Of a noun that holds whole columns, which are handed out as they are; its axes are left out.
template <class Noun, std::size_t n>
void add_columns(nb::dict& arrays, const Series<Noun> (&series)[n], Noun& noun) {
  for (const Series<Noun>& one : series)
    std::visit(
        [&]<class Member>(const Member& member) {
          if (one.axes[0] == nullptr) return;
          if constexpr (std::is_member_pointer_v<Member>)
            arrays[one.field.name] = to_numpy(std::move(noun.*member));
          else
            arrays[one.field.name] = to_numpy(member(std::move(noun)));
        },
        one.member);
}

}  // namespace leverkin::python
