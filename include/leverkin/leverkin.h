// leverkin.h: the whole public interface, in the order in which data flow.
#pragma once

#include "leverkin/error.h"
#include "leverkin/parameters.h"
#include "leverkin/version.h"

#include "leverkin/bouts.h"
#include "leverkin/correlogram.h"
#include "leverkin/engine.h"
#include "leverkin/envelope.h"
#include "leverkin/history.h"
#include "leverkin/movements.h"
#include "leverkin/pipeline.h"
#include "leverkin/planner.h"
#include "leverkin/results.h"
#include "leverkin/review.h"
#include "leverkin/session.h"
#include "leverkin/simulate.h"
#include "leverkin/summary.h"
#include "leverkin/trace.h"
