#include "io/toml_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "support/toml_text.h"

namespace leverkin {

struct TomlFields::Node {
  toml::table table;
};

namespace {

std::string text_of(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  std::string one = text.str();
  constexpr std::size_t longest = 60;
  return one.size() > longest ? one.substr(0, longest) + "..." : one;
}

}  // namespace

TomlFields::TomlFields(std::string_view text, const std::string& origin)
    : node_(std::make_shared<const Node>(Node{toml_table(text, origin)})), origin_(origin) {}

TomlFields::TomlFields(std::shared_ptr<const Node> node, std::string origin, std::string path)
    : node_(std::move(node)), origin_(std::move(origin)), path_(std::move(path)) {}

bool TomlFields::has(std::string_view key) const { return node_->table.contains(key); }

bool TomlFields::is_table(std::string_view key) const {
  const toml::node* const node = node_->table.get(key);
  return node != nullptr && node->is_table();
}

std::vector<std::string> TomlFields::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : node_->table) keys.emplace_back(key.str());
  return keys;
}

BadArgument TomlFields::refuse(std::string_view key, const std::string& found,
                               const std::string& expected) const {
  return BadArgument(fmt::format("{}: {}{}: found {}, expected {}", origin_, path_, key, found, expected));
}

std::optional<std::string> TomlFields::text(std::string_view key) const {
  const toml::node* const node = node_->table.get(key);
  if (node == nullptr) return std::nullopt;
  if (auto text = node->value<std::string>(); text && node->is_string()) return text;
  throw refuse(key, text_of(*node), "a text");
}

std::optional<double> TomlFields::number(std::string_view key) const {
  const toml::node* const node = node_->table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto number = node->value<double>();
  if (number && node->is_number() && std::isfinite(*number)) return number;
  throw refuse(key, text_of(*node), "a finite number");
}

std::optional<double> TomlFields::find_positive(std::string_view key) const {
  const auto value = number(key);
  if (value && *value <= 0.0) throw refuse(key, fmt::format("{}", *value), "a number above 0");
  return value;
}

double TomlFields::positive(std::string_view key) const {
  const auto value = find_positive(key);
  if (!value) throw refuse(key, "nothing", "a number above 0");
  return *value;
}

std::optional<std::int64_t> TomlFields::count(std::string_view key) const {
  const auto value = number(key);
  if (value && (*value < 0.0 || *value > 9e15 || std::floor(*value) != *value))
    throw refuse(key, fmt::format("{}", *value), "a whole number, 0 or more");
  return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

std::optional<bool> TomlFields::flag(std::string_view key) const {
  const toml::node* const node = node_->table.get(key);
  if (node == nullptr) return std::nullopt;
  if (node->is_boolean()) return node->value<bool>();
  throw refuse(key, text_of(*node), "true or false");
}

std::optional<std::vector<double>> TomlFields::numbers(std::string_view key) const {
  const toml::node* const node = node_->table.get(key);
  if (node == nullptr) return std::nullopt;
  std::vector<double> numbers;
  if (const toml::array* const array = node->as_array())
    for (const toml::node& one : *array)
      if (const auto value = one.value<double>(); value && one.is_number() && !std::isnan(*value))
        numbers.push_back(*value);
  if (!node->is_array() || numbers.size() != node->as_array()->size())
    throw refuse(key, text_of(*node), "a list of numbers");
  return numbers;
}

TomlFields TomlFields::table(std::string_view key) const {
  const toml::node* const node = node_->table.get(key);
  if (node != nullptr && !node->is_table()) throw refuse(key, text_of(*node), "a table");
  return {std::make_shared<const Node>(node == nullptr ? Node{} : Node{*node->as_table()}), origin_,
          fmt::format("{}{}.", path_, key)};
}

void TomlFields::refuse_others(std::initializer_list<std::string_view> known) const {
  for (const std::string& key : keys())
    if (std::ranges::find(known, key) == known.end())
      throw refuse(key, "a key that nobody reads", fmt::format("one of {}", fmt::join(known, ", ")));
}

}  // namespace leverkin
