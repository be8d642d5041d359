#include "io/mat_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "io/calibrated_samples.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

// Data types and array classes as the format numbers them.
enum : std::uint32_t {
  mi_int8 = 1,
  mi_uint8,
  mi_int16,
  mi_uint16,
  mi_int32,
  mi_uint32,
  mi_single,
  mi_double = 9
};
enum : std::uint32_t { mi_int64 = 12, mi_uint64, mi_matrix, mi_packed, mi_utf8, mi_utf16, mi_utf32 };
enum : std::uint32_t { mx_cell = 1, mx_struct, mx_object, mx_char, mx_sparse, mx_double, mx_uint64 = 15 };

constexpr std::int64_t header_bytes = 128;
constexpr std::int64_t most_arrays = 1'000'000;  // in one file; a damaged count must not ask for all memory
constexpr int deepest = 32;
constexpr std::int64_t most_name_bytes = 1 << 24;
constexpr std::int64_t longest_text = 1 << 20;
constexpr std::int64_t most_extent = std::int64_t{1} << 40;

struct Tag {
  std::uint32_t type = 0;
  std::int64_t bytes = 0, data = 0, next = 0;  ///< where its data begin, and what follows
};

class Walk {
 public:
  Walk(std::shared_ptr<const ByteSource> bytes, std::int64_t begin, std::int64_t end, std::int64_t& values)
      : bytes_(std::move(bytes)), at_(begin), end_(end), values_(values) {}

  [[nodiscard]] bool done() const { return at_ + 8 > end_; }
  [[nodiscard]] std::int64_t at() const { return at_; }
  void go_to(std::int64_t place) { at_ = place; }

  Tag tag() {
    const auto word = numbers<std::uint32_t>(at_, 2);
    Tag tag{word[0], word[1], at_ + 8, 0};
    if ((word[0] >> 16) != 0) {  // a small one: type and length in half a word each, its data in the next
      tag = {word[0] & 0xffffU, word[0] >> 16, at_ + 4, at_ + 8};
      if (tag.bytes > 4) throw damaged("a small element of " + std::to_string(tag.bytes) + " bytes");
    } else {
      tag.next = tag.data + (tag.type == mi_packed ? tag.bytes : (tag.bytes + 7) / 8 * 8);
    }
    if (tag.data + tag.bytes > end_)
      throw damaged(fmt::format("an element of {} bytes in {}", tag.bytes, end_ - tag.data));
    return tag;
  }

  /// The array that stands here; goes behind it.
  MatValue array(int depth) {
    const Tag outer = tag();
    at_ = outer.next;
    if (outer.type != mi_matrix) throw damaged(fmt::format("an element of type {}", outer.type));
    if (outer.bytes == 0) return {.kind = MatValue::Kind::numbers, .extent = {0, 0}};
    Walk inside(bytes_, outer.data, outer.data + outer.bytes, values_);
    return inside.contents(depth);
  }

  /// The name of the array whose contents begin here.
  MatValue named() {
    MatValue value;
    const Tag flags = tag();
    if (flags.type != mi_uint32 || flags.bytes != 8) throw damaged("an array without its flags");
    class_ = numbers<std::uint32_t>(flags.data, 1)[0] & 0xffU;
    at_ = flags.next;
    if (class_ == 17) {  // of a class that MATLAB alone knows: no extent
      value.name = text_at(tag());
      return value;
    }
    value.extent = extent_at(tag());
    const Tag name = tag();
    value.name = text_at(name);
    at_ = name.next;
    return value;
  }

  MatValue contents(int depth) {
    if (depth > deepest) throw damaged(fmt::format("arrays in arrays, {} deep", depth));
    if (++values_ > most_arrays) throw damaged(fmt::format("more than {} arrays", most_arrays));
    MatValue value = named();
    fill(value, depth);
    return value;
  }

  void fill(MatValue& value, int depth) {
    if (class_ == mx_struct || class_ == mx_object) return fill_structure(value, depth);
    if (class_ == mx_cell) {
      value.kind = MatValue::Kind::cell;
      return fill_children(value, value.elements(), depth);
    }
    if (class_ == mx_char) return fill_text(value);
    if (class_ >= mx_double && class_ <= mx_uint64) return fill_numbers(value);
  }

  [[nodiscard]] BadSession damaged(const std::string& found) const {
    return BadSession({bytes_->path(), "",
                       fmt::format("byte {}{}", at_, bytes_->is_packed() ? " of what is packed" : ""), found,
                       "a MAT file of version 5 that is whole"});
  }

 private:
  template <typename T>
  std::vector<T> numbers(std::int64_t place, std::int64_t count) const {
    if (place + count * static_cast<std::int64_t>(sizeof(T)) > end_)
      throw damaged("the end of what holds it");
    std::vector<T> values(static_cast<std::size_t>(count));
    bytes_->read(place, std::as_writable_bytes(std::span(values)));
    return values;
  }

