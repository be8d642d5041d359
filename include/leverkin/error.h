// leverkin/error.h: what can go wrong, in words a scientist can act on.
#pragma once

#include <stdexcept>
#include <string>

namespace leverkin {

/// Everything the library throws on purpose. Its words are UTF-8, also where they quote names that are not.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& words);
};

/// The caller asked for something impossible; nothing was done.
class BadArgument : public Error {
 public:
  using Error::Error;
};

/// One thing a recording says that cannot be true.
struct Problem {
  std::string file;      ///< path as the user gave it
  std::string dataset;   ///< "/lever/volts"; empty where the whole file is meant
  std::string place;     ///< "sample 123000 (12.3 s)", "trial 4"; empty where there is none
  std::string found;     ///< what stands there
  std::string expected;  ///< what would have been right
};

/// A recording that cannot be analysed; its message names file, dataset, place, found and expected.
class BadSession : public Error {
 public:
  explicit BadSession(Problem problem);
  [[nodiscard]] const Problem& problem() const noexcept { return problem_; }

 private:
  Problem problem_;
};

/// The machine refused: a file cannot be opened, written or renamed, or the disk is full.
class IoError : public Error {
 public:
  using Error::Error;
};

}  // namespace leverkin
