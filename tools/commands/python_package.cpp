#include "commands/python_package.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "terminal/system.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* hint =
    "this command is part of the Python package: `pip install leverkin`, or set LEVERKIN_PYTHON to an "
    "interpreter that "
    "has it";

// What -m would do, with words of ours where the package is absent.
constexpr const char* program = R"(import sys
try:
    from leverkin.__main__ import main
except ModuleNotFoundError as absent:
    sys.exit(f"leverkin: {sys.executable} has no module {absent.name!r}\n  )";

std::string whole_program() { return fmt::format("{}{}\")\nsys.exit(main(sys.argv[1:]))\n", program, hint); }

/// Of a build folder, the interpreter that the package beside this program was built for.
struct Built {
  std::string interpreter;
  fs::path package;
};

std::optional<Built> built_package() {
  const fs::path here = this_program().parent_path();
  const fs::path package = here / "bindings" / "python";
  std::ifstream file(package / "leverkin" / "bin" / "interpreter");
  Built built{.interpreter = {}, .package = package};
  if (here.empty() || !std::getline(file, built.interpreter)) return std::nullopt;
  return built;
}

void put_first_on_python_path(const fs::path& package) {
  const char* others = std::getenv("PYTHONPATH");
  const std::string path =
      package.string() + (others != nullptr ? path_separator() + std::string(others) : std::string());
  set_environment("PYTHONPATH", path, true);
}

std::string interpreter() {
  if (const char* wish = std::getenv("LEVERKIN_PYTHON")) return wish;
  if (const std::optional<Built> built = built_package()) {
    put_first_on_python_path(built->package);
    return built->interpreter;
  }
  return usual_python();
}

}  // namespace

ExitCode run_in_python(const std::vector<std::string>& arguments) {
  const std::string python = interpreter();
  std::vector<std::string> words{python, "-c", whole_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const int code = finish_output() == 0 ? become(words) : -1;
  if (code >= 0) return static_cast<ExitCode>(code);
  throw Refusal(machine_failed, fmt::format("{} cannot be started: {}", python, std::strerror(errno)), hint);
}

}  // namespace leverkin::tools
