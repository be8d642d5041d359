// tests/mat_files.h: how do the tests make MAT files of version 5?
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace leverkin::test::mat {

/// The bytes of one array: an element of type miMATRIX.
using Array = std::string;

template <typename T>
std::string bytes_of_value(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline std::string element(std::uint32_t type, const std::string& data) {
  std::string all = bytes_of_value(type) + bytes_of_value(static_cast<std::uint32_t>(data.size())) + data;
  all.resize((all.size() + 7) / 8 * 8, '\0');
  return all;
}

inline std::string head(std::uint32_t array_class, const std::vector<std::int32_t>& extent,
                        const std::string& name) {
  std::string dims;
  for (const std::int32_t one : extent) dims += bytes_of_value(one);
  return element(6, bytes_of_value(array_class) + bytes_of_value(std::uint32_t{0})) + element(5, dims) +
         element(1, name);
}

inline Array numbers(const std::vector<double>& values, std::vector<std::int32_t> extent = {},
                     const std::string& name = "") {
  if (extent.empty()) extent = {static_cast<std::int32_t>(values.size()), 1};
  std::string data(values.size() * sizeof(double), '\0');
  if (!values.empty()) std::memcpy(data.data(), values.data(), data.size());
  return element(14, head(6, extent, name) + element(9, data));
}

/// A double array that MATLAB stores as int16, as it does with whole numbers.
inline Array counts(const std::vector<std::int16_t>& values, const std::string& name = "") {
  std::string data(values.size() * sizeof(std::int16_t), '\0');
  std::memcpy(data.data(), values.data(), data.size());
  return element(14, head(6, {static_cast<std::int32_t>(values.size()), 1}, name) + element(3, data));
}

inline Array text(const std::string& characters, const std::string& name = "") {
  return element(14,
                 head(4, {1, static_cast<std::int32_t>(characters.size())}, name) + element(16, characters));
}

using Fields = std::vector<std::pair<std::string, Array>>;

inline Array structure(const Fields& fields, const std::string& name = "") {
  constexpr std::int32_t longest = 64;
  std::string names, contents;
  for (const auto& [field, array] : fields) {
    std::string padded = field;
    padded.resize(longest, '\0');
    names += padded;
    contents += array;
  }
  return element(14,
                 head(2, {1, 1}, name) + element(5, bytes_of_value(longest)) + element(1, names) + contents);
}

inline Array cell(const std::vector<Array>& contents, const std::string& name = "") {
  std::string all;
  for (const Array& one : contents) all += one;
  return element(14, head(1, {static_cast<std::int32_t>(contents.size()), 1}, name) + all);
}

/// An object of a class of MATLAB's own, which nobody else can read.
inline Array opaque(const std::string& name) {
  return element(14, element(6, bytes_of_value(std::uint32_t{17}) + bytes_of_value(std::uint32_t{0})) +
                         element(1, name) + element(1, "MCOS") + element(1, "StateMachineAssembler"));
}

inline std::string packed(const Array& variable) {
  uLongf size = compressBound(static_cast<uLong>(variable.size()));
  std::string bytes(size, '\0');
  compress(reinterpret_cast<Bytef*>(bytes.data()), &size, reinterpret_cast<const Bytef*>(variable.data()),
           static_cast<uLong>(variable.size()));
  bytes.resize(size);
  return bytes_of_value(std::uint32_t{15}) + bytes_of_value(static_cast<std::uint32_t>(bytes.size())) + bytes;
}

inline std::string header() {
  std::string text = "MATLAB 5.0 MAT-file, Platform: PCWIN64, Created on: Sun Mar 01 10:00:00 2026";
  text.resize(124, ' ');
  return text + std::string("\x00\x01IM", 4);
}

inline void write(const std::filesystem::path& path, const std::vector<Array>& variables, bool pack = true) {
  std::ofstream file(path, std::ios::binary);
  file << header();
  for (const Array& one : variables) file << (pack ? packed(one) : one);
}

}  // namespace leverkin::test::mat
