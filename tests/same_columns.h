// tests/same_columns.h: are two nouns the same in every column, NaN being the same as NaN?
#pragma once

#include <gtest/gtest.h>

#include <cstring>

#include "leverkin/columns.h"

namespace leverkin::test {

template <class Value>
void expect_same_values(const std::vector<Value>& found, const std::vector<Value>& expected,
                        const char* column) {
  ASSERT_EQ(found.size(), expected.size()) << column;
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i] == expected[i] || (found[i] != found[i] && expected[i] != expected[i]))
        << column << ", value " << i << ": found " << found[i] << ", expected " << expected[i];
}

template <class Row>
void expect_same(std::span<const Column<Row>> columns, const std::vector<Row>& found,
                 const std::vector<Row>& expected) {
  for (const Column<Row>& column : columns)
    std::visit(
        [&](const auto& member) {
          expect_same_values(gather(found, member), gather(expected, member), column.field.name);
        },
        column.member);
}

template <class Row>
void expect_same(const Columns<Row>& columns, const std::vector<Row>& found,
                 const std::vector<Row>& expected) {
  expect_same(columns.rows, found, expected);
}

template <class Row, std::size_t n>
void expect_same(const Column<Row> (&columns)[n], const Row& found, const Row& expected) {
  expect_same(std::span<const Column<Row>>(columns), std::vector{found}, std::vector{expected});
}

template <class Noun, std::size_t n>
void expect_same(const Series<Noun> (&series)[n], const Noun& found, const Noun& expected) {
  for (const Series<Noun>& one : series)
    std::visit(
        [&](const auto& member) {
          expect_same_values(std::vector(whole(found, member)), std::vector(whole(expected, member)),
                             one.field.name);
        },
        one.member);
}

}  // namespace leverkin::test
