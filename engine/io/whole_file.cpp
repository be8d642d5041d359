#include "io/whole_file.h"

#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/replacing.h"
#include "leverkin/error.h"
#include "leverkin/whole_file.h"
#include "support/folder_entries.h"
#include "support/system_file.h"

namespace leverkin {

namespace fs = std::filesystem;

namespace {

// A name that WholeFile gave: that of `target`, or of any where that is empty, and ".tmp123-456".
bool is_temporary(const std::string& name, const std::string& target) {
  const std::size_t mark = name.rfind(".tmp"), dash = name.rfind('-');
  if (mark == 0 || mark == std::string::npos || dash == std::string::npos || dash < mark + 4) return false;
  const auto is_number = [](std::string_view digits) {
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::string_view writer = std::string_view(name).substr(mark + 4);
  return is_number(writer.substr(0, dash - mark - 4)) && is_number(writer.substr(dash - mark - 3)) &&
         (target.empty() || std::string_view(name).substr(0, mark) == target);
}

}  // namespace

WholeFile::WholeFile(const fs::path& target) : target_(behind_links(target)) {
  std::error_code ignored;
  if (fs::is_directory(target_, ignored))
    throw IoError(target_.string() + ": cannot be written: it is a folder, expected the name of a file");
  do {
    if (descriptor_ >= 0) system_file::close(descriptor_);
    temporary_ = target_;
    temporary_ += ".tmp" + std::to_string(system_file::process_id()) + "-" +
                  std::to_string(std::random_device{}() % 1000000);
    descriptor_ = system_file::open(temporary_, {.write = true, .create = true, .fresh = true});
    if (descriptor_ < 0) fail("cannot be written", errno);
    // Where a file system has no locks, nobody takes it for a leftover either.
    (void)system_file::take_lock(descriptor_);
  } while (system_file::is_removed(descriptor_));  // taken for a leftover before it was locked
}

WholeFile::~WholeFile() {
  std::error_code ignored;
  if (descriptor_ < 0) return;
  fs::remove(temporary_, ignored);
  system_file::close(descriptor_);
}

void WholeFile::append(const void* bytes, std::size_t count) {
  const auto* left = static_cast<const char*>(bytes);
  while (count > 0) {
    const std::int64_t put = system_file::append(descriptor_, left, count);
    if (put <= 0) fail("cannot be written to the end", put < 0 ? errno : ENOSPC);
    left += put;
    count -= static_cast<std::size_t>(put);
  }
}

void WholeFile::commit() {
  if (system_file::sync(descriptor_) != 0) fail("cannot be written to the end", errno);
  const std::error_code error = system_file::replace(temporary_, target_);
  if (error.value() == EBUSY) fail("cannot be replaced, as another program has it open", EBUSY);
  if (error) fail("cannot be renamed into place", error.value());
  system_file::close(std::exchange(descriptor_, -1));
}

void WholeFile::remove_leftovers(const fs::path& target) {
  std::error_code ignored;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const std::string wanted = target.filename().string();
  for (const fs::path& entry : folder_entries(folder, ignored)) {
    if (!is_temporary(entry.filename().string(), wanted) || !fs::is_regular_file(entry, ignored)) continue;
    const int descriptor = system_file::open(entry, {.write = true, .follow_links = false});
    if (descriptor < 0) continue;
    if (system_file::take_lock(descriptor)) fs::remove(entry, ignored);
    system_file::close(descriptor);
  }
}

void WholeFile::fail(const std::string& what, int reason) const {
  throw IoError(target_.string() + ": " + what + ": " + std::generic_category().message(reason));
}

void write_whole_file(const fs::path& path, std::string_view bytes) {
  WholeFile file(path);
  WholeFile::remove_leftovers(file.target());
  file.append(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace leverkin
