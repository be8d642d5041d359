#include "commands/earlier_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "commands/command.h"
#include "commands/input_file.h"
#include "terminal/progress_bar.h"
#include "terminal/quantities.h"
#include "terminal/terminal.h"

namespace leverkin::tools {
namespace {

namespace fs = std::filesystem;

bool is_recording(const fs::directory_entry& entry, const SessionOptions& options) {
  std::error_code error;
  const bool hidden = entry.path().filename().string().starts_with(".");
  return names_a_session(entry.path(), options) && !hidden && entry.is_regular_file(error) &&
         !is_results_file(entry.path());
}

History analysed(const SessionIdentity& today, const Comparing& comparing,
                 const std::vector<SessionSource>& recordings) {
  AnalyzeOptions options = comparing.analyze;
  ProgressBar bar("earlier sessions", comparing.quiet);
  options.progress = bar.follow();
  try {
    return history_from_recordings(recordings, today, options);
  } catch (const Cancelled&) {
    throw Refusal(machine_failed, "stopped");
  }
}

}  // namespace

std::vector<SessionSource> recordings_beside(const fs::path& session, const SessionOptions& options) {
  std::vector<fs::path> paths;
  const fs::path folder = session.has_parent_path() ? session.parent_path() : fs::path(".");
  std::error_code error;  // a folder that may not be listed holds no history
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (is_recording(entry, options)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return find_sessions(paths, nullptr, options);
}

History earlier_sessions(const SessionIdentity& today, const Comparing& comparing,
                         const std::function<std::vector<SessionSource>()>& recordings) {
  const bool stored = !comparing.results.empty() && today.session > 0;
  if (!stored && !comparing.results.empty())
    warn("the session has no number: compared by start time with recordings, not with results");
  const std::vector<SessionSource> sources = stored ? std::vector<SessionSource>{} : recordings();
  History history = stored ? history_from_results(comparing.results, today.subject, today.session)
                           : analysed(today, comparing, sources);
  if (!comparing.quiet) {
    const auto found = std::ssize(history.sessions);
    message(fmt::format(
        "compared with {} of {} {}", found == 0 ? "no earlier session" : counted(found, "earlier session"),
        today.subject,
        stored ? "in " + comparing.results : "among " + counted(std::ssize(sources), "recording")));
  }
  return history;
}

}  // namespace leverkin::tools
