// engine/io/toml_fields.h: how are the fields of a TOML file asked for, and refused in words?
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {

/// A table of a TOML file. Everything throws BadArgument with origin, key, found and expected where a value
/// is there and cannot be meant.
class TomlFields {
 public:
  TomlFields(std::string_view text, const std::string& origin);

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;  ///< finite
  [[nodiscard]] std::optional<double> find_positive(std::string_view key) const;
  [[nodiscard]] double positive(std::string_view key) const;                    ///< must be there
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view key) const;  ///< whole, 0 or more
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<double>> numbers(std::string_view key) const;
  /// A table in this one; without any keys where it is not there.
  [[nodiscard]] TomlFields table(std::string_view key) const;
  [[nodiscard]] bool is_table(std::string_view key) const;

  /// Throws for a key that is none of these: a misspelt one must not be passed over.
  void refuse_others(std::initializer_list<std::string_view> known) const;
  [[nodiscard]] BadArgument refuse(std::string_view key, const std::string& found,
                                   const std::string& expected) const;
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  struct Node;
  TomlFields(std::shared_ptr<const Node> node, std::string origin, std::string path);

  std::shared_ptr<const Node> node_;
  std::string origin_, path_;  ///< of the keys, "trials."
};

}  // namespace leverkin
