// engine/io/table.h: how do columns become datasets whose dimensions have names?
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5.h"

namespace leverkin::hdf5 {

/// A column as it is stored. `units` and `long_name` become attributes (CF conventions); nullptr: none.
struct Field {
  const char* name;
  const char* units = nullptr;
  const char* long_name = nullptr;
};

enum class Packing : std::uint8_t {
  plain,       ///< contiguous
  compressed,  ///< chunks, byte shuffle, gzip level 1
};

/// An existing group, or a new one without time stamps. `name` may be UTF-8 and holds no "/".
H5::Group open_or_create_group(const H5::Group& parent, const std::string& name);

/// Columns over named axes in one group. Every axis is a dimension scale, so that readers that know them
/// (xarray, netCDF, h5py) give the columns named dimensions. The same calls give the same bytes: the scales'
/// book-keeping is written here, once, because H5DSattach_scale stores bytes it never set (the padding of its
/// records). Throws H5::Exception, and BadArgument where a column does not have the size of its axes.
class Table {
 public:
  struct Axis {
    std::size_t index;
  };

  explicit Table(const H5::Group& group, Packing packing = Packing::plain);

  Axis index_axis(const Field& field, std::int64_t length);  ///< 0, 1, 2, ...
  Axis axis(const Field& field, std::span<const double> values);
  Axis axis(const Field& field, std::span<const std::int64_t> values);

  void column(const Field& field, std::initializer_list<Axis> axes, std::span<const double> values);
  void column(const Field& field, std::initializer_list<Axis> axes, std::span<const std::int64_t> values);
  void column(const Field& field, std::initializer_list<Axis> axes, std::span<const std::uint8_t> values);
  void column(const Field& field, std::initializer_list<Axis> axes, std::span<const std::string> values);
  void float32_column(const Field& field, std::initializer_list<Axis> axes, std::span<const double> values);
  void enum_column(const Field& field, std::initializer_list<Axis> axes, std::span<const std::uint8_t> values,
                   const H5::EnumType& type);

  void finish();  ///< tells every axis which columns use it; nothing can be added after

 private:
  struct Use {  // the layout of the dimension scale specification, padding and all
    hobj_ref_t column = 0;
    std::int32_t dimension = 0;
    std::int32_t padding = 0;
  };
  struct Scale {
    H5::DataSet dataset;
    hsize_t length = 0;
    std::vector<Use> uses;
  };

  Axis make_axis(const Field& field, const void* values, std::size_t count, const H5::DataType& type);
  void make_column(const Field& field, std::initializer_list<Axis> axes, const void* values,
                   std::size_t count, const H5::DataType& memory, const H5::DataType& stored);
  H5::DataSet write_dataset(const Field& field, const std::vector<hsize_t>& lengths, const void* values,
                            const H5::DataType& memory, const H5::DataType& stored);
  void attach(const H5::DataSet& column, std::initializer_list<Axis> axes);

  H5::Group group_;
  Packing packing_;
  std::deque<Scale> scales_;
};

}  // namespace leverkin::hdf5
