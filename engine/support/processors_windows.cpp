#include <windows.h>

#include <algorithm>
#include <bit>
#include <thread>

#include "support/processors.h"

namespace leverkin {

int usable_processors() {
  DWORD_PTR allowed = 0, of_the_machine = 0;
  if (::GetProcessAffinityMask(::GetCurrentProcess(), &allowed, &of_the_machine) != 0 && allowed != 0)
    return std::popcount(allowed);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace leverkin
