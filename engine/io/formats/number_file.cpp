#include "io/formats/number_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "io/calibrated_samples.h"
#include "io/column_samples.h"
#include "io/formats/format.h"
#include "io/formats/hdf5_guest.h"
#include "io/formats/text_columns.h"
#include "io/mat_file.h"
#include "io/stored_values.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr std::size_t most_lines = 300;  // that are looked at where a person has not said which

// --- HDF5

class Hdf5Numbers final : public NumberFile {
 public:
  explicit Hdf5Numbers(const std::string& path) : look_(path) {}

  std::shared_ptr<const SampleSource> line(const LinePlace& place) override {
    const std::string path = path_of(place.data);
    if (!is_there(file(), look_.path(), path) || file().childObjType(path) != H5O_TYPE_DATASET)
      throw BadSession({look_.path(), path, "", "no such data set", "the path of one, /group/data"});
    return std::make_shared<ColumnSamples>(
        std::make_unique<NumberColumn>(file(), path, look_.path(), table_line(place, path)), Conversion{});
  }

  std::vector<LineFacts> lines(std::int64_t shortest) override {
    std::vector<LineFacts> found;
    collect("/", 0, shortest, found);
    return found;
  }

 private:
  [[nodiscard]] const H5::H5File& file() const { return *look_.hdf5(); }

  // "data.response" where that is no name, as in MAT files of version 7.3, is "/data/response".
  [[nodiscard]] std::string path_of(const std::string& data) const {
    std::string path = data.starts_with("/") ? data : "/" + data;
    if (H5Lexists(file().getId(), path.c_str(), H5P_DEFAULT) > 0) return path;
    if (data.find('/') == std::string::npos) std::ranges::replace(path, '.', '/');
    return path;
  }

  // MATLAB stores a table with its axes exchanged.
  [[nodiscard]] bool is_transposed(const std::string& path) const {
    const htri_t found = H5Aexists_by_name(file().getId(), path.c_str(), "MATLAB_class", H5P_DEFAULT);
    if (found < 0) throw H5::AttributeIException("is_transposed", path + " cannot be looked up");
    return found > 0;
  }

  [[nodiscard]] std::optional<TableLine> table_line(const LinePlace& place, const std::string& path) const {
    const int down = is_transposed(path) ? 1 : 0;
    if (place.column) return TableLine{down, *place.column};
    if (place.row) return TableLine{1 - down, *place.row};
    return std::nullopt;
  }

  void collect(const std::string& group, int depth, std::int64_t shortest, std::vector<LineFacts>& found) {
    constexpr int deepest = 8;
    const H5::Group opened = file().openGroup(group);
    const hsize_t most = std::min<hsize_t>(opened.getNumObjs(), 1000);
    for (hsize_t i = 0; i < most && found.size() < most_lines; ++i) {
      const std::string path = (group == "/" ? "" : group) + "/" + opened.getObjnameByIdx(i);
      if (dangling_target(file(), path)) continue;
      const H5O_type_t kind = file().childObjType(path);
      if (kind == H5O_TYPE_GROUP && depth < deepest) collect(path, depth + 1, shortest, found);
      if (kind == H5O_TYPE_DATASET) add(path, shortest, found);
    }
  }

  void add(const std::string& path, std::int64_t shortest, std::vector<LineFacts>& found) {
    H5::DSetAccPropList access;  // as every reader of recordings has it: HDF5 wants the same of all
    look_beside_the_file(access);
    const H5::DataSet dataset = file().openDataSet(path, access);
    const H5T_class_t type = dataset.getTypeClass();
    const H5::DataSpace space = dataset.getSpace();
    const int rank = space.isSimple() ? space.getSimpleExtentNdims() : 0;
    if ((type != H5T_INTEGER && type != H5T_FLOAT) || rank < 1 || rank > 2) return;
    std::array<hsize_t, 2> extent{1, 1};
    space.getSimpleExtentDims(extent.data());
    const bool turned = is_transposed(path);
    const hsize_t rows = turned && rank == 2 ? extent[1] : extent[0];
    const hsize_t columns = turned && rank == 2 ? extent[0] : extent[1];
    if (rows >= static_cast<hsize_t>(shortest))
      add_columns(path, rows, rank == 2 ? columns : 1, found);
    else if (columns >= static_cast<hsize_t>(shortest))
      for (hsize_t row = 0; row < std::min<hsize_t>(rows, 32); ++row)
        found.push_back(
            {{.data = path, .row = static_cast<std::int64_t>(row)}, fmt::format("{} x {}", rows, columns)});
  }

