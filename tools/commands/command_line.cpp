#include "commands/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "commands/command.h"
#include "leverkin/nearest.h"

namespace leverkin::tools {
namespace {

template <typename Number>
bool reads(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string in_words(const CLI::ParseError& error) {
  std::string text = error.what();
  // "--out: 1 required RESULTS.h5 missing"
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return text.substr(0, text.find(':')) + " needs a value";
  return text;
}

std::vector<std::string> names_of(const CLI::Option& option) {
  if (option.get_positional()) return {option.get_name(true)};
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

}  // namespace

Check whole_number(std::int64_t smallest) {
  return {.complaint = [smallest](const std::string& text) {
    std::int64_t value = 0;
    if (reads(text, value) && value >= smallest) return std::string();
    return fmt::format("'{}' is not a whole number of at least {}", text, smallest);
  }};
}

Check positive_number() {
  return {.complaint = [](const std::string& text) {
    double value = 0.0;
    if (reads(text, value) && std::isfinite(value) && value > 0.0) return std::string();
    return fmt::format("'{}' is not a number above 0", text);
  }};
}

Check one_of(const std::vector<std::string>& words) {
  const auto complaint = [words](const std::string& text) {
    if (std::ranges::find(words, text) != words.end()) return std::string();
    return fmt::format("'{}' is not one of {}", text, fmt::join(words, ", "));
  };
  return {.complaint = complaint, .words = words};
}

// ---------------------------------------------------------------------------------------------------

OptionMaker& OptionMaker::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

OptionMaker& OptionMaker::required() {
  option_->required();
  return *this;
}

OptionMaker& OptionMaker::check(const Check& check) {
  option_->check([complaint = check.complaint](const std::string& text) { return complaint(text); });
  return offers(check.words);
}

OptionMaker& OptionMaker::offers(const std::vector<std::string>& words) {
  *words_ = words;
  return *this;
}

OptionMaker& OptionMaker::one_value() {
  option_->allow_extra_args(false);
  return *this;
}

OptionMaker& OptionMaker::default_str(const std::string& text) {
  option_->default_str(text);
  return *this;
}

OptionMaker& OptionMaker::capture_default_str() {
  option_->capture_default_str();
  return *this;
}

OptionMaker& OptionMaker::excludes(const OptionMaker& other) {
  option_->excludes(other.option_);
  return *this;
}

// ---------------------------------------------------------------------------------------------------

struct CommandLine::Words {
  std::map<const CLI::Option*, std::vector<std::string>> of;
};

CommandLine::CommandLine(std::string_view command, std::string_view about)
    : command_(command),
      app_(std::make_unique<CLI::App>(std::string(about), command_)),
      words_(std::make_unique<Words>()) {
  app_->get_option("--help")->description("show this page");
  app_->allow_windows_style_options(false);  // a path may begin with "/" anywhere
  app_->allow_extras();                      // refused in parse(), in our own words
}

CommandLine::~CommandLine() = default;

OptionMaker CommandLine::add_flag(const std::string& name, bool& into, const std::string& meaning) {
  CLI::Option* option = app_->add_flag(name, into, meaning);
  return OptionMaker(*option, words_->of[option]);
}

template <typename Value>
OptionMaker CommandLine::add_option(const std::string& name, Value& into, const std::string& meaning) {
  CLI::Option* option = app_->add_option(name, into, meaning);
  return OptionMaker(*option, words_->of[option]);
}

template OptionMaker CommandLine::add_option(const std::string&, std::string&, const std::string&);
template OptionMaker CommandLine::add_option(const std::string&, std::vector<std::string>&,
                                             const std::string&);
template OptionMaker CommandLine::add_option(const std::string&, int&, const std::string&);
template OptionMaker CommandLine::add_option(const std::string&, std::int64_t&, const std::string&);
template OptionMaker CommandLine::add_option(const std::string&, std::uint64_t&, const std::string&);
template OptionMaker CommandLine::add_option(const std::string&, double&, const std::string&);

void CommandLine::refuse_unknown(const std::vector<std::string>& unknown) const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string& word = unknown.front();
  const std::string near = word.starts_with("-") ? nearest(word, names) : std::string();
  const bool option = word.starts_with("-") && word != "-";
  throw Refusal(wrong_usage,
                fmt::format("{}: {} '{}'", command_, option ? "there is no option" : "unexpected", word),
                near.empty() ? fmt::format("`leverkin {} --help` lists what it takes", command_)
                             : fmt::format("did you mean {}?", near));
}

namespace {

// What no option takes; CLI11 counts the "--" that ends the options among it.
std::vector<std::string> not_taken(const CLI::App& app) {
  std::vector<std::string> words = app.remaining();
  if (const auto end = std::ranges::find(words, "--"); end != words.end()) words.erase(end);
  return words;
}

}  // namespace

bool CommandLine::parse(const std::vector<std::string>& arguments) {
  try {
    // CLI11 takes them from the back.
    app_->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return false;
  } catch (const CLI::ParseError& error) {
    if (const auto unknown = not_taken(*app_); !unknown.empty()) refuse_unknown(unknown);
    throw Refusal(wrong_usage, fmt::format("{}: {}", command_, in_words(error)),
                  fmt::format("`leverkin {} --help` explains it", command_));
  }
  if (const auto unknown = not_taken(*app_); !unknown.empty()) refuse_unknown(unknown);
  return true;
}

std::vector<OptionFacts> CommandLine::facts() const {
  std::vector<OptionFacts> all;
  for (const CLI::Option* option :
       app_->get_options([](const CLI::Option* any) { return !any->get_group().empty(); })) {
    const bool takes_value = option->get_type_size() != 0;
    const auto words = words_->of.find(option);
    all.push_back({.names = names_of(*option),
                   .value = takes_value && !option->get_positional() ? option->get_type_name() : "",
                   .meaning = option->get_description(),
                   .fallback = option->get_default_str(),
                   .words = words == words_->of.end() ? std::vector<std::string>() : words->second,
                   .named = !option->get_positional(),
                   .repeats = option->get_expected_max() > 1});
  }
  return all;
}

}  // namespace leverkin::tools
