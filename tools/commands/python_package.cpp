#include "commands/python_package.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

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
  std::error_code none;
  const fs::path here = fs::read_symlink("/proc/self/exe", none).parent_path();
  const fs::path package = here / "bindings" / "python";
  std::ifstream file(package / "leverkin" / "bin" / "interpreter");
  Built built{.interpreter = {}, .package = package};
  if (here.empty() || !std::getline(file, built.interpreter)) return std::nullopt;
  return built;
}

void put_first_on_python_path(const fs::path& package) {
  const char* others = std::getenv("PYTHONPATH");
  const std::string path = package.string() + (others != nullptr ? std::string(":") + others : std::string());
#ifdef _WIN32
  _putenv_s("PYTHONPATH", path.c_str());
#else
  setenv("PYTHONPATH", path.c_str(), 1);
#endif
}

std::string interpreter() {
  if (const char* wish = std::getenv("LEVERKIN_PYTHON")) return wish;
  if (const std::optional<Built> built = built_package()) {
    put_first_on_python_path(built->package);
    return built->interpreter;
  }
  return "python3";
}

}  // namespace

ExitCode run_in_python(const std::vector<std::string>& arguments) {
  const std::string python = interpreter();
  std::vector<std::string> words{python, "-c", whole_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
#ifdef _WIN32
  const auto code = _spawnvp(_P_WAIT, python.c_str(), pointers.data());
  if (code >= 0) return static_cast<ExitCode>(code);
#else
  if (finish_output() == 0) execvp(python.c_str(), pointers.data());
#endif
  throw Refusal(machine_failed, fmt::format("{} cannot be started: {}", python, std::strerror(errno)), hint);
}

}  // namespace leverkin::tools