  static void add_columns(const std::string& path, hsize_t rows, hsize_t columns,
                          std::vector<LineFacts>& found) {
    for (hsize_t column = 0; column < std::min<hsize_t>(columns, 32); ++column) {
      LinePlace place{.data = path};
      if (columns > 1) place.column = static_cast<std::int64_t>(column);
      found.push_back({place, fmt::format("{} x {}", rows, columns)});
    }
  }

  FirstLook look_;
};

// --- MAT version 5

class MatNumbers final : public NumberFile {
 public:
  explicit MatNumbers(const std::string& path)
      : path_(path), variables_(read_mat_file(path, [](std::string_view) { return true; })) {}

  std::shared_ptr<const SampleSource> line(const LinePlace& place) override {
    const MatValue& value = find_value(variables_, place.data, path_);
    if (value.kind != MatValue::Kind::numbers || value.bytes == nullptr)
      throw BadSession({path_, place.data, "", "something that is not numbers", "an array of numbers"});
    return std::make_shared<TypedSamples>(apart_from_others(value.bytes), part_of(value, place),
                                          place.text());
  }

  std::vector<LineFacts> lines(std::int64_t shortest) override {
    std::vector<LineFacts> found;
    for (const MatValue& value : variables_) collect(value, value.name, shortest, found);
    return found;
  }

 private:
  // Columns lie one after the other.
  [[nodiscard]] NumberPlace part_of(const MatValue& value, const LinePlace& place) const {
    NumberPlace part = value.numbers;
    const std::int64_t rows = value.extent.front(), columns = rows > 0 ? value.elements() / rows : 0;
    const auto width = static_cast<std::int64_t>(bytes_of(part.type));
    const auto refuse = [&](const std::string& expected) {
      return BadSession(
          {path_, place.data, "", fmt::format("{} values", fmt::join(value.extent, " x ")), expected});
    };
    if (place.column) {
      if (*place.column >= columns) throw refuse(fmt::format("a column {}, counted from 0", *place.column));
      part.offset += *place.column * rows * width;
      part.count = rows;
    } else if (place.row) {
      if (*place.row >= rows) throw refuse(fmt::format("a row {}, counted from 0", *place.row));
      part.offset += *place.row * width;
      part.step = rows * width;
      part.count = columns;
    } else if (rows > 1 && columns > 1) {
      throw refuse("one column of values, or which one (column = 0)");
    }
    return part;
  }

  void collect(const MatValue& value, const std::string& path, std::int64_t shortest,
               std::vector<LineFacts>& found) {
    if (found.size() >= most_lines) return;
    if (value.kind == MatValue::Kind::structure && value.elements() == 1)
      for (std::size_t i = 0; i < value.fields.size(); ++i)
        collect(value.children[i], path + "." + value.fields[i], shortest, found);
    if (value.kind != MatValue::Kind::numbers || value.elements() < shortest || value.extent.size() != 2)
      return;
    const std::int64_t rows = value.extent[0], columns = value.extent[1];
    const std::string extent = fmt::format("{} x {}, {}", rows, columns, name_of(value.numbers.type));
    if (rows >= shortest)
      for (std::int64_t i = 0; i < std::min<std::int64_t>(columns, 32); ++i) {
        LinePlace place{.data = path};
        if (columns > 1) place.column = i;
        found.push_back({place, extent});
      }
    else if (columns >= shortest)
      for (std::int64_t i = 0; i < std::min<std::int64_t>(rows, 32); ++i) {
        LinePlace place{.data = path};
        if (rows > 1) place.row = i;
        found.push_back({place, extent});
      }
  }

  std::string path_;
  std::vector<MatValue> variables_;
};

// --- .npy

class NpyNumbers final : public NumberFile {
 public:
  explicit NpyNumbers(const std::string& path) : bytes_(open_bytes(path)) { read_header(); }

