#include "stages/bouts/edge_fit.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "leverkin/trace.h"
#include "stages/bouts/running_sums.h"
#include "support/index.h"

namespace leverkin {
namespace {

// Constants of the method, in lever samples (ms) where nothing else is said. docs/onsets.md says what each is
// for; onsets and offsets of simulated sessions stay within 1.3 and 2.3 ms whatever is done to one of them.
constexpr std::int64_t rest_samples = 230, rest_before_core = 80, least_rest = 40;
constexpr double departure_sd = 5.0;
constexpr double peak_fall = 0.15, peak_fall_sd = 3.0;  // what ends the first rise of the speed
constexpr double leaves_share = 0.05, leaves_sd = 2.5;  // of the peak speed, of its noise
constexpr std::int64_t window_before = 220, starts_before = 60, starts_until = 3;
constexpr double window_share = 0.6, window_sd = 8.0;  // of the displacement at the speed peak; of the noise
constexpr std::array mains_hz{50, 60};
constexpr int ring_low_hz = 6, ring_high_hz = 45;
constexpr double ring_share = 0.5;      // of the squares
constexpr double unlike_shape = 0.01;   // how far real rises are from the family, of their height
constexpr double unknown_shape = 0.07;  // sd of the start from not knowing it, of the time to `end`
constexpr double ring_blur = 0.5;       // sd of the start under ringing, of its period,
constexpr double ring_counts = 0.1;     // where it is this much of the rise
constexpr double ring_grows = 2.0;      // how much more of it there may be at the edge than in the rest
constexpr double least_correlation = 0.05;
constexpr std::size_t coarse = 4;  // samples between starts that are looked at first
constexpr double counts = 12.0;    // log of a weight that is nothing
constexpr auto no_place = std::numeric_limits<std::size_t>::max();

// Displacement leaves rest as t, t^2 or t^3: a step of speed, of force, or a ramp of force; and how far into
// its slowing down the rise has come at `end`.
constexpr std::array powers{1, 2, 3};
constexpr std::array prior{0.1, 0.3, 0.6};
constexpr std::array bends{0.0, 0.1, 0.2, 0.3, 0.4, 0.5};
constexpr std::size_t most_power = 5, templates = powers.size() * bends.size();

constexpr std::int64_t mean_reach = 5, light = 20;
constexpr std::size_t most_samples = EdgeFitter::look_back + EdgeFitter::look_ahead;
constexpr std::size_t most_columns = 2 + 2 * mains_hz.size() + 2;

double square(double x) { return x * x; }

// The integral of z^(power - 1) (1 - bend z)^2 over [0, 1], as coefficients of x^1 ... x^5, 1 at x = 1.
std::array<double, most_power + 1> shape(std::int64_t power, double bend) {
  std::array<double, most_power + 1> c{};
  const auto p = static_cast<double>(power);
  c[index(power)] = 1.0 / p;
  c[index(power + 1)] = -2.0 * bend / (p + 1.0);
  c[index(power + 2)] = bend * bend / (p + 2.0);
  const double whole = std::accumulate(c.begin(), c.end(), 0.0);
  for (double& value : c) value /= whole;
  return c;
}

using OfBends = Eigen::Array<double, bends.size(), 1>;

// What all shapes of one power are made of, bend by bend.
struct Shapes {
  std::array<OfBends, 3> c;   // of x^power, x^(power + 1), x^(power + 2)
  std::array<OfBends, 6> cc;  // of every two of them: 00, 01, 02, 11, 12, 22, those that occur twice doubled
};

const std::array<Shapes, powers.size()>& shapes() {
  static const auto all = [] {
    std::array<Shapes, powers.size()> made;
    for (std::size_t p = 0; p < powers.size(); ++p)
      for (std::size_t b = 0; b < bends.size(); ++b) {
        const auto whole = shape(powers[p], bends[b]);
        const double* c = &whole[index(powers[p])];
        const auto bend = static_cast<Eigen::Index>(b);
        std::size_t pair = 0;
        for (std::size_t i = 0; i < 3; ++i) {
          made[p].c[i][bend] = c[i];
          for (std::size_t j = i; j < 3; ++j) made[p].cc[pair++][bend] = (i == j ? 1.0 : 2.0) * c[i] * c[j];
        }
      }
    return made;
  }();
  return all;
}

constexpr std::size_t orders = most_power + 1;

// Sums of C(k - start, a) f[k] over k > start, for a = 0 ... 5 and f the lever and the columns, as the start
// moves back by one: binomials only need to be added (Pascal).
struct Moments {
  using OfColumns = Eigen::Array<double, most_columns, 1>;
  std::array<OfColumns, orders> columns;
  std::array<double, orders> lever{};

