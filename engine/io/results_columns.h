// engine/io/results_columns.h: how does a table of columns.h become a group of a results file, and come back?
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "io/results_file.h"
#include "io/table_writer.h"
#include "leverkin/columns.h"

namespace leverkin::results_file {

/// The enumerations of a file; committed at its root, because netCDF readers look for types in a group and
/// its parents only.
class EnumTypes {
 public:
  explicit EnumTypes(const H5::H5File& file)
      : types_{commit<RejectReason>(file), commit<ReviewAction>(file), commit<Severity>(file)} {}

  template <class Enum>
  [[nodiscard]] const H5::EnumType& of() const {
    return std::get<Type<Enum>>(types_).type;
  }

 private:
  template <class Enum>
  struct Type {
    H5::EnumType type;
  };

  template <class Enum>
  static Type<Enum> commit(const H5::H5File& file) {
    H5::EnumType type(H5::PredType::NATIVE_UINT8);
    for (std::uint8_t value = 0; value < Enumeration<Enum>::count; ++value)
      type.insert(std::string(name(static_cast<Enum>(value))), &value);
    const H5::PropList created(H5P_DATATYPE_CREATE);
    if (H5Pset_obj_track_times(created.getId(), false) < 0 ||
        H5Tcommit2(file.getId(), Enumeration<Enum>::name, type.getId(), H5P_DEFAULT, created.getId(),
                   H5P_DEFAULT) < 0)
      throw H5::DataTypeIException("commit", "the type cannot be committed");
    return {type};
  }

  std::tuple<Type<RejectReason>, Type<ReviewAction>, Type<Severity>> types_;
};

template <class Row>
void write_columns(hdf5::TableWriter& table, const Columns<Row>& columns, const std::vector<Row>& rows,
                   const EnumTypes& types) {
  if (!table.has_axis(columns.index.name)) table.index_axis(columns.index, std::ssize(rows));
  const hdf5::TableWriter::Axes axes{columns.index.name};
  for (const Column<Row>& column : columns.rows)
    std::visit(
        [&](const auto& member) {
          using Value = decltype(get(rows.front(), member));
          const auto values = gather(rows, member);
          if constexpr (std::is_enum_v<Value>)
            table.enum_column(column.field, axes, values, types.of<Value>());
          else if constexpr (std::is_same_v<Value, std::string>)
            table.column(column.field, axes, values);
          else
            table.column(column.field, axes, values, stored_as<std::decay_t<decltype(member)>>);
        },
        column.member);
}

template <class Row>
void write_columns(const H5::Group& parent, const Columns<Row>& columns, const std::vector<Row>& rows,
                   const EnumTypes& types) {
  hdf5::TableWriter table(hdf5::open_or_create_group(parent, columns.group));
  write_columns(table, columns, rows, types);
  table.finish();
}

template <class Noun, std::size_t n>
void write_series(hdf5::TableWriter& table, const Series<Noun> (&series)[n], const Noun& noun) {
  for (const Series<Noun>& one : series)
    std::visit(
        [&](const auto& member) {
          const auto& values = whole(noun, member);
          if (one.axes[0] != nullptr)
            table.column(one.field, one.axes, values, one.stored);
          else if constexpr (!std::is_same_v<decltype(values), const std::vector<std::uint8_t>&>)
            table.axis(one.field, values);
        },
        one.member);
}

template <class Noun, std::size_t n>
void write_series(const H5::Group& parent, const char* group, const Series<Noun> (&series)[n],
                  const Noun& noun, hdf5::Packing packing = hdf5::Packing::plain) {
  hdf5::TableWriter table(hdf5::open_or_create_group(parent, group), packing);
  write_series(table, series, noun);
  table.finish();
}

/// Every value of a noun that a group keeps in attributes.
template <class Row, std::size_t n>
void write_attributes(const H5::Group& group, const Column<Row> (&columns)[n], const Row& row) {
  each_value(columns, row, [&]<class Value>(const char* name, const Value& value) {
    if constexpr (std::is_enum_v<Value> || std::is_same_v<Value, bool>)
      hdf5::write_attribute(group, name, static_cast<std::int64_t>(value));
    else
      hdf5::write_attribute(group, name, value);
  });
}

/// How many rows a group holds.
template <class Row>
std::int64_t count_rows(const Reader& reader, const H5::Group& parent, const Columns<Row>& columns) {
  return reader.length(parent.openGroup(columns.group), columns.rows.front().field.name);
}

/// Those that the file holds, into as many rows as there are.
template <class Row>
void read_columns(const Reader& reader, const H5::Group& parent, const Columns<Row>& columns,
                  std::vector<Row>& rows) {
  if (columns.since == Since::later && !holds(parent, columns.group)) return;
  const H5::Group group = parent.openGroup(columns.group);
  for (const Column<Row>& column : columns.rows)
    std::visit(
        [&]<class Member>(const Member& member) {
          if constexpr (is_kept<Member>) {
            using Value = decltype(get(rows.front(), member));
            const char* const name = column.field.name;
            if (column.since == Since::later && !holds(group, name)) return;
            const auto values = reader.column<Value>(group, name, {std::ssize(rows)});
            for (std::size_t i = 0; i < rows.size(); ++i) set(rows[i], member, values[i]);
          }
        },
        column.member);
}

/// A noun that holds whole columns, each as long as its axes.
template <class Noun, std::size_t n>
void read_series(const Reader& reader, const H5::Group& group, const Series<Noun> (&series)[n], Noun& noun) {
  std::map<std::string, std::int64_t> lengths;
  for (const Series<Noun>& one : series)
    std::visit(
        [&]<class Member>(const Member& member) {
          std::vector<std::int64_t> shape;
          for (const char* const axis : one.axes)
            if (axis != nullptr) shape.push_back(lengths.at(axis));
          if (shape.empty()) lengths[one.field.name] = reader.length(group, one.field.name);
          if constexpr (std::is_member_pointer_v<Member>)
            noun.*member = reader.column<typename std::decay_t<decltype(noun.*member)>::value_type>(
                group, one.field.name, shape);
        },
        one.member);
  // An axis that is derived must be as long as what it is derived from.
  for (const Series<Noun>& one : series)
    std::visit(
        [&]<class Member>(const Member& member) {
          if constexpr (!std::is_member_pointer_v<Member>)
            reader.require_length(group, one.field.name, lengths.at(one.field.name),
                                  std::ssize(whole(noun, member)));
        },
        one.member);
}

/// What a group keeps in attributes.
template <class Row, std::size_t n>
void read_attributes(const H5::Group& group, const Column<Row> (&columns)[n], Row& row) {
  for (const Column<Row>& column : columns)
    std::visit(
        [&]<class Member>(const Member& member) {
          if constexpr (is_kept<Member>) {
            using Value = decltype(get(row, member));
            const char* const name = column.field.name;
            if (column.since == Since::later && !hdf5::has_attribute(group, name)) return;
            if constexpr (std::is_same_v<Value, std::string>)
              set(row, member, hdf5::read_text_attribute(group, name));
            else if constexpr (std::is_same_v<Value, double>)
              set(row, member, hdf5::read_number_attribute(group, name));
            else
              set(row, member, static_cast<Value>(integer_attribute(group, name)));
          }
        },
        column.member);
}

}  // namespace leverkin::results_file
