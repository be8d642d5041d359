// tools/terminal/system.h: what does the tool ask of the system that it runs on?
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// POSIX in system_posix.cpp, Windows in system_windows.cpp.
namespace leverkin::tools {

/// To be called first: what is written is bytes, a full disk and a reader that has gone are errors and no
/// signals, a console of Windows takes UTF-8 and the codes of a terminal.
void prepare_process();

/// The words after the program's name, in UTF-8.
[[nodiscard]] std::vector<std::string> words_of(int count, char** words);

[[nodiscard]] std::int64_t process_id();
/// Empty where the system does not say.
[[nodiscard]] std::filesystem::path this_program();
/// What starts it again, also where its file was replaced meanwhile and the system can do that.
[[nodiscard]] std::string command_of_this_program();

[[nodiscard]] bool is_terminal(int descriptor);
/// Of a terminal.
[[nodiscard]] int columns_of(int descriptor);
/// Do the codes that colour words do so, as far as the system knows?
[[nodiscard]] bool takes_colour_codes();
/// Does the system show more than ASCII, whatever the locale says?
[[nodiscard]] bool always_shows_unicode();

void set_environment(const char* name, const std::string& value, bool replacing);
/// Between the folders of PATH and its like.
[[nodiscard]] char path_separator();
[[nodiscard]] const char* usual_python();

/// Runs another program in the place of this one and gives its exit code; -1, with errno, where it cannot be
/// started. On POSIX it returns only then.
[[nodiscard]] int become(const std::vector<std::string>& command);

/// A file in `folder` that nobody else has, gone with this object.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& folder);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] int error() const { return error_; }  ///< errno where it could not be made, 0 where it was
  /// 0, or the errno of what keeps it from being locked.
  [[nodiscard]] int lock() const;

 private:
  std::string path_;
  int descriptor_ = -1, error_ = 0;
};

/// A folder for temporary files that nobody else has. Throws IoError.
[[nodiscard]] std::filesystem::path make_scratch_folder();

}  // namespace leverkin::tools
