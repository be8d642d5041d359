// engine/io/session_name.h: which session does a name speak of?
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "leverkin/session.h"

namespace leverkin {

/// The number at the end of a name of the form word + number: "session_03", "day3", "m07_12"; at least 1. 0
/// where there is none: dates, years, UUIDs, numbers of more than five digits, and the animal's own name are
/// no session.
[[nodiscard]] std::int64_t session_number_in(std::string_view name, std::string_view subject);

/// Takes the number from the session id, else from the name of the file, where the identity has none yet.
void number_by_name(SessionIdentity& identity, std::string_view session_id,
                    const std::filesystem::path& path);

}  // namespace leverkin
