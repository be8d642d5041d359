#include "leverkin/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <thread>

#include "io/session_path.h"
#include "leverkin/error.h"
#include "leverkin/session_writer.h"
#include "leverkin/version.h"
#include "pipeline/plan.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

struct Written {
  std::string_view format, suffix;
};
constexpr Written written[] = {{"nwb", ".nwb"}, {"hdf5", ".h5"}, {"hdf5", ".hdf5"}};

const Written* of_suffix(const fs::path& out) {
  const auto* found = std::ranges::find(written, out.extension().string(), &Written::suffix);
  return found == std::end(written) ? nullptr : found;
}

// Where the files go: one of that name, or a folder of them.
struct Target {
  fs::path out;
  std::string format;
  std::string_view suffix;
  bool is_file = false;

  [[nodiscard]] fs::path file_of(const SessionIdentity& identity) const {
    return is_file ? out : session_path(out, identity, suffix);
  }
};

Target target_of(const fs::path& out, const ConvertOptions& options) {
  std::error_code error;
  const Written* const named = fs::is_directory(out, error) ? nullptr : of_suffix(out);
  if (named != nullptr && (options.format.empty() || options.format == named->format))
    return {out, std::string(named->format), named->suffix, true};
  if (named != nullptr)
    throw BadArgument(fmt::format("{}: the suffix of another format than {}; expected one name for both",
                                  out.string(), options.format));
  const auto* wanted =
      std::ranges::find(written, options.format.empty() ? "nwb" : options.format, &Written::format);
  if (wanted == std::end(written))
    throw BadArgument(fmt::format("format {}; expected nwb or hdf5", options.format));
  return {out, std::string(wanted->format), wanted->suffix, false};
}

// The smallest type that may hold what the recording holds; whether it does is seen on the way.
Storage first_guess(const SessionInfo& info) {
  if (info.storage.starts_with("int16")) return Storage::int16;
  const bool plain = info.volts_per_count == 1.0 && info.offset_v == 0.0;
  return plain && info.storage.starts_with("float32") ? Storage::float32 : Storage::float64;
}

// Would these volts be read again as they are, to the bit?
bool survives(std::span<const double> volts, const SessionHeader& header) {
  if (header.storage == Storage::float64) return true;
  if (header.storage == Storage::float32)
    return std::ranges::all_of(
        volts, [](double v) { return std::isnan(v) || static_cast<double>(static_cast<float>(v)) == v; });
  return std::ranges::all_of(volts, [&](double v) {
    const double count = std::round((v - header.offset_v) / header.volts_per_count);
    return count >= -32768.0 && count <= 32767.0 && count * header.volts_per_count + header.offset_v == v;
  });
}

// Times of a session are those from its first sample; its own clock comes back where the file can keep it.
void shift(std::vector<double>& seconds, double by_s) {
  for (double& time : seconds) time += by_s;
}

class SessionConversion {
 public:
  SessionConversion(Session& session, const PlannedSession& planned, const Target& target,
                    const ConvertOptions& options)
      : session_(session), options_(options), file_(target.file_of(planned.identity)) {
    const SessionInfo& info = session.info();
    header_.identity = planned.identity;
    header_.rate_hz = info.regular ? info.rate_hz : 0.0;
    header_.storage = first_guess(info);
    header_.volts_per_count = info.volts_per_count, header_.offset_v = info.offset_v;
    header_.mm_per_volt = info.mm_per_volt;
    header_.compressed = options.compressed;
    header_.samples = info.samples;
    header_.format = target.format;
    header_.description = fmt::format("Lever-press session, converted from {} ({}) by leverkin {}.",
                                      planned.source.path.filename().string(), info.format, version());
    header_.overwrite = options.overwrite;
    // Plain HDF5 with a rate has no place for where its clock starts.
    if (target.format == "nwb" || !info.regular) header_.starting_time_s = info.clock_offset_s;
    make_folder_of(file_);
  }

  [[nodiscard]] const fs::path& file() const { return file_; }

  /// `block_done` is called with raw samples.
  template <class BlockDone>
  void run(const BlockDone& block_done) {
    if (write(block_done)) return;
    header_.storage = Storage::float64;
    (void)write([](std::int64_t) {});
  }

