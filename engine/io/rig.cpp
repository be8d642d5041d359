#include "leverkin/rig.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "io/toml_fields.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

std::vector<RigProfile::Threshold> thresholds_of(const TomlFields& table) {
  std::vector<RigProfile::Threshold> thresholds;
  for (const std::string& key : table.keys()) {
    std::int64_t session = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), session);
    if (error != std::errc() || end != key.data() + key.size() || session < 1)
      throw table.refuse(key, "\"" + key + "\"", "the number of a session, 1 or more, as the key");
    thresholds.push_back({session, table.positive(key)});
  }
  std::ranges::sort(thresholds, {}, &RigProfile::Threshold::from_session);
  return thresholds;
}

}  // namespace

RigProfile rig_from_toml(std::string_view text, const std::string& origin) {
  const TomlFields rig(text, origin);
  RigProfile profile;
  profile.name = rig.text("name").value_or("");
  profile.volts_per_mm = rig.find_positive("volts_per_mm").value_or(RigProfile::unknown);
  const double sign = rig.number("sign").value_or(1.0);
  if (sign != 1.0 && sign != -1.0)
    throw rig.refuse("sign", fmt::format("{}", sign), "1, or -1 where a press lowers the voltage");
  profile.sign = static_cast<int>(sign);
  profile.rest_v = rig.number("rest_v").value_or(RigProfile::unknown);
  profile.noise_v = rig.find_positive("noise_v").value_or(RigProfile::unknown);
  profile.rate_hz = rig.find_positive("rate_hz").value_or(RigProfile::unknown);
  if (const auto c = rig.numbers("counts_to_volts")) {
    if (c->size() < 2 || c->size() > 4 || (*c)[1] == 0.0)
      throw rig.refuse("counts_to_volts", fmt::format("{} numbers", c->size()),
                       "2 to 4 of c0 + c1 x + c2 x^2 + c3 x^3, with c1 not 0");
    profile.counts_to_volts = *c;
    profile.counts_to_volts.resize(4, 0.0);
  }
  const TomlFields channels = rig.table("channels");
  profile.lever = channels.text("lever").value_or("");
  profile.cue = channels.text("cue").value_or("");
  profile.reward = channels.text("reward").value_or("");
  profile.thresholds = thresholds_of(rig.table("threshold_mm"));
  channels.refuse_others({"lever", "cue", "reward"});
  rig.refuse_others({"name", "volts_per_mm", "sign", "rest_v", "noise_v", "rate_hz", "counts_to_volts",
                     "channels", "threshold_mm"});
  return profile;
}

}  // namespace leverkin
