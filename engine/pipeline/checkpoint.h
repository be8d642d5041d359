// engine/pipeline/checkpoint.h: what was done before an analysis was interrupted?
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "leverkin/parameters.h"
#include "leverkin/results.h"
#include "pipeline/plan.h"

namespace leverkin {

/// Finished sessions in the folder `<results>.partial`, one file each. A checkpoint counts only for the same
/// recording (path, size, time of change, identity), the same parameters, review and version; anything else
/// is as if it were not there. Different threads, processes and machines may use it at the same time.
class Checkpoints {
 public:
  /// Without `enabled`, nothing is read and nothing written. `lever` is the name of the lever series asked
  /// for.
  Checkpoints(const std::filesystem::path& results, const Parameters& parameters, const std::string& lever,
              const std::string& review_json, bool enabled);

  /// What a checkpoint has to say of itself to count. To be asked for before the recording is read: of one
  /// that changes meanwhile, nothing counts.
  [[nodiscard]] std::string key_of(const PlannedSession& planned) const;
  [[nodiscard]] std::optional<SessionResult> load(const PlannedSession& planned,
                                                  const std::string& key) const;
  /// Throws IoError.
  void save(const PlannedSession& planned, const std::string& key, const SessionResult& result) const;
  void remove() const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const PlannedSession& planned) const;

  std::filesystem::path folder_;
  std::string configuration_;
  bool keep_traces_, enabled_;
};

}  // namespace leverkin
