#include "leverkin/parameters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "leverkin/engine.h"
#include "leverkin/error.h"
#include "leverkin/nearest.h"

namespace leverkin {
namespace {

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const BadArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Parameters, SurviveTheWayThroughToml) {
  for (const std::string& name : profile_names()) {
    Parameters parameters = profile(name);
    set_parameter(parameters, "gap_ms", "400");
    set_parameter(parameters, "speed_threshold_v_per_s", "0.1234567890123");
    set_parameter(parameters, "gaps", "hold");
    set_parameter(parameters, "pairwise", "true");
    EXPECT_EQ(parameters_from_toml(to_toml(parameters), "test"), parameters);
  }
}

TEST(Parameters, OfATomlFileChangeTheProfileItNames) {
  const Parameters parameters =
      parameters_from_toml("profile = 'peters2014'\n[segment]\ngap_ms = 300\n", "my.toml");
  Parameters expected = profile("peters2014");
  expected.gap_ms = 300;
  EXPECT_EQ(parameters, expected);
}

TEST(Parameters, UnknownNamesSuggestTheNearest) {
  Parameters parameters;
  EXPECT_NE(message_of([&] { set_parameter(parameters, "gap_m", "1"); }).find("did you mean 'gap_ms'"),
            std::string::npos);
  EXPECT_NE(message_of([] { (void)profile("chen2014"); }).find("chen2015"), std::string::npos);
  EXPECT_NE(message_of([] { (void)parameters_from_toml("leway_ms = 3", "my.toml"); }).find("my.toml"),
            std::string::npos);
}

TEST(Parameters, OfTheWrongKindOrRangeAreRefusedAndChangeNothing) {
  Parameters parameters;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"gap_ms", "1.5"},
                                                        {"gap_ms", "fast"},
                                                        {"gap_ms", "-1"},
                                                        {"lowpass_order", "3"},
                                                        {"lowpass_cutoff_hz", "500"},
                                                        {"tolerance", "nan"},
                                                        {"pairwise", "yes"},
                                                        {"gaps", "ignore"},
                                                        {"speed_threshold_v_per_s", "0"}}) {
    EXPECT_FALSE(message_of([&, n = name, v = value] { set_parameter(parameters, n, v); }).empty())
        << name << value;
  }
  EXPECT_EQ(parameters, Parameters{});
}

// A value that is allowed and is not the one there.
std::string another_value(const Parameters& parameters, const ParameterInfo& info) {
  return std::visit(
      [&](auto member) -> std::string {
        const auto now = parameters.*member;
        using T = std::remove_cv_t<decltype(now)>;
        if constexpr (std::is_same_v<T, bool>) {
          return now ? "false" : "true";
        } else if constexpr (std::is_enum_v<T>) {
          const std::size_t bar = info.unit.find('|');
          const std::string first(info.unit.substr(0, bar));
          return parameter_text(parameters, info) == first ? std::string(info.unit.substr(bar + 1)) : first;
        } else {
          const auto step = static_cast<T>(info.bounds.kind == Bounds::Kind::any ? 0.25 : 2.0);
          const T one = std::is_same_v<T, double> ? step : std::max(step, T{1});
          const bool room = static_cast<double>(now + one) < info.bounds.high;
          std::ostringstream text;
          text << (room ? now + one : now - one);
          return text.str();
        }
      },
      info.member);
}

TEST(Parameters, AreSetThroughTheirRowInTheTableAndNothingElseChanges) {
  for (const ParameterInfo& info : parameter_table()) {
    SCOPED_TRACE(info.name);
    EXPECT_FALSE(info.unit.empty() || info.meaning.empty() || info.source.empty());
    Parameters parameters;
    parameters.bout_method = info.only_of.value_or(parameters.bout_method);
    const Parameters before = parameters;
    const std::string other = another_value(parameters, info);
    set_parameter(parameters, info.name, other);
    EXPECT_EQ(parameter_text(parameters, info), other);
    std::visit(
        [&](auto member) {
          EXPECT_NE(parameters.*member, before.*member);
          parameters.*member = before.*member;
        },
        info.member);
    EXPECT_EQ(parameters, before);
  }
}

