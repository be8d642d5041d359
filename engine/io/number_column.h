// engine/io/number_column.h: how is one long column of numbers read, block by block, as it is stored?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "io/number_type.h"
#include "leverkin/error.h"
#include "leverkin/session.h"

namespace leverkin {

/// One line of a table of two dimensions: along `axis`, at place `at` of the other one.
struct TableLine {
  int axis = 0;
  std::int64_t at = 0;
};

/// A data set of shape (N,), (N, 1) or (1, N), or one line of a table. Values are read in the machine's form
/// of the stored type, so that HDF5 converts nothing (but the byte order of files from other machines) and a
/// hash sees what the file holds.
class NumberColumn {
 public:
  static constexpr std::int64_t block_values = 65536;  ///< half a MB of doubles: stays in a core's cache

  /// To be called under hdf5::Lock. Throws BadSession where this is not one column of numbers, or a table
  /// without such a line.
  NumberColumn(const H5::H5Location& parent, const std::string& name, std::string file,
               const std::optional<TableLine>& line = std::nullopt);
  ~NumberColumn();
  NumberColumn(const NumberColumn&) = delete;
  NumberColumn& operator=(const NumberColumn&) = delete;

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const H5::DataSet& dataset() const {
    return dataset_;
  }                                           ///< for its attributes, under hdf5::Lock
  [[nodiscard]] std::string storage() const;  ///< "int16, chunked, gzip"
  [[nodiscard]] bool is_float64() const { return stored_ == NumberType::float64; }
  [[nodiscard]] bool is_float32() const { return stored_ == NumberType::float32; }
  [[nodiscard]] bool is_int16() const { return stored_ == NumberType::int16; }
  [[nodiscard]] bool is_integer() const { return !is_float64() && !is_float32(); }
  [[nodiscard]] std::size_t value_bytes() const { return value_bytes_; }

  /// How the values are cut into chunks along the column.
  struct Chunks {
    std::int64_t values = 0;  ///< per chunk; 0: not chunked
    bool readable = false;    ///< stored as it is in memory, or packed with gzip or shuffled: no other filter
  };
  [[nodiscard]] const Chunks& chunks() const { return chunks_; }

  /// Where values lie one after the other, as they are in memory: to be read without HDF5.
  struct InPlace {
    int descriptor;       ///< HDF5's own, of the file that really holds them; open as long as the column
    std::int64_t offset;  ///< bytes
  };
  /// Nothing where values have to come from HDF5. Decided once.
  [[nodiscard]] const std::optional<InPlace>& in_place() const { return in_place_; }

  /// A chunk as it lies in the file.
  struct PackedChunk {
    std::size_t bytes = 0;  ///< 0: never written
    bool deflated = false, shuffled = false;
    bool in_place = false;  ///< not packed, and already where its values belong
  };
  /// The chunk that begins with value `first`, where chunks are readable: into `values`, which has room for a
  /// chunk, where nothing is to be unpacked, else into `bytes`. Throws BadSession.
  PackedChunk read_packed(std::int64_t first, std::vector<std::byte>& bytes, std::byte* values) const;

  /// Values that nothing is stored for. A chunk that ends, or begins, with fill values next to one that was
  /// never written was written only in part: those values count as not stored as well. Throws BadSession.
  [[nodiscard]] AbsentSamples absent() const;
  /// Ends the column there; `size` is at most size().
  void shorten(std::int64_t size) { size_ = size; }
  /// Throws BadSession where a value is absent: for columns that make no sense in part.
  void require_whole() const;

  /// The error for values that cannot be read.
  [[nodiscard]] BadSession damaged(std::int64_t first, std::int64_t count, const std::string& how) const;

  /// Values [first, first + count) as stored. Throws BadSession where the file is damaged there.
  void read_stored(std::int64_t first, std::int64_t count, void* values) const;
  /// doubles[i] = value * scale + offset, of `doubles.size()` values that read_stored gave.
  void convert(const void* values, std::span<double> doubles, double scale, double offset) const;
  /// Both, of at most block_values values.
  void read(std::int64_t first, std::span<double> doubles);

 private:
  void open(const H5::H5Location& parent);
  void find_shape(const std::optional<TableLine>& line);
  [[nodiscard]] std::optional<InPlace> find_place(bool chunked) const;
  [[nodiscard]] std::array<hsize_t, 2> place_of(std::int64_t value) const;
  void find_type();
  void find_layout();
  /// How many values from `from` on, in the direction of `to` (not included), are the fill value.
  [[nodiscard]] std::int64_t fill_values(std::int64_t from, std::int64_t to) const;

  H5::DataSet dataset_;
  std::string file_, name_, layout_;
  std::int64_t size_ = 0;
  int rank_ = 1, axis_ = 0;
  hsize_t at_ = 0;  // place on the other axis
  NumberType stored_ = NumberType::float64;
  std::size_t value_bytes_ = 8;
  Chunks chunks_;
  bool shuffle_ = false, gzip_ = false;
  std::optional<InPlace> in_place_;
  std::vector<std::byte> block_;
};

}  // namespace leverkin
