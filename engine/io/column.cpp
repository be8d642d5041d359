#include "io/column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>

#include "kernels/volts.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr std::size_t largest_cached_chunk = std::size_t{256} << 20;  // bytes

// A compressed chunk is read whole; without room for it in the cache every block would unpack it again.
H5::DSetAccPropList room_for_a_chunk(const H5::DataSet& dataset) {
  H5::DSetAccPropList access;
  const H5::DSetCreatPropList created = dataset.getCreatePlist();
  if (created.getLayout() != H5D_CHUNKED) return access;
  std::array<hsize_t, H5S_MAX_RANK> extent{};
  const int rank = created.getChunk(static_cast<int>(extent.size()), extent.data());
  std::size_t bytes = dataset.getDataType().getSize();
  for (int i = 0; i < rank; ++i) bytes *= extent[static_cast<std::size_t>(i)];
  if (bytes <= largest_cached_chunk)
    access.setChunkCache(521, std::max<std::size_t>(2 * bytes, 1 << 20), 1.0);
  return access;
}

void convert_floats(const void* values, std::span<double> doubles, double scale, double offset) {
  kernels::to_volts(static_cast<const float*>(values), doubles.size(), scale, offset, doubles.data());
}

void convert_int16s(const void* values, std::span<double> doubles, double scale, double offset) {
  kernels::to_volts(static_cast<const std::int16_t*>(values), doubles.size(), scale, offset, doubles.data());
}

// Other types are rare.
template <typename T>
void scale_values(const void* values, std::span<double> doubles, double scale, double offset) {
  const T* stored = static_cast<const T*>(values);
  for (std::size_t i = 0; i < doubles.size(); ++i)
    doubles[i] = static_cast<double>(stored[i]) * scale + offset;
}

template <typename T>
void copy_values(const void* values, std::span<double> doubles) {
  const T* stored = static_cast<const T*>(values);
  for (std::size_t i = 0; i < doubles.size(); ++i) doubles[i] = static_cast<double>(stored[i]);
}

// An unscaled value stays bit for bit what it was, also a negative zero.
template <typename T>
void convert_values(const void* values, std::span<double> doubles, double scale, double offset) {
  if (scale == 1.0 && offset == 0.0)
    copy_values<T>(values, doubles);
  else
    scale_values<T>(values, doubles, scale, offset);
}

struct TypeTraits {
  const char* name;
  const H5::PredType& native;
  void (*convert)(const void*, std::span<double>, double, double);
};

// In the order of Column::Stored.
TypeTraits traits_of(int stored) {
  switch (stored) {
    case 0:
      return {"float64", H5::PredType::NATIVE_DOUBLE, convert_values<double>};
    case 1:
      return {"float32", H5::PredType::NATIVE_FLOAT, convert_floats};
    case 2:
      return {"int8", H5::PredType::NATIVE_INT8, convert_values<std::int8_t>};
    case 3:
      return {"uint8", H5::PredType::NATIVE_UINT8, convert_values<std::uint8_t>};
    case 4:
      return {"int16", H5::PredType::NATIVE_INT16, convert_int16s};
    case 5:
      return {"uint16", H5::PredType::NATIVE_UINT16, convert_values<std::uint16_t>};
    case 6:
      return {"int32", H5::PredType::NATIVE_INT32, convert_values<std::int32_t>};
    case 7:
      return {"uint32", H5::PredType::NATIVE_UINT32, convert_values<std::uint32_t>};
    case 8:
      return {"int64", H5::PredType::NATIVE_INT64, convert_values<std::int64_t>};
    default:
      return {"uint64", H5::PredType::NATIVE_UINT64, convert_values<std::uint64_t>};
  }
}

}  // namespace