 private:
  // False where the samples are more than the storage can hold.
  template <class BlockDone>
  bool write(const BlockDone& block_done) {
    SessionWriter writer(file_, header_);
    std::vector<double> seconds;
    bool whole = true;
    session_.stream_volts(
        [&](std::int64_t first, std::span<const double> volts) {
          block_done(static_cast<std::int64_t>(volts.size()));
          whole = whole && survives(volts, header_);
          if (!whole) return;
          if (header_.rate_hz > 0.0) return writer.append(volts);
          seconds.resize(volts.size());
          session_.read_timestamps(first, seconds);
          shift(seconds, header_.starting_time_s);
          writer.append(volts, seconds);
        },
        options_.threads);
    if (!whole) return false;
    TrialTable trials = session_.trials();
    for (auto* column : {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s})
      shift(*column, header_.starting_time_s);
    writer.finish(trials.size() > 0 ? &trials : nullptr);
    return true;
  }

  Session& session_;
  const ConvertOptions& options_;
  fs::path file_;
  SessionHeader header_;
};

class Converter {
 public:
  Converter(const std::vector<SessionSource>& sources, Target target, const ConvertOptions& options)
      : target_(std::move(target)), options_(options), sources_(sources) {
    std::vector<SessionSource> wanted;
    for (const SessionSource& source : sources)
      if (session_format(source.path) == target_.format)
        outcome_.notes.push_back(
            fmt::format("{}: passed over: it is {} already", source.path.string(), target_.format));
      else
        wanted.push_back(source);
    if (target_.is_file && wanted.size() > 1)
      throw BadArgument(fmt::format("{}: one file for {} recordings; expected a folder", target_.out.string(),
                                    wanted.size()));
    StudyPlan plan = plan_sessions(wanted, options_.session);
    planned_ = std::move(plan.sessions);
    outcome_.failed = std::move(plan.failed);
    std::ranges::move(plan.notes, std::back_inserter(outcome_.notes));
    progress_.sessions_total = std::ssize(planned_);
    for (const PlannedSession& one : planned_) progress_.samples_total += one.samples;
  }

  ConvertOutcome run() {
    for (const PlannedSession& planned : planned_) {
      const std::int64_t before = progress_.samples_done;
      try {
        convert_one(planned);
      } catch (const BadSession& error) {
        fail(planned, error.what());
      } catch (const BadArgument& error) {
        fail(planned, error.what());
      }
      ++progress_.sessions_done;
      progress_.samples_done = before + planned.samples;
      tell();
    }
    return std::move(outcome_);
  }

 private:
  void convert_one(const PlannedSession& planned) {
    Session session(planned.source.path, options_.session);
    SessionConversion conversion(session, planned, target_, options_);
    refuse_a_source(conversion.file());
    conversion.run([this](std::int64_t samples) {
      progress_.samples_done += samples;
      tell();
    });
    outcome_.converted.push_back({planned.source.path, conversion.file(), planned.identity,
                                  session.info().samples, session.info().notes});
  }

  void refuse_a_source(const fs::path& file) const {
    for (const SessionSource& source : sources_)
      if (std::error_code ignored; fs::equivalent(source.path, file, ignored))
        throw BadArgument(file.string() + ": is itself one of the recordings; expected another name");
  }

  void fail(const PlannedSession& planned, const std::string& what) {
    const SessionIdentity& identity = planned.identity;
    outcome_.failed.push_back({planned.source.path.string(), identity.subject, identity.session, what});
  }

  void tell() const {
    if (std::this_thread::get_id() != caller_) return;
    if (options_.progress && !options_.progress(progress_)) throw Cancelled("the conversion was stopped");
  }

  Target target_;
  const ConvertOptions& options_;
  const std::vector<SessionSource>& sources_;
  std::vector<PlannedSession> planned_;
  std::thread::id caller_ = std::this_thread::get_id();
  Progress progress_;
  ConvertOutcome outcome_;
};

}  // namespace

ConvertOutcome convert(const std::vector<SessionSource>& sources, const fs::path& out,
                       const ConvertOptions& options) {
  return Converter(sources, target_of(out, options), options).run();
}

}  // namespace leverkin
