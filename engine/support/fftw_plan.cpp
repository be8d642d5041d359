#include "support/fftw_plan.h"

#include <fftw3.h>

#include <limits>
#include <mutex>
#include <string>

#include "leverkin/error.h"

namespace leverkin {
namespace {

std::mutex& planner_mutex() {
  static std::mutex mutex;
  return mutex;
}

struct PlannerGuard {
  PlannerGuard() { lock_planner(); }
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

}  // namespace

void lock_planner() { planner_mutex().lock(); }
void unlock_planner() { planner_mutex().unlock(); }

std::string fftw_library_version() { return fftw_version; }

struct ComplexTransform::Impl {
  Plan forward, inverse;
};

ComplexTransform::ComplexTransform(std::span<double> bins) : impl_(std::make_unique<Impl>()) {
  const std::size_t n = bins.size() / 2;
  if (n < 1 || n > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw BadArgument("a Fourier transform of " + std::to_string(n) +
                      " numbers; expected 1 to 2,147,483,647");
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
  if (!impl_->forward || !impl_->inverse)
    throw Error("FFTW gave no plan for " + std::to_string(n) + " numbers");
}

ComplexTransform::~ComplexTransform() = default;

void ComplexTransform::forward() { fftw_execute(impl_->forward.get()); }
void ComplexTransform::inverse() { fftw_execute(impl_->inverse.get()); }

}  // namespace leverkin
