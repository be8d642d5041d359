// engine/io/mat_file.h: what is in a MAT file of version 5, without holding its long arrays?
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.h"
#include "io/typed_samples.h"

namespace leverkin {

/// A variable, or something inside one. Objects of classes, functions and sparse arrays are there by name
/// only.
struct MatValue {
  enum class Kind : std::uint8_t { numbers, text, structure, cell, other };

  std::string name;  ///< of the variable or the field; empty in a cell
  Kind kind = Kind::other;
  std::vector<std::int64_t> extent;  ///< as MATLAB has it
  std::vector<std::string> fields;   ///< of a structure
  /// Of a structure: its fields, element after element; of a cell: what is in it, column after column.
  std::vector<MatValue> children;
  std::string characters;  ///< of a text
  NumberPlace numbers;     ///< of numbers: where they lie in `bytes`
  std::shared_ptr<const ByteSource> bytes;

  [[nodiscard]] std::int64_t elements() const;
  /// Null where there is none.
  [[nodiscard]] const MatValue* field(std::string_view field, std::int64_t element = 0) const;
};

/// The beginning of a MAT file of version 5?
[[nodiscard]] bool is_mat_5(std::string_view head);

/// Every variable whose name `wanted` accepts. Throws BadSession for anything in them that cannot be true.
[[nodiscard]] std::vector<MatValue> read_mat_file(const std::string& path,
                                                  const std::function<bool(std::string_view)>& wanted);

/// The names of all variables, without looking into them. Throws BadSession.
[[nodiscard]] std::vector<std::string> mat_variable_names(const std::string& path);

/// All numbers of a value of kind numbers, column after column. `place`: what messages call it.
[[nodiscard]] std::vector<double> all_numbers(const MatValue& value, const std::string& place);

/// All numbers of a small value, column after column. `place`: what messages call it. Throws BadSession where
/// they are none, or not small.
[[nodiscard]] std::vector<double> few_numbers(const MatValue& value, const std::string& place);

/// What a path leads to: "data.response.dataArduino", with (2) after a field for an element of an array of
/// structures and {2} for one of a cell, counted from 1. Throws BadSession.
[[nodiscard]] const MatValue& find_value(const std::vector<MatValue>& variables, const std::string& path,
                                         const std::string& file);

}  // namespace leverkin
