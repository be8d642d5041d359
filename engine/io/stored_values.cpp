#include "io/stored_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>

#include "io/look_first.h"
#include "leverkin/error.h"
#include "leverkin/reading_guard.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

constexpr hssize_t most_blocks = 1'000'000;  // of a selection; a damaged one must not ask for all memory

void add_range(std::vector<RawRange>& ranges, std::int64_t begin, std::int64_t end) {
  if (begin >= end) return;
  if (!ranges.empty() && ranges.back().end == begin)
    ranges.back().end = end;
  else
    ranges.push_back({begin, end});
}

// What is left of [0, length) without `present`.
std::vector<RawRange> complement(std::vector<RawRange> present, std::int64_t length) {
  std::ranges::sort(present, {}, &RawRange::begin);
  std::vector<RawRange> absent;
  std::int64_t reached = 0;
  for (const RawRange& range : present) {
    add_range(absent, reached, std::min(range.begin, length));
    reached = std::max(reached, range.end);
  }
  add_range(absent, reached, length);
  return absent;
}

// --- chunks

// Begins and ends along the line, in samples of it.
RawRange chunk_range(const DataLine& line, hsize_t place, hsize_t length) {
  const auto axis = static_cast<std::size_t>(line.axis);
  const hsize_t begin = line.at[axis], end = begin + static_cast<hsize_t>(line.length);
  return {static_cast<std::int64_t>(std::clamp(place, begin, end) - begin),
          static_cast<std::int64_t>(std::clamp(place + length, begin, end) - begin)};
}

// Of a data set with few chunks, which may have room for very many: one stored chunk after the other.
std::vector<RawRange> stored_ranges(const DataLine& line, hsize_t stored, const std::vector<hsize_t>& chunk) {
  const H5::DataSpace space = line.dataset.getSpace();
  std::vector<RawRange> present;
  std::vector<hsize_t> place(chunk.size());
  for (hsize_t i = 0; i < stored; ++i) {
    unsigned filters = 0;
    haddr_t address = HADDR_UNDEF;
    hsize_t bytes = 0;
    if (H5Dget_chunk_info(line.dataset.getId(), space.getId(), i, place.data(), &filters, &address, &bytes) <
        0)
      throw H5::DataSetIException("stored_ranges", "the index of the chunks cannot be read");
    bool on_the_line = true;
    for (std::size_t k = 0; k < chunk.size(); ++k)
      on_the_line =
          on_the_line && (static_cast<int>(k) == line.axis || place[k] == line.at[k] - line.at[k] % chunk[k]);
    const auto axis = static_cast<std::size_t>(line.axis);
    if (on_the_line) present.push_back(chunk_range(line, place[axis], chunk[axis]));
  }
  return present;
}

AbsentSamples absent_chunks(const DataLine& line, const H5::DSetCreatPropList& created) {
  constexpr hsize_t few = 1000;
  const H5::DataSpace space = line.dataset.getSpace();
  std::vector<hsize_t> extent(line.at.size()), chunk(line.at.size());
  space.getSimpleExtentDims(extent.data());
  created.getChunk(static_cast<int>(chunk.size()), chunk.data());
  hsize_t expected = 1, stored = 0;
  for (std::size_t i = 0; i < chunk.size(); ++i) expected *= (extent[i] + chunk[i] - 1) / chunk[i];
  const bool known = H5Dget_num_chunks(line.dataset.getId(), space.getId(), &stored) >= 0;
  if (known && stored == expected) return {};
  if (known && stored == 0) return {{{0, line.length}}, "chunks that were never written"};
  AbsentSamples absent;
  if (known && stored <= few) {
    absent.ranges = complement(stored_ranges(line, stored, chunk), line.length);
  } else {
    const auto axis = static_cast<std::size_t>(line.axis);
    std::vector<hsize_t> place = line.at;
    for (std::size_t i = 0; i < chunk.size(); ++i) place[i] -= place[i] % chunk[i];
    for (const hsize_t end = line.at[axis] + static_cast<hsize_t>(line.length); place[axis] < end;
         place[axis] += chunk[axis]) {
      still_looking();
      haddr_t address = HADDR_UNDEF;
      unsigned filters = 0;
      hsize_t bytes = 0;
      if (H5Dget_chunk_info_by_coord(line.dataset.getId(), place.data(), &filters, &address, &bytes) < 0)
        throw H5::DataSetIException("absent_chunks", "the index of the chunks cannot be read");
      const RawRange range = chunk_range(line, place[axis], chunk[axis]);
      if (address == HADDR_UNDEF) add_range(absent.ranges, range.begin, range.end);
    }
  }
  if (!absent.ranges.empty()) absent.reason = "chunks that were never written";
  return absent;
}

