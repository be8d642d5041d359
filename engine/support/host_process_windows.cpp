#include <windows.h>

#include "support/host_process.h"

namespace leverkin {

void at_fork(void (*)(), void (*)(), void (*)()) {}

void stay_loaded() {
  HMODULE ours = nullptr;
  ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCWSTR>(&stay_loaded), &ours);
}

bool threads_end_before_statics() { return false; }

}  // namespace leverkin
