#include "leverkin/results_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

#include "io/results_file.h"

namespace leverkin {
namespace {

using results_file::Reader;

// Of the file itself; whether the target differs is for the caller to know.
constexpr std::array<std::string_view, 7> not_compared{
    "created_utc",        "threads", "leverkin_version", "target", seal::attribute, seal::names_attribute,
    seal::types_attribute};

/// A table or an attribute, whatever its kind.
struct Values {
  H5T_class_t kind = H5T_NO_CLASS;
  std::vector<hsize_t> extent;
  std::vector<std::string> texts;
  std::vector<std::byte> bytes;  // as stored
  std::size_t width = 0;         // bytes each
};

std::vector<hsize_t> extent_of(const H5::DataSpace& space) {
  std::vector<hsize_t> extent(static_cast<std::size_t>(space.getSimpleExtentNdims()));
  if (!extent.empty()) space.getSimpleExtentDims(extent.data());
  return extent;
}

template <class Object, class Read>
Values numbers_of(const Object& object, const Read& read) {
  const H5::DataType stored = object.getDataType();
  const H5::DataSpace space = object.getSpace();
  Values values{.kind = stored.getClass(),
                .extent = extent_of(space),
                .texts = {},
                .bytes = {},
                .width = stored.getSize()};
  values.bytes.resize(static_cast<std::size_t>(space.getSimpleExtentNpoints()) * values.width);
  if (!values.bytes.empty()) read(values.bytes.data(), stored);
  return values;
}

Values values_of(const Reader& reader, const H5::DataSet& dataset) {
  if (dataset.getTypeClass() != H5T_STRING)
    return numbers_of(dataset, [&](void* to, const H5::DataType& type) { dataset.read(to, type); });
  return {.kind = H5T_STRING,
          .extent = extent_of(dataset.getSpace()),
          .texts = reader.column<std::string>(reader.root(), dataset.getObjName().c_str()),
          .bytes = {}};
}

Values values_of(const H5::Group& group, const H5::Attribute& attribute) {
  if (attribute.getTypeClass() != H5T_STRING)
    return numbers_of(attribute, [&](void* to, const H5::DataType& type) { attribute.read(type, to); });
  return {.kind = H5T_STRING,
          .extent = {},
          .texts = {hdf5::read_text_attribute(group, attribute.getName())},
          .bytes = {}};
}

using Tables = std::map<std::string, bool>;  // by path; true: a group

Tables tables_of(const Reader& reader) {
  Tables tables;
  const auto note = [](hid_t, const char* name, const H5O_info_t* info, void* all) {
    if (info->type == H5O_TYPE_NAMED_DATATYPE) return herr_t{0};
    const std::string path = std::string_view(name) == "." ? "/" : fmt::format("/{}", name);
    (*static_cast<Tables*>(all))[path] = info->type == H5O_TYPE_GROUP;
    return herr_t{0};
  };
  if (H5Ovisit2(reader.root().getId(), H5_INDEX_NAME, H5_ITER_INC, note, &tables, H5O_INFO_BASIC) < 0)
    throw H5::GroupIException("tables_of", "the groups cannot be followed");
  return tables;
}

std::map<std::string, Values> attributes_of(const H5::Group& group) {
  std::map<std::string, Values> attributes;
  for (int i = 0; i < group.getNumAttrs(); ++i) {
    const H5::Attribute one = group.openAttribute(static_cast<unsigned>(i));
    if (std::ranges::find(not_compared, one.getName()) == not_compared.end())
      attributes[one.getName()] = values_of(group, one);
  }
  return attributes;
}

double number_at(const Values& values, std::size_t i) {
  const std::byte* const at = values.bytes.data() + i * values.width;
  if (values.width == sizeof(double)) {
    double number = 0.0;
    std::memcpy(&number, at, sizeof number);
    return number;
  }
  float number = 0.0F;
  std::memcpy(&number, at, sizeof number);
  return static_cast<double>(number);
}

double largest_of(const Values& values) {
  double largest = 0.0;
  for (std::size_t i = 0; i < values.bytes.size() / values.width; ++i)
    if (const double size = std::abs(number_at(values, i)); std::isfinite(size))
      largest = std::max(largest, size);
  return largest;
}

double relative(double a, double b, double scale) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0.0;
  return std::abs(a - b) / scale;  // NaN where one is
}

std::string counted_of(std::int64_t differing, std::size_t all) {
  return all == 1 ? "another value" : fmt::format("{} of {} values", differing, all);
}

// Nothing where they are the same.
std::optional<ResultsDifference> compare(const std::string& place, const Values& a, const Values& b,
                                         double tolerance) {
  if (a.kind != b.kind || a.width != b.width) return ResultsDifference{place, "values of another kind"};
  if (a.extent != b.extent) {
    const auto count = [](const Values& v) {
      std::int64_t all = 1;
      for (const hsize_t length : v.extent) all *= static_cast<std::int64_t>(length);
      return all;
    };
    return ResultsDifference{place, fmt::format("{} values, then {}", count(a), count(b))};
  }
  std::int64_t differing = 0;
  ResultsDifference difference{place, ""};
  if (a.kind == H5T_STRING) {
    for (std::size_t i = 0; i < a.texts.size(); ++i) differing += a.texts[i] != b.texts[i] ? 1 : 0;
    if (differing == 0) return std::nullopt;
    difference.what = a.texts.size() == 1 ? fmt::format("\"{}\", then \"{}\"", a.texts[0], b.texts[0])
                                          : counted_of(differing, a.texts.size());
    return difference;
  }
  if (a.bytes == b.bytes) return std::nullopt;
  const std::size_t all = a.bytes.size() / a.width;
  const double scale = a.kind == H5T_FLOAT ? std::max(largest_of(a), largest_of(b)) : 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < all; ++i) {
    if (std::memcmp(&a.bytes[i * a.width], &b.bytes[i * a.width], a.width) == 0) continue;
    const double apart =
        a.kind == H5T_FLOAT ? relative(number_at(a, i), number_at(b, i), scale) : std::nan("");
    if (apart <= tolerance && tolerance > 0.0) continue;
    ++differing;
    if (!(apart <= largest)) largest = apart;
  }
  if (differing == 0) return std::nullopt;
  return ResultsDifference{place, counted_of(differing, all), largest};
}