// --- raw files

struct RawFile {
  std::string path;
  std::int64_t offset = 0;
  std::optional<std::int64_t> bytes;  // none: to its end
};

std::vector<RawFile> raw_files(const H5::DSetCreatPropList& created, const std::string& file) {
  std::vector<RawFile> files;
  for (int i = 0; i < created.getExternalCount(); ++i) {
    std::string name(4096, '\0');
    off_t offset = 0;
    hsize_t bytes = 0;
    H5Pget_external(created.getId(), static_cast<unsigned>(i), name.size() - 1, name.data(), &offset, &bytes);
    const fs::path path = fs::path(file).parent_path() / name.c_str();  // an absolute name stays one
    files.push_back({system_file::stored_name(path), offset, std::nullopt});
    if (bytes != H5F_UNLIMITED) files.back().bytes = static_cast<std::int64_t>(bytes);
  }
  return files;
}

AbsentSamples absent_in_raw_files(const DataLine& line, const std::vector<RawFile>& files) {
  AbsentSamples absent;
  const auto width = static_cast<std::int64_t>(line.dataset.getDataType().getSize());
  std::int64_t begin = 0;  // bytes into the data set
  std::vector<RawRange> present;
  for (const RawFile& raw : files) {
    std::error_code error;
    const auto size = fs::file_size(raw.path, error);
    const std::int64_t there =
        error ? 0 : std::max<std::int64_t>(0, static_cast<std::int64_t>(size) - raw.offset);
    const std::int64_t room = std::min(raw.bytes.value_or(line.length * width), line.length * width - begin);
    if (there < room && absent.reason.empty())
      absent.reason = error ? fmt::format("the raw file {} is not there", raw.path)
                            : fmt::format("the raw file {} ends after {} of {} values", raw.path,
                                          there / width, room / width);
    present.push_back({(begin + width - 1) / width, (begin + std::min(there, room)) / width});
    begin += room;
  }
  absent.ranges = complement(std::move(present), line.length);
  return absent;
}

// --- virtual data sets

// A run of selected elements along one axis.
struct Run {
  int axis = 0;
  std::vector<hsize_t> at;
  std::int64_t length = 0;
};

// In the order in which HDF5 pairs them; nothing where a selection is no list of such runs. `whole`: what a
// selection of everything is of, which is not stored with it.
std::optional<std::vector<Run>> runs_of(const H5::DataSpace& space, const H5::DataSpace& whole) {
  const auto rank = static_cast<std::size_t>(whole.getSimpleExtentNdims());
  std::vector<hsize_t> corners(2 * rank);
  if (H5Sget_select_type(space.getId()) == H5S_SEL_ALL) {
    std::vector<hsize_t> extent(rank);
    whole.getSimpleExtentDims(extent.data());
    if (std::ranges::count(extent, hsize_t{0}) > 0) return std::vector<Run>{};
    for (std::size_t i = 0; i < rank; ++i) corners[rank + i] = extent[i] - 1;
  } else {
    const hssize_t blocks = H5Sget_select_hyper_nblocks(space.getId());
    if (blocks <= 0 || blocks > most_blocks) return std::nullopt;
    corners.resize(2 * rank * static_cast<std::size_t>(blocks));
    if (H5Sget_select_hyper_blocklist(space.getId(), 0, static_cast<hsize_t>(blocks), corners.data()) < 0)
      return std::nullopt;
  }
  std::vector<Run> runs;
  for (std::size_t first = 0; first < corners.size(); first += 2 * rank) {
    Run run{0,
            {corners.begin() + static_cast<std::ptrdiff_t>(first),
             corners.begin() + static_cast<std::ptrdiff_t>(first + rank)},
            1};
    int long_axes = 0;
    for (std::size_t i = 0; i < rank; ++i) {
      const auto length = static_cast<std::int64_t>(corners[first + rank + i] - corners[first + i] + 1);
      if (length <= 1) continue;
      run.axis = static_cast<int>(i);
      run.length = length;
      ++long_axes;
    }
    if (long_axes > 1) return std::nullopt;
    runs.push_back(std::move(run));
  }
  return runs;
}

