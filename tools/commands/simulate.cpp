// leverkin simulate: recordings of mice that learn, with the truth known.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/analysis_options.h"
#include "commands/command.h"
#include "commands/json_text.h"
#include "commands/python_package.h"
#include "commands/run_options.h"
#include "leverkin/pipeline.h"
#include "leverkin/simulate.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/text_table.h"

namespace leverkin::tools {
namespace of_simulate {

namespace fs = std::filesystem;

/// Of `--imaging`, one number per claim; the package knows their defaults (leverkin/activity/_simulate.py).
struct Knob {
  const char* name;
  const char* unit;
  const char* meaning;
  std::string value;
};

std::vector<Knob> imaging_knobs() {
  return {
      {"--cells", "N", "cells of each animal (40)", {}},
      {"--tuned", "X", "share of cells that are active with movements (0.4)", {}},
      {"--reliability", "X", "share of movements in which such a cell is active (0.7)", {}},
      {"--jitter", "S", "SD of the time of its event (0.1)", {}},
      {"--coupling", "X", "share of events that follow the trial's lever trace, not a fixed time (0.5)", {}},
      {"--gain", "X", "how far inhibitory cells follow excitatory ones (1)", {}},
      {"--lost-frames", "N", "frames that are missing (0)", {}},
      {"--surplus-pulses", "N", "frame times after the last frame (0)", {}}};
}

struct Options {
  std::string out;
  SimulateOptions simulation;
  bool imaging = false;
  std::vector<Knob> knobs = imaging_knobs();
  std::string storage = "float64", course = "minimum_jerk";
  Output output;
};

void print_json(const std::vector<fs::path>& files) {
  nlohmann::ordered_json written = nlohmann::ordered_json::array();
  for (const fs::path& file : files) written.push_back(file.string());
  print(json_text({{"files", written}}));
}

void print_table(const std::vector<fs::path>& files) {
  struct Folder {
    std::int64_t files = 0;
    std::uintmax_t bytes = 0;
  };
  std::map<fs::path, Folder> folders;
  for (const fs::path& file : files) {
    Folder& folder = folders[file.parent_path()];
    ++folder.files;
    folder.bytes += fs::file_size(file);
  }
  TextTable table({{"folder", "", Align::left}, {"sessions", ""}, {"size", ""}});
  for (const auto& [path, folder] : folders) {
    table.add_row({path.string(), std::to_string(folder.files), bytes_text(folder.bytes)});
  }
  print(table.text(standard_output()));
}

ExitCode add_imaging(const Options& options, const std::vector<fs::path>& files) {
  std::vector<std::string> words{"simulate-imaging", fmt::format("--seed={}", options.simulation.seed)};
  for (const Knob& knob : options.knobs)
    if (!knob.value.empty()) words.push_back(fmt::format("{}={}", knob.name, knob.value));
  for (const fs::path& file : files) words.push_back(file.string());
  return run_in_python(words);
}

ExitCode run(Options& options) {
  const auto named =
      std::ranges::find_if(options.knobs, [](const Knob& knob) { return !knob.value.empty(); });
  if (named != options.knobs.end() && !options.imaging)
    throw Refusal(wrong_usage, fmt::format("{} is about imaging, which is not asked for", named->name),
                  "--imaging adds imaging to the sessions");
  const std::map<std::string, Storage> storages{
      {"float64", Storage::float64}, {"float32", Storage::float32}, {"int16", Storage::int16}};
  options.simulation.storage = storages.at(options.storage);
  options.simulation.course = static_cast<PressCourse>(
      std::ranges::find(press_course_names(), options.course) - press_course_names().begin());
  ProgressBar bar("simulate", options.output.quiet);
  options.simulation.progress = bar.follow("sessions");
  const auto files = [&] {
    try {
      return simulate(options.out, options.simulation);
    } catch (const Cancelled&) {
      throw Refusal(machine_failed, fmt::format("stopped; {} is incomplete", options.out));
    }
  }();
  bar.clear();
  if (options.output.json) {
    print_json(files);
  } else if (!options.output.quiet) {
    print_table(files);
    message(fmt::format("wrote {} in {}", counted(std::ssize(files), "session file"),
                        duration_text(bar.elapsed_s())));
  }
  return options.imaging ? add_imaging(options, files) : ExitCode{all_done};
}

Action declare(CommandLine& app) {
  auto options = std::make_shared<Options>();
  SimulateOptions& simulation = options->simulation;
  app.add_option("--out", options->out, "folder for the files; one folder per animal inside")
      .type_name("DIR")
      .required();
  app.add_option("--animals", simulation.animals, "how many mice")
      .type_name("N")
      .check(whole_number(1))
      .capture_default_str();
  app.add_option("--sessions", simulation.sessions, "sessions of each")
      .type_name("N")
      .check(whole_number(1))
      .capture_default_str();
  app.add_option("--minutes", simulation.minutes, "length of a session")
      .type_name("M")
      .check(positive_number())
      .default_str("30");
  app.add_option("--seed", simulation.seed, "same seed, same bytes")
      .type_name("K")
      .check(whole_number(0))
      .capture_default_str();
  const std::vector<std::string> formats = written_formats();
  app.add_option("--format", simulation.format, fmt::format("{}", fmt::join(formats, " or ")))
      .type_name("F")
      .check(one_of(formats))
      .capture_default_str();
  app.add_option("--rate", simulation.rate_hz, "samples per second")
      .type_name("HZ")
      .check(positive_number())
      .default_str("10000");
  app.add_option("--storage", options->storage, "float64, float32 or int16")
      .type_name("T")
      .check(one_of({"float64", "float32", "int16"}))
      .capture_default_str();
  std::vector<std::string> courses(press_course_names().begin(), press_course_names().end());
  app.add_option("--shape", options->course, "how presses leave rest and come back to it")
      .type_name("S")
      .check(one_of(courses))
      .capture_default_str();
  RecordingFaults& faults = simulation.faults;
  const auto fault = [&](const char* name, double& size, const char* unit, const char* meaning) {
    app.add_option(name, size, meaning).type_name(unit).capture_default_str();
  };
  fault("--noise", faults.noise, "X", "times the usual noise");
  fault("--mains", faults.mains_v, "V", "hum of the mains, beside the usual 1 mV");
  fault("--mains-hz", faults.mains_hz, "HZ", "its frequency");
  fault("--drift", faults.drift_v_per_s, "V/S", "drift of the rest level, at its fastest");
  fault("--tremor", faults.tremor_v, "V", "9 Hz all along");
  fault("--ringing", faults.ringing_v, "V", "ringing after every movement");
  fault("--ringing-hz", faults.ringing_hz, "HZ", "its frequency");
  fault("--spikes", faults.spikes_per_minute, "N", "spikes of 0.2 V and 5 ms, per minute");
  fault("--saturation", faults.saturation_v, "V", "the sensor goes no further from rest; 0: it does");
  fault("--step", faults.step_v, "V", "steps of the converter; 0: it has none");
  app.add_flag("--compress", simulation.compressed, "gzip the samples");
  declare_threads(app, simulation.threads, "bytes");
  app.add_flag("--imaging", options->imaging,
               "also two-photon imaging, with the truth (needs the Python package)");
  for (Knob& knob : options->knobs) app.add_option(knob.name, knob.value, knob.meaning).type_name(knob.unit);
  declare_overwrite(app, simulation.overwrite);
  declare(app, options->output, "the list of files");
  return [options] { return run(*options); };
}

}  // namespace of_simulate

const Command simulate_command{
    .name = "simulate",
    .arguments = "--out DIR [OPTIONS]",
    .summary = "make recordings of mice that learn, with the truth stored in them",
    .about =
        "Makes session files of mice that learn to press: presses grow alike and early over the sessions, "
        "among "
        "spontaneous movements, noise and drift. What really happened is stored in each file.",
    .examples = {{"leverkin simulate --out demo --animals 2 --sessions 4 --minutes 5",
                  "eight NWB files under demo/"},
                 {"leverkin simulate --out small --rate 1000 --storage int16 --compress",
                  "files small enough for an e-mail"}},
    .declare = of_simulate::declare,
};

}  // namespace leverkin::tools
