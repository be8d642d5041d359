// engine/io/stored_values.h: which values of a long data set are really stored, and in which files?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "leverkin/session.h"

namespace leverkin {

/// A line through a data set: along `axis`, at the place `at` of all other axes.
struct DataLine {
  const H5::DataSet& dataset;
  int axis = 0;
  std::vector<hsize_t> at;  ///< one per axis; at[axis] is where the line begins
  std::int64_t length = 0;
};

/// Values of the line, counted from its beginning, that HDF5 answers with its fill value because nothing is
/// stored for them. Of contiguous data sets HDF5 knows no more than whether there is room in the file. To be
/// called under hdf5::Lock; H5::Exception passes through. Throws BadSession for a virtual data set that
/// cannot be followed.
[[nodiscard]] AbsentSamples absent_values(const DataLine& line, const std::string& file);

/// The files in which a data set lives, besides `file`, which was opened: the one that an external link leads
/// to, raw files, the sources of a virtual data set. Throws BadSession for raw files outside the folder of
/// the file: a recording has no business there.
[[nodiscard]] std::vector<std::string> files_beside(const H5::DataSet& dataset, const std::string& file);

/// Throws BadSession where `other`, which `name` leads to, lies outside the folder of `file`, unless that is
/// allowed (leverkin/reading_guard.h).
void require_inside(const std::string& other, const std::string& file, const std::string& name);

/// The file in which an object lies: an external link makes it another than the one that was opened.
[[nodiscard]] std::string file_holding(hid_t object);

/// Where relative names of raw files are looked for.
void look_beside_the_file(const H5::DSetAccPropList& access);

}  // namespace leverkin
