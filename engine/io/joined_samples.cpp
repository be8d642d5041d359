#include "io/joined_samples.h"

#include <algorithm>
#include <cmath>

#include "leverkin/error.h"

namespace leverkin {
namespace {

std::int64_t length(const RawRange& range) { return range.end - range.begin; }

const RawRange& range_of(const RawRange& range) { return range; }
const RawRange& range_of(const Stretch& stretch) { return stretch.range; }

// Where each one begins among the samples that are left, and where the last one ends.
template <typename Ranges>
std::vector<std::int64_t> places_of(const Ranges& ranges) {
  std::vector<std::int64_t> first{0};
  for (const auto& one : ranges) first.push_back(first.back() + length(range_of(one)));
  return first;
}

// Which of them holds a sample.
std::size_t holder(const std::vector<std::int64_t>& first, std::int64_t sample) {
  return static_cast<std::size_t>(std::ranges::upper_bound(first, sample) - first.begin()) - 1;
}

}  // namespace

JoinedSamples::JoinedSamples(std::vector<Stretch> stretches)
    : stretches_(std::move(stretches)), first_(places_of(stretches_)) {}

template <typename Visit>
void JoinedSamples::along(std::int64_t first, std::int64_t count, const Visit& visit) const {
  std::size_t at = count > 0 ? holder(first_, first) : 0;
  for (std::int64_t done = 0; done < count; ++at) {
    const std::int64_t into = first + done - first_[at];
    const std::int64_t some = std::min(count - done, first_[at + 1] - first_[at] - into);
    visit(stretches_[at], stretches_[at].range.begin + into, some, static_cast<std::size_t>(done));
    done += some;
  }
}

void JoinedSamples::read(std::int64_t first, std::int64_t count, std::byte* stored) const {
  along(first, count, [&](const Stretch& stretch, std::int64_t from, std::int64_t some, std::size_t done) {
    stretch.samples->read(from, some, stored + done * value_bytes());
  });
}

void JoinedSamples::read_block(std::int64_t first, std::int64_t count, Workspace*, std::byte* stored) const {
  read(first, count, stored);
}

void JoinedSamples::to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const {
  along(first, std::ssize(volts),
        [&](const Stretch& stretch, std::int64_t from, std::int64_t some, std::size_t done) {
          stretch.samples->to_volts(from, stored + done * value_bytes(),
                                    volts.subspan(done, static_cast<std::size_t>(some)));
        });
}

AbsentSamples JoinedSamples::absent() const {
  AbsentSamples all;
  const SampleSource* source = nullptr;
  AbsentSamples of_source;
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    const Stretch& stretch = stretches_[i];
    if (stretch.samples.get() != source) {
      source = stretch.samples.get();
      of_source = source->absent();
    }
    for (const RawRange& range : of_source.ranges) {
      const std::int64_t begin = std::max(range.begin, stretch.range.begin);
      const std::int64_t end = std::min(range.end, stretch.range.end);
      if (begin >= end) continue;
      if (all.reason.empty()) all.reason = of_source.reason;
      const std::int64_t moved = first_[i] - stretch.range.begin;
      if (!all.ranges.empty() && all.ranges.back().end == begin + moved)
        all.ranges.back().end = end + moved;
      else
        all.ranges.push_back({begin + moved, end + moved});
    }
  }
  return all;
}

StretchTimes::StretchTimes(std::span<const Stretch> stretches, double rate_hz, std::string name)
    : first_(places_of(stretches)), rate_hz_(rate_hz), name_(std::move(name)) {
  for (const Stretch& stretch : stretches) start_s_.push_back(stretch.start_s);
}

void StretchTimes::read(std::int64_t first, std::span<double> seconds) {
  std::size_t at = seconds.empty() ? 0 : holder(first_, first);
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const std::int64_t sample = first + static_cast<std::int64_t>(i);
    while (sample >= first_[at + 1]) ++at;
    seconds[i] = start_s_[at] + static_cast<double>(sample - first_[at]) / rate_hz_;
  }
}

KeptTimestamps::KeptTimestamps(std::unique_ptr<Timestamps> all, std::vector<RawRange> kept)
    : all_(std::move(all)), kept_(std::move(kept)), first_(places_of(kept_)) {}

void KeptTimestamps::read(std::int64_t first, std::span<double> seconds) {
  std::size_t at = seconds.empty() ? 0 : holder(first_, first);
  for (std::size_t done = 0; done < seconds.size(); ++at) {
    const std::int64_t into = first + static_cast<std::int64_t>(done) - first_[at];
    const auto some = std::min(seconds.size() - done, static_cast<std::size_t>(length(kept_[at]) - into));
    all_->read(kept_[at].begin + into, seconds.subspan(done, some));
    done += some;
  }
}

void take_stretches(Recording& recording, std::vector<Stretch> stretches, double rate_hz) {
  std::erase_if(stretches, [](const Stretch& stretch) { return length(stretch.range) == 0; });
  SessionInfo& info = recording.info;
  if (stretches.empty())
    throw BadSession({info.path, info.dataset, "", "no samples", "a recording that is not empty"});
  info.rate_hz = rate_hz;
  info.clock_offset_s = stretches.front().start_s;
  bool gapless = true;
  double end_s = stretches.front().start_s;
  for (const Stretch& stretch : stretches) {
    gapless = gapless && std::abs(stretch.start_s - end_s) * rate_hz < 0.5;
    end_s = stretch.start_s + static_cast<double>(length(stretch.range)) / rate_hz;
  }
  if (!gapless)
    recording.timestamps = std::make_unique<StretchTimes>(stretches, rate_hz, "the times of its parts");
  recording.samples = std::make_unique<JoinedSamples>(std::move(stretches));
}

}  // namespace leverkin
