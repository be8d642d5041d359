// engine/io/look_protocol.h: what do a process and the child that looks at files for it say to each other?
#pragma once

#include <cstdint>
#include <string>

#include "io/look_first.h"

namespace leverkin::look_protocol {

enum class Answer : char {
  still_looking = '.',
  survived = '+',       ///< read to the end, or an error that can be told in words
  out_of_memory = 'm',  ///< of what it is allowed
  silence = ' ',        ///< never said
};

inline constexpr std::uint64_t most_memory = std::uint64_t{2} << 30U;  ///< bytes, for one file
inline constexpr int longest_s = 2;                                    ///< processor time without progress
inline constexpr unsigned took_too_long = 75;  ///< exit code of a child that ends itself for that (Windows)

/// A letter and four texts, each closed by a zero byte.
inline std::string request(Look look, const std::string& path, const SessionOptions& options) {
  std::string request(1, static_cast<char>(look));
  for (const std::string& text : {path, options.lever, options.mapping, options.rig}) request += text + '\0';
  return request;
}

}  // namespace leverkin::look_protocol
