#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "leverkin/activity.h"
#include "leverkin/error.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

using Index = std::int64_t;

// ------------------------------------------------------------------------------------------ arrangements

struct Unit {
  Index length = 0;
  bool moving = false;
};

struct Block {
  std::uint32_t begin = 0, end = 0;  // frames; a session has fewer than 2^32
};

std::vector<Unit> units_of(std::span<const std::uint8_t> moving, ShuffledUnits kind) {
  std::vector<Unit> units;
  for (std::size_t k = 0; k < moving.size(); ++k) {
    const bool now = moving[k] != 0;
    const bool single = kind == ShuffledUnits::movement_blocks && !now;
    if (k == 0 || single || units.back().moving != now) units.push_back({.length = 0, .moving = now});
    ++units.back().length;
  }
  return units;
}

/// Where the movements are when the units stand in this order; cut into blocks of at most `longest` frames.
void place_movements(std::span<const Unit> units, std::span<const std::uint32_t> order, Index longest,
                     std::vector<Block>& blocks) {
  blocks.clear();
  Index place = 0;
  for (const std::uint32_t unit : order) {
    const auto [length, moving] = units[unit];
    for (Index from = 0; moving && from < length; from += longest)
      blocks.push_back({.begin = static_cast<std::uint32_t>(place + from),
                        .end = static_cast<std::uint32_t>(place + std::min(length, from + longest))});
    place += length;
  }
}

/// Random numbers by their number, not by the one before: SplitMix64 (Steele, Lea, Flood 2014).
struct CounterRandom {
  std::uint64_t key = 0;

  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
  }
  /// Whole numbers below `limit`; for the counts of units here, none is likelier than another by more than
  /// 1e-4.
  [[nodiscard]] std::uint32_t below(std::uint32_t limit, std::uint64_t counter) const {
    return static_cast<std::uint32_t>(((mixed(key + counter * 0x9e3779b97f4a7c15U) >> 32) * limit) >> 32);
  }
};

CounterRandom random_of(const ShuffleOptions& options, Index shuffle) {
  const std::uint64_t stream = CounterRandom::mixed(CounterRandom::mixed(options.seed) ^ options.stream);
  return {CounterRandom::mixed(stream ^ static_cast<std::uint64_t>(shuffle))};
}

void shuffle(std::vector<std::uint32_t>& order, const CounterRandom& random) {
  std::iota(order.begin(), order.end(), 0U);
  for (auto k = static_cast<std::uint32_t>(order.size()); k > 1; --k)
    std::swap(order[k - 1], order[random.below(k, k)]);
}

/// Orders that can be told apart; more than `limit` counts as limit + 1. Still frames on their own are all
/// alike, and so are movements of one length among them; runs are not.
Index count_orders(std::span<const Unit> units, ShuffledUnits kind, Index limit);

/// All orders that can be told apart, in a fixed order.
class EveryOrder {
 public:
  EveryOrder(std::span<const Unit> units, ShuffledUnits kind) : label_(units.size()), order_(units.size()) {
    for (std::size_t k = 0; k < units.size(); ++k) {
      const bool alike = kind == ShuffledUnits::movement_blocks;
      label_[k] = alike ? (units[k].moving ? units[k].length : 0) : static_cast<Index>(k);
    }
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [this](auto a, auto b) { return before(a, b); });
  }
  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }
  bool next() {
    return std::next_permutation(order_.begin(), order_.end(),
                                 [this](auto a, auto b) { return before(a, b); });
  }

 private:
  [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const { return label_[a] < label_[b]; }

  std::vector<Index> label_;
  std::vector<std::uint32_t> order_;
};

Index count_orders(std::span<const Unit> units, ShuffledUnits kind, Index limit) {
  std::vector<Index> labels;
  for (std::size_t k = 0; k < units.size(); ++k)
    labels.push_back(kind == ShuffledUnits::runs ? static_cast<Index>(k)
                     : units[k].moving           ? units[k].length
                                                 : 0);
  std::sort(labels.begin(), labels.end());
  // A multinomial coefficient as a product of binomials, each built up in whole steps.
  double count = 1;
  Index placed = 0;
  for (std::size_t k = 0, alike = 0; k < labels.size(); ++k) {
    alike = k > 0 && labels[k] == labels[k - 1] ? alike + 1 : 1;
    count = count * static_cast<double>(++placed) / static_cast<double>(alike);
  }
  return count <= static_cast<double>(limit) + 0.5 ? std::llround(count) : limit + 1;
}