  std::vector<std::int64_t> extent_at(const Tag& tag) {
    at_ = tag.next;
    if (tag.type != mi_int32 || tag.bytes < 8 || tag.bytes > 128)
      throw damaged("an array without its extent");
    std::vector<std::int64_t> extent;
    std::int64_t all = 1;
    for (const std::int32_t one : numbers<std::int32_t>(tag.data, tag.bytes / 4)) {
      if (one < 0 || (one > 0 && all > most_extent / one))
        throw damaged("an array of an extent that none has");
      all *= one;
      extent.push_back(one);
    }
    return extent;
  }

  std::string text_at(const Tag& tag) const {
    if (tag.bytes > longest_text) throw damaged(fmt::format("a name of {} bytes", tag.bytes));
    const auto bytes = numbers<char>(tag.data, tag.bytes);
    std::string text(bytes.begin(), bytes.end());
    text.resize(std::min(text.size(), text.find('\0')));
    return text;
  }

  void fill_text(MatValue& value) {
    value.kind = MatValue::Kind::text;
    if (done()) return;
    const Tag data = tag();
    if (data.bytes > longest_text) return;
    if (data.type == mi_uint16 || data.type == mi_utf16)
      for (const std::uint16_t one : numbers<std::uint16_t>(data.data, data.bytes / 2))
        value.characters += one < 128 ? static_cast<char>(one) : '?';
    else
      for (const char one : numbers<char>(data.data, data.bytes)) value.characters += one;
  }

  static std::optional<NumberType> type_of(std::uint32_t type) {
    switch (type) {
      case mi_int8:
        return NumberType::int8;
      case mi_uint8:
        return NumberType::uint8;
      case mi_int16:
        return NumberType::int16;
      case mi_uint16:
        return NumberType::uint16;
      case mi_int32:
        return NumberType::int32;
      case mi_uint32:
        return NumberType::uint32;
      case mi_single:
        return NumberType::float32;
      case mi_double:
        return NumberType::float64;
      case mi_int64:
        return NumberType::int64;
      case mi_uint64:
        return NumberType::uint64;
      default:
        return std::nullopt;
    }
  }

  void fill_numbers(MatValue& value) {
    value.kind = MatValue::Kind::numbers;
    if (done() && value.elements() == 0) return;
    const Tag data = tag();
    const auto type = type_of(data.type);
    if (!type) throw damaged(fmt::format("numbers of type {}", data.type));
    const std::int64_t width = static_cast<std::int64_t>(bytes_of(*type));
    if (value.elements() * width != data.bytes)
      throw damaged(fmt::format("{} bytes of {} for an array of {}", data.bytes, name_of(*type),
                                fmt::join(value.extent, " x ")));
    value.numbers = {.type = *type, .offset = data.data, .count = value.elements()};
    value.bytes = bytes_;
  }

  void fill_structure(MatValue& value, int depth) {
    value.kind = MatValue::Kind::structure;
    if (class_ == mx_object) at_ = tag().next;  // the name of its class
    const Tag length_tag = tag();
    if (length_tag.bytes != 4) throw damaged("fields without the length of their names");
    const std::int64_t length = numbers<std::int32_t>(length_tag.data, 1)[0];
    at_ = length_tag.next;
    const Tag names = tag();
    if (length < 1 || length > 4096 || names.bytes % length != 0 || names.bytes > most_name_bytes)
      throw damaged(fmt::format("names of {} bytes each, {} in all", length, names.bytes));
    const auto all = numbers<char>(names.data, names.bytes);
    for (std::int64_t i = 0; i < names.bytes; i += length) {
      std::string name(all.data() + i, static_cast<std::size_t>(length));
      name.resize(std::min(name.size(), name.find('\0')));
      value.fields.push_back(std::move(name));
    }
    at_ = names.next;
    const auto fields = static_cast<std::int64_t>(value.fields.size());
    if (fields > 0 && value.elements() > most_arrays / fields)
      throw damaged(fmt::format("a structure of {} elements", value.elements()));
    fill_children(value, value.elements() * fields, depth);
  }

  void fill_children(MatValue& value, std::int64_t count, int depth) {
    for (std::int64_t i = 0; i < count; ++i) {
      value.children.push_back(array(depth + 1));
      if (!value.fields.empty())
        value.children.back().name = value.fields[static_cast<std::size_t>(i) % value.fields.size()];
    }
  }

  std::shared_ptr<const ByteSource> bytes_;
  std::int64_t at_, end_;
  std::int64_t& values_;
  std::uint32_t class_ = 0;
};

// The variable whose element begins here, where it is wanted.
std::optional<MatValue> variable(const std::shared_ptr<const ByteSource>& bytes, std::int64_t begin,
                                 std::int64_t end, const std::function<bool(std::string_view)>& wanted,
                                 std::int64_t& values) {
  Walk outer(bytes, begin, end, values);
  const Tag tag = outer.tag();
  if (tag.type != mi_matrix || tag.bytes == 0) return std::nullopt;
  Walk inside(bytes, tag.data, tag.data + tag.bytes, values);
  MatValue value = inside.named();
  if (!wanted(value.name)) return std::nullopt;
  inside.fill(value, 1);
  return value;
}

}  // namespace

