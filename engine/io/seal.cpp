#include "io/seal.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

namespace leverkin::seal {
namespace {

class Hash {
 public:
  Hash() : state_(XXH3_createState()) {
    if (!state_) throw std::bad_alloc();
    XXH3_64bits_reset(state_.get());
  }
  void add(const void* bytes, std::size_t count) { XXH3_64bits_update(state_.get(), bytes, count); }
  void add_text(std::string_view text) {
    add(text.data(), text.size());
    add("", 1);
  }
  [[nodiscard]] std::uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

// Seals themselves, and what says when and with how many threads, which may differ between files that are the
// same.
constexpr std::array<std::string_view, 5> not_sealed{attribute, names_attribute, types_attribute,
                                                     "created_utc", "threads"};

// What a reader makes of bytes depends on their type, which no checksum holds either: one that is never
// written breaks the seal.
void add_type(Hash& hash, const H5::DataType& stored, std::span<const hid_t> written) {
  if (!hdf5::is_one_of(stored, written)) hash.add_text("another type");
}

void add_type_of_values(Hash& hash, const H5::DataType& stored) {
  const std::array written{H5T_STD_I8LE,  H5T_STD_U8LE,  H5T_STD_I16LE, H5T_STD_U16LE,  H5T_STD_I32LE,
                           H5T_STD_U32LE, H5T_STD_I64LE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
  if (stored.getClass() == H5T_ENUM)
    add_type(hash, H5::EnumType(stored.getId()).getSuper(), written);
  else
    add_type(hash, stored, written);
}

void add_number(Hash& hash, const H5::Attribute& one) {
  const H5::DataType stored = one.getDataType();
  add_type(hash, stored, std::array{H5T_STD_I64LE, H5T_IEEE_F64LE});
  std::vector<std::byte> bytes(static_cast<std::size_t>(one.getSpace().getSimpleExtentNpoints()) *
                               stored.getSize());
  one.read(stored, bytes.data());
  hash.add(bytes.data(), bytes.size());
}

void add_members(Hash& hash, const H5::EnumType& type) {
  std::vector<std::byte> value(type.getSize());
  for (int i = 0; i < type.getNmembers(); ++i) {
    char* const word = H5Tget_member_name(type.getId(), static_cast<unsigned>(i));
    if (word == nullptr || H5Tget_member_value(type.getId(), static_cast<unsigned>(i), value.data()) < 0)
      throw H5::DataTypeIException("add_members", "an enumeration cannot be read");
    hash.add_text(word);
    hash.add(value.data(), value.size());
    H5free_memory(word);
  }
}

}  // namespace

std::uint64_t of_values(const void* values, std::size_t count, const H5::DataType& memory,
                        const H5::DataType& stored) {
  Hash hash;
  add_type_of_values(hash, stored);
  const std::size_t width = memory.getSize();
  if (memory == stored) {
    hash.add(values, count * width);
    return hash.value();
  }
  constexpr std::size_t block = 4096;
  std::vector<std::byte> some(block * std::max(width, stored.getSize()));
  for (std::size_t done = 0; done < count; done += block) {
    const std::size_t now = std::min(block, count - done);
    std::memcpy(some.data(), static_cast<const std::byte*>(values) + done * width, now * width);
    memory.convert(stored, now, some.data(), nullptr);
    hash.add(some.data(), now * stored.getSize());
  }
  return hash.value();
}

std::uint64_t of_texts(std::span<const std::string> texts) {
  Hash hash;
  for (const std::string& text : texts) hash.add_text(text);
  return hash.value();
}

std::uint64_t of_texts(std::span<const char* const> texts) {
  Hash hash;
  for (const char* const text : texts) hash.add_text(text);
  return hash.value();
}

std::uint64_t of_attributes(const H5::Group& group) {
  std::vector<std::string> names;
  for (int i = 0; i < group.getNumAttrs(); ++i)
    names.push_back(group.openAttribute(static_cast<unsigned>(i)).getName());
  std::ranges::sort(names);
  Hash hash;
  for (const std::string& name : names) {
    if (std::ranges::find(not_sealed, name) != not_sealed.end()) continue;
    const H5::Attribute one = group.openAttribute(name);
    const H5T_class_t kind = one.getTypeClass();
    if (kind != H5T_STRING && kind != H5T_FLOAT && kind != H5T_INTEGER) continue;
    hash.add_text(name);
    if (kind == H5T_STRING)
      hash.add_text(hdf5::read_text_attribute(group, name));
    else
      add_number(hash, one);
  }
  return hash.value();
}

std::uint64_t of_names(std::span<const hdf5::NamedObject> objects) {
  Hash hash;
  for (const hdf5::NamedObject& one : objects) hash.add_text(one.path);
  return hash.value();
}

std::uint64_t of_types(const H5::Group& root, std::span<const hdf5::NamedObject> objects) {
  Hash hash;
  for (const hdf5::NamedObject& one : objects) {
    if (one.kind != H5O_TYPE_NAMED_DATATYPE) continue;
    hash.add_text(one.path);
    const H5::DataType type = root.openDataType(one.path);
    if (type.getClass() == H5T_ENUM) add_members(hash, H5::EnumType(type.getId()));
  }
  return hash.value();
}

void put_on_root(const H5::Group& root) {
  const std::vector<hdf5::NamedObject> objects = hdf5::objects_in(root);
  put(root, of_names(objects), names_attribute);
  put(root, of_types(root, objects), types_attribute);
}

void put(const H5::H5Object& object, std::uint64_t seal, const char* name) {
  if (object.attrExists(name)) object.removeAttr(name);
  object.createAttribute(name, H5::PredType::STD_U64LE, H5::DataSpace(H5S_SCALAR))
      .write(H5::PredType::NATIVE_UINT64, &seal);
}

bool is_broken(const H5::H5Object& object, std::uint64_t seal, const char* name) {
  if (!object.attrExists(name)) return true;
  std::uint64_t found = 0;
  object.openAttribute(name).read(H5::PredType::NATIVE_UINT64, &found);
  return found != seal;
}

}  // namespace leverkin::seal
