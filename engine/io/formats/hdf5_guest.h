// engine/io/formats/hdf5_guest.h: what do formats that live in HDF5 files have in common?
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/column_samples.h"
#include "io/recording.h"
#include "leverkin/error.h"
#include "leverkin/session.h"

namespace leverkin {

// To be called under hdf5::Lock; H5::Exception passes through.

/// Whether `path` ("/a/b/c") leads to an object. Throws BadSession where one of its links is there and leads
/// nowhere: what is missing behind it may not be passed over.
bool is_there(const H5::H5File& hdf5, const std::string& file, const std::string& path);

/// Where a link leads that leads nowhere ("raw.nwb:/acquisition/lever"); nothing of any other.
std::optional<std::string> dangling_target(const H5::H5File& hdf5, const std::string& path);

/// The four columns of a table of trials; empty where `group` does not exist. A ragged column gives the first
/// value of every row, NaN of an empty one; a table without cues or rewards gives NaN; both are noted.
TrialTable read_trials(const H5::H5File& hdf5, SessionInfo& info, const std::string& group,
                       const char* const (&columns)[4]);

/// A program that writes makes a column longer before its values are there, and one column before the other:
/// all end with the last value that is there in each of them. Only of files that are being written.
void end_with_what_is_written(std::initializer_list<NumberColumn*> columns);

/// A number in an attribute; nothing where there is no such attribute. Throws BadSession where it is not a
/// number.
std::optional<double> find_number(const H5::H5Object& object, const std::string& path,
                                  const std::string& dataset, const std::string& attribute);

/// Reads conversion and offset under the names of the format and checks that they can be right; the attribute
/// `unit`, where there is one, decides what volts are (docs/formats.md#units). info.mm_per_volt has been
/// read. `default_unit`: what programs write where nobody said a unit; it is taken as volts, and noted.
/// Throws BadSession for a unit that volts cannot be had from.
Conversion read_conversion(SessionInfo& info, const NumberColumn& samples, const char* scale,
                           const char* offset, const char* unit, const std::string& default_unit = {});

/// A text in an attribute or a data set, always valid UTF-8; empty where there is none, or it was never
/// written. Text in another encoding is taken as Windows-1252, and noted. Throws BadSession where something
/// else stands there.
std::string find_text(SessionInfo& info, const H5::H5Object& object, const std::string& dataset,
                      const std::string& attribute);
std::string find_text(SessionInfo& info, const H5::H5File& hdf5, const std::string& dataset);

/// Makes the columns the samples and time stamps (null: none) of the recording, and notes the files they live
/// in.
void take_columns(Recording& recording, std::unique_ptr<NumberColumn> samples, Conversion conversion,
                  std::unique_ptr<NumberColumn> timestamps);

/// All of a small data set of numbers, row after row. Throws BadSession where it is none, or not small.
std::vector<double> read_few_numbers(const H5::H5File& hdf5, const std::string& file,
                                     const std::string& dataset);

/// All of a small data set of texts, without blanks at their ends.
std::vector<std::string> read_few_texts(const H5::H5File& hdf5, SessionInfo& info,
                                        const std::string& dataset);

RecordingWords words_of(const std::string& rate, const std::string& trials, const char* const (&columns)[4]);

/// Adds to what cannot be used of the identity that a file states: a manifest may say it instead.
void add_fault(SessionIdentity& identity, const std::string& fault);

/// As find_text, of a part of the identity: what is no text is a fault of it, and empty.
std::string find_identity_text(SessionInfo& info, const H5::H5Object& object, const std::string& attribute);
std::string find_identity_text(SessionInfo& info, const H5::H5File& hdf5, const std::string& dataset);

}  // namespace leverkin
