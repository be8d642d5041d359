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

}  // namespace

Error::Error(const std::string& words) : std::runtime_error(as_utf8(words)) {}

BadSession::BadSession(Problem problem) : Error(sentence(problem)), problem_(std::move(problem)) {
  for (std::string* const part :
       {&problem_.file, &problem_.dataset, &problem_.place, &problem_.found, &problem_.expected})
    *part = as_utf8(*part);
}

}  // namespace leverkin