// ------------------------------------------------------------------------------------------ sums

Index cells_of(const CellTraces& activity) { return std::ssize(activity.values) / activity.frames; }
Index cells_of(const ActiveFrames& activity) { return std::ssize(activity.active) / activity.frames; }

/// Sums of activity from the beginning, for a tile of cells side by side: one cache line per frame. `Stored`
/// holds the sum over any one block, `Sum` over all of them: unsigned numbers wrap and come back.
template <typename Stored, typename Sum>
struct Tile {
  static constexpr Index cells = 64 / static_cast<Index>(sizeof(Stored));
  static constexpr Index longest_block = sizeof(Stored) == 1 ? std::numeric_limits<std::uint8_t>::max()
                                                             : std::numeric_limits<std::uint32_t>::max();
  using Line = std::array<Stored, static_cast<std::size_t>(cells)>;
  using Sums = std::array<Sum, static_cast<std::size_t>(cells)>;

  Tile(const CellTraces& activity, Index first) : prefix(static_cast<std::size_t>(activity.frames + 1)) {
    const Index count = std::min(cells, cells_of(activity) - first);
    for (Index c = 0; c < count; ++c) {
      const double* trace = activity.values.data() + (first + c) * activity.frames;
      Stored sum{};
      for (Index k = 0; k < activity.frames; ++k) {
        sum = static_cast<Stored>(sum + static_cast<Stored>(trace[k]));
        prefix[static_cast<std::size_t>(k + 1)][static_cast<std::size_t>(c)] = sum;
      }
    }
  }
  Tile(const ActiveFrames& activity, Index first) : prefix(static_cast<std::size_t>(activity.frames + 1)) {
    const Index all = cells_of(activity), count = std::min(cells, all - first);
    const std::uint8_t* frame = activity.active.data() + first;
    for (std::size_t k = 0; k + 1 < prefix.size(); ++k, frame += all)
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c)
        prefix[k + 1][c] = static_cast<Stored>(prefix[k][c] + static_cast<Stored>(frame[c] != 0));
  }

  /// Adds the blocks' sums to `sums`.
  void add(std::span<const Block> blocks, Sums& into) const {
    Sums sums = into;
    for (const Block& block : blocks) {
      const Stored* const from = prefix[block.begin].data();
      const Stored* const to = prefix[block.end].data();
      Sums next;  // a second array, so that the compiler keeps both in registers: three times as fast
      for (std::size_t c = 0; c < sums.size(); ++c)
        next[c] = static_cast<Sum>(sums[c] + static_cast<Stored>(to[c] - from[c]));
      sums = next;
    }
    into = sums;
  }

  std::vector<Line> prefix;
};

struct Ranks {
  std::vector<Index> less, equal;
};

bool is_equal(double one, double observed) {
  return std::abs(one - observed) <= 1e-9 * (1 + std::abs(observed));
}
template <typename Sum>
bool is_equal(Sum one, Sum observed) {
  return one == observed;
}

/// Of every arrangement, whose blocks are in order of place. A part of the tile at a time, which stays in the
/// second cache.
template <typename Tile>
std::vector<typename Tile::Sums> sums_of(const Tile& tile, std::span<const std::vector<Block>> arrangements) {
  constexpr std::size_t part = 4096;  // frames
  std::vector<typename Tile::Sums> sums(arrangements.size(), typename Tile::Sums{});
  std::vector<std::size_t> done(arrangements.size(), 0);
  for (std::size_t end = part; end < tile.prefix.size() + part; end += part)
    for (std::size_t k = 0; k < arrangements.size(); ++k) {
      const std::vector<Block>& blocks = arrangements[k];
      const std::size_t from = done[k];
      while (done[k] < blocks.size() && blocks[done[k]].end < end) ++done[k];
      tile.add({blocks.data() + from, done[k] - from}, sums[k]);
    }
  return sums;
}

template <typename Tile>
struct ShuffleComparison {
  std::vector<Tile> tiles;
  std::vector<typename Tile::Sums> observed;

  template <typename Activity>
  ShuffleComparison(const Activity& activity, std::span<const Block> blocks, int threads) {
    const Index count = (cells_of(activity) + Tile::cells - 1) / Tile::cells;
    std::vector<std::unique_ptr<Tile>> made(static_cast<std::size_t>(count));
    parallel_for(count, threads, [&](std::int64_t t) {
      made[static_cast<std::size_t>(t)] = std::make_unique<Tile>(activity, t * Tile::cells);
    });
    for (auto& tile : made) tiles.push_back(std::move(*tile));
    for (const auto& tile : tiles) tile.add(blocks, observed.emplace_back());
  }

