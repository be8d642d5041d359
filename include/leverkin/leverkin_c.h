/* leverkin/leverkin_c.h: the engine for programs that are not written in C++.
 *
 * Plain C, opaque handles, no callbacks, no arrays of structs; all arrays belong to the caller. Every
 * function that returns int returns 0 (LVK_OK) or one of the negative codes below, and lvk_last_error() then
 * says in words what was wrong. No function ends the process, prints, or lets a C++ exception out.
 *
 * Times are seconds from the session's first sample. Any thread may call; a call on an engine that another
 * thread is just using returns LVK_E_BUSY and does nothing. A handle that was freed, or never was one, gives
 * LVK_E_HANDLE. Functions that take a results file or a summary may need some hundred milliseconds; push,
 * event and poll never allocate and never wait.
 */
#ifndef LEVERKIN_C_H
#define LEVERKIN_C_H

#include <stdint.h>

#if defined(_WIN32) && defined(LVK_BUILDS_DLL)
#define LVK_API __declspec(dllexport)
#elif defined(_WIN32)
#define LVK_API __declspec(dllimport)
#elif defined(__GNUC__)
#define LVK_API __attribute__((visibility("default")))
#else
#define LVK_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A change of this number means that programs must be compiled anew. */
#define LVK_ABI_VERSION 1

#define LVK_OK 0
#define LVK_E_ARGUMENT (-1)  /* a null pointer, a negative size, a configuration or a value that cannot be */
#define LVK_E_HANDLE (-2)    /* not an engine, or one that was freed */
#define LVK_E_FULL (-3)      /* no room: max_hours is reached, or too many events or engines */
#define LVK_E_BUSY (-4)      /* another thread is using this engine; or this one holds the planner's lock */
#define LVK_E_FINISHED (-5)  /* the session was finished */
#define LVK_E_SESSION (-6)   /* the recording cannot be analysed, e.g. it never moves */
#define LVK_E_IO (-7)        /* a file cannot be read or written */
#define LVK_E_MEMORY (-8)    /* not enough memory */
#define LVK_E_CAPACITY (-9)  /* the buffer is too small; what it needs was said */
#define LVK_E_INTERNAL (-10) /* an error of leverkin's own */

/* Kinds of events. */
#define LVK_TRIAL_START 0
#define LVK_CUE 1
#define LVK_REWARD 2
#define LVK_TRIAL_STOP 3

typedef struct lvk_engine lvk_engine;

/* LVK_ABI_VERSION of the library that is loaded. */
LVK_API int lvk_abi_version(void);

/* What was wrong with the last call of this thread that failed; "" where none did. Belongs to the library and
 * stays until the next failure in this thread. */
LVK_API const char* lvk_last_error(void);

/* config_toml: parameters as `leverkin config` prints them and a table [session] with subject, session,
 * group, start_time and history (a results file with the animal's earlier sessions, for the summary); all
 * optional; null or "" takes the profile chen2015. rate_hz: of the samples, 100 .. 1,000,000. max_hours: all
 * memory for so long a session is taken here; 0 takes 4 hours. */
LVK_API int lvk_engine_new(const char* config_toml, double rate_hz, double max_hours, lvk_engine** out);

/* n samples in volts, following those before. Of a block that does not fit, nothing is taken (LVK_E_FULL). */
LVK_API int lvk_engine_push(lvk_engine* engine, const double* volts, int64_t n);

/* In any order; a repetition counts once. A trial goes from its start to its stop or to the next start, and
 * takes its first cue and, after it, its first reward. Without starts, cues begin trials. */
LVK_API int lvk_engine_event(lvk_engine* engine, int kind, double t_s);

/* Provisional bouts since the last call, oldest first, at most `capacity`; *n says how many were written.
 * They come about 2.6 s after the lever came to rest; the final ones, which differ a little, are in the
 * results. */
LVK_API int lvk_engine_poll(lvk_engine* engine, double* onset_s, double* offset_s, int64_t capacity,
                            int64_t* n);

/* Ends the session and analyses it; with a path, also writes a results file (whole or not at all). May be
 * called again: with the same or another path, to write there, as after a full disk. */
LVK_API int lvk_engine_finish(lvk_engine* engine, const char* results_path_or_null);

/* UTF-8, ended by a zero. After lvk_engine_finish: what `leverkin summary SESSION --json` prints. Before: how
 * the session stands, with "provisional": true. *needed is the size that takes, its zero included: ask for it
 * with a null buffer and capacity 0. With too little capacity nothing is written and LVK_E_CAPACITY returned.
 */
LVK_API int lvk_engine_summary_json(lvk_engine* engine, char* buffer, int64_t capacity, int64_t* needed);

/* Waits for a call that another thread is in. Null and handles freed before are let pass. */
LVK_API void lvk_engine_free(lvk_engine* engine);

/* Around the host's own FFTW planning, if the host and leverkin use one copy of FFTW: its planner is not
 * thread-safe. Not to be taken twice by one thread (LVK_E_BUSY). */
LVK_API int lvk_planner_lock(void);
LVK_API int lvk_planner_unlock(void);

#ifdef __cplusplus
}
#endif

#endif
