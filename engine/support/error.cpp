#include "leverkin/error.h"

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

BadSession::BadSession(Problem problem) : Error(sentence(problem)), problem_(std::move(problem)) {}

}  // namespace leverkin
