#include "leverkin/parameters.h"

#include <gtest/gtest.h>

#include <functional>

#include "leverkin/engine.h"
#include "leverkin/error.h"

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

TEST(Parameters, HaveOneRowEachInTheTable) {
  for (const ParameterInfo& info : parameter_table()) {
    EXPECT_FALSE(info.unit.empty() || info.meaning.empty() || info.source.empty()) << info.name;
    Parameters parameters;
    set_parameter(parameters, info.name, parameter_text(parameters, info));
    EXPECT_EQ(parameters, Parameters{});
  }
}

TEST(Parameters, ThatAreMisspeltAreNamedByTheirLetters) {
  Parameters parameters;
  for (const auto& [word, meant] :
       {std::pair{"gapms", "'gap_ms'"}, {"gap-ms", "'gap_ms'"}, {"Window_MS", "'window_ms'"}}) {
    const std::string said = message_of([&] { set_parameter(parameters, word, "3"); });
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

}  // namespace
}  // namespace leverkin
