// leverkin export: a results file as tables for other programs.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands/command.h"
#include "commands/input_file.h"
#include "commands/json_text.h"
#include "commands/run_options.h"
#include "leverkin/results.h"
#include "leverkin/whole_file.h"
#include "tables/alf.h"
#include "tables/result_tables.h"
#include "tables/table_text.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_export {

namespace fs = std::filesystem;

struct Options {
  std::string results, out, format;
  bool overwrite = false;
  Output output;
};

// Writes below one folder; nothing that is there is replaced without leave.
class Folder {
 public:
  explicit Folder(const Options& options) : folder_(options.out), overwrite_(options.overwrite) {
    if (fs::exists(folder_) && !fs::is_directory(folder_))
      throw Refusal(wrong_usage, fmt::format("--out {}: a file, expected a folder", options.out));
  }

  void write(const fs::path& name, std::string_view bytes) {
    const fs::path path = folder_ / name;
    if (!overwrite_ && fs::exists(path))
      throw Refusal(wrong_usage, fmt::format("{}: is there already", path.string()),
                    "another folder, or --overwrite to replace what an earlier export left");
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error)
      throw Refusal(machine_failed,
                    fmt::format("{}: cannot be made: {}", path.parent_path().string(), error.message()));
    write_whole_file(path, bytes);
    written_.push_back(path);
  }

  [[nodiscard]] const std::vector<fs::path>& written() const { return written_; }

 private:
  fs::path folder_;
  bool overwrite_;
  std::vector<fs::path> written_;
};

// What the names mean: units and words would be lost otherwise.
std::string dictionary_of(const std::vector<ResultTable>& tables) {
  ResultTable words{"columns", {}};
  std::vector<std::string> table, column, unit, meaning;
  for (const ResultTable& one : tables)
    for (const TableColumn& described : one.columns) {
      const Field& field = described.field;
      table.push_back(one.name);
      column.emplace_back(field.name);
      unit.emplace_back(field.unit == nullptr ? "" : field.unit);
      meaning.emplace_back(field.meaning == nullptr ? "" : field.meaning);
    }
  words.columns = {{{"table"}, table}, {{"column"}, column}, {{"unit"}, unit}, {{"meaning"}, meaning}};
  return csv_of(words);
}

void export_tables(const Options& options, const StoredResults& results, Folder& folder) {
  const std::vector<ResultTable> tables = whole_tables(options.results, results);
  for (const ResultTable& table : tables) {
    if (options.format == "csv") {
      if (table.name != "lever") folder.write(table.name + ".csv", csv_of(table));
      continue;
    }
    for (const TableColumn& column : table.columns)
      folder.write(fmt::format("{}.{}.npy", table.name, column.field.name), npy_of(column));
  }
  folder.write("columns.csv", dictionary_of(tables));
}

void export_alf(const Options& options, const StoredResults& results, Folder& folder) {
  for (const StoredSubject& subject : results.subjects)
    for (const StoredSession& session : subject.sessions) {
      const fs::path below = alf_folder(session.identity);
      for (const NamedBytes& file :
           alf_files(load_session_detail(options.results, subject.subject, session.identity.session)))
        folder.write(below / file.path, file.bytes);
    }
}

void print_json(const std::vector<fs::path>& files) {
  Json list = Json::array();
  for (const fs::path& file : files) list.push_back(file.string());
  print(json_text({{"files", list}}));
}

ExitCode run(const Options& options) {
  require_file(options.results);
  const StoredResults results = reading_input([&] { return load_results(options.results); });
  Folder folder(options);
  options.format == "alf" ? export_alf(options, results, folder) : export_tables(options, results, folder);
  if (options.output.json) print_json(folder.written());
  if (!options.output.quiet)
    message(fmt::format("wrote {} in {}", counted(std::ssize(folder.written()), "file"), options.out));
  return all_done;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RESULTS", options->results, "what `leverkin analyze` wrote").required();
  app.add_option("--out", options->out, "folder for the files").type_name("DIR").required();
  app.add_option("--format", options->format, "csv, npy, or alf")
      .type_name("F")
      .required()
      .check(one_of({"csv", "npy", "alf"}));
  declare_overwrite(app, options->overwrite);
  declare(app, options->output, "the names of the files");
  return [options] { return run(*options); };
}

}  // namespace of_export

const Command export_command{
    .name = "export",
    .arguments = "RESULTS --out DIR --format csv|npy|alf",
    .summary = "results as tables for other programs",
    .about =
        "csv: a file per table (sessions, bouts, trials, movements, correlogram, groups, findings ...), for "
        "R, "
        "MATLAB, spreadsheets; columns.csv says what the columns are. npy: a NumPy file per column of every "
        "table. alf: a folder per session with files named as in the ALF convention "
        "(_lvk_leverMoves.intervals."
        "npy ...). The 1 kHz trace is exported where it was kept (--keep-traces), but not as csv.",
    .examples = {{"leverkin export results.h5 --out tables --format csv",
                  "for R: read.csv(\"tables/trials.csv\")"},
                 {"leverkin export results.h5 --out alf --format alf", "for tools that load ALF objects"}},
    .declare = of_export::declare,
};

}  // namespace leverkin::tools
