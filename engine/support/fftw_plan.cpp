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

struct FreeBuffer {
  void operator()(double* buffer) const { fftw_free(buffer); }
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

struct RealTransform::Impl {
  std::size_t doubles = 0;
  std::unique_ptr<double, FreeBuffer> buffer;
  Plan forward, inverse;
};

RealTransform::RealTransform(std::int64_t n) : impl_(std::make_unique<Impl>()) {
  if (n < 1 || n > std::numeric_limits<int>::max())
    throw BadArgument("a Fourier transform of " + std::to_string(n) +
                      " samples; expected 1 to 2,147,483,647");
  impl_->doubles = 2 * (static_cast<std::size_t>(n) / 2 + 1);
  impl_->buffer.reset(fftw_alloc_real(impl_->doubles));
  if (!impl_->buffer) throw std::bad_alloc();
  double* real = impl_->buffer.get();
  auto* bins = reinterpret_cast<fftw_complex*>(real);
  fftw_plan forward = nullptr, inverse = nullptr;
  {
    const PlannerGuard guard;
    forward = fftw_plan_dft_r2c_1d(static_cast<int>(n), real, bins, FFTW_ESTIMATE);
    inverse = fftw_plan_dft_c2r_1d(static_cast<int>(n), bins, real, FFTW_ESTIMATE);
  }
  impl_->forward.reset(forward);
  impl_->inverse.reset(inverse);
  if (!impl_->forward || !impl_->inverse)
    throw Error("FFTW gave no plan for " + std::to_string(n) + " samples");
}

RealTransform::~RealTransform() = default;

std::span<double> RealTransform::buffer() { return {impl_->buffer.get(), impl_->doubles}; }
void RealTransform::forward() { fftw_execute(impl_->forward.get()); }
void RealTransform::inverse() { fftw_execute(impl_->inverse.get()); }

}  // namespace leverkin