  Moments() { columns.fill(OfColumns::Zero()); }

  void step_back(const OfColumns& next, double next_v) {
    for (std::size_t a = most_power; a > 0; --a) {
      columns[a] += columns[a - 1];
      lever[a] += lever[a - 1];
    }
    columns[1] += next, columns[0] += next;
    lever[1] += next_v, lever[0] += next_v;
  }

  // The sums of ((k - start) / width)^q f[k], q = 1 ... 5: k^q is a sum of binomials.
  [[nodiscard]] Moments of_powers(double width) const {
    const double w1 = 1.0 / width, w2 = w1 * w1, w3 = w2 * w1, w4 = w2 * w2, w5 = w4 * w1;
    const auto with = [&](const auto& m, auto& found) {
      found[1] = w1 * m[1];
      found[2] = w2 * (m[1] + 2.0 * m[2]);
      found[3] = w3 * (m[1] + 6.0 * (m[2] + m[3]));
      found[4] = w4 * (m[1] + 14.0 * m[2] + 36.0 * m[3] + 24.0 * m[4]);
      found[5] = w5 * (m[1] + 30.0 * m[2] + 150.0 * m[3] + 240.0 * m[4] + 120.0 * m[5]);
    };
    Moments found;
    with(columns, found.columns);
    with(lever, found.lever);
    return found;
  }
};

double dot(std::span<const double> a, std::span<const double> b) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= a.size(); i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  double sum = 0.0;
  for (const double lane : sums) sum += lane;
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Takes away from y what x says of it; x has a norm of 1.
void project_out(std::span<const double> x, std::span<double> y) {
  const double product = dot(x, y);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] -= product * x[i];
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sd_of(std::span<const double> values, double mean) {
  double squares = 0.0;
  for (const double v : values) squares += square(v - mean);
  return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, values.size() - 1)));
}

// Mean of samples [i - before, i + after), those beyond the ends left out. `sums`: room for one more.
void running_mean(std::span<const double> in, std::int64_t before, std::int64_t after, std::span<double> sums,
                  std::span<double> out) {
  const auto n = static_cast<std::int64_t>(in.size());
  running_sums(in, sums);
  const auto at_end = [&](std::int64_t i) {
    const std::int64_t begin = std::max<std::int64_t>(0, i - before), end = std::min(n, i + after);
    out[index(i)] = (sums[index(end)] - sums[index(begin)]) / static_cast<double>(end - begin);
  };
  const std::int64_t whole = std::min(before, n), whole_end = std::max(whole, n - after + 1);
  const double share = 1.0 / static_cast<double>(before + after);
  for (std::int64_t i = 0; i < whole; ++i) at_end(i);
  for (std::int64_t i = whole; i < whole_end; ++i)
    out[index(i)] = (sums[index(i + after)] - sums[index(i - before)]) * share;
  for (std::int64_t i = whole_end; i < n; ++i) at_end(i);
}

void remove_trend(std::span<double> values) {
  const double mean = mean_of(values), centre = 0.5 * static_cast<double>(values.size() - 1);
  double slope = 0.0, whole = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double t = static_cast<double>(i) - centre;
    slope += t * (values[i] - mean);
    whole += t * t;
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] -= mean + slope / whole * (static_cast<double>(i) - centre);
}

// Cosine and sine of one frequency, and their squares and product over a whole rest.
struct Line {
  std::vector<double> cosine, sine;
  struct Squares {
    double cc, ss, cs;
  } at_rest{};

