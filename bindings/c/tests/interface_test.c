/* The interface as a C program uses and misuses it. A folder for files is the only argument. */
#include <leverkin/leverkin_c.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define EXPECT(what)                                                                             \
  do {                                                                                           \
    if (!(what)) {                                                                               \
      fprintf(stderr, "%s:%d: expected %s (%s)\n", __FILE__, __LINE__, #what, lvk_last_error()); \
      ++failures;                                                                                \
    }                                                                                            \
  } while (0)

#define SAMPLES 60000

/* A lever at 1 kHz that is pressed once in three seconds. */
static double* session(void) {
  double* volts = malloc(SAMPLES * sizeof *volts);
  unsigned seed = 1;
  int i;
  for (i = 0; i < SAMPLES; ++i) {
    const int press = i / 3000, t = i % 3000;
    seed = seed * 1664525u + 1013904223u;
    volts[i] = 1.5 + 0.002 * ((double)seed / 4294967296.0 - 0.5);
    if (t > 1000 && t < 1400) volts[i] -= 0.5 * sin(3.14159265 * (t - 1000) / 400.0) * (1.0 + 0.1 * press);
  }
  return volts;
}

static void push_in_blocks(lvk_engine* engine, const double* volts) {
  int i;
  for (i = 0; i + 10 <= SAMPLES; i += 10) EXPECT(lvk_engine_push(engine, volts + i, 10) == LVK_OK);
}

static char* summary(lvk_engine* engine) {
  int64_t needed = 0;
  char* text;
  EXPECT(lvk_engine_summary_json(engine, NULL, 0, &needed) == LVK_OK);
  EXPECT(lvk_engine_summary_json(engine, NULL, needed, &needed) == LVK_E_ARGUMENT && needed == 0);
  EXPECT(lvk_engine_summary_json(engine, NULL, 0, &needed) == LVK_OK);
  EXPECT(needed > 1);
  text = malloc((size_t)needed);
  EXPECT(lvk_engine_summary_json(engine, text, needed - 1, &needed) == LVK_E_CAPACITY);
  EXPECT(lvk_engine_summary_json(engine, text, needed, &needed) == LVK_OK);
  EXPECT((int64_t)strlen(text) + 1 == needed);
  return text;
}

static void records_a_session(const char* folder) {
  const char* config = "gap_ms = 400\n[session]\nsubject = \"m07\"\nsession = 3\n";
  double* volts = session();
  double onset[64], offset[64];
  lvk_engine* engine = NULL;
  int64_t n = 0;
  int i;
  char path[4096];
  char recording[4096];
  char kept[64];
  char* text;
  FILE* file;
  EXPECT(lvk_engine_new(config, 1000.0, 1.0, &engine) == LVK_OK);
  for (i = 0; i < SAMPLES / 3000; ++i) {
    EXPECT(lvk_engine_event(engine, LVK_TRIAL_START, 3.0 * i) == LVK_OK);
    EXPECT(lvk_engine_event(engine, LVK_CUE, 3.0 * i + 0.5) == LVK_OK);
    EXPECT(lvk_engine_event(engine, LVK_REWARD, 3.0 * i + 1.2) == LVK_OK);
  }
  push_in_blocks(engine, volts);
  EXPECT(lvk_engine_poll(engine, onset, offset, 2, &n) == LVK_OK);
  EXPECT(n == 2 && onset[0] > 0.7 && onset[0] < 1.0 && offset[0] > 1.4 && offset[0] < 1.7);
  EXPECT(lvk_engine_poll(engine, onset, offset, 64, &n) == LVK_OK);
  EXPECT(n >= 15 && n <= 18);
  EXPECT(lvk_engine_poll(engine, onset, offset, 64, &n) == LVK_OK && n == 0);
  text = summary(engine);
  EXPECT(strstr(text, "\"provisional\":true") != NULL);
  free(text);
  snprintf(path, sizeof path, "%s/c_interface.results.h5", folder);
  EXPECT(lvk_engine_finish(engine, path) == LVK_OK);
  file = fopen(path, "rb");
  EXPECT(file != NULL);
  if (file != NULL) fclose(file);
  text = summary(engine);
  EXPECT(strstr(text, "\"subject\": \"m07\"") != NULL);
  EXPECT(strstr(text, "provisional") == NULL);
  free(text);
  EXPECT(lvk_engine_push(engine, volts, 10) == LVK_E_FINISHED);
  EXPECT(lvk_engine_event(engine, LVK_CUE, 1.0) == LVK_E_FINISHED);
  snprintf(recording, sizeof recording, "%s/c_interface.recording.nwb", folder);
  file = fopen(recording, "wb");
  EXPECT(file != NULL && fputs("a recording", file) >= 0 && fclose(file) == 0);
  EXPECT(lvk_engine_finish(engine, recording) == LVK_E_ARGUMENT); /* never replaced */
  file = fopen(recording, "rb");
  EXPECT(file != NULL && fgets(kept, sizeof kept, file) != NULL && strcmp(kept, "a recording") == 0);
  if (file != NULL) fclose(file);
  EXPECT(lvk_engine_finish(engine, "/nowhere/at/all.h5") == LVK_E_IO);
  EXPECT(strstr(lvk_last_error(), "/nowhere/at/all.h5") != NULL);
  EXPECT(lvk_engine_finish(engine, path) == LVK_OK); /* the session is not lost */
  lvk_engine_free(engine);
  EXPECT(lvk_engine_push(engine, volts, 10) == LVK_E_HANDLE);
  EXPECT(lvk_engine_finish(engine, NULL) == LVK_E_HANDLE);
  lvk_engine_free(engine);
  lvk_engine_free(NULL);
  free(volts);
}

static void refuses_what_cannot_be(void) {
  double volts[20] = {0}, t[4];
  lvk_engine* engine = (lvk_engine*)&failures;
  int64_t n = 0;
  char text[8];
  EXPECT(lvk_engine_new(NULL, 1000.0, 1.0, NULL) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_new("gap = 1\n", 1000.0, 1.0, &engine) == LVK_E_ARGUMENT && engine == NULL);
  EXPECT(strstr(lvk_last_error(), "gap") != NULL);
  EXPECT(lvk_engine_new("= 1\n", 1000.0, 1.0, &engine) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_new(NULL, 1.0, 1.0, &engine) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_new(NULL, NAN, 1.0, &engine) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_new(NULL, 1000.0, -1.0, &engine) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_new(NULL, 1000.0, NAN, &engine) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_push(NULL, volts, 20) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_push((lvk_engine*)volts, volts, 20) == LVK_E_HANDLE);
  EXPECT(lvk_engine_new("", 1000.0, 0.001, &engine) == LVK_OK);
  EXPECT(lvk_engine_push(engine, NULL, 20) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_push(engine, volts, -1) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_push(engine, NULL, 0) == LVK_OK);
  EXPECT(lvk_engine_push(engine, volts, INT64_MAX) == LVK_E_FULL);
  EXPECT(lvk_engine_event(engine, 4, 1.0) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_event(engine, -1, 1.0) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_event(engine, LVK_CUE, NAN) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_poll(engine, NULL, NULL, 4, &n) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_poll(engine, t, t, -4, &n) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_poll(engine, t, t, 4, NULL) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_poll(engine, NULL, NULL, 0, &n) == LVK_OK);
  EXPECT(lvk_engine_summary_json(engine, text, 8, NULL) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_summary_json(engine, text, -1, &n) == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_finish(engine, NULL) == LVK_E_SESSION); /* no samples */
  EXPECT(lvk_engine_finish(engine, NULL) == LVK_E_SESSION);
  lvk_engine_free(engine);
}

static void lends_the_planners_lock(void) {
  double* volts = session();
  lvk_engine* engine = NULL;
  EXPECT(lvk_engine_new(NULL, 1000.0, 1.0, &engine) == LVK_OK);
  push_in_blocks(engine, volts);
  EXPECT(lvk_planner_unlock() == LVK_E_ARGUMENT);
  EXPECT(lvk_planner_lock() == LVK_OK);
  EXPECT(lvk_planner_lock() == LVK_E_BUSY);
  EXPECT(lvk_engine_finish(engine, NULL) == LVK_E_BUSY); /* it would wait for ever */
  EXPECT(lvk_planner_unlock() == LVK_OK);
  EXPECT(lvk_planner_unlock() == LVK_E_ARGUMENT);
  EXPECT(lvk_engine_finish(engine, NULL) == LVK_OK);
  lvk_engine_free(engine);
  free(volts);
}

static void opens_so_many_engines_and_no_more(void) {
  lvk_engine* engines[65];
  int i;
  for (i = 0; i < 64; ++i) EXPECT(lvk_engine_new(NULL, 1000.0, 0.01, &engines[i]) == LVK_OK);
  EXPECT(lvk_engine_new(NULL, 1000.0, 0.01, &engines[64]) == LVK_E_FULL);
  for (i = 0; i < 64; ++i) lvk_engine_free(engines[i]);
  EXPECT(lvk_engine_new(NULL, 1000.0, 0.01, &engines[64]) == LVK_OK);
  for (i = 0; i < 64; ++i) EXPECT(lvk_engine_push(engines[i], NULL, 0) == LVK_E_HANDLE);
  lvk_engine_free(engines[64]);
}

struct shared {
  lvk_engine* engine;
  const double* volts;
  int64_t pushed;
};

static void* push_from_a_thread(void* argument) {
  struct shared* shared = argument;
  double onset[4], offset[4];
  char text[1024];
  int64_t n;
  int i;
  for (i = 0; i < 20000; ++i) {
    const int code = lvk_engine_push(shared->engine, shared->volts + i % 1000, 7);
    if (code == LVK_OK) shared->pushed += 7;
    EXPECT(code == LVK_OK || code == LVK_E_BUSY || code == LVK_E_HANDLE);
    (void)lvk_engine_poll(shared->engine, onset, offset, 4, &n);
    (void)lvk_engine_event(shared->engine, LVK_CUE, i);
    if (i % 100 == 0) (void)lvk_engine_summary_json(shared->engine, text, sizeof text, &n);
  }
  return NULL;
}

static void survives_threads_on_one_handle(void) {
  double* volts = session();
  struct shared one, two;
  pthread_t thread;
  one.volts = two.volts = volts;
  one.pushed = two.pushed = 0;
  EXPECT(lvk_engine_new(NULL, 1000.0, 1.0, &one.engine) == LVK_OK);
  two.engine = one.engine;
  EXPECT(pthread_create(&thread, NULL, push_from_a_thread, &two) == 0);
  push_from_a_thread(&one);
  pthread_join(thread, NULL);
  EXPECT(one.pushed + two.pushed > 0);
  EXPECT(pthread_create(&thread, NULL, push_from_a_thread, &two) == 0);
  lvk_engine_free(one.engine); /* while the other one pushes */
  pthread_join(thread, NULL);
  EXPECT(lvk_engine_push(one.engine, volts, 1) == LVK_E_HANDLE);
  free(volts);
}

int main(int argc, char** argv) {
  EXPECT(lvk_abi_version() == LVK_ABI_VERSION);
  EXPECT(strcmp(lvk_last_error(), "") == 0);
  records_a_session(argc > 1 ? argv[1] : ".");
  refuses_what_cannot_be();
  lends_the_planners_lock();
  opens_so_many_engines_and_no_more();
  survives_threads_on_one_handle();
  if (failures == 0) printf("the C interface keeps its word\n");
  return failures == 0 ? 0 : 1;
}
