// engine/io/seal.h: does a table still hold what was written into it?
//
// HDF5 keeps no checksum of values that lie in one piece, nor of attributes. So each data set of a results
// file has the attribute xxh3: XXH3 (64 bits) of its values as they are stored, texts with a zero byte after
// each; and each group that keeps numbers in attributes has one of them, names and values, in the order of
// their names. Its root has besides: names_xxh3, of the names of all groups and data sets, so that one that a
// damaged file has lost is missed; and types_xxh3, of the words and numbers of its enumerations.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/hdf5.h"

namespace leverkin::seal {

inline constexpr const char* attribute = "xxh3";
inline constexpr const char* names_attribute = "names_xxh3";
inline constexpr const char* types_attribute = "types_xxh3";

/// Of `count` values that are `memory` here and `stored` in the file.
[[nodiscard]] std::uint64_t of_values(const void* values, std::size_t count, const H5::DataType& memory,
                                      const H5::DataType& stored);
[[nodiscard]] std::uint64_t of_texts(std::span<const std::string> texts);
[[nodiscard]] std::uint64_t of_texts(std::span<const char* const> texts);

/// Of the numbers and texts in a group's attributes, as the file holds them.
[[nodiscard]] std::uint64_t of_attributes(const H5::Group& group);

[[nodiscard]] std::uint64_t of_names(std::span<const hdf5::NamedObject> objects);
[[nodiscard]] std::uint64_t of_types(const H5::Group& root, std::span<const hdf5::NamedObject> objects);

/// What an object says of itself, in place of what it said before.
void put(const H5::H5Object& object, std::uint64_t seal, const char* name = attribute);
/// What a file's root says of all in it.
void put_on_root(const H5::Group& root);
/// Whether an object says another thing of itself, or nothing any more.
[[nodiscard]] bool is_broken(const H5::H5Object& object, std::uint64_t seal, const char* name = attribute);

}  // namespace leverkin::seal
