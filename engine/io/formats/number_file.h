// engine/io/formats/number_file.h: which lines of numbers does a file hold that is no session by itself?
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/sample_source.h"
#include "io/typed_samples.h"

namespace leverkin {

/// One line of numbers in a file, as a person names it (docs/mapping.md).
struct LinePlace {
  std::string file;                         ///< beside the recording; empty: the recording itself
  std::string data;                         ///< path of a data set or variable; name of a column of a text
  std::optional<std::int64_t> column, row;  ///< of a table, counted from 0
  // of raw binary files
  std::optional<NumberType> type;
  std::int64_t channels = 1, channel = 0, header_bytes = 0;
  bool big_endian = false;

  /// As messages call it: "data.response.dataArduino, column 1".
  [[nodiscard]] std::string text() const;
};

/// A line that could be one of a recording.
struct LineFacts {
  LinePlace place;
  std::string extent;  ///< "414092 x 7, float64"
};

/// An opened file of numbers: HDF5 (also MAT v7.3 and NWB), MAT v5, .npy, text in columns, raw binary.
class NumberFile {
 public:
  NumberFile() = default;
  virtual ~NumberFile() = default;
  NumberFile(const NumberFile&) = delete;
  NumberFile& operator=(const NumberFile&) = delete;

  /// The numbers as they are. Throws BadSession where there is no such line.
  [[nodiscard]] virtual std::shared_ptr<const SampleSource> line(const LinePlace& place) = 0;
  /// Lines of at least `shortest` numbers, up to a few hundred.
  [[nodiscard]] virtual std::vector<LineFacts> lines(std::int64_t shortest) = 0;
};

/// Under hdf5::Lock; H5::Exception passes through. By what is in it; `is_raw`: it is raw binary, whatever it
/// looks like. Throws IoError, BadSession.
[[nodiscard]] std::unique_ptr<NumberFile> open_number_file(const std::string& path, bool is_raw);

/// All of a line that is not long. Throws BadSession.
[[nodiscard]] std::vector<double> all_of(const SampleSource& line, const std::string& file,
                                         const std::string& name);

}  // namespace leverkin
