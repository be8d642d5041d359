#include "io/number_column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <utility>

#include "io/filter_folders.h"
#include "io/lzf_filter.h"
#include "io/stored_values.h"
#include "io/write_driver.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

// A day at a megahertz; a damaged length must not keep a machine busy for years.
constexpr std::int64_t longest_column = 100'000'000'000;

constexpr std::size_t largest_cached_chunk = std::size_t{256} << 20;  // bytes

// A packed chunk is read whole; without room for it in the cache every block would unpack it again.
bool make_room_for_a_chunk(const H5::DataSet& dataset, const H5::DSetAccPropList& access) {
  constexpr std::size_t usual_cache = std::size_t{1} << 20;
  const H5::DSetCreatPropList created = dataset.getCreatePlist();
  if (created.getLayout() != H5D_CHUNKED || created.getNfilters() == 0) return false;
  std::array<hsize_t, H5S_MAX_RANK> extent{};
  const int rank = created.getChunk(static_cast<int>(extent.size()), extent.data());
  std::size_t bytes = dataset.getDataType().getSize();
  for (int i = 0; i < rank; ++i) bytes *= extent[static_cast<std::size_t>(i)];
  if (2 * bytes <= usual_cache || bytes > largest_cached_chunk) return false;
  access.setChunkCache(521, 2 * bytes, 1.0);
  return true;
}

bool is_ieee_float(const H5::DataType& type) {
  return hdf5::is_one_of(type, std::array{H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE});
}

bool is_plain_integer(const H5::DataType& type) {
  return hdf5::is_one_of(
      type, std::array{H5T_STD_I8LE, H5T_STD_U8LE, H5T_STD_I16LE, H5T_STD_I16BE, H5T_STD_U16LE, H5T_STD_U16BE,
                       H5T_STD_I32LE, H5T_STD_I32BE, H5T_STD_U32LE, H5T_STD_U32BE, H5T_STD_I64LE,
                       H5T_STD_I64BE, H5T_STD_U64LE, H5T_STD_U64BE, H5T_STD_I8BE, H5T_STD_U8BE});
}

// The file that holds a data set, which an external link makes another than the one that was opened.
H5::H5File holder_of(const H5::DataSet& dataset) {
  const hid_t id = H5Iget_file_id(dataset.getId());
  H5::H5File holder(id);  // takes a reference of its own
  H5Fclose(id);
  return holder;
}

// Takes a copy of a list of properties and closes it: getAccessPlist() and getCreatePlist() of the C++
// wrapper leave a file's open.
template <typename List>
List taken_over(hid_t properties) {
  List copy(properties);
  H5Pclose(properties);
  return copy;
}

// HDF5's own descriptor of the file that holds the data set; -1 where HDF5 does not read that file plainly,
// or it begins with something else.
int descriptor_of(const H5::DataSet& dataset) {
  const H5::H5File holder = holder_of(dataset);
  const auto access = taken_over<H5::FileAccPropList>(H5Fget_access_plist(holder.getId()));
  int* descriptor = nullptr;
  if (!hdf5::has_descriptor(access) ||
      H5Fget_vfd_handle(holder.getId(), access.getId(), reinterpret_cast<void**>(&descriptor)) < 0)
    return -1;
  return *descriptor;
}

hsize_t user_block(const H5::DataSet& dataset) {
  return taken_over<H5::FileCreatPropList>(H5Fget_create_plist(holder_of(dataset).getId())).getUserblock();
}

// Where the bytes of a data set begin that are stored in one piece and as they are.
haddr_t first_byte(const H5::DataSet& dataset, bool chunked) {
  if (!chunked) return H5Dget_offset(dataset.getId());
  hsize_t chunks = 0, bytes = 0;
  const std::array<hsize_t, 2> first{0, 0};
  unsigned filters = 0;
  haddr_t address = HADDR_UNDEF;
  // Versions of HDF5 disagree whether the address counts from the user block.
  if (user_block(dataset) != 0 ||
      H5Dget_num_chunks(dataset.getId(), dataset.getSpace().getId(), &chunks) < 0 || chunks != 1 ||
      H5Dget_chunk_info_by_coord(dataset.getId(), first.data(), &filters, &address, &bytes) < 0)
    return HADDR_UNDEF;
  return address;
}