class FileComparison {
 public:
  FileComparison(const Reader& first, const Reader& second, double tolerance)
      : first_(first), second_(second), tolerance_(tolerance) {}

  std::vector<ResultsDifference> differences() {
    const Tables a = tables_of(first_), b = tables_of(second_);
    for (const auto& [path, is_group] : a) {
      if (!b.contains(path))
        differences_.push_back({path, "only in the first"});
      else if (is_group)
        compare_attributes(path);
      else
        add(compare(path, table(first_, path), table(second_, path), tolerance_));
    }
    for (const auto& [path, is_group] : b)
      if (!a.contains(path)) differences_.push_back({path, "only in the second"});
    return std::move(differences_);
  }

 private:
  static Values table(const Reader& reader, const std::string& path) {
    return values_of(reader, reader.root().openDataSet(path));
  }

  void compare_attributes(const std::string& path) {
    const auto a = attributes_of(first_.root().openGroup(path)),
               b = attributes_of(second_.root().openGroup(path));
    for (const auto& [name, values] : a) {
      const std::string place = path + ", " + name;
      if (!b.contains(name))
        differences_.push_back({place, "only in the first"});
      else
        add(compare(place, values, b.at(name), tolerance_));
    }
    for (const auto& [name, values] : b)
      if (!a.contains(name)) differences_.push_back({path + ", " + name, "only in the second"});
  }

  void add(std::optional<ResultsDifference> difference) {
    if (difference) differences_.push_back(std::move(*difference));
  }

  const Reader &first_, &second_;
  double tolerance_;
  std::vector<ResultsDifference> differences_;
};

}  // namespace

std::vector<ResultsDifference> results_differences(const std::filesystem::path& first,
                                                   const std::filesystem::path& second, double tolerance) {
  return results_file::reading(first, [&](const Reader& a) {
    return results_file::reading(
        second, [&](const Reader& b) { return FileComparison(a, b, tolerance).differences(); });
  });
}

}  // namespace leverkin
