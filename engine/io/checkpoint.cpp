#include "io/checkpoint.h"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/packed.h"
#include "io/whole_file.h"
#include "io/xxh3.h"
#include "support/system_file.h"

namespace leverkin {

namespace fs = std::filesystem;

namespace {

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::string bytes(file ? static_cast<std::size_t>(file.tellg()) : 0, '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::string hex_of(const std::string& text) {
  Xxh3 hash;
  hash.add(text.data(), text.size());
  return hash.hex();
}

// What stands before the digest at the end; throws BadArgument where it is not what was written.
std::string_view intact(std::string_view whole) {
  const std::size_t digest_size = Xxh3::Digest().size();
  if (whole.size() < digest_size) throw BadArgument("bytes that end too early");
  std::string_view body = take(whole, whole.size() - digest_size);
  Xxh3 hash;
  hash.add(body.data(), body.size());
  if (std::memcmp(hash.digest().data(), whole.data(), digest_size) != 0)
    throw BadArgument("bytes with another checksum");
  return body;
}

}  // namespace

Checkpoints::Checkpoints(const fs::path& results, const std::string& configuration, bool enabled)
    : folder_(results), configuration_(hex_of(configuration)), enabled_(enabled) {
  folder_ += ".partial";
}

fs::path Checkpoints::file_of(const PlannedSession& planned) const {
  return folder_ / (hex_of(fs::weakly_canonical(planned.source.path).string()) + ".checkpoint");
}

std::string Checkpoints::key_of(const PlannedSession& planned) const {
  if (!enabled_) return "";
  std::string key = configuration_;
  const auto add_file = [&](const fs::path& path) {
    std::error_code ignored;  // a file that is gone is the business of whoever opens it
    const auto version = system_file::version(path).value_or(system_file::Version{});
    key += fmt::format("\n{} {} {}", fs::weakly_canonical(path, ignored).string(), version.size,
                       version.changed_ns);
  };
  add_file(planned.source.path);
  for (const fs::path& path : planned.other_files) add_file(path);
  const SessionIdentity& identity = planned.identity;
  for (const std::string* text : {&identity.subject, &identity.group, &identity.phase}) key += '\n' + *text;
  return key + fmt::format("\n{}", identity.session);
}

Checkpoints::Found Checkpoints::load(const PlannedSession& planned, const std::string& key) const {
  const fs::path file = file_of(planned);
  std::error_code ignored;
  if (!enabled_ || !fs::exists(file, ignored)) return {};
  const std::string whole = read_whole(file);
  try {
    std::string_view body = intact(whole);
    std::string stored_key;
    unpack(body, stored_key);
    if (stored_key != key) return {};
    SessionResult result;
    unpack(body, result);
    result.info.path = planned.source.path.string();  // as written here, not as where it was made
    return {std::move(result), ""};
  } catch (const BadArgument&) {
    return {std::nullopt, fmt::format("its checkpoint {} is damaged and was not used", file.string())};
  }
}

void Checkpoints::save(const PlannedSession& planned, const std::string& key,
                       const SessionResult& result) const {
  if (!enabled_) return;
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  WholeFile file(file_of(planned));
  Xxh3 hash;
  std::string buffer;  // small fields go to disk together
  const auto flush = [&] {
    file.append(buffer.data(), buffer.size());
    buffer.clear();
  };
  const auto sink = [&](const void* bytes, std::size_t count) {
    hash.add(bytes, count);
    buffer.append(static_cast<const char*>(bytes), count);
    if (buffer.size() > 1 << 20) flush();
  };
  pack(key, sink);
  pack(result, sink);
  flush();
  const Xxh3::Digest digest = hash.digest();
  file.append(digest.data(), digest.size());
  file.commit();
}

void Checkpoints::remove_leftovers() const {
  if (enabled_) WholeFile::remove_leftovers(folder_ / "");
}

void Checkpoints::remove() const {
  std::error_code ignored;
  if (enabled_) fs::remove_all(folder_, ignored);
}

}  // namespace leverkin