// The filters that recordings are packed with, and what everybody calls them.
std::string filter_name(H5Z_filter_t filter) {
  static constexpr std::pair<H5Z_filter_t, const char*> names[] = {{H5Z_FILTER_FLETCHER32, "checksum"},
                                                                   {H5Z_FILTER_SZIP, "szip"},
                                                                   {H5Z_FILTER_NBIT, "n-bit"},
                                                                   {H5Z_FILTER_SCALEOFFSET, "scale-offset"},
                                                                   {307, "bzip2"},
                                                                   {lzf_filter, "lzf"},
                                                                   {32001, "Blosc"},
                                                                   {32004, "LZ4"},
                                                                   {32008, "Bitshuffle"},
                                                                   {32013, "ZFP"},
                                                                   {32015, "Zstd"},
                                                                   {32026, "Blosc2"}};
  for (const auto& [number, name] : names)
    if (number == filter) return name;
  return fmt::format("filter {}", filter);
}

// Its name. Throws BadSession where it is not installed.
std::string require_filter(H5Z_filter_t filter, const std::string& file, const std::string& dataset) {
  std::string name = filter_name(filter);
  if (H5Zfilter_avail(filter) > 0) return name;
  throw BadSession(
      {file, dataset, "",
       fmt::format("values packed with {} (HDF5 filter {}), which is not among the plugins in {}", name,
                   filter, fmt::join(filter_folders(), ", ")),
       "a filter that HDF5 finds: pip install hdf5plugin (docs/troubleshooting.md#packed-data); or values "
       "packed with gzip (h5repack -f GZIP=4)"});
}

const H5::PredType& native_of(NumberType type) {
  switch (type) {
    case NumberType::float64:
      return H5::PredType::NATIVE_DOUBLE;
    case NumberType::float32:
      return H5::PredType::NATIVE_FLOAT;
    case NumberType::int8:
      return H5::PredType::NATIVE_INT8;
    case NumberType::uint8:
      return H5::PredType::NATIVE_UINT8;
    case NumberType::int16:
      return H5::PredType::NATIVE_INT16;
    case NumberType::uint16:
      return H5::PredType::NATIVE_UINT16;
    case NumberType::int32:
      return H5::PredType::NATIVE_INT32;
    case NumberType::uint32:
      return H5::PredType::NATIVE_UINT32;
    case NumberType::int64:
      return H5::PredType::NATIVE_INT64;
    case NumberType::uint64:
      break;
  }
  return H5::PredType::NATIVE_UINT64;
}

}  // namespace

NumberColumn::NumberColumn(const H5::H5Location& parent, const std::string& name, std::string file,
                           const std::optional<TableLine>& line)
    : file_(std::move(file)), name_(name) {
  if (parent.childObjType(name) != H5O_TYPE_DATASET)
    throw BadSession({file_, name_, "", "a group or a named type", "a data set"});
  open(parent);
  find_type();
  find_shape(line);
  if (size_ > longest_column)
    throw BadSession({file_, name_, "", fmt::format("{} values", size_),
                      fmt::format("at most {}: a damaged length?", longest_column)});
  find_layout();
}

// HDF5 gives an open data set the properties that it was first opened with.
void NumberColumn::open(const H5::H5Location& parent) {
  register_lzf_filter();
  H5::DSetAccPropList access;
  look_beside_the_file(access);
  dataset_ = parent.openDataSet(name_, access);
  if (!make_room_for_a_chunk(dataset_, access)) return;
  dataset_.close();
  dataset_ = parent.openDataSet(name_, access);
}

NumberColumn::~NumberColumn() {
  hdf5::Lock lock;
  try {
    dataset_.close();
  } catch (const H5::Exception&) {  // read only: nothing is lost
  }
}

void NumberColumn::find_shape(const std::optional<TableLine>& line) {
  const H5::DataSpace space = dataset_.getSpace();
  if (!space.isSimple())
    throw BadSession({file_, name_, "", "a data set without values", "one column of values"});
  rank_ = space.getSimpleExtentNdims();
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank_));
  if (rank_ > 0) space.getSimpleExtentDims(extent.data());
  if (line && rank_ == 2) {
    axis_ = line->axis;
    at_ = static_cast<hsize_t>(line->at);
    size_ = static_cast<std::int64_t>(extent[static_cast<std::size_t>(axis_)]);
    const hsize_t lines = extent[static_cast<std::size_t>(1 - axis_)];
    if (line->at >= 0 && at_ < lines) return;
    throw BadSession({file_, name_, "", fmt::format("shape ({})", fmt::join(extent, ", ")),
                      fmt::format("a {} {}, counted from 0", axis_ == 0 ? "column" : "row", line->at)});
  }
  const bool row = rank_ == 2 && extent[0] == 1;
  const bool column = rank_ == 2 && extent[1] == 1;
  if (rank_ != 1 && !row && !column)
    throw BadSession({file_, name_, "", fmt::format("shape ({})", fmt::join(extent, ", ")),
                      "one column of values: shape (N,), (N, 1) or (1, N)"});
  axis_ = row && !column ? 1 : 0;
  size_ = static_cast<std::int64_t>(extent[static_cast<std::size_t>(axis_)]);
}

