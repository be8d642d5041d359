#include "stages/correlogram/gram_strip.h"

#include <vector>

#include "kernels/block_values.h"
#include "kernels/median_select.h"

namespace leverkin {
namespace {

constexpr std::size_t columns_at_once =
    288;  // products of a usual session with so many stay in the second cache

std::size_t rounded_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

template <typename T>
class Strip {
 public:
  Strip(const Panels<T>& panels, RowRange rows, std::size_t chunk)
      : panels_(panels),
        rows_(rows),
        chunk_(std::min(chunk, panels.length())),
        padded_rows_(rounded_up(rows.size(), kernels::group_rows)),
        panel_stride_(padded_rows_ * Panels<T>::width),
        left_(padded_rows_ * panels.length()) {
    copy_left();
  }

  // Products with the columns of `block`, computed ahead as far as panel `reach`.
  const T* products(RowRange block, std::size_t reach) {
    const std::size_t from = block.begin / Panels<T>::width, last = (block.end - 1) / Panels<T>::width;
    forget_before(from);
    if (last >= end_) {
      const std::size_t batch = columns_at_once / Panels<T>::width;
      const std::size_t to = std::max(last + 1, std::min(reach + 1, end_ + batch));
      make_room(to - begin_);
      compute(end_, to);
      end_ = to;
    }
    return products_.data();
  }

  [[nodiscard]] std::size_t panel_stride() const { return panel_stride_; }
  [[nodiscard]] std::size_t first_column() const { return begin_ * Panels<T>::width; }

 private:
  // The strip's rows in groups of eight, chunk after chunk.
  void copy_left() {
    for (std::size_t k0 = 0; k0 < panels_.length(); k0 += chunk_) {
      const std::size_t length = std::min(chunk_, panels_.length() - k0);
      for (std::size_t i = 0; i < padded_rows_; i += kernels::group_rows)
        copy_group(i, k0, length, left_.data() + k0 * padded_rows_ + i * length);
    }
  }

  void copy_group(std::size_t i, std::size_t k0, std::size_t length, T* out) {
    constexpr std::size_t width = Panels<T>::width, group = kernels::group_rows;
    const std::size_t row = rows_.begin + i, place = row % width;
    if (place + group <= width) {
      const T* from = panels_.panel(row / width) + k0 * width + place;
      for (std::size_t k = 0; k < length; ++k) std::copy_n(from + k * width, group, out + k * group);
      return;
    }
    for (std::size_t g = 0; g < group; ++g) {
      if ((row + g) / width >= panels_.count()) {
        for (std::size_t k = 0; k < length; ++k) out[k * group + g] = T(0);
        continue;
      }
      const T* from = panels_.panel((row + g) / width) + k0 * width + (row + g) % width;
      for (std::size_t k = 0; k < length; ++k) out[k * group + g] = from[k * width];
    }
  }

  void forget_before(std::size_t panel) {
    if (panel >= end_) {
      begin_ = end_ = panel;
      return;
    }
    std::copy(products_.data() + (panel - begin_) * panel_stride_,
              products_.data() + (end_ - begin_) * panel_stride_, products_.data());
    begin_ = panel;
  }

  void make_room(std::size_t panels) {
    if (panels * panel_stride_ < products_.size()) return;
    AlignedBuffer<T> larger(panels * panel_stride_ + 64 / sizeof(T));
    std::copy_n(products_.data(), (end_ - begin_) * panel_stride_, larger.data());
    products_ = std::move(larger);
  }

  void compute(std::size_t from, std::size_t to) {
    for (std::size_t k0 = 0; k0 < panels_.length(); k0 += chunk_) {
      const std::size_t length = std::min(chunk_, panels_.length() - k0);
      const T* left = left_.data() + k0 * padded_rows_;
      for (std::size_t p = from; p < to; ++p) {
        const T* panel = panels_.panel(p) + k0 * Panels<T>::width;
        const std::size_t k1 = p + 1 < to ? k0 : k0 + length;
        const T* next = k1 < panels_.length()
                            ? panels_.panel(p + 1 < to ? p + 1 : from) + k1 * Panels<T>::width
                            : panels_.panel(std::min(to, panels_.count() - 1));
        // Rows at or below the panel's last column: nobody asks for r of a later row with an earlier one.
        const std::size_t rows = std::min(rows_.size(), (p + 1) * Panels<T>::width - rows_.begin);
        kernels::gram_panel(left, length * kernels::group_rows, rows, panel, length, k0 > 0,
                            products_.data() + (p - begin_) * panel_stride_, next);
      }
    }
  }

  const Panels<T>& panels_;
  RowRange rows_;
  std::size_t chunk_, padded_rows_, panel_stride_;
  AlignedBuffer<T> left_, products_;
  std::size_t begin_ = 0, end_ = 0;  // panels whose products are held
};

// The last panel of the run of neighbouring blocks that begins with `at`.
template <typename T>
std::size_t last_panel_of_run(std::span<const RowRange> blocks, std::size_t at) {
  while (at + 1 < blocks.size() && blocks[at + 1].begin == blocks[at].end) ++at;
  return (blocks[at].end - 1) / Panels<T>::width;
}

}  // namespace

template <typename T>
void multiply_strip(const Panels<T>& panels, RowRange rows, std::span<const RowRange> blocks,
                    std::size_t chunk, const std::function<void(const BlockProducts<T>&)>& take) {
  if (rows.size() == 0) return;
  Strip<T> strip(panels, rows, chunk);
  AlignedBuffer<T> values;
  std::size_t run_end = 0, reach = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const RowRange block = blocks[b];
    if (block.size() == 0) continue;
    if (b >= run_end) {
      reach = last_panel_of_run<T>(blocks, b);
      run_end = b + 1;
      while (run_end < blocks.size() && blocks[run_end].begin == blocks[run_end - 1].end) ++run_end;
    }
    const T* products = strip.products(block, reach);
    values.reserve(rows.size() * block.size() + kernels::values_padding);
    const std::size_t count =
        kernels::gather_block(products, strip.panel_stride(), rows.size(), block.begin - strip.first_column(),
                              block.size(), block.begin == rows.begin, values.data());
    take({b, values.data(), count});
  }
}

template void multiply_strip(const Panels<float>&, RowRange, std::span<const RowRange>, std::size_t,
                             const std::function<void(const BlockProducts<float>&)>&);
template void multiply_strip(const Panels<double>&, RowRange, std::span<const RowRange>, std::size_t,
                             const std::function<void(const BlockProducts<double>&)>&);

}  // namespace leverkin
