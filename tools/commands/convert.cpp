// leverkin convert: recordings of other formats in, session files out.
#include "leverkin/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands/command.h"
#include "commands/found_sessions.h"
#include "commands/input_file.h"
#include "commands/run_options.h"
#include "commands/session_options.h"
#include "commands/summary_json.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_convert {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths;
  std::string out, subject;
  ConvertOptions convert;
  bool uncompressed = false;
  Output output;
};

void print_json(const ConvertOutcome& outcome) {
  Json files = Json::array();
  for (const ConvertedSession& one : outcome.converted)
    files.push_back({{"source", one.source.string()},
                     {"file", one.file.string()},
                     {"subject", one.identity.subject},
                     {"session", one.identity.session}});
  print(json_text({{"files", files}, {"failed", failed_json(outcome.failed)}, {"warnings", outcome.notes}}));
}

void print_table(const ConvertOutcome& outcome) {
  TextTable table({{"recording", "", Align::left}, {"session file", "", Align::left}, {"size", ""}});
  for (const ConvertedSession& one : outcome.converted)
    table.add_row({one.source.string(), one.file.string(), bytes_text(fs::file_size(one.file))});
  print(table.text(standard_output()));
}

ConvertOutcome converted(Options& options, const std::vector<SessionSource>& sources, ProgressBar& bar) {
  options.convert.progress = bar.follow();
  try {
    return convert(sources, options.out, options.convert);
  } catch (const Cancelled&) {
    throw Refusal(machine_failed, "stopped; the session files that are there are whole");
  }
}

ExitCode run(Options& options) {
  std::vector<std::string> notes;
  auto sources = found_sessions(options.paths, options.convert.session, notes, options.output.quiet);
  for (SessionSource& source : sources)
    if (source.subject.empty()) source.subject = options.subject;
  options.convert.compressed = !options.uncompressed;
  ProgressBar bar("convert", options.output.quiet);
  ConvertOutcome outcome = converted(options, sources, bar);
  bar.clear();

  for (const FailedSession& failed : outcome.failed) complain(failure_text(failed));
  outcome.notes.insert(outcome.notes.begin(), notes.begin(), notes.end());
  for (const ConvertedSession& one : outcome.converted)
    for (const SessionNote& note : one.notes)
      outcome.notes.push_back(fmt::format("{}: {}", one.source.string(), note.text));
  if (!options.output.quiet) std::ranges::for_each(outcome.notes, warn);
  if (options.output.json) {
    print_json(outcome);
  } else if (!options.output.quiet && !outcome.converted.empty()) {
    print_table(outcome);
  }
  if (outcome.converted.empty())
    throw Refusal(bad_input,
                  fmt::format("none of {} was converted", counted(std::ssize(sources), "recording")));
  if (!options.output.quiet)
    message(fmt::format("wrote {} in {}", counted(std::ssize(outcome.converted), "session file"),
                        duration_text(bar.elapsed_s())));
  return outcome.failed.empty() ? all_done : some_failed;
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths, "recordings, folders, or CSV manifests (path,subject,session,group)")
      .required();
  app.add_option("--out", options->out, "folder for the session files; of one recording also a file")
      .type_name("DIR|FILE")
      .required();
  app.add_option("--format", options->convert.format, "nwb, or hdf5: plain HDF5 [nwb]")
      .type_name("F")
      .check(one_of({"nwb", "hdf5"}));
  app.add_option("--subject", options->subject, "the animal, of recordings that no manifest names one for")
      .type_name("NAME");
  declare(app, options->convert.session);
  declare_overwrite(app, options->convert.overwrite);
  app.add_flag("--uncompressed", options->uncompressed, "larger files that are read a little faster");
  declare_threads(app, options->convert.threads, "bytes");
  declare(app, options->output, "the outcome");
  return [options] { return run(*options); };
}

}  // namespace of_convert

const Command convert_command{
    .name = "convert",
    .arguments = "PATH... --out DIR|FILE [OPTIONS]",
    .summary = "other recording formats in, NWB session files out",
    .about =
        "Writes every recording as a session file with its samples, time stamps, trials, animal, session "
        "number, group and start time. A recording that fails is listed and never stops the others; one that "
        "is of that format already is passed over. Nothing that is there is replaced without --overwrite.",
    .examples = {{"leverkin convert rig --out nwb", "every recording under rig/, a folder per animal"},
                 {"leverkin convert day3.h5 --subject m07 --out m07_day3.nwb", "one recording into one file"},
                 {"leverkin convert study.csv --out sessions --format hdf5",
                  "as plain HDF5; numbers and groups from a manifest"}},
    .declare = of_convert::declare,
};

}  // namespace leverkin::tools
