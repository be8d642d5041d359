#include "io/checkpoint.h"

#include <gtest/gtest.h>

#include <fstream>

#include "io/packed.h"
#include "io/whole_file.h"
#include "session_files.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

// Something other than its default in every field, so that one that is lost is seen.
struct Fill {
  int count = 0;

  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_same_v<T, bool>)
      value = !value;
    else if constexpr (std::is_enum_v<T>)
      value = static_cast<T>(1);
    else if constexpr (std::is_arithmetic_v<T>)
      value = static_cast<T>(++count);
    else if constexpr (std::is_same_v<T, std::string>)
      value = "text " + std::to_string(++count);
    else if constexpr (Sequence<T>)
      for (value.resize(3); auto& one : value) (*this)(one);
    else
      std::apply([&](auto&... field) { ((*this)(field), ...); }, fields(value));
  }
};

SessionResult full_result() {
  SessionResult result;
  Fill()(result);
  return result;
}

std::string packed(const SessionResult& result) {
  std::string bytes;
  pack(result,
       [&](const void* piece, std::size_t count) { bytes.append(static_cast<const char*>(piece), count); });
  return bytes;
}

class Checkpoint : public test::SessionFiles {
 protected:
  Checkpoint() {
    planned_.source.path = file("m_1.h5");
    std::ofstream(planned_.source.path) << "the recording";
    planned_.other_files = {file("m_1.bin")};
    std::ofstream(planned_.other_files[0]) << "its samples";
    planned_.identity = {.subject = "m", .session = 1};
    result_.info.path = planned_.source.path.string();
  }

  Checkpoints checkpoints(const std::string& configuration = "0.1.0 rev1 AVX2 {}", bool enabled = true) {
    return {file("out.h5"), configuration, enabled};
  }

  fs::path saved() {
    checkpoints().save(planned_, checkpoints().key_of(planned_), result_);
    return fs::directory_iterator(file("out.h5.partial"))->path();
  }

  Checkpoints::Found loaded(const std::string& configuration = "0.1.0 rev1 AVX2 {}") {
    const Checkpoints from = checkpoints(configuration);
    return from.load(planned_, from.key_of(planned_));
  }

  PlannedSession planned_;
  SessionResult result_ = full_result();
};

TEST_F(Checkpoint, GivesEveryFieldBack) {
  EXPECT_TRUE(result_.info.being_written);
  saved();
  const Checkpoints::Found found = loaded();
  ASSERT_TRUE(found.result);
  EXPECT_TRUE(found.result->info.being_written);
  EXPECT_EQ(packed(*found.result), packed(result_));
  EXPECT_EQ(found.warning, "");
}

TEST_F(Checkpoint, CountsOnlyForTheSameProgramParametersAndRecording) {
  saved();
  for (const char* other : {"0.1.0 rev2 AVX2 {}", "0.1.0 rev1 SSE4 {}", "0.1.0 rev1 AVX2 {1}"}) {
    EXPECT_FALSE(loaded(other).result) << other;
    EXPECT_EQ(loaded(other).warning, "") << "of other work, not damaged";
  }
  EXPECT_TRUE(loaded().result);
  std::ofstream(planned_.other_files[0]) << "samples of another day";
  EXPECT_FALSE(loaded().result);
  saved();
  EXPECT_TRUE(loaded().result);
  planned_.identity.group = "control";
  EXPECT_FALSE(loaded().result);
  planned_.identity.group = "";
  std::ofstream(planned_.source.path) << "another recording";
  EXPECT_FALSE(loaded().result);
  EXPECT_EQ(loaded().warning, "");
}

TEST_F(Checkpoint, WithAnyByteChangedIsDamagedAndSaysSo) {
  const fs::path path = saved();
  const std::string whole = test::bytes_of(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    std::ofstream(path, std::ios::binary) << flipped;
    const Checkpoints::Found found = loaded();
    ASSERT_FALSE(found.result) << "byte " << at;
    ASSERT_NE(found.warning.find(path.string() + " is damaged"), std::string::npos) << "byte " << at;
  }
  std::ofstream(path, std::ios::binary) << whole;
  EXPECT_TRUE(loaded().result);
}

TEST_F(Checkpoint, CutOffOrGoneOnAnywhereIsDamaged) {
  const fs::path path = saved();
  const std::string whole = test::bytes_of(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    ASSERT_FALSE(loaded().result) << length << " bytes";
    ASSERT_NE(loaded().warning, "") << length << " bytes";
  }
  std::ofstream(path, std::ios::binary) << whole << '\0';
  EXPECT_FALSE(loaded().result);
}

TEST_F(Checkpoint, IsNeitherReadNorWrittenWhereNoneAreKept) {
  const Checkpoints none = checkpoints("0.1.0 rev1 AVX2 {}", false);
  none.save(planned_, none.key_of(planned_), result_);
  EXPECT_FALSE(fs::exists(file("out.h5.partial")));
  saved();
  EXPECT_FALSE(none.load(planned_, checkpoints().key_of(planned_)).result);
}

TEST_F(Checkpoint, ThatWasNeverFinishedIsRemovedOnceItsWriterIsGone) {
  const fs::path whole = saved(), folder = file("out.h5.partial");
  std::ofstream(folder / "a.checkpoint.tmp99-1") << "its writer was killed";
  std::ofstream(folder / "notes.tmp") << "of somebody else";
  const WholeFile being_written(folder / "b.checkpoint");
  checkpoints().remove_leftovers();
  EXPECT_FALSE(fs::exists(folder / "a.checkpoint.tmp99-1"));
  EXPECT_TRUE(fs::exists(folder / "notes.tmp"));
  EXPECT_TRUE(fs::exists(being_written.temporary()));
  EXPECT_TRUE(fs::exists(whole));
}

TEST_F(Checkpoint, ThatCannotBeWrittenIsAnErrorWithItsPath) {
  std::ofstream(file("out.h5.partial")) << "a file where the folder should be";
  try {
    checkpoints().save(planned_, checkpoints().key_of(planned_), result_);
    FAIL() << "nothing was thrown";
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("out.h5.partial"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace leverkin
