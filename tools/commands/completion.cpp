// leverkin completion: what the shell offers when the tabulator is pressed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/command.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_completion {

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* command : all_commands()) names.emplace_back(command->name);
  return names;
}

std::vector<std::string> names_of(const std::vector<OptionFacts>& options) {
  std::vector<std::string> names;
  for (const OptionFacts& option : options)
    if (option.named) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

/// "RESULTS.h5", "DIR" and "FILE" are files; "N" and "NAME" are not.
bool is_file(const std::string& value) {
  return value.find('.') != std::string::npos || value == "DIR" || value == "FILE" || value == "PATH" ||
         value == "RESULTS";
}

/// `text` with a backslash before each of `special`.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char letter : text) {
    if (special.find(letter) != std::string_view::npos) out += '\\';
    out += letter;
  }
  return out;
}

/// Within single quotes of a shell.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char letter : text) out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return out + "'";
}

// ---------------------------------------------------------------------------------------------------

/// What may stand after which words, as branches of a `case` over "COMMAND PREVIOUS".
std::string bash_values(const Command& command) {
  std::string text;
  for (const OptionFacts& option : options_of(command)) {
    if (!option.named || option.value.empty()) continue;
    std::vector<std::string> places;
    for (const std::string& name : option.names) places.push_back(fmt::format("'{} {}'", command.name, name));
    const std::string answer =
        !option.words.empty()
            ? fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", fmt::join(option.words, " "))
            : std::string(is_file(option.value) ? ":" : "compopt +o default");
    text += fmt::format("    {}) {}; return ;;\n", fmt::join(places, " | "), answer);
  }
  return text;
}

std::string bash_words(const Command& command) {
  const std::vector<OptionFacts> options = options_of(command);
  std::string arguments;
  for (const OptionFacts& option : options)
    if (!option.named) arguments += fmt::format("{}", fmt::join(option.words, " "));
  return fmt::format("    {}) options='{}' arguments='{}' ;;\n", command.name,
                     fmt::join(names_of(options), " "), arguments);
}

/// Nothing offered means that bash offers files (`-o default`).
std::string bash() {
  std::string text = R"(# Completion of leverkin for bash: source it, or keep it as
# ~/.local/share/bash-completion/completions/leverkin
_leverkin() {
  local word=${COMP_WORDS[COMP_CWORD]} options= arguments=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
)";
  text += fmt::format("    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n",
                      fmt::join(command_names(), " "));
  text += "    return\n  fi\n  case \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}\" in\n";
  for (const Command* command : all_commands()) text += bash_values(*command);
  text += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const Command* command : all_commands()) text += bash_words(*command);
  text += R"(  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$arguments" -- "$word")) ;;
  esac
}
complete -o default -F _leverkin leverkin
)";
  return text;
}

// ---------------------------------------------------------------------------------------------------

std::string zsh_value(const OptionFacts& option, const std::string& value) {
  const std::string action = !option.words.empty() ? fmt::format("({})", fmt::join(option.words, " "))
                             : is_file(value)      ? "_files"
                                                   : "";
  return fmt::format(":{}:{}", escaped(value, ":"), action);
}

std::string zsh_spec(const OptionFacts& option) {
  if (!option.named) {
    return in_quotes((option.repeats ? "*" : "") + zsh_value(option, option.names.front()));
  }
  const std::string meaning = fmt::format("[{}]", escaped(option.meaning, "[]:\\"));
  const std::string value = option.value.empty() ? "" : zsh_value(option, option.value);
  std::vector<std::string> specs;
  for (const std::string& name : option.names)
    specs.push_back(in_quotes((option.repeats ? "*" : "") + name + meaning + value));
  return fmt::format("{}", fmt::join(specs, " "));
}

std::string zsh() {
  std::string text = R"(#compdef leverkin
# Completion of leverkin for zsh: keep it as _leverkin in a folder of $fpath.
_leverkin() {
  if (( CURRENT == 2 )); then
    local -a commands=(
)";
  for (const Command* command : all_commands())
    text += fmt::format("      {}\n",
                        in_quotes(fmt::format("{}:{}", command->name, escaped(command->summary, ":"))));
  text += R"(    )
    _describe command commands
    _arguments '--help[show the help]' '--version[show the version]'
    return
  fi
  local command=$words[2]
  words=(leverkin "${(@)words[3,-1]}")
  (( CURRENT -= 1 ))
  case $command in
)";
  for (const Command* command : all_commands()) {
    text += fmt::format("    {}) _arguments", command->name);
    for (const OptionFacts& option : options_of(*command)) text += " \\\n      " + zsh_spec(option);
    text += " ;;\n";
  }
  return text + "  esac\n}\n_leverkin \"$@\"\n";
}

// ---------------------------------------------------------------------------------------------------

std::string fish_line(const Command& command, const OptionFacts& option) {
  std::string text = fmt::format("complete -c leverkin -n '__fish_seen_subcommand_from {}'", command.name);
  for (const std::string& name : option.names) {
    if (!option.named) continue;
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.words.empty())
    text += fmt::format(" {} -a '{}'", option.named ? "-x" : "-f", fmt::join(option.words, " "));
  else if (!option.value.empty())
    text += is_file(option.value) ? " -r -F" : " -x";
  return text + " -d " + in_quotes(option.meaning) + "\n";
}

std::string fish() {
  std::string text =
      "# Completion of leverkin for fish: keep it as ~/.config/fish/completions/leverkin.fish\n"
      "complete -c leverkin -n __fish_use_subcommand -f\n"
      "complete -c leverkin -n __fish_use_subcommand -l help -d 'show the help'\n"
      "complete -c leverkin -n __fish_use_subcommand -l version -d 'show the version'\n";
  for (const Command* command : all_commands()) {
    text += fmt::format("complete -c leverkin -n __fish_use_subcommand -a {} -d {}\n", command->name,
                        in_quotes(command->summary));
    for (const OptionFacts& option : options_of(*command)) {
      if (option.named || !option.words.empty()) text += fish_line(*command, option);
    }
  }
  return text;
}

// ---------------------------------------------------------------------------------------------------

ExitCode run(const std::string& shell) {
  print(shell == "bash" ? bash() : shell == "zsh" ? zsh() : fish());
  return all_done;
}

Action declare(CommandLine& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish").required().check(one_of({"bash", "zsh", "fish"}));
  return [shell] { return run(*shell); };
}

}  // namespace of_completion

const Command completion_command{
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .summary = "what the shell offers when Tab is pressed",
    .about = "Prints a script that teaches the shell the commands, options and values of leverkin.",
    .examples = {{"leverkin completion bash > ~/.local/share/bash-completion/completions/leverkin", ""},
                 {"source <(leverkin completion bash)", "for this shell only"}},
    .declare = of_completion::declare,
};

}  // namespace leverkin::tools