struct VirtualMapping {
  std::string file, dataset;
  H5::DataSpace target, source;
};

template <typename Ask>
std::string asked_text(const Ask& ask) {
  const ssize_t length = ask(nullptr, 0);
  std::string text(static_cast<std::size_t>(std::max<ssize_t>(0, length)), '\0');
  if (length > 0) ask(text.data(), text.size() + 1);
  return text;
}

H5::DataSpace owned(hid_t id) {
  H5::DataSpace space(id);  // takes a reference of its own
  H5Sclose(id);
  return space;
}

// Where HDF5 looks for a source: as named, then beside the file.
std::string find_source(const std::string& name, const std::string& file) {
  if (name == ".") return file;
  const fs::path folder = fs::path(file).parent_path();
  std::error_code error;
  for (const fs::path& path : {folder / name, folder / fs::path(name).filename(), fs::path(name)})
    if (fs::is_regular_file(path, error)) return system_file::stored_name(path);
  return system_file::stored_name(folder / name);
}

std::vector<VirtualMapping> mappings_of(const H5::DSetCreatPropList& created, const std::string& file) {
  std::vector<VirtualMapping> mappings;
  std::size_t count = 0;
  H5Pget_virtual_count(created.getId(), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = asked_text([&](char* text, std::size_t size) {
      return H5Pget_virtual_filename(created.getId(), i, text, size);
    });
    const std::string dataset = asked_text([&](char* text, std::size_t size) {
      return H5Pget_virtual_dsetname(created.getId(), i, text, size);
    });
    mappings.push_back({find_source(name, file), dataset, owned(H5Pget_virtual_vspace(created.getId(), i)),
                        owned(H5Pget_virtual_srcspace(created.getId(), i))});
  }
  return mappings;
}

// The stored part of one run of a source, counted from the beginning of the run.
std::vector<RawRange> present_in(const H5::DataSet& source, const Run& run, const std::string& file) {
  std::vector<hsize_t> extent(run.at.size());
  const H5::DataSpace space = source.getSpace();
  if (static_cast<std::size_t>(space.getSimpleExtentNdims()) != extent.size()) return {};
  space.getSimpleExtentDims(extent.data());
  for (std::size_t i = 0; i < extent.size(); ++i)
    if (run.at[i] >= extent[i]) return {};
  const auto axis = static_cast<std::size_t>(run.axis);
  const std::int64_t length = std::min(run.length, static_cast<std::int64_t>(extent[axis] - run.at[axis]));
  return complement(absent_values({source, run.axis, run.at, length}, file).ranges, length);
}

// Walks along the runs of both sides at once: calls visit(target, source) for pieces that belong together.
void for_each_pair(const std::vector<Run>& targets, const std::vector<Run>& sources,
                   const std::function<void(const Run&, const Run&)>& visit) {
  std::size_t t = 0, s = 0;
  std::int64_t in_target = 0, in_source = 0;
  while (t < targets.size() && s < sources.size()) {
    const std::int64_t length = std::min(targets[t].length - in_target, sources[s].length - in_source);
    const auto piece = [length](Run run, std::int64_t skipped) {
      run.at[static_cast<std::size_t>(run.axis)] += static_cast<hsize_t>(skipped);
      run.length = length;
      return run;
    };
    visit(piece(targets[t], in_target), piece(sources[s], in_source));
    in_target += length;
    in_source += length;
    if (in_target == targets[t].length) ++t, in_target = 0;
    if (in_source == sources[s].length) ++s, in_source = 0;
  }
}

std::optional<H5::DataSet> open_source(const VirtualMapping& mapping, std::optional<H5::H5File>& file) {
  try {
    file.emplace(mapping.file, H5F_ACC_RDONLY);
    return file->openDataSet(mapping.dataset);
  } catch (const H5::Exception&) {
    return std::nullopt;
  }
}

