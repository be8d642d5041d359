#include "leverkin/error.h"

#include <utility>

#include "support/text_encoding.h"

namespace leverkin {
namespace {

std::string sentence(const Problem& problem) {
  std::string text = problem.file;
  if (!problem.dataset.empty()) text += ": " + problem.dataset;
  if (!problem.place.empty()) text += ", " + problem.place;
  text += ": found " + problem.found;
  text += "; expected " + problem.expected;
  return text;
}

// Part by part: one that is no UTF-8 does not spoil the others.
const Problem& to_utf8(Problem& problem) {
  for (std::string* const part :
       {&problem.file, &problem.dataset, &problem.place, &problem.found, &problem.expected})
    *part = as_utf8(*part);
  return problem;
}

}  // namespace

Error::Error(const std::string& words) : std::runtime_error(as_utf8(words)) {}

BadSession::BadSession(Problem problem) : Error(sentence(to_utf8(problem))), problem_(std::move(problem)) {}

}  // namespace leverkin
