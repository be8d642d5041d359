// bench/engine_calls.h: the calls under test, with a number of threads where the engine takes one, and
// without where it does not take one yet.
#pragma once

#include <leverkin/envelope.h>
#include <leverkin/pipeline.h>

#include <vector>

#if __has_include("pipeline/read_trace.h")
#include "pipeline/read_trace.h"
#endif

namespace leverkin::bench {

// Templates, so that a call which does not exist is found out instead of being an error.
template <typename AnySession>
auto analyze_session_with(AnySession& session, int threads) {
  const Parameters parameters;
  if constexpr (requires { analyze_session(session, parameters, threads); }) {
    return analyze_session(session, parameters, threads);
  } else {
    return analyze_session(session, parameters);
  }
}

template <typename AnySession>
auto read_trace_with(AnySession& session, int threads) {
  const Parameters parameters;
  if constexpr (requires { read_trace(session, parameters, threads); }) {
    return read_trace(session, parameters, threads);
  } else {
    return read_trace(session, parameters);
  }
}

template <typename Volts>
std::vector<double> smooth_with(const Volts& volts, int threads) {
  const Parameters parameters;
  if constexpr (requires { leverkin::smooth(volts, parameters, threads); }) {
    return leverkin::smooth(volts, parameters, threads);
  } else {
    return leverkin::smooth(volts, parameters);
  }
}

template <typename Volts>
std::vector<double> envelope_with(const Volts& velocity, int threads) {
  if constexpr (requires { leverkin::envelope(velocity, threads); }) {
    return leverkin::envelope(velocity, threads);
  } else {
    return leverkin::envelope(velocity);
  }
}

}  // namespace leverkin::bench
