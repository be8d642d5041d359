// leverkin.h: the whole public interface, in the order in which data flow.
#pragma once

// not sorted by the alphabet
// clang-format off
#include "leverkin/error.h"
#include "leverkin/nearest.h"
#include "leverkin/version.h"
#include "leverkin/whole_file.h"
#include "leverkin/parameters.h"
#include "leverkin/rig.h"
#include "leverkin/reading_guard.h"
#include "leverkin/session.h"      // a recording ...
#include "leverkin/trace.h"        // ... at 1 kHz
#include "leverkin/held_trace.h"
#include "leverkin/envelope.h"
#include "leverkin/bouts.h"        // when the animal moved
#include "leverkin/movements.h"    // which movement earned each reward
#include "leverkin/review.h"
#include "leverkin/correlogram.h"  // how alike they are
#include "leverkin/resampled_medians.h"
#include "leverkin/activity.h"     // what cells did meanwhile
#include "leverkin/summary.h"
#include "leverkin/findings.h"     // what is odd about it
#include "leverkin/results.h"      // what is kept of all that
#include "leverkin/results_difference.h"
#include "leverkin/tables_file.h"  // and beside it
#include "leverkin/activity_results.h"
#include "leverkin/columns.h"      // what every number of it is called
#include "leverkin/pipeline.h"     // all of it in one call
#include "leverkin/suggestions.h"  // of a mapping, of a rig profile
#include "leverkin/history.h"
#include "leverkin/engine.h"       // the same while the animal works
#include "leverkin/planner.h"
#include "leverkin/session_truth.h"
#include "leverkin/session_writer.h"
#include "leverkin/named_arrays.h"
#include "leverkin/convert.h"      // recordings of other kinds
#include "leverkin/simulate.h"
#include "leverkin/validate.h"     // how right a profile is
#include "leverkin/sweep.h"        // what depends on its settings
// clang-format on
