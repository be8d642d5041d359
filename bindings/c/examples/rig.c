/* A rig in one page: record, look at bouts while they happen, end with a results file and a summary.
 *
 *   cc rig.c -lleverkin -lm && ./a.out today.results.h5
 */
#include <leverkin/leverkin_c.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RATE 10000
#define BLOCK 100 /* 10 ms */

/* What the acquisition card would deliver: a press in every third second. */
static void next_block(double* volts, long first) {
  int i;
  for (i = 0; i < BLOCK; ++i) {
    const double t = fmod((double)(first + i) / RATE, 3.0);
    const double noise = 0.001 * sin(917.0 * (double)(first + i));
    volts[i] = 1.5 + noise - (t > 1.0 && t < 1.4 ? 0.4 * sin(3.14159265 * (t - 1.0) / 0.4) : 0.0);
  }
}

static int stop(const char* what) {
  fprintf(stderr, "%s: %s\n", what, lvk_last_error());
  return 1;
}

int main(int argc, char** argv) {
  const char* config = "profile = \"chen2015\"\n[session]\nsubject = \"m07\"\nsession = 12\n";
  lvk_engine* engine = NULL;
  double volts[BLOCK], onset_s[16], offset_s[16];
  int64_t bouts = 0, needed = 0, i;
  char* summary;
  long first;
  if (lvk_engine_new(config, RATE, 1.0, &engine) != LVK_OK) return stop("engine");

  for (first = 0; first < 60L * RATE; first += BLOCK) {
    next_block(volts, first);
    if (lvk_engine_push(engine, volts, BLOCK) != LVK_OK) return stop("push");
    if (first % (3L * RATE) == 0) {
      lvk_engine_event(engine, LVK_CUE, (double)first / RATE + 0.5);
      lvk_engine_event(engine, LVK_REWARD, (double)first / RATE + 1.2);
    }
    if (lvk_engine_poll(engine, onset_s, offset_s, 16, &bouts) != LVK_OK) return stop("poll");
    for (i = 0; i < bouts; ++i) printf("bout %.3f .. %.3f s (provisional)\n", onset_s[i], offset_s[i]);
  }

  if (lvk_engine_finish(engine, argc > 1 ? argv[1] : NULL) != LVK_OK) return stop("finish");
  lvk_engine_summary_json(engine, NULL, 0, &needed);
  summary = malloc((size_t)needed);
  if (summary == NULL || lvk_engine_summary_json(engine, summary, needed, &needed) != LVK_OK)
    return stop("summary");
  puts(summary);
  free(summary);
  lvk_engine_free(engine);
  return 0;
}
