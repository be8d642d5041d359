// engine/io/formats/format.h: which recording formats are there, and what does each of them bring?
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "io/formats/session_frame.h"
#include "io/hdf5.h"
#include "io/recording.h"

namespace leverkin {

/// One look at what a path leads to, shared by all formats that are asked about it.
class FirstLook {
 public:
  /// Under hdf5::Lock. Throws IoError where there is nothing to look at, BadSession for an HDF5 file that
  /// cannot be opened.
  explicit FirstLook(const std::filesystem::path& path);

  [[nodiscard]] const std::string& path() const { return path_; }  ///< as given
  [[nodiscard]] bool is_folder() const { return is_folder_; }
  [[nodiscard]] std::string_view head() const { return head_; }  ///< its first 64 bytes, or all it has
  /// Whether a program was writing on it, in SWMR mode, before it was opened: where none was, what is read is
  /// all there is.
  [[nodiscard]] bool is_being_written() const { return hdf5::head_says_being_written(head_); }
  /// Where it is an HDF5 file; else null.
  [[nodiscard]] const H5::H5File* hdf5() const { return hdf5_ ? &*hdf5_ : nullptr; }

 private:
  std::string path_, head_;
  bool is_folder_ = false;
  std::optional<H5::H5File> hdf5_;
};

/// A guest: one file in this folder, one row in formats().
struct Format {
  std::string_view name;                       ///< SessionInfo::format
  std::span<const std::string_view> suffixes;  ///< ".nwb"; in lower case
  /// Under hdf5::Lock; H5::Exception passes through. Looks at what is there, not at its name.
  bool (*recognises)(const FirstLook& look);
  /// Under hdf5::Lock; H5::Exception passes through. Throws BadSession.
  Recording (*open)(const FirstLook& look, const SessionOptions& options);
  /// Of a recording of several files: is it named by this one? null: every file is a recording.
  bool (*names_recording)(const std::filesystem::path& path) = nullptr;
  /// What SessionWriter puts around the samples; null: leverkin does not write it.
  std::unique_ptr<SessionFrame> (*frame)(const SessionHeader& header) = nullptr;
};

/// The one list of formats; of two that recognise a file, the first reads it.
[[nodiscard]] std::span<const Format* const> formats();

/// The format that reads it; null: none does. Under hdf5::Lock; H5::Exception passes through.
[[nodiscard]] const Format* format_of(const FirstLook& look);

/// What a path holds, opened by the format that reads it. Throws IoError, BadSession.
[[nodiscard]] Recording open_recording(const std::filesystem::path& path, const SessionOptions& options);

/// Throws BadSession: what it is instead, as far as it can be told.
[[noreturn]] void refuse_unknown_format(const FirstLook& look);

}  // namespace leverkin