  [[nodiscard]] Squares squares(std::size_t count) const {
    if (count == index(rest_samples) && at_rest.cc > 0.0) return at_rest;
    const std::span c(cosine.data(), count), s(sine.data(), count);
    return {dot(c, c), dot(s, s), dot(c, s)};
  }
};

// Of a whole number of Hz, up to 60.
const Line& line_of(int frequency_hz) {
  static const auto all = [] {
    std::vector<Line> made(61);
    for (std::size_t hz = 1; hz < made.size(); ++hz) {
      for (std::size_t i = 0; i < most_samples; ++i) {
        const double phase = 2.0 * std::numbers::pi * static_cast<double>(hz * i % 1000) / lever_rate_hz;
        made[hz].cosine.push_back(std::cos(phase));
        made[hz].sine.push_back(std::sin(phase));
      }
      made[hz].at_rest = made[hz].squares(index(rest_samples));
    }
    return made;
  }();
  return all[static_cast<std::size_t>(frequency_hz)];
}

// A line of this frequency, fitted to values: its share of their squares, `whole`.
struct FittedLine {
  double cosine = 0.0, sine = 0.0, share = 0.0;
};

FittedLine fit_line(std::span<const double> values, int frequency_hz, double whole) {
  const Line& line = line_of(frequency_hz);
  const auto [cc, ss, cs] = line.squares(values.size());
  const double yc = dot(values, std::span(line.cosine).first(values.size()));
  const double ys = dot(values, std::span(line.sine).first(values.size()));
  const double determinant = cc * ss - cs * cs;
  if (!(determinant > 0.0) || !(whole > 0.0)) return {};
  const double a = (yc * ss - ys * cs) / determinant, b = (ys * cc - yc * cs) / determinant;
  return {a, b, (a * yc + b * ys) / whole};
}

// Takes it away, and gives its share.
double take_line(std::span<double> values, int frequency_hz) {
  const FittedLine fitted = fit_line(values, frequency_hz, dot(values, values));
  const Line& line = line_of(frequency_hz);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] -= fitted.cosine * line.cosine[i] + fitted.sine * line.sine[i];
  return fitted.share;
}

double autocorrelation(std::span<const double> values, std::size_t lag, double whole) {
  return whole > 0.0 ? dot(values.subspan(lag), values.first(values.size() - lag)) / whole : 0.0;
}

// The strongest line among slow ones, if it is most of what the values do; else 0.
int ring_of(std::span<const double> values) {
  // A slow line hardly changes from one sample to the next, and noise does.
  const double whole = dot(values, values);
  if (autocorrelation(values, 1, whole) < 0.8 * ring_share) return 0;
  int ring_hz = 0;
  double strongest = ring_share;
  for (int hz = ring_low_hz; hz <= ring_high_hz; ++hz)
    if (const double share = fit_line(values, hz, whole).share; share > strongest)
      strongest = share, ring_hz = hz;
  return ring_hz;
}

// 1 + twice the autocorrelations of the values until they are next to nothing: how many of them say what one
// independent one would.
double correlated(std::span<const double> values) {
  const double whole = dot(values, values);
  double sum = 1.0;
  for (std::size_t lag = 1; lag < values.size() / 3; ++lag) {
    const double r = autocorrelation(values, lag, whole);
    if (r < least_correlation) break;
    sum += 2.0 * r;
  }
  return sum;
}

}  // namespace

double EdgeFit::passage(double volts) const {
  if (state != State::fitted) return std::numeric_limits<double>::quiet_NaN();
  const auto c = shape(power, bend);
  const double wanted = std::min(1.0, volts / std::abs(end_v));
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 40; ++i) {
    const double x = 0.5 * (low + high);
    double value = 0.0;
    for (std::size_t q = most_power; q > 0; --q) value = (value + c[q]) * x;
    (value < wanted ? low : high) = x;
  }
  return begin + high * (end - begin);
}

void EdgeFit::shift(double origin, double direction) {
  for (double* place : {&start, &begin, &end, &rest_place}) *place = origin + direction * *place;
}

