#include "leverkin/columns.h"

#include <gtest/gtest.h>

#include <set>

#include "support/fields.h"

namespace leverkin {
namespace {

template <class Row>
constexpr std::size_t kept(std::span<const Column<Row>> rows) {
  std::size_t count = 0;
  for (const Column<Row>& column : rows)
    count += std::visit([]<class Member>(const Member&) { return is_kept<Member>; }, column.member);
  return count;
}

template <class Row, std::size_t n>
constexpr std::size_t kept(const Column<Row> (&rows)[n]) {
  return kept(std::span<const Column<Row>>(rows));
}

// A number that has no row would be computed and never seen.
static_assert(kept(columns::bouts.rows) + kept(columns::kinematics.rows) == field_count<Bout>());
static_assert(kept(columns::outcomes.rows) == field_count<TrialOutcome>());
static_assert(kept(columns::summary) == field_count<SessionSummary>());
// Where a number comes from and what is wrong with it end with the plan.
static_assert(kept(columns::identity) + 2 == field_count<SessionIdentity>());
static_assert(kept(columns::failed.rows) == field_count<FailedSession>());
static_assert(std::size(columns::trial_times) == field_count<TrialTable>() + 1);  // and their number

template <class Row>
void expect_all_to_differ(std::span<const Column<Row>> rows) {
  std::set<std::string> names;
  for (const Column<Row>& column : rows) names.insert(column.field.name);
  EXPECT_EQ(names.size(), rows.size());
}

TEST(Columns, HaveNamesOfTheirOwn) {
  expect_all_to_differ(columns::bouts.rows);
  expect_all_to_differ(columns::kinematics.rows);
  expect_all_to_differ(columns::outcomes.rows);
  expect_all_to_differ<SessionSummary>(columns::summary);
  expect_all_to_differ<StoredSession>(columns::recording);
}

TEST(Columns, GiveBackWhatWasPutIntoThem) {
  Bout bout;
  double next = 1.0;
  for (const Columns<Bout>& table : {columns::bouts, columns::kinematics})
    for (const Column<Bout>& column : table.rows)
      std::visit(
          [&]<class Member>(const Member& member) {
            if constexpr (is_kept<Member>) {
              using Value = decltype(get(bout, member));
              if constexpr (std::is_arithmetic_v<Value>) {
                const auto value = static_cast<Value>(next++);
                set(bout, member, value);
                EXPECT_EQ(get(bout, member), value) << column.field.name;
              }
            }
          },
          column.member);
  EXPECT_EQ(bout.begin, 1000) << "a second is a thousand lever samples";
  EXPECT_EQ(bout.duration_s(), 1.0);
}

}  // namespace
}  // namespace leverkin
