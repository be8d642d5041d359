// tools/tables/table_text.h: how does a table become bytes that other programs read?
#pragma once

#include <string>

#include "tables/result_tables.h"

namespace leverkin::tools {

/// RFC 4180, one line of names first; numbers to the last bit; a NaN is an empty cell. A column of several
/// values per row becomes as many, volts_0, volts_1, ...
[[nodiscard]] std::string csv_of(const ResultTable& table);

/// NumPy's .npy (version 1.0), of one dimension, or two where a row has several values.
[[nodiscard]] std::string npy_of(const TableColumn& column);

/// The same of numbers that are no column of a table, row after row.
[[nodiscard]] std::string npy_of(const std::vector<double>& values, std::size_t width);

}  // namespace leverkin::tools