AbsentSamples absent_in_sources(const DataLine& line, const std::vector<VirtualMapping>& mappings,
                                const std::string& file, const std::string& name) {
  std::vector<RawRange> present;
  AbsentSamples absent;
  const auto axis = static_cast<std::size_t>(line.axis);
  for (const VirtualMapping& mapping : mappings) {
    std::optional<H5::H5File> opened;
    const auto source = open_source(mapping, opened);
    if (!source) {
      absent.reason = fmt::format("the source {} of {} is not there", mapping.dataset, mapping.file);
      continue;
    }
    const auto to = runs_of(mapping.target, line.dataset.getSpace());
    const auto from = runs_of(mapping.source, source->getSpace());
    if (!to || !from)
      throw BadSession({file, name, fmt::format("source {} of {}", mapping.dataset, mapping.file),
                        "a virtual data set whose parts cannot be followed one by one",
                        "parts that are stretches of one column; or a copy with the samples in it"});
    for_each_pair(*to, *from, [&](const Run& target, const Run& part) {
      const auto place =
          static_cast<std::int64_t>(target.at[axis]) - static_cast<std::int64_t>(line.at[axis]);
      for (const RawRange& range : present_in(*source, part, mapping.file))
        present.push_back({place + range.begin, place + range.end});
    });
  }
  absent.ranges = complement(std::move(present), line.length);
  if (absent.reason.empty()) absent.reason = "parts of a virtual data set that have no source";
  if (absent.ranges.empty()) absent.reason.clear();
  return absent;
}

std::atomic<bool> outside_files_allowed = false;

bool lies_below(const fs::path& path, const fs::path& folder) {
  const fs::path whole = system_file::real_path(path), above = system_file::real_path(folder);
  return std::ranges::mismatch(above, whole).in1 == above.end();
}

}  // namespace

std::string file_holding(hid_t object) {
  const ssize_t length = H5Fget_name(object, nullptr, 0);
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, length)), '\0');
  if (length > 0) H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

void require_inside(const std::string& other, const std::string& file, const std::string& name) {
  if (other == file || outside_files_allowed) return;
  const fs::path folder = fs::absolute(file).parent_path();
  if (lies_below(fs::absolute(other), folder)) return;
  throw BadSession({file, name, "", "a link to " + other + ", outside the folder of the file",
                    "what it leads to in that folder, or leave to follow it (--outside-files, "
                    "allow_outside_files in Python)"});
}

AbsentSamples absent_values(const DataLine& line, const std::string& file) {
  const H5::DSetCreatPropList created = line.dataset.getCreatePlist();
  const H5D_layout_t layout = created.getLayout();
  if (line.length == 0 || layout == H5D_COMPACT) return {};
  const std::string holder = file_holding(line.dataset.getId());
  if (layout == H5D_VIRTUAL)
    return absent_in_sources(line, mappings_of(created, holder), file, line.dataset.getObjName());
  if (created.getExternalCount() > 0) return absent_in_raw_files(line, raw_files(created, holder));
  if (layout == H5D_CHUNKED) return absent_chunks(line, created);
  H5D_space_status_t status = H5D_SPACE_STATUS_ALLOCATED;
  line.dataset.getSpaceStatus(status);
  if (status != H5D_SPACE_STATUS_NOT_ALLOCATED) return {};
  return {{{0, line.length}}, "a data set that was never written"};
}

std::vector<std::string> files_beside(const H5::DataSet& dataset, const std::string& file) {
  const H5::DSetCreatPropList created = dataset.getCreatePlist();
  const std::string holder = file_holding(dataset.getId());
  std::vector<std::string> files;
  if (holder != file) files.push_back(holder);
  require_inside(holder, file, dataset.getObjName());
  for (const RawFile& raw : raw_files(created, holder)) {
    const fs::path folder = fs::absolute(holder).parent_path();
    if (!lies_below(fs::absolute(raw.path), folder))
      throw BadSession({file, dataset.getObjName(), "", "raw values in " + raw.path,
                        "raw values in the folder of the file, " + folder.string()});
    files.push_back(raw.path);
  }
  if (created.getLayout() == H5D_VIRTUAL)
    for (const VirtualMapping& mapping : mappings_of(created, holder)) {
      require_inside(mapping.file, file, dataset.getObjName());
      if (mapping.file != holder) files.push_back(mapping.file);
    }
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

void look_beside_the_file(const H5::DSetAccPropList& access) {
  H5Pset_efile_prefix(access.getId(), "${ORIGIN}");
}

void allow_outside_files(bool allowed) { outside_files_allowed = allowed; }

}  // namespace leverkin