Column::Column(const H5::H5Location& parent, const std::string& name, std::string file)
    : file_(std::move(file)), name_(name) {
  if (parent.childObjType(name) != H5O_TYPE_DATASET)
    throw BadSession({file_, name_, "", "a group or a named type", "a data set"});
  dataset_ = parent.openDataSet(name);
  find_type();
  find_shape();
  find_layout();
  dataset_ = parent.openDataSet(name, room_for_a_chunk(dataset_));
}

Column::~Column() {
  hdf5::Lock lock;
  try {
    dataset_.close();
  } catch (const H5::Exception&) {  // read only: nothing is lost
  }
}

void Column::find_shape() {
  const H5::DataSpace space = dataset_.getSpace();
  if (!space.isSimple())
    throw BadSession({file_, name_, "", "a data set without values", "one column of values"});
  rank_ = space.getSimpleExtentNdims();
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank_));
  if (rank_ > 0) space.getSimpleExtentDims(extent.data());
  const bool row = rank_ == 2 && extent[0] == 1;
  const bool column = rank_ == 2 && extent[1] == 1;
  if (rank_ != 1 && !row && !column)
    throw BadSession({file_, name_, "", fmt::format("shape ({})", fmt::join(extent, ", ")),
                      "one column of values: shape (N,), (N, 1) or (1, N)"});
  axis_ = row && !column ? 1 : 0;
  size_ = static_cast<std::int64_t>(extent[static_cast<std::size_t>(axis_)]);
}

void Column::find_type() {
  const H5T_class_t kind = dataset_.getTypeClass();
  value_bytes_ = dataset_.getDataType().getSize();
  if (kind == H5T_FLOAT && (value_bytes_ == 8 || value_bytes_ == 4)) {
    stored_ = value_bytes_ == 8 ? Stored::float64 : Stored::float32;
    return;
  }
  const bool integer = kind == H5T_INTEGER && std::has_single_bit(value_bytes_) && value_bytes_ <= 8;
  if (!integer)
    throw BadSession({file_, name_, "", fmt::format("values of another kind ({} bytes each)", value_bytes_),
                      "numbers: float64, float32 or integers"});
  const bool has_sign = dataset_.getIntType().getSign() != H5T_SGN_NONE;
  const int size_rank = std::countr_zero(value_bytes_);
  stored_ = static_cast<Stored>(static_cast<int>(Stored::int8) + 2 * size_rank + (has_sign ? 0 : 1));
}

void Column::find_layout() {
  const H5::DSetCreatPropList created = dataset_.getCreatePlist();
  const bool chunked = created.getLayout() == H5D_CHUNKED;
  layout_ = chunked ? "chunked" : "contiguous";
  bool known = true;  // nothing but shuffle, then gzip
  for (int i = 0; i < created.getNfilters(); ++i) {
    unsigned flags = 0, settings = 0;
    std::size_t count = 0;
    const H5Z_filter_t filter = H5Pget_filter2(created.getId(), static_cast<unsigned>(i), &flags, &count,
                                               nullptr, 0, nullptr, &settings);
    if (filter == H5Z_FILTER_DEFLATE) {
      layout_ += ", gzip";
      known = known && !gzip_;
      gzip_ = true;
    } else if (filter == H5Z_FILTER_SHUFFLE) {
      known = known && i == 0;
      shuffle_ = true;
    } else {
      layout_ += fmt::format(", filter {}", filter);
      known = false;
    }
  }
  const bool native =
      H5Tequal(dataset_.getDataType().getId(), traits_of(static_cast<int>(stored_)).native.getId()) > 0;
  if (!chunked) {
    if (created.getLayout() == H5D_CONTIGUOUS && created.getExternalCount() == 0 && native)
      find_place_in_file();
    return;
  }
  std::array<hsize_t, H5S_MAX_RANK> extent{};
  created.getChunk(static_cast<int>(extent.size()), extent.data());
  std::size_t other = 1;
  for (int i = 0; i < rank_; ++i) other *= i == axis_ ? 1 : extent[static_cast<std::size_t>(i)];
  const std::size_t values = extent[static_cast<std::size_t>(axis_)];
  if (other == 1 && values * value_bytes_ <= largest_cached_chunk)
    chunks_.values = static_cast<std::int64_t>(values);
  chunks_.readable = known && native && chunks_.values > 0;
}

