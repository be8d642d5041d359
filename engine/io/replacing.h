// engine/io/replacing.h: may a file that is there already be written over?
#pragma once

#include <filesystem>

namespace leverkin {

/// Nothing is there that could be lost. Folders are refused by whoever writes: with words of their own.
[[nodiscard]] bool is_free(const std::filesystem::path& path);

/// What is not a results file is never replaced, and one that holds decisions made by hand only by one that
/// has some too, or where the caller discards them. Throws BadArgument.
void check_replacing_by_results(const std::filesystem::path& path, bool reviewed, bool discard_review);

/// A session file takes the place of another file only where the caller says so. Throws BadArgument.
void check_replacing_by_session(const std::filesystem::path& path, bool overwrite);

/// The file that is written where a path is a link: what it leads to, there already or not.
[[nodiscard]] std::filesystem::path behind_links(const std::filesystem::path& path);

}  // namespace leverkin