  std::shared_ptr<const SampleSource> line(const LinePlace& place) override {
    NumberPlace part = all_;
    const auto width = static_cast<std::int64_t>(bytes_of(part.type));
    const auto refuse = [&](const std::string& expected) {
      return BadSession({bytes_->path(), "", "", fmt::format("shape ({} x {})", rows_, columns_), expected});
    };
    if (columns_ > 1 && rows_ > 1 && !place.column && !place.row)
      throw refuse("one column of values, or which one (column = 0)");
    if (place.column.value_or(0) >= columns_ || place.row.value_or(0) >= rows_)
      throw refuse(
          fmt::format("column {}, row {}, counted from 0", place.column.value_or(0), place.row.value_or(0)));
    const std::int64_t down = fortran_ ? width : columns_ * width, along = fortran_ ? rows_ * width : width;
    if (place.row || (rows_ == 1 && !place.column)) {
      part.offset += place.row.value_or(0) * down;
      part.step = along;
      part.count = columns_;
    } else {
      part.offset += place.column.value_or(0) * along;
      part.step = down;
      part.count = rows_;
    }
    return std::make_shared<TypedSamples>(bytes_, part, place.text());
  }

  std::vector<LineFacts> lines(std::int64_t shortest) override {
    std::vector<LineFacts> found;
    const std::string extent = fmt::format("{} x {}, {}", rows_, columns_, name_of(all_.type));
    if (rows_ >= shortest)
      for (std::int64_t i = 0; i < std::min<std::int64_t>(columns_, 32); ++i) {
        LinePlace place;
        if (columns_ > 1) place.column = i;
        found.push_back({place, extent});
      }
    return found;
  }

 private:
  [[nodiscard]] BadSession refuse(const std::string& found, const std::string& expected) const {
    return BadSession({bytes_->path(), "", "the header", found, expected});
  }

  void read_header() {
    std::array<unsigned char, 12> start{};
    bytes_->read(0, std::as_writable_bytes(std::span(start).first(10)));
    const bool is_long = start[6] >= 2;
    if (is_long) bytes_->read(0, std::as_writable_bytes(std::span(start)));
    std::int64_t length = start[8] | (start[9] << 8);
    if (is_long)
      length |= (static_cast<std::int64_t>(start[10]) << 16) | (static_cast<std::int64_t>(start[11]) << 24);
    if (length > 65536) throw refuse(fmt::format("{} bytes of it", length), "a .npy file");
    std::string text(static_cast<std::size_t>(length), '\0');
    all_.offset = (is_long ? 12 : 10) + length;
    bytes_->read(is_long ? 12 : 10, std::as_writable_bytes(std::span(text)));
    read_type(value_after(text, "descr"));
    fortran_ = value_after(text, "fortran_order").starts_with("True");
    read_shape(value_after(text, "shape"));
  }

  [[nodiscard]] std::string value_after(const std::string& text, const std::string& key) const {
    const auto at = text.find("'" + key + "'");
    const auto colon = at == std::string::npos ? at : text.find(':', at);
    if (colon == std::string::npos) throw refuse("no " + key, "a .npy file");
    return text.substr(std::min(text.find_first_not_of(' ', colon + 1), text.size()));
  }

  void read_type(const std::string& text) {
    static constexpr std::pair<const char*, NumberType> types[] = {
        {"f8", NumberType::float64}, {"f4", NumberType::float32}, {"i1", NumberType::int8},
        {"u1", NumberType::uint8},   {"i2", NumberType::int16},   {"u2", NumberType::uint16},
        {"i4", NumberType::int32},   {"u4", NumberType::uint32},  {"i8", NumberType::int64},
        {"u8", NumberType::uint64}};
    for (const auto& [name, type] : types)
      if (text.size() > 5 && text[0] == '\'' && text.substr(2, 3) == std::string(name) + "'") {
        all_.type = type;
        all_.big_endian = text[1] == '>';
        return;
      }
    throw refuse("values of type " + text.substr(0, 20), "numbers: '<f8', '<f4', '<i2' and the like");
  }

  void read_shape(const std::string& text) {
    std::array<std::int64_t, 2> shape{1, 1};
    std::size_t rank = 0;
    const char* at = text.data();
    const char* const end = at + std::min(text.find(')'), text.size());
    while (at < end) {
      if (*at < '0' || *at > '9') {
        ++at;
        continue;
      }
      std::int64_t one = 0;
      const auto [next, error] = std::from_chars(at, end, one);
      if (error != std::errc() || one < 0 || one > (std::int64_t{1} << 40) || rank == shape.size())
        throw refuse("shape " + text.substr(0, 60), "one or two axes of lengths that can be");
      shape[rank++] = one;
      at = next;
    }
    rows_ = shape[0];
    columns_ = shape[1];
    if (columns_ > 0 && rows_ > (std::int64_t{1} << 50) / columns_)
      throw refuse("shape " + text.substr(0, 60), "lengths that can be");
  }

