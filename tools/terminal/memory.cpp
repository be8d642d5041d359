#include "terminal/memory.h"

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace leverkin::tools {

#ifdef __GLIBC__
void keep_memory_small() { ::mallopt(M_MMAP_THRESHOLD, 1 << 20); }
void return_free_memory() { ::malloc_trim(0); }
#else  // other allocators do so by themselves
void keep_memory_small() {}
void return_free_memory() {}
#endif

}  // namespace leverkin::tools
