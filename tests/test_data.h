// tests/test_data.h: where the test data beside the project are, and how to skip without them.
#pragma once

#include <H5Cpp.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace leverkin::test {

/// The folder in LEVERKIN_TEST_DATA, or an empty path.
inline std::filesystem::path test_data() {
  const char* folder = std::getenv("LEVERKIN_TEST_DATA");
  return folder == nullptr ? std::filesystem::path{} : std::filesystem::path(folder);
}

template <typename T>
std::vector<T> read_column(const H5::Group& file, const std::string& name, const H5::DataType& type) {
  const H5::DataSet dataset = file.openDataSet(name);
  std::vector<T> values(static_cast<std::size_t>(dataset.getSpace().getSimpleExtentNpoints()));
  if (!values.empty()) dataset.read(values.data(), type);
  return values;
}

inline std::vector<double> read_doubles(const H5::Group& file, const std::string& name) {
  return read_column<double>(file, name, H5::PredType::NATIVE_DOUBLE);
}

inline std::vector<std::int64_t> read_integers(const H5::Group& file, const std::string& name) {
  return read_column<std::int64_t>(file, name, H5::PredType::NATIVE_INT64);
}

}  // namespace leverkin::test

#define LEVERKIN_NEEDS_TEST_DATA() \
  if (::leverkin::test::test_data().empty()) GTEST_SKIP() << "LEVERKIN_TEST_DATA is not set"
