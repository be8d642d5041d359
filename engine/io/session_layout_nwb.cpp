#include "io/session_layout.h"
#include "leverkin/error.h"
namespace leverkin {
std::unique_ptr<SessionLayout> nwb_layout(const SessionHeader&) {
  throw BadArgument("NWB is not yet written");
}
}  // namespace leverkin
