// The C interface: handles instead of pointers, codes instead of exceptions, nothing else.
#include "leverkin/leverkin_c.h"

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <thread>

#include "leverkin/engine.h"
#include "leverkin/error.h"
#include "leverkin/history.h"
#include "leverkin/pipeline.h"
#include "leverkin/planner.h"

namespace {

using leverkin::Engine;

thread_local std::array<char, 2048> last_error{};
thread_local bool holds_planner = false;

// Never allocates: push and event fail through it, too.
int fail(int code, const char* text) noexcept {
  std::strncpy(last_error.data(), text, last_error.size() - 1);
  return code;
}

// What the C side calls an engine: a place in the table below and how often it was given out before, so that
// a handle that was freed is known for what it is.
struct Session {
  std::unique_ptr<Engine> engine;
  bool finished = false;
  std::string summary;
};

class Place {
 public:
  enum State : std::uint64_t { empty = 0, idle = 1, busy = 2 };

  // The engine of generation `g`, for one caller at a time.
  int enter(std::uint64_t g) noexcept {
    std::uint64_t seen = word(g, idle);
    if (word_.compare_exchange_strong(seen, word(g, busy), std::memory_order_acquire)) return LVK_OK;
    if (seen == word(g, busy)) return fail(LVK_E_BUSY, "another thread is using this engine");
    return fail(LVK_E_HANDLE, "this handle is not an engine; was it freed?");
  }
  void leave(std::uint64_t g) noexcept { word_.store(word(g, idle), std::memory_order_release); }

  // False where the place is taken. After true, only this caller may use it until leave() or vacate().
  bool occupy(std::uint64_t& g) noexcept {
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    g = seen >> 2;
    return seen == word(g, empty) &&
           word_.compare_exchange_strong(seen, word(g, busy), std::memory_order_acquire);
  }
  void vacate(std::uint64_t g) noexcept {
    session = {};
    word_.store(word(g + 1, empty), std::memory_order_release);
  }

  Session session;

 private:
  static std::uint64_t word(std::uint64_t g, State state) { return g << 2 | state; }
  std::atomic<std::uint64_t> word_{std::uint64_t{1} << 2};
};

constexpr std::size_t most_engines = 64;
std::array<Place, most_engines>& places() {
  static std::array<Place, most_engines> table;
  return table;
}

struct Handle {
  std::size_t place = 0;
  std::uint64_t generation = 0;

  explicit Handle(const lvk_engine* engine)
      : place(reinterpret_cast<std::uintptr_t>(engine) % most_engines),
        generation(reinterpret_cast<std::uintptr_t>(engine) / most_engines) {}
  Handle(std::size_t p, std::uint64_t g) : place(p), generation(g) {}

  [[nodiscard]] lvk_engine* pointer() const {
    return reinterpret_cast<lvk_engine*>(static_cast<std::uintptr_t>(generation * most_engines + place));
  }
};

// One call on one engine.
class Visit {
 public:
  explicit Visit(const lvk_engine* engine) noexcept : handle_(engine) {
    status_ = engine == nullptr ? fail(LVK_E_ARGUMENT, "the engine is a null pointer")
                                : places()[handle_.place].enter(handle_.generation);
  }
  ~Visit() {
    if (status_ == LVK_OK) places()[handle_.place].leave(handle_.generation);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] Session& session() const { return places()[handle_.place].session; }
  [[nodiscard]] Engine& engine() const { return *session().engine; }