// The storage of a data set that was never written has no place.
void Column::find_place_in_file() {
  const haddr_t place = H5Dget_offset(dataset_.getId());
  if (place != HADDR_UNDEF) place_in_file_ = static_cast<std::int64_t>(place);
}

Column::PackedChunk Column::read_packed(std::int64_t first, std::vector<std::byte>& bytes,
                                        std::byte* values) const {
  hdf5::Lock lock;
  std::array<hsize_t, 2> offset{0, 0};
  offset[static_cast<std::size_t>(axis_)] = static_cast<hsize_t>(first);
  hsize_t size = 0;
  std::uint32_t skipped = 0;  // filters that this chunk was stored without, a bit each
  // Asking for a chunk that was never written is an error to some versions of HDF5.
  if (H5Dget_chunk_storage_size(dataset_.getId(), offset.data(), &size) < 0 || size == 0) return {};
  const std::size_t whole = static_cast<std::size_t>(chunks_.values) * value_bytes_;
  if (size <= 2 * whole + 1024) {
    const bool in_place = !gzip_ && !shuffle_ && size == whole;
    if (!in_place) bytes.resize(std::max(bytes.size(), static_cast<std::size_t>(size)));
    if (H5Dread_chunk(dataset_.getId(), H5P_DEFAULT, offset.data(), &skipped,
                      in_place ? values : bytes.data()) >= 0) {
      const unsigned gzip_bit = shuffle_ ? 2U : 1U;
      return {static_cast<std::size_t>(size), gzip_ && (skipped & gzip_bit) == 0,
              shuffle_ && (skipped & 1U) == 0, in_place};
    }
  }
  throw damaged(first, std::min(chunks_.values, size_ - first), "a chunk that is not where the file says");
}

BadSession Column::damaged(std::int64_t first, std::int64_t count, const std::string& how) const {
  return BadSession({file_, name_, fmt::format("values {} to {}", first, first + count - 1),
                     fmt::format("data that cannot be read ({})", how),
                     "a file that is whole; copy it again from where it was recorded"});
}

std::string Column::storage() const {
  return fmt::format("{}, {}", traits_of(static_cast<int>(stored_)).name, layout_);
}

void Column::read_stored(std::int64_t first, std::int64_t count, void* values) const {
  if (count == 0) return;
  hdf5::Lock lock;
  try {
    std::array<hsize_t, 2> start{0, 0}, extent{1, 1};
    start[static_cast<std::size_t>(axis_)] = static_cast<hsize_t>(first);
    extent[static_cast<std::size_t>(axis_)] = static_cast<hsize_t>(count);
    const H5::DataSpace in_file = dataset_.getSpace();
    in_file.selectHyperslab(H5S_SELECT_SET, extent.data(), start.data());
    const auto length = static_cast<hsize_t>(count);
    const H5::DataSpace in_memory(1, &length);
    dataset_.read(values, traits_of(static_cast<int>(stored_)).native, in_memory, in_file);
  } catch (const H5::Exception& error) {
    throw damaged(first, count, hdf5::last_error(error));
  }
}

void Column::convert(const void* values, std::span<double> doubles, double scale, double offset) const {
  traits_of(static_cast<int>(stored_)).convert(values, doubles, scale, offset);
}

void Column::read(std::int64_t first, std::span<double> doubles) {
  const auto count = static_cast<std::int64_t>(doubles.size());
  if (is_float64()) {
    read_stored(first, count, doubles.data());
    return;
  }
  block_.resize(std::max(block_.size(), doubles.size() * value_bytes_));
  read_stored(first, count, block_.data());
  convert(block_.data(), doubles, 1.0, 0.0);
}

}  // namespace leverkin