  std::shared_ptr<const ByteSource> bytes_;
  NumberPlace all_;
  std::int64_t rows_ = 0, columns_ = 1;
  bool fortran_ = false;
};

// --- raw binary

class RawNumbers final : public NumberFile {
 public:
  explicit RawNumbers(const std::string& path) : bytes_(open_bytes(path)) {}

  std::shared_ptr<const SampleSource> line(const LinePlace& place) override {
    if (!place.type)
      throw BadSession({bytes_->path(), "", "", "raw bytes", "type = \"int16\" or another in the mapping"});
    const auto width = static_cast<std::int64_t>(bytes_of(*place.type));
    if (place.channels < 1 || place.channels > 65536 || place.channel < 0 || place.channel >= place.channels)
      throw BadSession({bytes_->path(), "", "",
                        fmt::format("channel {} of {}", place.channel, place.channels),
                        "a channel, counted from 0"});
    const std::int64_t frame = place.channels * width;
    return std::make_shared<TypedSamples>(
        bytes_,
        NumberPlace{.type = *place.type,
                    .offset = place.header_bytes + place.channel * width,
                    .step = frame,
                    .count = std::max<std::int64_t>(0, (bytes_->size() - place.header_bytes) / frame),
                    .big_endian = place.big_endian},
        place.text());
  }

  std::vector<LineFacts> lines(std::int64_t) override { return {}; }

 private:
  std::shared_ptr<const ByteSource> bytes_;
};

// --- text

class TextNumbers final : public NumberFile {
 public:
  explicit TextNumbers(const std::string& path) : columns_(std::make_shared<const TextColumns>(path)) {}

  std::shared_ptr<const SampleSource> line(const LinePlace& place) override {
    return std::make_shared<TextColumnSamples>(columns_,
                                               columns_->place_of(place.data, place.column.value_or(-1)));
  }

  std::vector<LineFacts> lines(std::int64_t shortest) override {
    std::vector<LineFacts> found;
    if (columns_->rows() < shortest) return found;
    for (std::size_t i = 0; i < std::min<std::size_t>(columns_->names().size(), 64); ++i)
      found.push_back({{.column = static_cast<std::int64_t>(i)},
                       fmt::format("{} lines, column {}", columns_->rows(), columns_->names()[i])});
    return found;
  }

 private:
  std::shared_ptr<const TextColumns> columns_;
};

}  // namespace

std::string LinePlace::text() const {
  std::string text = data;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (column) add(fmt::format("column {}", *column));
  if (row) add(fmt::format("row {}", *row));
  if (channels > 1) add(fmt::format("channel {}", channel));
  return text.empty() ? "its numbers" : text;
}

std::unique_ptr<NumberFile> open_number_file(const std::string& path, bool is_raw) {
  if (is_raw) return std::make_unique<RawNumbers>(path);
  const FirstLook look(path);
  if (look.is_folder()) throw IoError(path + ": is a folder, expected a file of numbers");
  if (look.hdf5() != nullptr) return std::make_unique<Hdf5Numbers>(path);
  if (is_mat_5(look.head())) return std::make_unique<MatNumbers>(path);
  if (look.head().starts_with("\x93NUMPY")) return std::make_unique<NpyNumbers>(path);
  if (looks_like_text(look.head())) return std::make_unique<TextNumbers>(path);
  throw BadSession({path, "", "", look.head().empty() ? "an empty file" : "bytes of an unknown kind",
                    "HDF5, MAT, .npy or text; of raw binary the mapping says so (type = \"int16\")"});
}

std::vector<double> all_of(const SampleSource& line, const std::string& file, const std::string& name) {
  constexpr std::int64_t most = 10'000'000;
  if (line.size() > most)
    throw BadSession(
        {file, name, "", fmt::format("{} values", line.size()), fmt::format("at most {}", most)});
  std::vector<double> values;
  for_each_block(line, [&](std::int64_t, std::span<const double> some) {
    values.insert(values.end(), some.begin(), some.end());
  });
  return values;
}

}  // namespace leverkin
