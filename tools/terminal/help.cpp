#include "terminal/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "leverkin/leverkin.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

std::string heading(std::string_view text) { return styled(standard_output(), Style::bold, text) + "\n"; }

std::string spelled(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true) + (option.get_expected_max() > 1 ? "..." : "");
  std::string text;
  for (const std::string& name : option.get_snames()) text += "-" + name + ", ";
  text += "--" + option.get_lnames().front();
  if (option.get_type_size() != 0) text += " " + option.get_type_name();
  return text;
}

std::string explained(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_default_str().empty()) text += fmt::format(" [{}]", option.get_default_str());
  return text;
}

std::string option_list(const CLI::App& options) {
  const auto all =
      options.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
  std::size_t width = 0;
  for (const CLI::Option* option : all) width = std::max(width, spelled(*option).size());
  std::string text;
  for (const CLI::Option* option : all) {
    text += fmt::format("  {:<{}}  {}\n", spelled(*option), width, wrapped(explained(*option), width + 4));
  }
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
    text += fmt::format("  {:<10}{}\n", command->name, command->summary);
  text += "\n" + heading("A first look");
  text += "  leverkin simulate --out demo --animals 2 --sessions 4 --minutes 5\n";
  text += "  leverkin analyze demo --out results.h5\n";
  text += "  leverkin summary results.h5\n\n";
  text += heading("More");
  text += "  leverkin COMMAND --help      explains one command, with examples\n";
  text += "  leverkin --version [--json]  what this leverkin is built from\n\n";
  text += heading("Exit codes");
  text += "  0 all done                        3 bad input, nothing could be analysed\n";
  text += "  1 leverkin or the machine failed  4 some sessions failed, the rest is there\n";
  text += "  2 wrong usage\n";
  return text;
}

std::string manual(const Command& command, const CLI::App& options) {
  std::string text = wrapped(command.about, 0) + "\n\n";
  text += heading("Usage") + fmt::format("  leverkin {} {}\n\n", command.name, command.arguments);
  text += heading("Options") + option_list(options) + "\n";
  text += heading(command.examples.size() == 1 ? "Example" : "Examples") + example_list(command.examples);
  return text;
}

}  // namespace leverkin::tools