// Where the samples are that the fit looks at, and what it knows of the lever's rest.
struct EdgeFitter::Window {
  std::span<const double> volts;
  std::int64_t rest_begin = 0, rest_end = 0;
  double rest_v = 0.0, sd_v = 0.0, kappa = 1.0;
  int ring_hz = 0;
  double ring_v = 0.0;  // line and amplitude; 0: it does not ring
  double sign = 1.0;
  std::int64_t crude = 0;           // where the speed leaves its noise
  std::int64_t first = 0, end = 0;  // samples [first, end] are fitted
  std::int64_t low = 0, high = 0;   // starts, counted from the first
};

EdgeFitter::EdgeFitter()
    : mean_(most_samples),
      speed_(most_samples),
      nuisance_(most_columns, std::vector<double>(most_samples)),
      backwards_(most_samples),
      rest_(rest_samples),
      residual_(most_samples),
      sums_(most_samples + 1),
      weight_(most_samples),
      look_(most_samples),
      gain_(new double[most_samples * templates]),
      norm_(new double[most_samples * templates]) {
  (void)shapes();  // now, and not when the first edge is fitted: fitting takes no memory
  (void)line_of(0);
}

void EdgeFitter::add_column(std::span<double> column) {
  const double before = dot(column, column);
  double after = before;
  for (int twice = 0; twice < 2 && (twice == 0 || after < 0.5 * before); ++twice) {
    for (std::size_t j = 0; j < columns_; ++j)
      project_out(std::span(nuisance_[j]).first(column.size()), column);
    after = dot(column, column);
  }
  if (!(after > 1e-8 * before)) return;  // the others say it already
  const double scale = 1.0 / std::sqrt(after);
  for (double& v : column) v *= scale;
  ++columns_;
}

void EdgeFitter::add_line(int frequency_hz, std::size_t count) {
  const Line& line = line_of(frequency_hz);
  for (const std::vector<double>* wave : {&line.cosine, &line.sine}) {
    const std::span column(nuisance_[columns_].data(), count);
    std::copy_n(wave->begin(), count, column.begin());
    add_column(column);
  }
}

// Rest level and slope, mains, and ringing: orthonormal columns.
void EdgeFitter::lay_out_nuisance(const Window& window) {
  const std::size_t count = index(window.end - window.first + 1);
  columns_ = 0;
  for (const bool slope : {false, true}) {
    const std::span column(nuisance_[columns_].data(), count);
    for (std::size_t i = 0; i < count; ++i) column[i] = slope ? static_cast<double>(i) : 1.0;
    add_column(column);
  }
  for (const int hz : mains_hz) add_line(hz, count);
  if (window.ring_hz > 0) add_line(window.ring_hz, count);
}

// Of one start and every shape: what it explains of the trace, and its square; what the columns say of
// either is taken away.
void match_shapes(const Moments& moments, const std::array<double, 2 * most_power + 1>& powers_of,
                  double width, std::span<double, templates> gain, std::span<double, templates> norm) {
  const Moments sums = moments.of_powers(width);
  std::array<double, 2 * most_power + 1> whole;
  double scale = 1.0;
  for (std::size_t q = 0; q < whole.size(); ++q, scale /= width) whole[q] = powers_of[q] * scale;
  std::array<std::array<double, 3>, orders> left{};  // of x^q and x^(q + d)
  for (std::size_t q = 1; q < orders; ++q)
    for (std::size_t d = 0; d < 3 && q + d < orders; ++d)
      left[q][d] = whole[2 * q + d] - (sums.columns[q] * sums.columns[q + d]).sum();
  for (std::size_t p = 0; p < powers.size(); ++p) {
    const auto& [c, cc] = shapes()[p];
    const std::size_t q = index(powers[p]);
    const OfBends product = c[0] * sums.lever[q] + c[1] * sums.lever[q + 1] + c[2] * sums.lever[q + 2];
    const OfBends square = cc[0] * left[q][0] + cc[1] * left[q][1] + cc[2] * left[q][2] +
                           cc[3] * left[q + 1][0] + cc[4] * left[q + 1][1] + cc[5] * left[q + 2][0];
    const auto usable = product > 0.0 && square > 1e-9 * width;
    Eigen::Map<OfBends> gains(&gain[p * bends.size()]), norms(&norm[p * bends.size()]);
    gains = usable.select(product * product / square, -1.0);
    norms = square;
  }
}