  void count(std::span<const std::vector<Block>> arrangements, Ranks& ranks) const {
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      const Index first = static_cast<Index>(t) * Tile::cells;
      const Index count = std::min(Tile::cells, std::ssize(ranks.less) - first);
      for (const auto& sums : sums_of(tiles[t], arrangements)) {
        for (Index c = 0; c < count; ++c) {
          const auto at = static_cast<std::size_t>(c);
          const bool same = is_equal(sums[at], observed[t][at]);
          ranks.equal[static_cast<std::size_t>(first + c)] += same ? 1 : 0;
          ranks.less[static_cast<std::size_t>(first + c)] += !same && sums[at] < observed[t][at] ? 1 : 0;
        }
      }
    }
  }
};

/// Arrangements that are compared at a time: enough to come back to a line of a tile while it is in the
/// cache.
constexpr Index batch = 1024;

template <typename Tile>
Ranks ranks_of_shuffles(const ShuffleComparison<Tile>& comparison, Index cells, std::span<const Unit> units,
                        const ShuffleOptions& options) {
  const Index batches = (options.shuffles + batch - 1) / batch;
  std::vector<Ranks> of(static_cast<std::size_t>(batches));
  parallel_for(batches, options.threads, [&](std::int64_t b) {
    const Index first = b * batch;
    std::vector<std::vector<Block>> arrangements(
        static_cast<std::size_t>(std::min(batch, options.shuffles - first)));
    std::vector<std::uint32_t> order(units.size());
    for (std::size_t k = 0; k < arrangements.size(); ++k) {
      shuffle(order, random_of(options, first + static_cast<Index>(k)));
      place_movements(units, order, Tile::longest_block, arrangements[k]);
    }
    Ranks& ranks = of[static_cast<std::size_t>(b)];
    ranks.less.assign(static_cast<std::size_t>(cells), 0);
    ranks.equal = ranks.less;
    comparison.count(arrangements, ranks);
  });
  Ranks all{.less = std::vector<Index>(static_cast<std::size_t>(cells), 0), .equal = {}};
  all.equal = all.less;
  for (const Ranks& one : of) {
    std::transform(all.less.begin(), all.less.end(), one.less.begin(), all.less.begin(), std::plus<>());
    std::transform(all.equal.begin(), all.equal.end(), one.equal.begin(), all.equal.begin(), std::plus<>());
  }
  return all;
}

template <typename Tile>
Ranks ranks_of_every_order(const ShuffleComparison<Tile>& comparison, Index cells,
                           std::span<const Unit> units, ShuffledUnits kind) {
  Ranks ranks{.less = std::vector<Index>(static_cast<std::size_t>(cells), 0), .equal = {}};
  ranks.equal = ranks.less;
  EveryOrder orders(units, kind);
  std::vector<std::vector<Block>> one(1);
  do {
    place_movements(units, orders.order(), Tile::longest_block, one.front());
    comparison.count(one, ranks);
  } while (orders.next());
  return ranks;
}

template <typename Stored, typename Sum = Stored, typename Activity>
void relate(const Activity& activity, std::span<const Unit> units, const ShuffleOptions& options,
            MovementRelation& found) {
  using OfCells = Tile<Stored, Sum>;
  const Index cells = cells_of(activity);
  std::vector<std::uint32_t> as_it_was(units.size());
  std::iota(as_it_was.begin(), as_it_was.end(), 0U);
  std::vector<Block> blocks;
  place_movements(units, as_it_was, OfCells::longest_block, blocks);
  const ShuffleComparison<OfCells> comparison(activity, blocks, options.threads);
  const Index orders = count_orders(units, options.units, options.shuffles);
  found.enumerated = orders <= options.shuffles;
  found.arrangements = found.enumerated ? orders : options.shuffles;
  const Ranks ranks = found.enumerated ? ranks_of_every_order(comparison, cells, units, options.units)
                                       : ranks_of_shuffles(comparison, cells, units, options);
  const auto all = static_cast<double>(found.arrangements);
  for (std::size_t c = 0; c < ranks.less.size(); ++c) {
    const double below = static_cast<double>(ranks.less[c]) + static_cast<double>(ranks.equal[c]) / 2;
    // Drawn at random, the data are one more arrangement, equal to itself; of all there are, they are one
    // already.
    found.p.push_back(found.enumerated ? below / all : (below + 1) / (all + 1));
    constexpr auto per_tile = static_cast<std::size_t>(OfCells::cells);
    found.statistic.push_back(static_cast<double>(comparison.observed[c / per_tile][c % per_tile]));
  }
}

