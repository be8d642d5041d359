// Loaded before the program: refuses one request for memory, the REFUSE-th, and writes to the file COUNT how
// many there were.
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

static long asked, refused;

__attribute__((constructor)) static void begin(void) {
  const char* nth = getenv("REFUSE");
  if (nth) refused = atol(nth) > asked ? atol(nth) : 0;
}

__attribute__((destructor)) static void end(void) {
  const char* name = getenv("COUNT");
  FILE* file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld", asked);
  fclose(file);
}

static int refuse(void) {
  const int now = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED) == refused;
  if (now) errno = ENOMEM;
  return now;
}

void* malloc(size_t size) { return refuse() ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return refuse() ? NULL : __libc_calloc(count, size); }
void* realloc(void* old, size_t size) { return refuse() ? NULL : __libc_realloc(old, size); }
void* memalign(size_t alignment, size_t size) { return refuse() ? NULL : __libc_memalign(alignment, size); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** found, size_t alignment, size_t size) {
  return (*found = memalign(alignment, size)) ? 0 : ENOMEM;
}
