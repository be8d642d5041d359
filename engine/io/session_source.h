// engine/io/session_source.h: where in an open file are the parts of a session?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/column.h"
#include "leverkin/error.h"
#include "leverkin/session.h"

namespace leverkin {

/// What a session file says, before anything is checked that takes reading the long columns.
struct SessionParts {
  SessionInfo info;   ///< rate, samples and duration are left to the checks where time stamps are given
  TrialTable trials;  ///< on the file's clock
  std::unique_ptr<Column> samples;
  std::unique_ptr<Column> timestamps;  ///< none: regular
};

/// To be called under hdf5::Lock; H5::Exception passes through. Throws BadSession.
SessionParts locate_hdf5_session(const H5::H5File& file, const std::string& path);
SessionParts locate_nwb_session(const H5::H5File& file, const std::string& path,
                                const SessionOptions& options);

/// The four columns of a table of trials; empty where `group` does not exist.
TrialTable read_trials(const H5::H5File& file, const std::string& path, const std::string& group,
                       const char* const (&columns)[4]);

/// A number in an attribute; `fallback` where there is no such attribute. Throws BadSession where it is not a
/// number.
std::optional<double> find_number(const H5::H5Object& object, const std::string& path,
                                  const std::string& dataset, const std::string& attribute);

/// Reads conversion and offset under the names of the format and checks that they can be right.
void read_conversion(SessionInfo& info, const H5::H5Object& object, const char* scale, const char* offset);

/// Adds to what cannot be used of the identity that a file states.
void add_fault(SessionIdentity& identity, const std::string& fault);

}  // namespace leverkin
