// engine/io/column_samples.h: how do several threads read a lever that is one long column of an HDF5 file?
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "io/number_column.h"
#include "io/recording.h"

namespace leverkin {

/// volts = stored * volts_per_count + offset_v
struct Conversion {
  double volts_per_count = 1.0, offset_v = 0.0;
  [[nodiscard]] bool is_none() const { return volts_per_count == 1.0 && offset_v == 0.0; }
};

/// A column cut into whole chunks where it is chunked. Chunks packed with gzip, with or without shuffle, are
/// fetched as they are stored and unpacked outside HDF5's lock, by several threads at once; contiguous values
/// are read where they lie; anything else goes through HDF5.
class ColumnSamples final : public SampleSource {
 public:
  ColumnSamples(std::unique_ptr<NumberColumn> column, Conversion conversion);

  [[nodiscard]] std::int64_t size() const override { return column_->size(); }
  [[nodiscard]] std::string storage() const override { return column_->storage(); }
  [[nodiscard]] std::size_t value_bytes() const override { return column_->value_bytes(); }
  [[nodiscard]] bool stores_volts() const override { return column_->is_float64() && conversion_.is_none(); }
  [[nodiscard]] bool stores_int16() const override { return column_->is_int16() && conversion_.is_none(); }
  [[nodiscard]] std::int64_t block_samples() const override { return block_samples_; }
  [[nodiscard]] AbsentSamples absent() const override { return column_->absent(); }
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override;

  void read_block(std::int64_t first, std::int64_t count, Workspace* own, std::byte* stored) const override;
  void read(std::int64_t first, std::int64_t count, std::byte* stored) const override;
  void to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const override;

 private:
  struct Scratch;
  void read_in_place(std::int64_t first, std::int64_t count, std::byte* stored) const;
  void read_chunk(std::int64_t first, std::int64_t count, Scratch& scratch, std::byte* stored) const;
  void unpack(const NumberColumn::PackedChunk& packed, Scratch& scratch, std::byte* stored,
              std::int64_t first) const;

  std::unique_ptr<NumberColumn> column_;
  Conversion conversion_;
  std::int64_t block_samples_;
};

/// Time stamps that are one column of an HDF5 file.
class ColumnTimestamps final : public Timestamps {
 public:
  explicit ColumnTimestamps(std::unique_ptr<NumberColumn> column) : column_(std::move(column)) {}

  [[nodiscard]] std::int64_t size() const override { return column_->size(); }
  [[nodiscard]] const std::string& name() const override { return column_->name(); }
  [[nodiscard]] double resolution_s(double seconds) const override;
  void read(std::int64_t first, std::span<double> seconds) override { column_->read(first, seconds); }

 private:
  std::unique_ptr<NumberColumn> column_;
};

}  // namespace leverkin
