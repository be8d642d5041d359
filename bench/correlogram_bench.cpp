// How fast is Pearson's r of all pairs with the median of every session pair? The competitor is Eigen's
// rankUpdate on rows of norm one, which gives r but no medians.
#include <benchmark/benchmark.h>
#include <leverkin/correlogram.h>

#include <Eigen/Dense>
#include <cstdint>
#include <random>
#include <vector>

namespace {

constexpr std::int64_t samples = 2001;
constexpr std::int64_t sessions = 11;

std::vector<double> random_rows(std::int64_t rows) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> step;
  std::vector<double> volts(static_cast<std::size_t>(rows * samples));
  double position = 0.0;
  for (double& value : volts) value = position += step(random);
  return volts;
}

void count_pairs(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0) * (state.range(0) - 1) / 2);
}

void BM_Correlogram(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  const std::vector<double> volts = random_rows(rows);
  std::vector<std::int64_t> session(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < session.size(); ++i)
    session[i] = 1 + static_cast<std::int64_t>(i) * sessions / rows;
  for (auto _ : state) {
    benchmark::DoNotOptimize(leverkin::correlate({volts, samples, session}, {.threads = 1}));
  }
  count_pairs(state);
}

void BM_EigenRankUpdate(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  const std::vector<double> volts = random_rows(rows);
  // A column per movement, so that Eigen reads memory in order.
  const Eigen::MatrixXd columns = Eigen::Map<const Eigen::MatrixXd>(volts.data(), samples, rows);
  for (auto _ : state) {
    Eigen::MatrixXd unit = columns.rowwise() - columns.colwise().mean();
    unit.colwise().normalize();
    Eigen::MatrixXd r = Eigen::MatrixXd::Zero(rows, rows);
    r.selfadjointView<Eigen::Lower>().rankUpdate(unit.transpose());
    benchmark::DoNotOptimize(r.data());
  }
  count_pairs(state);
}

BENCHMARK(BM_Correlogram)->ArgName("movements")->Arg(220)->Arg(1100)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_EigenRankUpdate)->ArgName("movements")->Arg(220)->Arg(1100)->Unit(benchmark::kMillisecond);

}  // namespace
