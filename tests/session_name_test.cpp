#include "io/session_name.h"

#include <gtest/gtest.h>

namespace leverkin {
namespace {

TEST(SessionName, GivesTheNumberOfAWordAndANumber) {
  for (const auto& [name, number] : {std::pair{"session_03", 3},
                                     {"day3", 3},
                                     {"m07_12", 12},
                                     {"m07_session_12", 12},
                                     {"sub-M01_ses-04", 4},
                                     {"rat 5.day 2", 2},
                                     {"20240227_s3", 3},
                                     {"raw_0001", 1},
                                     {"d\u00eda3", 3},
                                     {"M01_2024-02-27_day4", 4}})
    EXPECT_EQ(session_number_in(name, "rat"), number) << name;
}

TEST(SessionName, TakesNoDateForASession) {
  for (const char* name :
       {"2024-02-27", "M01_2024-02-27", "M01_20240227", "M01_240227", "session_2024", "27-Feb-2024",
        "M01_Feb27", "M01_feb_27", "2024-02-27T10-30-00", "M01_2024_02_27", "run_1709028000"})
    EXPECT_EQ(session_number_in(name, "M01"), 0) << name;
}

TEST(SessionName, TakesNoUuidForASession) {
  for (const char* name : {"66d98e6e-bcd9-4e78-8fbb-636f7e808b29", "dda5fc59-f09a-4256-9fb5-abcdefabc123",
                           "M01_dda5fc59-f09a-4256-9fb5-abcdefabc123", "e3d1f7dac4a4435b8129d6312aeabc12"})
    EXPECT_EQ(session_number_in(name, "M01"), 0) << name;
}

TEST(SessionName, TakesNeitherTheAnimalNorALoneNumberNorZeroForASession) {
  for (const char* name : {"M01", "2024-02-27_M01", "12", "day0", "", "_", "pretraining", "day3b", "2_3"})
    EXPECT_EQ(session_number_in(name, "M01"), 0) << name;
}

}  // namespace
}  // namespace leverkin
