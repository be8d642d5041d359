// tools/tables/result_tables.h: which tables does a results file hold, whatever is in them?
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "leverkin/columns.h"
#include "leverkin/results.h"

namespace leverkin::tools {

struct TableColumn {
  Field field;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::uint8_t>,
               std::vector<std::string>>
      values;
  std::size_t width = 1;  ///< values per row
};

/// Columns of equal length. A table of one session or animal is told apart from others by whoever keeps both.
struct ResultTable {
  std::string name;  ///< "bouts"
  std::vector<TableColumn> columns;

  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] const TableColumn* find(std::string_view column) const;
};

/// Of one session: bouts (and what is known of their course), trials, movements, and the trace where it was
/// kept ("lever"). Every column of columns.h.
[[nodiscard]] std::vector<ResultTable> tables_of(const StoredDetail& detail);

/// Of an animal: "sessions" (with within_r), "correlogram" (a row per pair of sessions) and
/// "correlogram_across" (a row per session and the one before it).
[[nodiscard]] std::vector<ResultTable> tables_of(const StoredSubject& subject);

/// Of the whole file: groups, group_correlogram, failed, findings.
[[nodiscard]] std::vector<ResultTable> tables_of(const StoredResults& results);

/// One column more, in front, the same in every row.
void put_in_front(ResultTable& table, const Field& field, const std::string& text);
void put_in_front(ResultTable& table, const Field& field, std::int64_t number);

/// Rows of a table of the same name and columns, after the others.
void append(ResultTable& all, const ResultTable& more);

/// All of a results file, session after session, each table once and with the columns subject and session in
/// front where they are of one.
[[nodiscard]] std::vector<ResultTable> whole_tables(const std::string& path, const StoredResults& results);

}  // namespace leverkin::tools
