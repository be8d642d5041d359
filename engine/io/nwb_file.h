// engine/io/nwb_file.h: how are the typed objects of NWB written?
//
// To be called under hdf5::Lock; H5::Exception passes through.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5.h"

namespace leverkin::nwb {

/// What every NWB file says of itself.
struct FileFacts {
  std::string session_description;
  std::string start_time;      ///< ISO 8601 with a zone (nwb_time)
  std::string reference_time;  ///< what times in the file count from, likewise
};

/// Writes typed objects. Every one gets an id made of `seed` and its own place: what the file is about
/// decides on its bytes, nothing else.
class File {
 public:
  File(H5::H5File& file, std::string seed) : file_(file), seed_(std::move(seed)) {}

  [[nodiscard]] H5::H5File& hdf5() { return file_; }
  /// The shape of a version 4 UUID, but not random.
  [[nodiscard]] std::string object_id(const std::string& path) const;

  /// The attributes of a typed object; `library`: "core" or "hdmf-common".
  void describe(const H5::H5Object& object, const std::string& path, const char* library,
                const char* type) const;

  /// The root, with what a file must have, and the specifications.
  void write_root(const FileFacts& facts);

  void group(const std::string& path) { file_.createGroup(path); }
  H5::Group group(const std::string& path, const char* library, const char* type);
  H5::Group module(const std::string& path, const char* description);

  H5::DataSet text(const std::string& path, const std::string& value);
  void texts(const std::string& path, const std::vector<std::string>& values, std::size_t width = 0);
  H5::DataSet number(const std::string& path, double value);
  /// One-dimensional, or rows x `width`.
  H5::DataSet column(const std::string& path, const H5::DataType& stored, const H5::DataType& native,
                     const void* values, std::size_t count, std::size_t width = 0);
  /// Compressed.
  H5::DataSet long_column(const std::string& path, const std::vector<double>& values);

  /// starting_time of a series that has a rate.
  void starting_time(const std::string& series, double seconds, double rate_hz);

 private:
  void write_specifications(const H5::Group& root);

  H5::H5File& file_;
  std::string seed_;
};

void write_texts_attribute(const H5::H5Object& object, const char* name,
                           const std::vector<std::string>& values);

/// Date, time and zone, as NWB wants them. A time without a zone is taken as UTC, so that its digits stay;
/// where there is none, the date that stands for "not known".
[[nodiscard]] std::string nwb_time(const std::string& start_time);

/// /general/session_id and /general/subject, as far as they are known. /general is there.
void write_identity(File& file, const std::string& subject, std::int64_t session);

/// A DynamicTable, or a table with columns of its own: TimeIntervals, EventsTable. finish() after the
/// columns.
class Table {
 public:
  /// `ids`: of the rows; empty: 0, 1, 2, ...
  Table(File& file, std::string path, const char* type, const char* description, std::size_t rows,
        std::vector<std::int64_t> ids = {});

  void add(const std::string& name, const std::string& description, const std::vector<double>& values,
           std::size_t width = 0);
  void add(const std::string& name, const std::string& description, const std::vector<std::int64_t>& values);
  /// Flags, read as bool.
  void add(const std::string& name, const std::string& description, const std::vector<std::uint8_t>& flags);
  void add(const std::string& name, const std::string& description, const std::vector<std::string>& texts);
  /// The column `timestamp` of an EventsTable, seconds.
  void add_timestamps(const std::string& description, const std::vector<double>& seconds);
  /// Rows of another table of the file.
  void add_region(const std::string& name, const std::string& description,
                  const std::vector<std::int64_t>& rows, const std::string& table);
  void finish();

 private:
  H5::DataSet add(const std::string& name, const std::string& description, const H5::DataType& stored,
                  const H5::DataType& native, const void* values, std::size_t width = 0);

  File& file_;
  std::string path_;
  std::size_t rows_;
  H5::Group group_;
  std::vector<std::string> columns_;
};

}  // namespace leverkin::nwb