/// The greatest sum that occurs, where all values are whole and not negative; else infinity.
double greatest_whole_sum(const CellTraces& activity) {
  double greatest = 0;
  for (Index from = 0; from < std::ssize(activity.values); from += activity.frames) {
    double sum = 0;
    for (Index k = 0; k < activity.frames; ++k) {
      const double value = activity.values[static_cast<std::size_t>(from + k)];
      if (value < 0 || value != std::floor(value)) return std::numeric_limits<double>::infinity();
      sum += value;
    }
    greatest = std::max(greatest, sum);
  }
  return greatest;
}

void require_sense(Index frames, Index values, std::span<const std::uint8_t> moving,
                   const ShuffleOptions& options) {
  if (frames != std::ssize(moving) || moving.empty() || values % frames != 0) {
    throw BadArgument(
        fmt::format("moving: found {} frames, activity has {}, expected the same and one or more",
                    moving.size(), frames));
  }
  if (options.shuffles < 1)
    throw BadArgument(fmt::format("shuffles: found {}, expected 1 or more", options.shuffles));
}

void require_numbers(const CellTraces& activity) {
  const auto odd = std::find_if(activity.values.begin(), activity.values.end(),
                                [](double v) { return !std::isfinite(v); });
  if (odd != activity.values.end()) {
    const Index place = odd - activity.values.begin();
    throw BadArgument(fmt::format("activity: found {} in cell {}, frame {}, expected finite numbers", *odd,
                                  place / activity.frames, place % activity.frames));
  }
}

void relate_as_fits(const CellTraces& activity, std::span<const Unit> units, const ShuffleOptions& options,
                    MovementRelation& found) {
  const double greatest = greatest_whole_sum(activity);
  if (greatest <= std::numeric_limits<std::uint16_t>::max()) {
    relate<std::uint16_t>(activity, units, options, found);
  } else if (greatest <= std::numeric_limits<std::uint32_t>::max()) {
    relate<std::uint32_t>(activity, units, options, found);
  } else {
    relate<double>(activity, units, options, found);
  }
}

void relate_as_fits(const ActiveFrames& activity, std::span<const Unit> units, const ShuffleOptions& options,
                    MovementRelation& found) {
  const Index moving = std::accumulate(units.begin(), units.end(), Index{0}, [](Index sum, const Unit& unit) {
    return sum + (unit.moving ? unit.length : 0);
  });
  if (moving <= std::numeric_limits<std::uint16_t>::max()) {
    relate<std::uint8_t, std::uint16_t>(activity, units, options, found);
  } else {
    relate<std::uint8_t, std::uint64_t>(activity, units, options, found);
  }
}

template <typename Activity>
MovementRelation related(const Activity& activity, std::span<const std::uint8_t> moving,
                         const ShuffleOptions& options) {
  const std::vector<Unit> runs = units_of(moving, ShuffledUnits::runs);
  const auto movements =
      std::count_if(runs.begin(), runs.end(), [](const Unit& unit) { return unit.moving; });
  MovementRelation found;
  ShuffleOptions wanted = options;
  const bool shuffled = movements >= 2 && std::ssize(runs) - movements >= 2;
  if (!shuffled) wanted.shuffles = 1;
  relate_as_fits(activity, units_of(moving, options.units), wanted, found);
  if (!shuffled) {
    std::fill(found.p.begin(), found.p.end(), std::numeric_limits<double>::quiet_NaN());
    found.arrangements = 0;
    found.enumerated = false;
  }
  return found;
}

}  // namespace

MovementRelation relate_to_movement(const CellTraces& activity, std::span<const std::uint8_t> moving,
                                    const ShuffleOptions& options) {
  require_sense(activity.frames, std::ssize(activity.values), moving, options);
  require_numbers(activity);
  return related(activity, moving, options);
}

MovementRelation relate_to_movement(const ActiveFrames& activity, std::span<const std::uint8_t> moving,
                                    const ShuffleOptions& options) {
  require_sense(activity.frames, std::ssize(activity.active), moving, options);
  return related(activity, moving, options);
}

}  // namespace leverkin
