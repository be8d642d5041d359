// engine/io/link_name.h: under which name does a results file keep an animal or a group?
#pragma once

#include <string>

namespace leverkin {

/// Every character stays but "/", which HDF5 takes for the border between two groups: U+2215 stands for it.
/// Throws BadArgument for a name that HDF5 cannot use.
[[nodiscard]] std::string link_name(const std::string& name);

}  // namespace leverkin