TEST(Parameters, ThatAreMisspeltAreNamedByTheirLetters) {
  Parameters parameters;
  for (const auto& [word, meant] :
       {std::pair{"gapms", "'gap_ms'"}, {"gap-ms", "'gap_ms'"}, {"Window_MS", "'window_ms'"}}) {
    const std::string said = message_of([&, word = word] { set_parameter(parameters, word, "3"); });
    EXPECT_NE(said.find(meant), std::string::npos) << said;
  }
}

TEST(Parameters, NestedWithoutEndAreRefused) {
  constexpr int deep = 200'000;
  std::string dots = "a";
  for (int i = 0; i < deep; ++i) dots += ".a";
  EXPECT_THROW((void)parameters_from_toml(dots + " = 1\n", "F.toml"), BadArgument);
  EXPECT_THROW((void)parameters_from_toml("[" + dots + "]\n", "F.toml"), BadArgument);
  EXPECT_THROW((void)parameters_from_toml("a = " + std::string(deep, '['), "F.toml"), BadArgument);
  EXPECT_THROW((void)engine_options_from_toml(dots + " = 1\n", "engine"), BadArgument);
}

TEST(Parameters, OutOfTheBoundsOfTheirRowAreRefusedAndTheBoundsAreSaid) {
  for (const ParameterInfo& info : parameter_table()) {
    if (!std::holds_alternative<double Parameters::*>(info.member) &&
        !std::holds_alternative<std::int64_t Parameters::*>(info.member))
      continue;
    Parameters parameters;
    parameters.bout_method = info.only_of.value_or(parameters.bout_method);
    const Parameters before = parameters;
    const std::string said = message_of([&] { set_parameter(parameters, info.name, "-1"); });
    EXPECT_NE(said.find(info.name), std::string::npos) << said;
    EXPECT_NE(said.find(text_of(info.bounds, info.unit)), std::string::npos) << said;
    EXPECT_EQ(parameters, before) << info.name;
  }
  EXPECT_EQ(text_of({.low = 2, .high = 12, .kind = Bounds::Kind::even}, "1"), "an even number from 2 to 12");
  EXPECT_EQ(text_of({.low = 0, .low_allowed = false}, "s"), "more than 0 s");
  EXPECT_EQ(text_of({.low = 0, .high = 1, .high_allowed = false}, "1"), "from 0 to below 1");
  EXPECT_EQ(text_of({.low = 1}, "ms"), "at least 1 ms");
}

TEST(Parameters, ThatTheMethodDoesNotLookAtAreRefused) {
  Parameters parameters;
  EXPECT_NE(message_of([&] { set_parameter(parameters, "hold_ms", "100"); }).find("does not look at it"),
            std::string::npos);
  EXPECT_EQ(parameters, Parameters{});
}

TEST(Parameters, OfAProfileAreThoseItsRowChanges) {
  for (const ProfileInfo& info : profile_table()) {
    Parameters expected;
    expected.profile = info.name;
    for (const auto& [name, text] : info.values) set_parameter(expected, name, text);
    EXPECT_EQ(profile(info.name), expected);
  }
  EXPECT_EQ(profile("peters2014").refine_run_ms, 3);
  EXPECT_EQ(profile("peters2014").noise_measure, NoiseMeasure::percentile);
  EXPECT_EQ(profile("chen2015"), Parameters{});
}

TEST(Names, ThatAreMistypedSuggestTheNearest) {
  const std::vector<std::string> names{"gaps", "gap_ms", "leeway_ms", "--threads"};
  EXPECT_EQ(nearest("gapms", names), "gap_ms");
  EXPECT_EQ(nearest("GAP_MS", names), "gap_ms");
  EXPECT_EQ(nearest("leway_ms", names), "leeway_ms");
  EXPECT_EQ(nearest("--thread", names), "--threads");
  EXPECT_EQ(nearest("gap", names), "gaps");
  EXPECT_EQ(nearest("velocity", names), "");
}

}  // namespace
}  // namespace leverkin
