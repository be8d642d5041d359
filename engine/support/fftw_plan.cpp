#include "support/fftw_plan.h"

#include <fftw3.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "leverkin/error.h"
#include "leverkin/planner.h"
#include "support/host_process.h"

// FFTW calls this where it gets no memory, and would end the process. It is written in C, but can be left by
// an exception; what it had is lost then.
extern "C" __attribute__((visibility("default"))) void fftw_assertion_failed(const char*, int, const char*) {
  throw std::bad_alloc();
}

namespace leverkin {
namespace {

struct PlannerLock {
  std::mutex own;
  std::function<void()> lock, unlock;  // the host's; empty: our own
};

PlannerLock& planner() {
  static PlannerLock lock;
  return lock;
}

// A process may fork() while another thread plans: the child's planner is whole, and free.
void be_idle_at_fork() {
  static std::once_flag once;
  std::call_once(once, [] {
    at_fork([] { planner().own.lock(); }, [] { planner().own.unlock(); }, [] { planner().own.unlock(); });
  });
}

struct PlannerGuard {
  PlannerGuard() {
    be_idle_at_fork();
    lock_planner();
  }
  ~PlannerGuard() { unlock_planner(); }
  PlannerGuard(const PlannerGuard&) = delete;
  PlannerGuard& operator=(const PlannerGuard&) = delete;
};

struct DestroyPlan {
  void operator()(fftw_plan plan) const {
    const PlannerGuard guard;
    fftw_destroy_plan(plan);
  }
};
using Plan = std::unique_ptr<std::remove_pointer_t<fftw_plan>, DestroyPlan>;

void check_length(std::size_t n) {
  if (n < 1 || n > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw BadArgument("a Fourier transform of " + std::to_string(n) +
                      " numbers; expected 1 to 2,147,483,647");
}

[[noreturn]] void refuse_plan(std::size_t n) {
  throw Error("FFTW gave no plan for " + std::to_string(n) + " numbers");
}

}  // namespace

void lock_planner() { planner().lock ? planner().lock() : planner().own.lock(); }
void unlock_planner() { planner().unlock ? planner().unlock() : planner().own.unlock(); }

void use_planner_lock(std::function<void()> lock, std::function<void()> unlock) {
  if (static_cast<bool>(lock) != static_cast<bool>(unlock))
    throw BadArgument("the planner's lock: found one of lock and unlock; expected both or none");
  planner().lock = std::move(lock);
  planner().unlock = std::move(unlock);
}

std::string fftw_library_version() { return fftw_version; }

bool is_good_transform_size(std::size_t n) {
  if (n == 0) return false;
  for (const std::size_t factor : {2U, 3U, 5U, 7U})
    while (n % factor == 0) n /= factor;
  return n == 1;
}

std::size_t good_transform_size(std::size_t least) {
  std::size_t n = std::max<std::size_t>(least, 1);
  while (!is_good_transform_size(n)) ++n;
  return n;
}

struct BatchTransform::Impl {
  Plan forward, inverse;
};

BatchTransform::BatchTransform(std::size_t length, std::size_t count, Layout layout)
    : impl_(std::make_unique<Impl>()) {
  check_length(length);
  std::vector<double> numbers(2 * length * count);  // planning by estimate only looks at its alignment
  auto* data = reinterpret_cast<fftw_complex*>(numbers.data());
  const int n = static_cast<int>(length), many = static_cast<int>(count);
  const int stride = layout == Layout::interleaved ? many : 1,
            distance = layout == Layout::interleaved ? 1 : n;
  const auto plan = [&](int sign) {
    const PlannerGuard guard;
    return fftw_plan_many_dft(1, &n, many, data, nullptr, stride, distance, data, nullptr, stride, distance,
                              sign, FFTW_ESTIMATE);
  };
  impl_->forward.reset(plan(FFTW_FORWARD));
  impl_->inverse.reset(plan(FFTW_BACKWARD));
  if (!impl_->forward || !impl_->inverse) refuse_plan(length);
}

BatchTransform::~BatchTransform() = default;

void BatchTransform::forward(double* numbers) const {
  auto* data = reinterpret_cast<fftw_complex*>(numbers);
  fftw_execute_dft(impl_->forward.get(), data, data);
}

void BatchTransform::inverse(double* numbers) const {
  auto* data = reinterpret_cast<fftw_complex*>(numbers);
  fftw_execute_dft(impl_->inverse.get(), data, data);
}

struct ComplexTransform::Impl {
  Plan forward, inverse;
};

ComplexTransform::ComplexTransform(std::span<double> bins) : impl_(std::make_unique<Impl>()) {
  const std::size_t n = bins.size() / 2;
  check_length(n);
  auto* numbers = reinterpret_cast<fftw_complex*>(bins.data());
  const auto length = static_cast<int>(n);
  fftw_plan forward = nullptr, inverse = nullptr;
  {
    const PlannerGuard guard;
    forward = fftw_plan_dft_1d(length, numbers, numbers, FFTW_FORWARD, FFTW_ESTIMATE);
    inverse = fftw_plan_dft_1d(length, numbers, numbers, FFTW_BACKWARD, FFTW_ESTIMATE);
  }
  impl_->forward.reset(forward);
  impl_->inverse.reset(inverse);
  if (!impl_->forward || !impl_->inverse) refuse_plan(n);
}

ComplexTransform::~ComplexTransform() = default;

void ComplexTransform::forward() { fftw_execute(impl_->forward.get()); }
void ComplexTransform::inverse() { fftw_execute(impl_->inverse.get()); }

}  // namespace leverkin
