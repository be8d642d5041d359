#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "leverkin/error.h"
#include "leverkin/review.h"

namespace leverkin {
namespace {

using Json = nlohmann::json;

constexpr const char* schema_name = "leverkin-review/1";

// One entry of the file, and the words for what is wrong with it.
class Entry {
 public:
  Entry(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) refuse("found something else", "an object");
  }

  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw BadArgument(fmt::format("{}: {}; expected {}", where_, found, expected));
  }

  [[nodiscard]] std::string text(const char* key) const {
    return need(key, &Json::is_string, "text").get<std::string>();
  }
  [[nodiscard]] std::int64_t integer(const char* key) const {
    return need(key, &Json::is_number_integer, "a whole number").get<std::int64_t>();
  }
  [[nodiscard]] double number(const char* key) const {
    return need(key, &Json::is_number, "a number").get<double>();
  }
  [[nodiscard]] bool has(const char* key) const { return json_.contains(key) && !json_.at(key).is_null(); }

 private:
  [[nodiscard]] const Json& need(const char* key, bool (Json::*is)() const noexcept, const char* kind) const {
    if (!has(key)) refuse(fmt::format("there is no \"{}\"", key), kind);
    const Json& value = json_.at(key);
    if (!(value.*is)()) refuse(fmt::format("found \"{}\": {}", key, value.dump()), kind);
    return value;
  }

  const Json& json_;
  std::string where_;
};

ReviewAction action_of(const Entry& entry) {
  const std::string word = entry.text("action");
  if (word == "accept") return ReviewAction::accepted;
  if (word == "reject") return ReviewAction::rejected;
  if (word == "shift") return ReviewAction::shifted;
  entry.refuse(fmt::format("found the action \"{}\"", word), "accept, reject or shift");
}

Decision decision_of(const Entry& entry) {
  Decision decision{.subject = entry.text("subject"),
                    .session = entry.integer("session"),
                    .input_xxh3 = entry.text("input_xxh3"),
                    .trial = entry.integer("trial"),
                    .action = action_of(entry),
                    .onset_s = std::numeric_limits<double>::quiet_NaN(),
                    .note = entry.has("note") ? entry.text("note") : std::string()};
  if (decision.action == ReviewAction::shifted) decision.onset_s = entry.number("onset_s");
  return decision;
}

}  // namespace

namespace {

// Whoever writes out a value of the file, to say what was found, goes into it level by level.
bool is_nested_deeply(std::string_view json) {
  constexpr int deepest = 64;
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_text = !in_text;
    if (in_text && c == '\\') ++i;
    if (in_text) continue;
    if ((c == '[' || c == '{') && ++depth > deepest) return true;
    if (c == ']' || c == '}') --depth;
  }
  return false;
}

}  // namespace

Review review_from_json(std::string_view json, std::string_view origin) {
  const std::string where(origin);
  if (is_nested_deeply(json))
    throw BadArgument(where + ": found JSON of more than 64 levels; expected a review");
  const Json file = Json::parse(json, nullptr, false);
  if (file.is_discarded()) throw BadArgument(where + ": found text that is not JSON; expected a review");
  const Entry top(file, where);
  const std::string schema = top.has("schema") ? top.text("schema") : "none";
  if (schema != schema_name) top.refuse("found the schema " + schema, schema_name);
  if (!top.has("decisions") || !file.at("decisions").is_array())
    top.refuse("there is no \"decisions\"", "a list");
  Review review{.decisions = {}, .json = std::string(json)};
  std::set<std::tuple<std::string, std::int64_t, std::int64_t>> seen;
  for (const Json& one : file.at("decisions")) {
    const Entry entry(one, fmt::format("{}: decision {}", where, review.decisions.size()));
    const Decision decision = decision_of(entry);
    if (!seen.emplace(decision.subject, decision.session, decision.trial).second)
      entry.refuse(fmt::format("found a second decision on subject {}, session {}, trial {}",
                               decision.subject, decision.session, decision.trial),
                   "one");
    review.decisions.push_back(decision);
  }
  return review;
}

}  // namespace leverkin