std::int64_t MatValue::elements() const {
  std::int64_t all = 1;
  for (const std::int64_t one : extent) all *= one;
  return all;
}

const MatValue* MatValue::field(std::string_view field, std::int64_t element) const {
  const auto at = std::ranges::find(fields, field);
  if (kind != Kind::structure || at == fields.end() || element < 0 || element >= elements()) return nullptr;
  return &children[static_cast<std::size_t>(element) * fields.size() +
                   static_cast<std::size_t>(at - fields.begin())];
}

bool is_mat_5(std::string_view head) { return head.starts_with("MATLAB 5.0 MAT-file"); }

std::vector<MatValue> read_mat_file(const std::string& path,
                                    const std::function<bool(std::string_view)>& wanted) {
  const std::shared_ptr<const ByteSource> file = open_bytes(path);
  std::array<char, 4> version{};
  file->read(header_bytes - 4, std::as_writable_bytes(std::span(version)));
  if (version[2] == 'M' && version[3] == 'I')
    throw BadSession(
        {path, "", "the header", "a MAT file of a big-endian machine", "one saved on a PC or Mac"});
  std::vector<MatValue> variables;
  std::int64_t values = 0;
  Walk walk(file, header_bytes, file->size(), values);
  while (!walk.done()) {
    const Tag tag = walk.tag();
    auto found = tag.type == mi_packed
                           ? [&] {
                               const auto unpacked = unpack_bytes(file, tag.data, tag.bytes);
                               return variable(unpacked, 0, unpacked->size(), wanted, values);
                             }()
                           : variable(file, walk.at(), tag.next, wanted, values);
    if (found) variables.push_back(std::move(*found));
    walk.go_to(tag.next);
  }
  return variables;
}

std::vector<std::string> mat_variable_names(const std::string& path) {
  std::vector<std::string> names;
  (void)read_mat_file(path, [&](std::string_view name) {
    names.emplace_back(name);
    return false;
  });
  return names;
}

std::vector<double> all_numbers(const MatValue& value, const std::string& place) {
  std::vector<double> numbers;
  if (value.elements() == 0) return numbers;
  for_each_block(TypedSamples(value.bytes, value.numbers, place),
                 [&](std::int64_t, std::span<const double> some) {
                   numbers.insert(numbers.end(), some.begin(), some.end());
                 });
  return numbers;
}

std::vector<double> few_numbers(const MatValue& value, const std::string& place) {
  constexpr std::int64_t most = 10'000'000;
  const std::string path = value.bytes == nullptr ? "" : value.bytes->path();
  if (value.kind != MatValue::Kind::numbers || value.elements() > most)
    throw BadSession({path, place, "",
                      value.kind == MatValue::Kind::numbers ? fmt::format("{} numbers", value.elements())
                                                            : std::string("something that is not numbers"),
                      "a few numbers"});
  return all_numbers(value, place);
}

namespace {

// One step of a path: a name, and which element of what it leads to.
struct Step {
  std::string name;
  std::int64_t element = 0;
  bool in_cell = false;
};

std::optional<Step> step_of(std::string_view text) {
  Step step;
  const auto bracket = text.find_first_of("({");
  step.name = text.substr(0, bracket);
  if (bracket == std::string_view::npos) return step;
  step.in_cell = text[bracket] == '{';
  const std::string_view digits = text.substr(bracket + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step.element);
  const std::string_view rest = digits.substr(static_cast<std::size_t>(end - digits.data()));
  if (error != std::errc() || rest != (step.in_cell ? "}" : ")") || step.element < 1) return std::nullopt;
  --step.element;
  return step;
}

std::vector<std::string> names_in(const std::vector<MatValue>& values) {
  std::vector<std::string> names;
  for (const MatValue& value : values) names.push_back(value.name);
  return names;
}

}  // namespace

const MatValue& find_value(const std::vector<MatValue>& variables, const std::string& path,
                           const std::string& file) {
  const MatValue* at = nullptr;
  std::int64_t element = 0;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    const auto step = step_of(part);
    const auto refuse = [&](const std::string& found) {
      return BadSession(
          {file, path, part, found, "a path like data.response.trace, trials(3).cue or list{2}"});
    };
    if (!step) throw refuse("no name of a variable or field");
    if (at == nullptr) {
      const auto named = std::ranges::find(variables, step->name, &MatValue::name);
      if (named == variables.end())
        throw refuse(fmt::format("only {}", fmt::join(names_in(variables), ", ")));
      at = &*named;
    } else {
      const MatValue* const next = at->field(step->name, element);
      if (next == nullptr) throw refuse(fmt::format("only {}", fmt::join(at->fields, ", ")));
      at = next;
    }
    element = step->element;
    if (step->in_cell) {
      if (at->kind != MatValue::Kind::cell || element >= std::ssize(at->children))
        throw refuse(fmt::format("a cell of {}", at->children.size()));
      at = &at->children[static_cast<std::size_t>(element)];
      element = 0;
    }
    begin = end + 1;
  }
  return *at;
}

}  // namespace leverkin
