#include "terminal/man_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/command.h"
#include "leverkin/version.h"
#include "terminal/help.h"

namespace leverkin::tools {
namespace {

/// Text as man(7) prints it: a backslash and a hyphen of an option would else become something else, and so
/// would a line that begins with a dot or a quote.
std::string plain(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
  for (const char letter : text) {
    if (letter == '\\')
      out += "\\e";
    else if (letter == '-')
      out += "\\-";
    else
      out += letter;
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

std::string item(const OptionFacts& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(option.named ? bold(name) : italic(name));
  std::string text = fmt::format(".TP\n{}", fmt::join(names, ", "));
  if (!option.value.empty()) text += " " + italic(option.value);
  text += "\n" + plain(option.meaning);
  if (!option.fallback.empty()) text += plain(fmt::format(" [{}]", option.fallback));
  return text + "\n";
}

std::string chapter(const Command& command) {
  std::string text = fmt::format(".SS {} {}\n{}\n", bold(fmt::format("leverkin {}", command.name)),
                                 plain(command.arguments), plain(command.about));
  for (const OptionFacts& option : options_of(command)) text += item(option);
  for (const Example& example : command.examples) {
    text += fmt::format(".PP\n.nf\n.RS\n{}\n.RE\n.fi\n", plain(example.line));
    if (!example.meaning.empty()) text += plain(example.meaning) + "\n";
  }
  return text;
}

}  // namespace

std::string man_page() {
  std::string text = fmt::format(".TH LEVERKIN 1 \"\" \"leverkin {}\" \"User Commands\"\n", version());
  text += ".SH NAME\nleverkin \\- finds the movements in lever recordings, and how alike they are\n";
  text += ".SH SYNOPSIS\n.B leverkin\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH COMMANDS\n";
  for (const Command* command : all_commands()) text += chapter(*command);
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_codes) text += fmt::format(".TP\n.B {}\n{}\n", int{code}, meaning);
  text +=
      ".SH ENVIRONMENT\n"
      ".TP\n.B LEVERKIN_KERNELS\n"
      "The SIMD target that the kernels run on; unset: the best of this CPU. "
      "\\fBleverkin \\-\\-version \\-\\-json\\fR lists those that it has.\n"
      ".TP\n.B NO_COLOR\nPlain text on terminals, too.\n"
      ".TP\n.B HDF5_USE_FILE_LOCKING\nFALSE: files are not locked, for network shares that refuse it.\n";
  return text;
}

}  // namespace leverkin::tools
