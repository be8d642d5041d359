#include "terminal/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "leverkin/leverkin.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

std::string heading(std::string_view text) { return styled(standard_output(), Style::bold, text) + "\n"; }

std::string spelled(const OptionFacts& option) {
  std::string text = fmt::format("{}", fmt::join(option.names, ", "));
  if (!option.named && option.repeats) text += "...";
  if (!option.value.empty()) text += " " + option.value;
  return text;
}

std::string explained(const OptionFacts& option) {
  return option.fallback.empty() ? option.meaning : fmt::format("{} [{}]", option.meaning, option.fallback);
}

std::string option_list(const std::vector<OptionFacts>& options) {
  std::size_t width = 0;
  for (const OptionFacts& option : options) width = std::max(width, spelled(option).size());
  std::string text;
  for (const OptionFacts& option : options)
    text += fmt::format("  {:<{}}  {}\n", spelled(option), width, wrapped(explained(option), width + 4));
  return text;
}

std::string example_list(std::span<const Example> examples) {
  std::string text;
  for (const Example& example : examples) {
    text += fmt::format("  {}\n", example.line);
    if (!example.meaning.empty()) {
      const std::string meaning = "      " + wrapped(example.meaning, 6);
      text += styled(standard_output(), Style::dim, meaning) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string overview(std::span<const Command* const> commands) {
  std::string text =
      fmt::format("{}: {}\n\n", styled(standard_output(), Style::bold, "leverkin " + version()),
                  "finds the movements in lever recordings, and how alike they are");
  text += heading("Usage") + "  leverkin COMMAND [OPTIONS]\n\n" + heading("Commands");
  for (const Command* command : commands)
    text += fmt::format("  {:<12}{}\n", command->name, command->summary);
  text += "\n" + heading("A first look");
  text += "  leverkin simulate --out demo --animals 2 --sessions 4 --minutes 5\n";
  text += "  leverkin analyze demo --out results.h5\n";
  text += "  leverkin summary results.h5\n\n";
  text += heading("More");
  text += "  leverkin help COMMAND        explains one command, with examples\n";
  text += "  leverkin --version [--json]  what this leverkin is built from\n\n";
  text += heading("Exit codes");
  for (const auto& [code, meaning] : exit_codes) text += fmt::format("  {} {}\n", int{code}, meaning);
  return text;
}

std::string manual(const Command& command) {
  std::string text = wrapped(command.about, 0) + "\n\n";
  text += heading("Usage") + fmt::format("  leverkin {} {}\n\n", command.name, command.arguments);
  text += heading("Options") + option_list(options_of(command)) + "\n";
  text += heading(command.examples.size() == 1 ? "Example" : "Examples") + example_list(command.examples);
  return text;
}

}  // namespace leverkin::tools