void NumberColumn::find_type() {
  const H5T_class_t kind = dataset_.getTypeClass();
  value_bytes_ = dataset_.getDataType().getSize();
  const H5::DataType type = dataset_.getDataType();
  if (kind == H5T_FLOAT && is_ieee_float(type)) {
    stored_ = value_bytes_ == 8 ? NumberType::float64 : NumberType::float32;
    return;
  }
  const bool number = kind == H5T_FLOAT || kind == H5T_INTEGER;
  if (kind != H5T_INTEGER || !is_plain_integer(type))
    throw BadSession(
        {file_, name_, "",
         fmt::format("{} ({} bytes each)",
                     number ? "numbers with bits of their own" : "values of another kind", value_bytes_),
         "numbers: float64 or float32 (IEEE), or integers of 8, 16, 32 or 64 bits"});
  const bool has_sign = dataset_.getIntType().getSign() != H5T_SGN_NONE;
  const int size_rank = std::countr_zero(value_bytes_);
  stored_ = static_cast<NumberType>(static_cast<int>(NumberType::int8) + 2 * size_rank + (has_sign ? 0 : 1));
}

void NumberColumn::find_layout() {
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
      layout_ += ", " + require_filter(filter, file_, name_);
      known = false;
    }
  }
  const bool native = H5Tequal(dataset_.getDataType().getId(), native_of(stored_).getId()) > 0;
  const bool plain = created.getLayout() == H5D_CONTIGUOUS && created.getExternalCount() == 0;
  if (native && (plain || (chunked && created.getNfilters() == 0))) in_place_ = find_place(chunked);
  if (!chunked) return;
  std::array<hsize_t, H5S_MAX_RANK> extent{};
  created.getChunk(static_cast<int>(extent.size()), extent.data());
  std::size_t other = 1;
  for (int i = 0; i < rank_; ++i) other *= i == axis_ ? 1 : extent[static_cast<std::size_t>(i)];
  const std::size_t values = extent[static_cast<std::size_t>(axis_)];
  if (other == 1 && values * value_bytes_ <= largest_cached_chunk)
    chunks_.values = static_cast<std::int64_t>(values);
  chunks_.readable = known && native && chunks_.values > 0;
}

// Where the values of the line lie one after the other in the file.
std::optional<NumberColumn::InPlace> NumberColumn::find_place(bool chunked) const {
  const H5::DataSpace space = dataset_.getSpace();
  std::array<hsize_t, 2> extent{1, 1}, chunk{0, 0};
  space.getSimpleExtentDims(extent.data());
  if (chunked) {
    dataset_.getCreatePlist().getChunk(2, chunk.data());
    if (!std::ranges::equal(std::span(extent).first(static_cast<std::size_t>(rank_)),
                            std::span(chunk).first(static_cast<std::size_t>(rank_))))
      return std::nullopt;
  }
  const bool together = rank_ == 1 || axis_ == 1 || extent[1] == 1;
  if (!together) return std::nullopt;
  const haddr_t begin = first_byte(dataset_, chunked);
  const int descriptor = descriptor_of(dataset_);
  if (begin == HADDR_UNDEF || descriptor < 0) return std::nullopt;  // never written, or not read plainly
  const hsize_t before = axis_ == 1 ? at_ * extent[1] * value_bytes_ : 0;
  return InPlace{descriptor, static_cast<std::int64_t>(begin + before)};
}

std::array<hsize_t, 2> NumberColumn::place_of(std::int64_t value) const {
  std::array<hsize_t, 2> place{0, 0};
  if (rank_ == 2) place[static_cast<std::size_t>(1 - axis_)] = at_;
  place[static_cast<std::size_t>(axis_)] = static_cast<hsize_t>(value);
  return place;
}

