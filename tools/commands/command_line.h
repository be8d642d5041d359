// tools/commands/command_line.h: what may follow a command's name?
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// CLI11 reads the line; its headers cost seconds in every file that sees them, so only command_line.cpp does.
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace leverkin::tools {

/// What a value must be: `complaint` is empty for a good one.
struct Check {
  std::function<std::string(const std::string& value)> complaint;
  std::vector<std::string> words;  ///< the values themselves, where they are few
};

[[nodiscard]] Check whole_number(std::int64_t smallest);
[[nodiscard]] Check positive_number();  ///< finite and above 0
[[nodiscard]] Check one_of(const std::vector<std::string>& words);

/// What help, completion and the manual say of one option, or of an argument without a name.
struct OptionFacts {
  std::vector<std::string> names;  ///< "-h", "--help"; of an argument "PATH"
  std::string value;               ///< "RESULTS.h5"; empty where the option takes none
  std::string meaning;
  std::string fallback;            ///< its value where it is not given; empty: not told
  std::vector<std::string> words;  ///< what the value may be, where that is one of a few
  bool named = true;
  bool repeats = false;
};

/// One option that is being described; each call adds to the description.
class OptionMaker {
 public:
  explicit OptionMaker(CLI::Option& option, std::vector<std::string>& words)
      : option_(&option), words_(&words) {}
  OptionMaker& type_name(const std::string& name);  ///< of the value, in help
  OptionMaker& required();
  OptionMaker& check(const Check& check);
  OptionMaker& offers(const std::vector<std::string>& words);  ///< for completion; not a check
  OptionMaker& one_value();  ///< of an option that repeats: one value each time
  OptionMaker& default_str(const std::string& text);
  OptionMaker& capture_default_str();
  OptionMaker& excludes(const OptionMaker& other);

 private:
  CLI::Option* option_;
  std::vector<std::string>* words_;
};

/// The options and arguments of one command.
class CommandLine {
 public:
  CommandLine(std::string_view command, std::string_view about);
  ~CommandLine();

  OptionMaker add_flag(const std::string& name, bool& into, const std::string& meaning);
  /// Of std::string, a vector of them, int, std::int64_t, std::uint64_t and double.
  template <typename Value>
  OptionMaker add_option(const std::string& name, Value& into, const std::string& meaning);

  /// Reads the words after the command's name into what was added. False: only --help is asked for. Throws
  /// Refusal, in words that say what would do.
  [[nodiscard]] bool parse(const std::vector<std::string>& arguments);

  [[nodiscard]] std::vector<OptionFacts> facts() const;

 private:
  [[noreturn]] void refuse_unknown(const std::vector<std::string>& unknown) const;

  std::string command_;
  std::unique_ptr<CLI::App> app_;
  struct Words;
  std::unique_ptr<Words> words_;
};

}  // namespace leverkin::tools
