// leverkin doctor: does everything work here that leverkin needs?
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include "commands/command.h"
#include "commands/json_text.h"
#include "commands/run_options.h"
#include "leverkin/pipeline.h"
#include "leverkin/simulate.h"
#include "leverkin/version.h"
#include "terminal/quantities.h"
#include "terminal/system.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace of_doctor {

namespace fs = std::filesystem;

/// One thing that was looked at.
struct Examination {
  std::string name;
  bool ok = true;
  std::string text;
  Json facts = Json::object();
};

Examination versions() {
  const Json facts = Json::parse(version_json());
  std::string text;
  for (const auto& [name, value] : facts.items()) {
    if (value.is_string() && name != "simd_target")
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value.get<std::string>());
  }
  return {.name = "versions", .text = text, .facts = facts};
}

Examination target() {
  const Json facts = Json::parse(version_json());
  std::string others;
  for (const auto& name : facts["simd_targets"])
    others += (others.empty() ? "" : ", ") + name.get<std::string>();
  const char* wish = std::getenv("LEVERKIN_KERNELS");
  const bool forced = wish != nullptr && *wish != '\0';
  return {.name = "target",
          .text = fmt::format("{}{}; this CPU has {}", simd_target(), forced ? " (LEVERKIN_KERNELS)" : "",
                              others),
          .facts = {{"used", simd_target()}, {"forced", forced}, {"runnable", facts["simd_targets"]}}};
}

Examination locale() {
  const bool known = std::setlocale(LC_CTYPE, "") != nullptr;
  const std::string name = known ? std::setlocale(LC_CTYPE, nullptr) : "";
  std::setlocale(LC_CTYPE, "C");
  const std::string text =
      !known ? "the one of the environment is not installed here: plain ASCII"
             : fmt::format("{}: {}", name,
                           shows_unicode() ? "names and signs as they are" : "signs in plain ASCII");
  return {.name = "locale", .text = text, .facts = {{"name", name}, {"unicode", shows_unicode()}}};
}

/// HDF5 locks files with flock(), which some network shares refuse.
Examination locking(const fs::path& folder) {
  const char* wish = std::getenv("HDF5_USE_FILE_LOCKING");
  const std::string setting = wish == nullptr ? "" : wish;
  const ScratchFile file(folder);
  Examination seen{.name = "locking", .facts = {{"HDF5_USE_FILE_LOCKING", setting}}};
  if (file.error() != 0) {
    seen.text = "not tried: no file can be made here";
    seen.facts["works"] = nullptr;
    return seen;
  }
  const int error = file.lock();
  const bool works = error == 0;
  seen.facts["works"] = works;
  seen.ok = works || setting == "FALSE" || setting == "BEST_EFFORT";
  seen.text = works ? "files here can be locked"
                    : fmt::format("files here cannot be locked ({}){}", std::strerror(error),
                                  seen.ok ? "; switched off by HDF5_USE_FILE_LOCKING"
                                          : "; HDF5_USE_FILE_LOCKING=FALSE does without");
  return seen;
}

Examination disk(const fs::path& folder) {
  const ScratchFile file(folder);
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  Examination seen{.name = "disk", .ok = file.error() == 0, .facts = {{"folder", folder.string()}}};
  seen.facts["writable"] = seen.ok;
  seen.facts["free_bytes"] = error ? Json(nullptr) : Json(space.available);
  seen.text = fmt::format("{} free in {}", error ? "?" : bytes_text(space.available), folder.string());
  if (!seen.ok) seen.text += fmt::format("; cannot write there: {}", std::strerror(file.error()));
  return seen;
}

/// A folder of our own that is gone afterwards.
class ScratchFolder {
 public:
  ScratchFolder() : path_(make_scratch_folder()) {}
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// One simulated session through a file and the whole analysis: what was written is read, and the presses
/// that earned a reward are found where the truth has them.
Examination self_test() {
  const ScratchFolder folder;
  SimulateOptions simulation{
      .animals = 1, .sessions = 1, .minutes = 5.0, .format = "hdf5", .rate_hz = 1000.0};
  const SimulatedSession written = simulate_session(simulation, 0, 1);
  Session session = open_session(simulate(folder.path(), simulation).front());
  std::vector<double> volts(written.volts.size());
  session.read_volts(0, volts);
  const bool read_back = volts == written.volts;

  const SessionResult result = analyze_session(session, Parameters{}, 1);
  const auto within_a_bout = [&](double time_s) {
    return std::ranges::any_of(result.segmentation.bouts, [&](const Bout& bout) {
      return bout.onset_s() <= time_s && time_s < bout.offset_s();
    });
  };
  std::int64_t rewards = 0, found = 0;
  for (const double reward_s : written.trials.reward_s) {
    if (std::isnan(reward_s)) continue;
    ++rewards;
    found += within_a_bout(reward_s) ? 1 : 0;
  }
  Examination seen{.name = "self_test", .ok = read_back && rewards > 0 && 10 * found >= 9 * rewards};
  seen.facts = {{"read_back", read_back}, {"rewards", rewards}, {"within_movements", found}};
  seen.text = read_back ? fmt::format(
                              "a simulated session written, read and analysed: {} of {} rewards within "
                              "a movement that was found",
                              found, rewards)
                        : "a simulated session was written; what was read back is something else";
  return seen;
}

/// An examination that fails is a finding, too.
Examination examined(const std::string& name, const std::function<Examination()>& examine) {
  try {
    return examine();
  } catch (const BadArgument&) {
    throw;  // of the person's own making: said as everywhere
  } catch (const std::exception& error) {
    return {.name = name, .ok = false, .text = error.what()};
  }
}

ExitCode run(bool json) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const std::vector<Examination> examinations{versions(),
                                              target(),
                                              locale(),
                                              examined("locking", [&] { return locking(here); }),
                                              examined("disk", [&] { return disk(here); }),
                                              examined("self_test", self_test)};
  const bool ok = std::ranges::all_of(examinations, &Examination::ok);
  Json all = {{"ok", ok}};
  std::string text;
  for (const Examination& seen : examinations) {
    all[seen.name] = {{"ok", seen.ok}, {"text", seen.text}};
    all[seen.name].update(seen.facts);
    const std::string line = fmt::format("{:<10} {:<5} {}", seen.name, seen.ok ? "ok" : "WRONG", seen.text);
    text += wrapped(line, 17) + "\n";
  }
  print(json ? json_text(all) : text);
  return ok ? all_done : machine_failed;
}

Action declare(CommandLine& app) {
  auto json = std::make_shared<bool>(false);
  declare_json(app, *json, "the findings");
  return [json] { return run(*json); };
}

}  // namespace of_doctor

const Command doctor_command{
    .name = "doctor",
    .arguments = "[--json]",
    .summary = "does everything work here that leverkin needs?",
    .about =
        "Says what this leverkin is built from, which kernels it uses, whether files in this folder can be "
        "written and locked, and analyses a simulated session whose truth is known. Exit code 1 where "
        "something is wrong.",
    .examples = {{"leverkin doctor", ""}, {"leverkin doctor --json > doctor.json", "for a question to us"}},
    .declare = of_doctor::declare,
};

}  // namespace leverkin::tools