NumberColumn::PackedChunk NumberColumn::read_packed(std::int64_t first, std::vector<std::byte>& bytes,
                                                    std::byte* values) const {
  hdf5::Lock lock;
  const std::array<hsize_t, 2> offset = place_of(first);
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
  // One that was never written has the size of a whole one, once it was read as fill values and lies in
  // HDF5's cache. Looking it up takes long: only here.
  haddr_t address = HADDR_UNDEF;
  if (H5Dget_chunk_info_by_coord(dataset_.getId(), offset.data(), &skipped, &address, &size) >= 0 &&
      address == HADDR_UNDEF)
    return {};
  throw damaged(first, std::min(chunks_.values, size_ - first), "a chunk that is not where the file says");
}

std::int64_t NumberColumn::fill_values(std::int64_t from, std::int64_t to) const {
  std::vector<std::byte> fill(value_bytes_), values;
  const hid_t type = native_of(stored_).getId();
  if (H5Pget_fill_value(dataset_.getCreatePlist().getId(), type, fill.data()) < 0) return 0;
  const std::int64_t count = std::abs(to - from);
  values.resize(static_cast<std::size_t>(count) * value_bytes_);
  read_stored(std::min(from, to + 1), count, values.data());
  std::int64_t run = 0;
  const auto is_fill = [&](std::int64_t i) {
    return std::equal(fill.begin(), fill.end(), values.begin() + i * static_cast<std::int64_t>(value_bytes_));
  };
  while (run < count && is_fill(from < to ? run : count - 1 - run)) ++run;
  return run;
}

AbsentSamples NumberColumn::absent() const {
  hdf5::Lock lock;
  const std::array<hsize_t, 2> begin = place_of(0);
  const DataLine line{dataset_, axis_, {begin.begin(), begin.begin() + rank_}, size_};
  AbsentSamples absent;
  try {
    absent = absent_values(line, file_);
  } catch (const H5::Exception& error) {
    throw damaged(0, size_, hdf5::last_error(error));
  }
  if (chunks_.values == 0) return absent;
  std::int64_t known = 0;  // end of the stretch before
  for (std::size_t i = 0; i < absent.ranges.size(); ++i) {
    RawRange& range = absent.ranges[i];
    const std::int64_t next = i + 1 < absent.ranges.size() ? absent.ranges[i + 1].begin : size_;
    const std::int64_t before = std::max(known, range.begin - chunks_.values);
    const std::int64_t after = std::min(next, range.end + chunks_.values);
    if (before < range.begin) range.begin -= fill_values(range.begin - 1, before - 1);
    if (range.end < after) range.end += fill_values(range.end, after);
    known = range.end;
  }
  return absent;
}

void NumberColumn::require_whole() const {
  const AbsentSamples absent = this->absent();
  if (absent.ranges.empty()) return;
  const RawRange& first = absent.ranges.front();
  throw BadSession(
      {file_, name_, fmt::format("values {} to {}", first.begin, first.end - 1),
       fmt::format("nothing stored for {} of {} values ({})", absent.count(), size_, absent.reason),
       "a column that is whole"});
}

BadSession NumberColumn::damaged(std::int64_t first, std::int64_t count, const std::string& how) const {
  return BadSession({file_, name_, fmt::format("values {} to {}", first, first + count - 1),
                     fmt::format("data that cannot be read ({})", how),
                     "a file that is whole; copy it again from where it was recorded"});
}

std::string NumberColumn::storage() const { return fmt::format("{}, {}", name_of(stored_), layout_); }

void NumberColumn::read_stored(std::int64_t first, std::int64_t count, void* values) const {
  if (count == 0) return;
  hdf5::Lock lock;
  try {
    const std::array<hsize_t, 2> start = place_of(first);
    std::array<hsize_t, 2> extent{1, 1};
    extent[static_cast<std::size_t>(axis_)] = static_cast<hsize_t>(count);
    const H5::DataSpace in_file = dataset_.getSpace();
    in_file.selectHyperslab(H5S_SELECT_SET, extent.data(), start.data());
    const auto length = static_cast<hsize_t>(count);
    const H5::DataSpace in_memory(1, &length);
    dataset_.read(values, native_of(stored_), in_memory, in_file);
  } catch (const H5::Exception& error) {
    throw hdf5::unreadable(error, file_, name_, fmt::format("values {} to {}", first, first + count - 1));
  }
}

void NumberColumn::convert(const void* values, std::span<double> doubles, double scale, double offset) const {
  leverkin::convert(stored_, values, doubles, scale, offset);
}

void NumberColumn::read(std::int64_t first, std::span<double> doubles) {
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
