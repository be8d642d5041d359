#include "io/byte_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <limits>
#include <mutex>
#include <new>
#include <vector>

#include "leverkin/error.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

BadSession ends_before(const std::string& path, std::int64_t place) {
  return BadSession({path, "", fmt::format("byte {}", place),
                     "the end of the file, or of what is packed in it",
                     "a file that is whole; copy it again from where it was recorded"});
}

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(const std::string& path) : path_(path), descriptor_(system_file::open(path, {})) {
    size_ = descriptor_ < 0 ? -1 : system_file::size(descriptor_);
    if (size_ >= 0) return;
    const std::string reason = std::strerror(errno);
    if (descriptor_ >= 0) system_file::close(descriptor_);
    throw IoError(path + ": cannot be opened: " + reason);
  }
  ~FileBytes() override { system_file::close(descriptor_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  [[nodiscard]] const std::string& path() const override { return path_; }
  [[nodiscard]] std::int64_t size() const override { return size_; }

  void read(std::int64_t offset, std::span<std::byte> bytes) const override {
    while (!bytes.empty()) {
      const std::int64_t got = system_file::read_at(descriptor_, bytes.data(), bytes.size(), offset);
      if (got < 0) throw IoError(path_ + ": cannot be read: " + std::strerror(errno));
      if (got == 0) throw ends_before(path_, offset);
      offset += got;
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }

 private:
  std::string path_;
  int descriptor_;
  std::int64_t size_ = 0;
};

constexpr std::size_t page_bytes = std::size_t{1} << 18;  // a block of doubles
constexpr std::size_t most_pages = 8;                     // what threads that read side by side ask for
constexpr std::int64_t pages_between_marks = 256;         // 64 MB

// A zlib stream, and how far it has come.
class Inflater {
 public:
  Inflater(const ByteSource& file, std::int64_t offset, std::int64_t bytes)
      : file_(&file), next_(offset), end_(offset + bytes), input_(std::size_t{1} << 16) {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater& other)
      : file_(other.file_), next_(other.next_), end_(other.end_), ended_(other.ended_), input_(other.input_) {
    if (inflateCopy(&stream_, const_cast<z_stream*>(&other.stream_)) != Z_OK) throw std::bad_alloc();
    stream_.next_in = input_.data();
    if (stream_.avail_in > 0) stream_.next_in += other.stream_.next_in - other.input_.data();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater& operator=(const Inflater&) = delete;

  /// The next bytes; fewer only where the stream has ended. Throws BadSession.
  std::size_t read(std::span<std::byte> bytes) {
    stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_out = static_cast<uInt>(bytes.size());
    while (stream_.avail_out > 0 && !ended_) {
      if (stream_.avail_in == 0) refill();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      ended_ = result == Z_STREAM_END;
      if (result != Z_OK && !ended_)
        throw BadSession({file_->path(), "", fmt::format("before byte {}", next_),
                          "packed values that do not unpack",
                          "a file that is whole; copy it again from where it was recorded"});
    }
    return bytes.size() - stream_.avail_out;
  }

 private:
  void refill() {
    const std::int64_t some = std::min<std::int64_t>(std::ssize(input_), end_ - next_);
    if (some <= 0) throw ends_before(file_->path(), next_);
    file_->read(next_, std::as_writable_bytes(std::span(input_).first(static_cast<std::size_t>(some))));
    next_ += some;
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(some);
  }

  const ByteSource* file_;
  std::int64_t next_, end_;
  bool ended_ = false;
  std::vector<Bytef> input_;
  z_stream stream_{};
};

class UnpackedBytes final : public ByteSource {
 public:
  UnpackedBytes(std::shared_ptr<const ByteSource> file, std::int64_t offset, std::int64_t bytes)
      : file_(std::move(file)) {
    marks_.push_back(std::make_unique<Inflater>(*file_, offset, bytes));
    now_ = std::make_unique<Inflater>(*marks_.front());
    constexpr std::int64_t best_ratio = 1032;  // that deflate can reach
    size_ = bytes > std::numeric_limits<std::int64_t>::max() / best_ratio ? bytes : bytes * best_ratio;
  }

  [[nodiscard]] const std::string& path() const override { return file_->path(); }
  [[nodiscard]] std::int64_t size() const override { return size_; }
  [[nodiscard]] bool is_packed() const override { return true; }
  [[nodiscard]] std::shared_ptr<const ByteSource> apart() const override {
    const std::lock_guard lock(mutex_);
    return std::shared_ptr<const ByteSource>(new UnpackedBytes(file_, marks_, size_));
  }

  void read(std::int64_t offset, std::span<std::byte> bytes) const override {
    const std::lock_guard lock(mutex_);
    while (!bytes.empty()) {
      const auto number = offset / static_cast<std::int64_t>(page_bytes);
      const auto into = static_cast<std::size_t>(offset % static_cast<std::int64_t>(page_bytes));
      const std::vector<std::byte>& page = page_of(number);
      if (into >= page.size()) throw ends_before(path(), offset);
      const std::size_t some = std::min(bytes.size(), page.size() - into);
      std::memcpy(bytes.data(), page.data() + into, some);
      bytes = bytes.subspan(some);
      offset += static_cast<std::int64_t>(some);
    }
  }

 private:
  struct Page {
    std::int64_t number = -1;
    std::vector<std::byte> bytes;
  };

  UnpackedBytes(std::shared_ptr<const ByteSource> file, const std::vector<std::unique_ptr<Inflater>>& marks,
                std::int64_t size)
      : file_(std::move(file)), size_(size) {
    for (const auto& mark : marks) marks_.push_back(std::make_unique<Inflater>(*mark));
    now_ = std::make_unique<Inflater>(*marks_.front());
  }

  const std::vector<std::byte>& page_of(std::int64_t number) const {
    for (const Page& page : pages_)
      if (page.number == number) return page.bytes;
    if (number < next_) {
      const std::int64_t mark = std::min<std::int64_t>(number / pages_between_marks, std::ssize(marks_) - 1);
      now_ = std::make_unique<Inflater>(*marks_[static_cast<std::size_t>(mark)]);
      next_ = mark * pages_between_marks;
    }
    while (true) {
      unpack_next();
      if (pages_.back().number == number || pages_.back().bytes.size() < page_bytes) break;
    }
    static const std::vector<std::byte> nothing;
    return pages_.back().number == number ? pages_.back().bytes : nothing;
  }

  void unpack_next() const {
    if (next_ == std::ssize(marks_) * pages_between_marks)
      marks_.push_back(std::make_unique<Inflater>(*now_));
    Page page{next_++, std::vector<std::byte>(page_bytes)};
    page.bytes.resize(now_->read(page.bytes));
    if (pages_.size() == most_pages) pages_.pop_front();
    pages_.push_back(std::move(page));
  }

  std::shared_ptr<const ByteSource> file_;
  std::int64_t size_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Inflater>> marks_;  // before every so many pages
  mutable std::unique_ptr<Inflater> now_;
  mutable std::int64_t next_ = 0;  // page that `now_` comes to
  mutable std::deque<Page> pages_;
};

}  // namespace

std::shared_ptr<const ByteSource> apart_from_others(const std::shared_ptr<const ByteSource>& bytes) {
  auto own = bytes->apart();
  return own == nullptr ? bytes : own;
}

std::shared_ptr<const ByteSource> open_bytes(const std::string& path) {
  return std::make_shared<FileBytes>(path);
}

std::string head_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path.string() + ": cannot be opened: no such file, or no permission to read it");
  std::string head(64, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

std::shared_ptr<const ByteSource> unpack_bytes(std::shared_ptr<const ByteSource> file, std::int64_t offset,
                                               std::int64_t bytes) {
  return std::make_shared<UnpackedBytes>(std::move(file), offset, bytes);
}

}  // namespace leverkin
