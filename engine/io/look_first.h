// engine/io/look_first.h: may this process open that file?
#pragma once

#include <filesystem>
#include "leverkin/session.h"

namespace leverkin {

/// What is going to be read of a file.
enum class Look : char {
  kind = 'k',     ///< whether it holds results, and the decisions in them
  session = 's',  ///< everything that a session needs, samples apart
  results = 'r',  ///< everything that results need, the values of their tables apart
  tables = 't',   ///< everything in a file of activity or structures
  numbers = 'n',  ///< all numbers, of a file of somebody else's
  all = 'w',      ///< everything but numbers, wherever it is
  mapping = 'm',  ///< what a mapping is suggested from
};

/// Where a guard was asked for (leverkin/reading_guard.h): throws BadSession for a file that a child process
/// did not survive, IoError where no child can be started. To be called without hdf5::Lock, before a file is
/// opened.
void look_first(const std::filesystem::path& path, Look look, const SessionOptions& options = {});

/// In that child: there is progress, so its time begins anew. Does nothing elsewhere.
void still_looking();

}  // namespace leverkin
