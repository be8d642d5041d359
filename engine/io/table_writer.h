// engine/io/table_writer.h: how do columns become datasets whose dimensions have names?
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "leverkin/columns.h"

namespace leverkin::hdf5 {

enum class Packing : std::uint8_t {
  plain,       ///< contiguous
  compressed,  ///< chunks, byte shuffle, gzip level 1
};

/// An existing group, or a new one without time stamps. `name` may be UTF-8 and holds no "/".
H5::Group open_or_create_group(const H5::Group& parent, const std::string& name);

/// Columns over named axes in one group. Every axis is a dimension scale, so that readers that know them
/// (xarray, netCDF, h5py) give the columns named dimensions; units and meaning become attributes (CF
/// conventions). The same calls give the same bytes: the scales' book-keeping is written here, once, because
/// H5DSattach_scale stores bytes it never set (the padding of its records). Throws H5::Exception, and
/// BadArgument where a column does not have the size of its axes.
class TableWriter {
 public:
  using Axes = std::array<const char*, 2>;  ///< names; the second may be nullptr

  explicit TableWriter(const H5::Group& group, Packing packing = Packing::plain);

  [[nodiscard]] bool has_axis(const std::string& name) const;
  void index_axis(const Field& field, std::int64_t length);  ///< 0, 1, 2, ...
  void axis(const Field& field, std::span<const double> values);
  void axis(const Field& field, std::span<const std::int64_t> values);

  void column(const Field& field, const Axes& axes, std::span<const double> values,
              Stored stored = Stored::as_it_is);
  void column(const Field& field, const Axes& axes, std::span<const std::int64_t> values,
              Stored stored = Stored::as_it_is);
  void column(const Field& field, const Axes& axes, std::span<const std::uint8_t> values,
              Stored stored = Stored::as_it_is);
  void column(const Field& field, const Axes& axes, std::span<const std::string> values);
  void enum_column(const Field& field, const Axes& axes, std::span<const std::uint8_t> values,
                   const H5::EnumType& type);

  void finish();  ///< tells every axis which columns use it; nothing can be added after

 private:
  struct Use {  // the layout of the dimension scale specification, padding and all
    hobj_ref_t column = 0;
    std::int32_t dimension = 0;
    std::int32_t padding = 0;
  };
  struct Scale {
    std::string name;
    H5::DataSet dataset;
    hsize_t length = 0;
    std::vector<Use> uses;
  };

  std::vector<Scale*> scales_of(const Axes& axes);
  void make_axis(const Field& field, const void* values, std::size_t count, const H5::DataType& type);
  void make_column(const Field& field, const Axes& axes, const void* values, std::size_t count,
                   const H5::DataType& memory, const H5::DataType& stored);
  H5::DataSet write_dataset(const Field& field, const std::vector<hsize_t>& lengths, const void* values,
                            const H5::DataType& memory, const H5::DataType& stored);
  static void attach(const H5::DataSet& column, const std::vector<Scale*>& scales);

  H5::Group group_;
  Packing packing_;
  std::deque<Scale> scales_;
};

}  // namespace leverkin::hdf5