 private:
  Handle handle_;
  int status_;
};

int code_of(leverkin::EngineStatus status) noexcept {
  using leverkin::EngineStatus;
  switch (status) {
    case EngineStatus::ok:
      return LVK_OK;
    case EngineStatus::full:
      return fail(LVK_E_FULL, "there is no room left in this engine (max_hours)");
    case EngineStatus::busy:
      return fail(LVK_E_BUSY, "another thread is using this engine");
    case EngineStatus::finished:
      return fail(LVK_E_FINISHED, "this session was finished");
    case EngineStatus::bad_argument:
      return fail(LVK_E_ARGUMENT, "an event needs a finite time and one of the four kinds");
  }
  return fail(LVK_E_INTERNAL, "an unknown status");
}

// Whatever an action throws becomes a code.
template <typename Action>
int guarded(const Action& action) noexcept {
  try {
    return action();
  } catch (const leverkin::BadSession& error) {
    return fail(LVK_E_SESSION, error.what());
  } catch (const leverkin::BadArgument& error) {
    return fail(LVK_E_ARGUMENT, error.what());
  } catch (const leverkin::IoError& error) {
    return fail(LVK_E_IO, error.what());
  } catch (const std::bad_alloc&) {
    return fail(LVK_E_MEMORY, "not enough memory");
  } catch (const std::exception& error) {
    return fail(LVK_E_INTERNAL, error.what());
  } catch (...) {
    return fail(LVK_E_INTERNAL, "an unknown error");
  }
}

std::unique_ptr<Engine> make_engine(const char* config, double rate_hz, double max_hours) {
  leverkin::EngineOptions options =
      leverkin::engine_options_from_toml(config == nullptr ? "" : config, "config_toml");
  if (!(rate_hz >= 100.0 && rate_hz <= 1e6))
    throw leverkin::BadArgument("rate_hz: expected 100 .. 1,000,000 samples per second");
  options.session.rate_hz = rate_hz;
  if (max_hours != 0.0) options.max_hours = max_hours;
  return std::make_unique<Engine>(options);
}

std::string summary_of(Session& session) {
  Engine& engine = *session.engine;
  if (!session.finished) {
    leverkin::EngineState state;
    (void)engine.state(state);
    return leverkin::to_json(state);
  }
  if (session.summary.empty()) {
    const leverkin::EngineOptions& options = engine.options();
    const leverkin::SessionIdentity& identity = options.session.identity;
    leverkin::History history;
    if (!options.history.empty())
      history = leverkin::history_from_results(options.history, identity.subject, identity.session);
    session.summary = leverkin::to_json(
        leverkin::digest_session(engine.finish(), history, options.parameters, options.threads));
  }
  return session.summary;
}

int refuse_planner_holder() noexcept {
  return holds_planner ? fail(LVK_E_BUSY, "this thread holds the planner's lock; release it first") : LVK_OK;
}

}  // namespace

