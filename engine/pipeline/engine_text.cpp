// What an engine reads and says as text.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "leverkin/engine.h"
#include "leverkin/error.h"
#include "support/toml_text.h"

namespace leverkin {
namespace {

std::string text_of(const toml::node& value, std::string_view key, std::string_view origin) {
  if (const auto text = value.value_exact<std::string>()) return *text;
  throw BadArgument(
      fmt::format("{}: session.{}: found something else; expected a text in quotes", origin, key));
}

void read_session(const toml::table& session, std::string_view origin, EngineOptions& options) {
  SessionIdentity& identity = options.session.identity;
  for (const auto& [key, value] : session) {
    if (key == "subject") {
      identity.subject = text_of(value, key, origin);
    } else if (key == "group") {
      identity.group = text_of(value, key, origin);
    } else if (key == "start_time") {
      identity.start_time = text_of(value, key, origin);
    } else if (key == "history") {
      options.history = text_of(value, key, origin);
    } else if (key == "session") {
      identity.session = value.value_exact<std::int64_t>().value_or(0);
      if (identity.session < 1 || identity.session > 999'999)
        throw BadArgument(
            fmt::format("{}: session.session: expected a whole number from 1 to 999999", origin));
    } else {
      throw BadArgument(fmt::format(
          "{}: session.{}: there is no such entry; expected subject, session, group, start_time or history",
          origin, key.str()));
    }
  }
}

}  // namespace

EngineOptions engine_options_from_toml(std::string_view text, std::string_view origin) {
  EngineOptions options;
  options.session.identity.subject = "unnamed";
  options.session.identity.session = 1;
  toml::table parsed = toml_table(text, origin);
  if (const auto* session = parsed.get("session")) {
    if (!session->is_table())
      throw BadArgument(fmt::format("{}: session: expected a table, [session]", origin));
    read_session(*session->as_table(), origin, options);
    parsed.erase("session");
  }
  std::ostringstream rest;
  rest << parsed;
  options.parameters = parameters_from_toml(rest.str(), origin);
  return options;
}

std::string to_json(const EngineState& state) {
  const nlohmann::ordered_json json{{"provisional", true},
                                    {"recorded_s", state.recorded_s},
                                    {"room_s", state.room_s},
                                    {"moving", state.moving},
                                    {"n_bouts", state.n_bouts},
                                    {"n_trials", state.n_trials},
                                    {"n_rewarded", state.n_rewarded},
                                    {"last_cue_s", state.last_cue_s},
                                    {"last_reward_s", state.last_reward_s},
                                    {"noise_v", state.noise_v},
                                    {"low_v", state.low_v},
                                    {"high_v", state.high_v},
                                    {"at_low", state.at_low},
                                    {"at_high", state.at_high},
                                    {"n_not_finite", state.n_not_finite}};
  return json.dump();
}

}  // namespace leverkin
