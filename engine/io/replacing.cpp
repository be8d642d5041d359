#include "io/replacing.h"

#include "leverkin/error.h"
#include "leverkin/results.h"

namespace leverkin {

namespace fs = std::filesystem;

bool is_free(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return !fs::exists(status) || fs::is_directory(status);
}

void check_replacing_by_results(const fs::path& path, bool reviewed, bool discard_review) {
  if (is_free(path)) return;
  if (!is_results_file(path))
    throw BadArgument(
        path.string() +
        ": found a file that is not a results file; expected a new name, or results to replace");
  if (reviewed || discard_review || stored_review(path).empty()) return;
  throw BadArgument(
      path.string() +
      ": found results with decisions made by hand, which would be lost; expected the review to carry out "
      "again (\"stored\": the one in that file), a new name, or that they are to be discarded "
      "(--discard-review, discard_review=True)");
}

void check_replacing_by_session(const fs::path& path, bool overwrite) {
  if (overwrite || is_free(path)) return;
  throw BadArgument(path.string() +
                    ": found a file there already; expected a new name, or leave to replace it (--overwrite, "
                    "overwrite=True)");
}

fs::path behind_links(const fs::path& path) {
  constexpr int longest_chain = 40;
  std::error_code error;
  fs::path target = path;
  for (int i = 0; i < longest_chain && fs::is_symlink(target, error); ++i)
    target = target.parent_path() / fs::read_symlink(target, error);
  return target;
}

}  // namespace leverkin