extern "C" {

int lvk_abi_version(void) { return LVK_ABI_VERSION; }

const char* lvk_last_error(void) { return last_error.data(); }

int lvk_engine_new(const char* config_toml, double rate_hz, double max_hours, lvk_engine** out) {
  if (out == nullptr) return fail(LVK_E_ARGUMENT, "out is a null pointer");
  *out = nullptr;
  return guarded([&] {
    auto engine = make_engine(config_toml, rate_hz, max_hours);
    for (std::size_t i = 0; i < most_engines; ++i) {
      std::uint64_t generation = 0;
      if (!places()[i].occupy(generation)) continue;
      places()[i].session.engine = std::move(engine);
      places()[i].leave(generation);
      *out = Handle(i, generation).pointer();
      return LVK_OK;
    }
    return fail(LVK_E_FULL, "64 engines are open in this process; free one first");
  });
}

int lvk_engine_push(lvk_engine* engine, const double* volts, int64_t n) {
  if (n < 0) return fail(LVK_E_ARGUMENT, "the number of samples is negative");
  if (volts == nullptr && n > 0) return fail(LVK_E_ARGUMENT, "volts is a null pointer");
  const Visit visit(engine);
  if (visit.status() != LVK_OK) return visit.status();
  return code_of(visit.engine().push({volts, static_cast<std::size_t>(n)}));
}

int lvk_engine_event(lvk_engine* engine, int kind, double t_s) {
  if (kind < LVK_TRIAL_START || kind > LVK_TRIAL_STOP)
    return fail(LVK_E_ARGUMENT, "there is no such kind of event");
  const Visit visit(engine);
  if (visit.status() != LVK_OK) return visit.status();
  return code_of(visit.engine().event(static_cast<leverkin::EventKind>(kind), t_s));
}

int lvk_engine_poll(lvk_engine* engine, double* onset_s, double* offset_s, int64_t capacity, int64_t* n) {
  if (n == nullptr) return fail(LVK_E_ARGUMENT, "n is a null pointer");
  *n = 0;
  if (capacity < 0) return fail(LVK_E_ARGUMENT, "the capacity is negative");
  if (capacity > 0 && (onset_s == nullptr || offset_s == nullptr))
    return fail(LVK_E_ARGUMENT, "onset_s or offset_s is a null pointer");
  const Visit visit(engine);
  if (visit.status() != LVK_OK) return visit.status();
  for (leverkin::LiveBout bout; *n < capacity; ++*n) {
    std::size_t count = 0;
    const int code = code_of(visit.engine().poll({&bout, 1}, count));
    if (code != LVK_OK) return code;
    if (count == 0) break;
    onset_s[*n] = bout.onset_s;
    offset_s[*n] = bout.offset_s;
  }
  return LVK_OK;
}

int lvk_engine_finish(lvk_engine* engine, const char* results_path_or_null) {
  if (const int held = refuse_planner_holder(); held != LVK_OK) return held;
  const Visit visit(engine);
  if (visit.status() != LVK_OK) return visit.status();
  return guarded([&] {
    const leverkin::SessionResult& result = visit.engine().finish();
    visit.session().finished = true;
    const leverkin::EngineOptions& options = visit.engine().options();
    if (results_path_or_null != nullptr)
      leverkin::write_results(result, results_path_or_null, options.parameters, options.threads);
    return LVK_OK;
  });
}

int lvk_engine_summary_json(lvk_engine* engine, char* buffer, int64_t capacity, int64_t* needed) {
  if (needed == nullptr) return fail(LVK_E_ARGUMENT, "needed is a null pointer");
  *needed = 0;
  if (capacity < 0) return fail(LVK_E_ARGUMENT, "the capacity is negative");
  if (buffer == nullptr && capacity > 0) return fail(LVK_E_ARGUMENT, "the buffer is a null pointer");
  if (const int held = refuse_planner_holder(); held != LVK_OK) return held;
  const Visit visit(engine);
  if (visit.status() != LVK_OK) return visit.status();
  return guarded([&] {
    const std::string text = summary_of(visit.session());
    *needed = static_cast<int64_t>(text.size()) + 1;
    if (buffer == nullptr) return LVK_OK;  // asked for the size
    if (capacity < *needed)
      return fail(LVK_E_CAPACITY,
                  "the buffer is smaller than the summary; needed says how large it has to be");
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return LVK_OK;
  });
}

void lvk_engine_free(lvk_engine* engine) {
  if (engine == nullptr) return;
  const Handle handle(engine);
  Place& place = places()[handle.place];
  int status = place.enter(handle.generation);
  for (; status == LVK_E_BUSY; status = place.enter(handle.generation)) std::this_thread::yield();
  if (status == LVK_OK) place.vacate(handle.generation);
}

int lvk_planner_lock(void) {
  if (const int held = refuse_planner_holder(); held != LVK_OK) return held;
  return guarded([] {
    leverkin::lock_planner();
    holds_planner = true;
    return LVK_OK;
  });
}

int lvk_planner_unlock(void) {
  if (!holds_planner) return fail(LVK_E_ARGUMENT, "this thread does not hold the planner's lock");
  return guarded([] {
    holds_planner = false;
    leverkin::unlock_planner();
    return LVK_OK;
  });
}

}  // extern "C"
