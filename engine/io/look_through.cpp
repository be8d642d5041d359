// The child's side of look_first.h: reads all metadata of a file, and dies of them so that nobody else has
// to.
#include <array>
#include <atomic>
#include <chrono>
#include <new>
#include <string_view>

#include "io/formats/format.h"
#include "io/hdf5.h"
#include "io/look_life.h"
#include "io/look_protocol.h"
#include "io/walk_file.h"
#include "leverkin/error.h"
#include "leverkin/named_arrays.h"
#include "leverkin/reading_guard.h"
#include "leverkin/results.h"
#include "leverkin/suggestions.h"
#include "leverkin/tables_file.h"

namespace leverkin {
namespace {

using look_protocol::Answer;

std::atomic<bool> looking = false;

using look_life::begin_time;
using look_life::say;

herr_t look_at_table(hid_t root, const char* name, const H5O_info_t* info, void*) {
  still_looking();
  if (info->type != H5O_TYPE_DATASET) return 0;
  const hid_t dataset = H5Dopen2(root, name, H5P_DEFAULT);
  const hid_t created = H5Dget_create_plist(dataset), space = H5Dget_space(dataset),
              type = H5Dget_type(dataset);
  hsize_t chunks = 0;
  if (H5Pget_layout(created) == H5D_CHUNKED) H5Dget_num_chunks(dataset, space, &chunks);
  H5Tclose(type);
  H5Sclose(space);
  H5Pclose(created);
  H5Dclose(dataset);
  return 0;
}

void look_at_results(const std::string& path) {
  (void)load_results(path);
  const hdf5::Lock lock;
  const H5::H5File file = hdf5::open_to_read(path);
  H5Ovisit2(file.getId(), H5_INDEX_NAME, H5_ITER_NATIVE, look_at_table, nullptr, H5O_INFO_BASIC);
}

void look_at_session(const std::string& path, const SessionOptions& options) {
  const Recording recording = open_recording(path, options);
  (void)recording.samples->absent();
}

void look_at(Look look, const std::string& path, const SessionOptions& options) {
  switch (look) {
    case Look::kind:
      if (is_results_file(path)) (void)stored_review(path);
      return;
    case Look::session:
      return look_at_session(path, options);
    case Look::results:
      return look_at_results(path);
    case Look::tables:
      return check_tables_file(path);
    case Look::numbers:
      (void)read_named_arrays(path);
      return;
    case Look::all:
      return walk_file(path, WalkFor::reading);
    case Look::mapping:
      (void)suggest_mapping(path);
      return;
  }
}

Answer answer_to(Look look, const std::string& path, const SessionOptions& options) {
  try {
    look_at(look, path, options);
  } catch (const std::bad_alloc&) {
    return Answer::out_of_memory;
  } catch (const std::exception& error) {  // the parent finds it as well, and can tell it better
    if (std::string_view(error.what()).find("memory allocation failed") != std::string_view::npos)
      return Answer::out_of_memory;
  }
  return Answer::survived;
}

/// Requests, byte by byte as they come.
class Requests {
 public:
  bool next(Look& look, std::string& path, SessionOptions& options) {
    char letter = 0;
    if (!get(letter)) return false;
    look = static_cast<Look>(letter);
    return text(path) && text(options.lever) && text(options.mapping) && text(options.rig);
  }

 private:
  bool get(char& byte) {
    if (at_ == got_) {
      at_ = 0;
      got_ = look_life::hear(bytes_);
      if (got_ == 0) return false;
    }
    byte = bytes_[at_++];
    return true;
  }

  bool text(std::string& into) {
    into.clear();
    for (char byte = 0; get(byte);) {
      if (byte == '\0') return true;
      into += byte;
    }
    return false;
  }

  std::array<char, 4096> bytes_;
  std::size_t at_ = 0, got_ = 0;
};

}  // namespace

void still_looking() {
  using Clock = std::chrono::steady_clock;
  static Clock::time_point told;
  if (!looking || Clock::now() - told < std::chrono::milliseconds(100)) return;
  told = Clock::now();
  begin_time(look_protocol::longest_s);
  say(Answer::still_looking);
}

void serve_looks() {
  look_life::set_limits();
  H5set_free_list_limits(0, 0, 0, 0, 0, 0);  // what is freed is not handed out again as it was
  looking = true;
  Requests requests;
  Look look = Look::kind;
  SessionOptions options;
  for (std::string path; requests.next(look, path, options);) {
    begin_time(look_protocol::longest_s);
    const Answer answer = answer_to(look, path, options);
    begin_time(0);
    say(answer);
  }
}

}  // namespace leverkin