// The trace with all that the columns say of it projected out; what is left of its squares.
double EdgeFitter::project_lever(const Window& window) {
  const std::span residual(residual_.data(), index(window.end - window.first + 1));
  for (std::size_t i = 0; i < residual.size(); ++i)
    residual[i] = window.sign * (window.volts[index(window.first) + i] - window.rest_v);
  for (std::size_t j = 0; j < columns_; ++j)
    project_out(std::span(nuisance_[j]).first(residual.size()), residual);
  return dot(residual, residual);
}

// How much every shape explains from every start that is wanted and has not been looked at.
void EdgeFitter::match(const Window& window) {
  const std::int64_t last = window.end - window.first;
  Moments moments;
  Moments::OfColumns next = Moments::OfColumns::Zero();
  std::array<double, 2 * most_power + 1> powers_of{};  // sums of (k - start)^a
  for (std::int64_t start = last - 1; start >= window.low; --start) {
    const auto width = static_cast<double>(last - start);
    double power = 1.0;
    for (double& sum : powers_of) sum += power, power *= width;
    for (std::size_t j = 0; j < columns_; ++j)
      next[static_cast<Eigen::Index>(j)] = nuisance_[j][index(start + 1)];
    moments.step_back(next, residual_[index(start + 1)]);
    if (start > window.high || look_[index(start - window.low)] != Look::wanted) continue;
    look_[index(start - window.low)] = Look::done;
    const std::size_t at = index(start - window.low) * templates;
    match_shapes(moments, powers_of, width, std::span<double, templates>(&gain_[at], templates),
                 std::span<double, templates>(&norm_[at], templates));
  }
}

// The place among all starts and shapes of the largest gain.
std::size_t EdgeFitter::best_of(const Window& window) const {
  std::size_t best = 0;
  double most = 0.0;
  for (std::int64_t start = window.low; start <= window.high; ++start) {
    if (look_[index(start - window.low)] != Look::done) continue;
    const double* gains = &gain_[index(start - window.low) * templates];
    const double* here = std::max_element(gains, gains + templates);
    if (*here > most) most = *here, best = index(here - gain_.get());
  }
  return most > 0.0 ? best : no_place;
}

// Every eighth start, then all around those that may have weight.
std::size_t EdgeFitter::match_where_it_counts(const Window& window, double without, double& scale) {
  const std::span look(look_.data(), index(window.high - window.low + 1));
  for (std::size_t i = 0; i < look.size(); ++i)
    look[i] = i % coarse == 0 || i + 1 == look.size() ? Look::wanted : Look::unknown;
  match(window);
  const double freedom =
      std::max(1.0, static_cast<double>(window.end - window.first + 1) - static_cast<double>(columns_) - 3.0);
  const auto set_scale = [&](std::size_t best) {
    const double noise = (without - gain_[best]) / freedom + square(unlike_shape * height(best));
    scale = 0.5 / (window.kappa * std::max(noise, 1e-18));
  };
  const std::size_t best = best_of(window);
  if (best == no_place) return best;
  set_scale(best);
  for (std::size_t i = 0; i < look.size(); ++i) {
    if (look[i] != Look::done) continue;
    const double* gains = &gain_[i * templates];
    if ((*std::max_element(gains, gains + templates) - gain_[best]) * scale < -counts) continue;
    for (std::size_t j = i < coarse ? 0 : i - coarse; j < std::min(look.size(), i + coarse + 1); ++j)
      if (look[j] == Look::unknown) look[j] = Look::wanted;
  }
  match(window);
  const std::size_t finer = best_of(window);
  set_scale(finer);
  return finer;
}

