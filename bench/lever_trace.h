// bench/lever_trace.h: the lever at 1 kHz, as the input of the stages that follow.
#pragma once

#include <leverkin/leverkin.h>

#include <map>
#include <string>
#include <vector>

#include "settings.h"

namespace leverkin::bench {

/// The trace of a recording, read when it is first asked for.
inline const std::vector<double>& lever_trace(const std::string& name) {
  static std::map<std::string, std::vector<double>> traces;
  const auto found = traces.find(name);
  if (found != traces.end()) return found->second;
  Session session = open_session(recording(name));
  return traces.emplace(name, read_trace(session).trace.volts).first->second;
}

}  // namespace leverkin::bench
