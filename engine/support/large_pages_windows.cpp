#include "support/large_pages.h"

namespace leverkin {

// On Windows a process gets large pages only with a right that an administrator has to give it.
void prefer_large_pages(void*, std::size_t) {}

}  // namespace leverkin
