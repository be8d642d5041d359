// leverkin structures: spines and boutons over sessions.
#include <memory>

#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/python_package.h"
#include "commands/run_options.h"

namespace leverkin::tools {
namespace of_structures {

struct Options {
  std::string table, out, order = "gaps", denominator = "previous", new_sessions = "2,3";
  std::int64_t remaining_session = 7;
  bool span = false;
  Output output;
};

ExitCode run(const Options& options) {
  require_file(options.table);
  std::vector<std::string> words{"structures",
                                 options.table,
                                 "--out",
                                 options.out,
                                 "--order",
                                 options.order,
                                 "--denominator",
                                 options.denominator,
                                 "--new-sessions",
                                 options.new_sessions,
                                 "--remaining-session",
                                 std::to_string(options.remaining_session)};
  if (options.span) words.emplace_back("--span");
  pass_on(options.output, words);
  return run_in_python(words);
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("TABLE", options->table,
                 "CSV: subject, structure, session, present; or a column per session")
      .type_name("TABLE.csv")
      .required();
  app.add_option("--out", options->out, "counts, rates, groups and survival, as HDF5")
      .type_name("STRUCTURES.h5")
      .required();
  app.add_option("--order", options->order, "which scoring error is corrected where there are several")
      .type_name("ORDER")
      .check(one_of({"gaps", "time"}))
      .capture_default_str();
  app.add_option("--denominator", options->denominator, "the count that rates are divided by")
      .type_name("SESSION")
      .check(one_of({"previous", "first", "current"}))
      .capture_default_str();
  app.add_flag("--span", options->span, "rates across sessions without an image, for the whole interval");
  app.add_option("--new-sessions", options->new_sessions, "a structure first seen in one of these is new")
      .type_name("N,N,...")
      .capture_default_str();
  app.add_option("--remaining-session", options->remaining_session,
                 "in which remaining structures are counted")
      .type_name("N")
      .check(whole_number(1))
      .capture_default_str();
  declare(app, options->output, "the tables");
  return [options] { return run(*options); };
}

}  // namespace of_structures

const Command structures_command{
    .name = "structures",
    .arguments = "TABLE.csv --out STRUCTURES.h5",
    .summary = "spines and boutons over sessions",
    .about =
        "Corrects scoring errors of single sessions, and writes counts, rates of addition and elimination, "
        "what "
        "remains of the structures that were there before learning and of those that came with it, and their "
        "survival. Needs the Python package (docs/structures.md).",
    .examples = {{"leverkin structures spines.csv --out spines.h5", "as in Chen et al. 2015"},
                 {"leverkin structures spines.csv --denominator first --out s.h5",
                  "rates of the first count"}},
    .declare = of_structures::declare,
};

}  // namespace leverkin::tools