// The weights of all starts, and the most likely one with its shape.
std::size_t EdgeFitter::weigh_starts(const Window& window, std::size_t best, double scale) {
  const auto last = static_cast<double>(window.end - window.first);
  std::size_t most_likely = best;
  double highest = 0.0;
  std::fill_n(weight_.begin(), window.high - window.low + 1, 0.0);
  for (std::int64_t start = window.low; start <= window.high; ++start) {
    const std::size_t i = index(start - window.low);
    if (look_[i] != Look::done) continue;
    const double width = last - static_cast<double>(start);
    for (std::size_t t = 0; t < templates; ++t) {
      const std::size_t at = i * templates + t;
      const double likelihood = (gain_[at] - gain_[best]) * scale;
      if (gain_[at] <= 0.0 || likelihood < -counts) continue;
      const double weight = std::exp(likelihood) * prior[t / bends.size()] / (std::sqrt(norm_[at]) * width);
      weight_[i] += weight;
      if (weight > highest) highest = weight, most_likely = at;
    }
  }
  return most_likely;
}

// The posterior of the start: every start on a grid of 1 ms with every shape, all else projected out.
void EdgeFitter::fit_start(Window& window, EdgeFit& fit) {
  const std::int64_t last = window.end - window.first;
  window.low = std::max<std::int64_t>(window.crude - starts_before - window.first, 8);
  window.high = last - starts_until;
  if (window.high < window.low) return;
  double scale = 0.0;
  const std::size_t best = match_where_it_counts(window, project_lever(window), scale);
  if (best == no_place) return;
  const std::size_t most_likely = weigh_starts(window, best, scale);
  const std::span weights(weight_.data(), index(window.high - window.low + 1));
  double total = 0.0, moment = 0.0, second = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto place = static_cast<double>(i);
    total += weights[i], moment += weights[i] * place, second += weights[i] * place * place;
  }
  std::size_t middle = 0;
  double passed = 0.0;
  while (passed + weights[middle] < 0.5 * total && middle + 1 < weights.size()) passed += weights[middle++];
  const auto low = static_cast<double>(window.low);
  const double median = low + static_cast<double>(middle) - 0.5 + (0.5 * total - passed) / weights[middle];
  const double variance = std::max(0.0, second / total - square(moment / total));
  const double rings = std::min(1.0, window.ring_v / (ring_counts * height(most_likely)));
  const double blur =
      rings > 0.0 ? rings * ring_blur * lever_rate_hz / static_cast<double>(window.ring_hz) : 0.0;
  fit.state = EdgeFit::State::fitted;
  fit.rings = window.ring_v > unlike_shape * height(most_likely);
  fit.start = static_cast<double>(window.first) + median;
  fit.sd = std::sqrt(variance + square(unknown_shape * (static_cast<double>(last) - median)) + square(blur));
  const auto step = most_likely / templates;
  fit.begin = static_cast<double>(window.first) + low + static_cast<double>(step);
  fit.end = static_cast<double>(window.end);
  fit.end_v = height(most_likely);
  fit.power = powers[most_likely % templates / bends.size()];
  fit.bend = bends[most_likely % bends.size()];
}

EdgeFit EdgeFitter::fit_backwards(std::span<const double> volts, std::int64_t core_end, double least_v) {
  const std::span turned(backwards_.data(), std::min(volts.size(), most_samples));
  std::reverse_copy(volts.end() - static_cast<std::ptrdiff_t>(turned.size()), volts.end(), turned.begin());
  return fit(turned, static_cast<std::int64_t>(volts.size()) - core_end, least_v);
}

