#include <pthread.h>

#include "support/host_process.h"

namespace leverkin {

void at_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) {
  static_cast<void>(pthread_atfork(before, in_parent, in_child));
}

void stay_loaded() {}  // the pool's threads have ended when dlclose() returns

bool threads_end_before_statics() { return true; }

}  // namespace leverkin
