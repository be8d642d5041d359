#include "stages/correlate_blocks.h"
namespace leverkin {
SessionPairs correlate_compressed(RowsBySession& rows, double, int threads, BlockMedians&) {
  centre_all(rows, threads);
  leave_out_excluded(rows);
  return all_session_pairs(rows);
}
}  // namespace leverkin