EdgeFit EdgeFitter::fit(std::span<const double> volts, std::int64_t core, double least_v) {
  EdgeFit result;
  volts = volts.first(std::min(volts.size(), most_samples));
  const auto n = static_cast<std::int64_t>(volts.size());
  Window window{.volts = volts};
  window.rest_end = std::min(std::max(core - rest_before_core, least_rest), n);
  window.rest_begin = std::max<std::int64_t>(0, window.rest_end - rest_samples);
  if (core < least_rest || window.rest_end - window.rest_begin < least_rest) return result;

  const std::span mean(mean_.data(), volts.size()), speed(speed_.data(), volts.size());
  running_mean(volts, light / 2, light / 2, sums_, residual_);
  running_mean(std::span(residual_).first(volts.size()), light / 2 - 1, light / 2 + 1, sums_, mean);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t before = std::max<std::int64_t>(0, i - light / 2),
                       after = std::min(n - 1, i + light / 2);
    speed[index(i)] = (mean[index(after)] - mean[index(before)]) / static_cast<double>(after - before);
  }
  running_mean(volts, mean_reach, mean_reach, sums_, mean);

  // 1. Rest, and what lies in it.
  const std::size_t rest_count = index(window.rest_end - window.rest_begin);
  const std::span rest(rest_.data(), rest_count);
  const auto rest_of = [&](std::span<const double> x) {
    return x.subspan(index(window.rest_begin), rest_count);
  };
  window.rest_v = mean_of(rest_of(volts));
  std::ranges::copy(rest_of(volts), rest.begin());
  remove_trend(rest);
  for (const int hz : mains_hz) (void)take_line(rest, hz);
  window.ring_hz = ring_of(rest);
  if (window.ring_hz > 0) {
    const double before = dot(rest, rest);
    const double share = take_line(rest, window.ring_hz);
    window.ring_v = std::sqrt(2.0 * share * before / static_cast<double>(rest_count));
  }
  window.sd_v = sd_of(rest, 0.0);
  window.kappa = correlated(rest);
  // Of speed and of the 10 ms mean, what rest does beside ringing: drift is no departure.
  const auto sd_at_rest = [&](std::span<const double> x) {
    std::ranges::copy(rest_of(x), rest.begin());
    const double level = mean_of(rest);
    for (double& value : rest) value -= level;
    if (window.ring_hz > 0) (void)take_line(rest, window.ring_hz);
    return sd_of(rest, 0.0);
  };
  const double speed_sd = sd_at_rest(speed), mean_sd = sd_at_rest(mean);

  // 2. The first departure, and the speed peak of the rise that it begins.
  const double beyond = std::max({departure_sd * mean_sd, least_v / 3.0, ring_grows * window.ring_v});
  std::int64_t departure = window.rest_end;
  while (departure < n && std::abs(mean[index(departure)] - window.rest_v) <= beyond) ++departure;
  if (departure == n) departure = std::min(core, n - 1);
  window.sign = mean[index(departure)] >= window.rest_v ? 1.0 : -1.0;
  std::int64_t peak = std::max(window.rest_end, departure - light);
  for (std::int64_t i = peak; i < n; ++i) {
    const double now = window.sign * speed[index(i)], most = window.sign * speed[index(peak)];
    if (now > most) peak = i;
    if (i > departure && now < (1.0 - peak_fall) * most && most - now > peak_fall_sd * speed_sd) break;
  }
  const double most = window.sign * speed[index(peak)];
  const double leaves = std::max(leaves_sd * speed_sd, leaves_share * most);
  window.crude = peak;
  while (window.crude > 0 && window.sign * speed[index(window.crude)] >= leaves) --window.crude;

  // 3. The window.
  window.first = std::max<std::int64_t>(0, window.crude - window_before);
  const double enough =
      std::max(window_share * window.sign * (mean[index(peak)] - window.rest_v), window_sd * window.sd_v);
  window.end = window.crude + 1;
  const auto turned = [&](std::int64_t i) { return i > peak && window.sign * speed[index(i)] <= 0.0; };
  while (window.end < n - 1 && window.sign * (mean[index(window.end)] - window.rest_v) < enough &&
         !turned(window.end))
    ++window.end;
  result.rest_v = window.rest_v;
  result.rest_place = 0.5 * static_cast<double>(window.rest_begin + window.rest_end - 1);
  result.rest_sd = window.sd_v;
  result.state = EdgeFit::State::not_fitted;
  result.start = static_cast<double>(window.crude);
  result.sd = EdgeFit::crude_sd;
  if (window.crude < least_rest / 2) {
    result.state = EdgeFit::State::cut;
    result.sd = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  if (window.end - window.crude < starts_until) return result;
  lay_out_nuisance(window);
  fit_start(window, result);
  return result;
}

}  // namespace leverkin
