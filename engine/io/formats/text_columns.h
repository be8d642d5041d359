// engine/io/formats/text_columns.h: how are columns of numbers in a text read without holding the text?
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.h"
#include "io/sample_source.h"

namespace leverkin {

[[nodiscard]] bool looks_like_text(std::string_view head);

/// A text of lines with fields: separated by commas, semicolons (numbers may have decimal commas then), tabs
/// or blanks; with a line of names or without. What is empty, or NaN, is no number.
class TextColumns {
 public:
  static constexpr std::int64_t rows_between_marks = 1 << 13;

  /// Passes over the file once, to know where its lines are. Throws BadSession.
  explicit TextColumns(const std::string& path);

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::string& path() const { return bytes_->path(); }
  /// By its name, or where that is empty by its number. Throws BadSession.
  [[nodiscard]] std::size_t place_of(const std::string& name, std::int64_t column) const;
  /// Numbers of a column in rows [first, first + numbers.size()). Throws BadSession for anything else there.
  void read(std::size_t column, std::int64_t first, std::span<double> numbers) const;

 private:
  void find_names(std::string_view line);
  [[nodiscard]] std::vector<std::string_view> fields_of(std::string_view line) const;
  [[nodiscard]] double number_in(std::string_view line, std::size_t column, std::int64_t row) const;

  std::shared_ptr<const ByteSource> bytes_;
  char separator_ = ',';
  bool has_names_ = false;
  std::vector<std::string> names_;
  std::int64_t rows_ = 0;
  std::vector<std::int64_t> marks_;  ///< where every so many rows begin, and the end
};

/// One column of it.
class TextColumnSamples final : public SampleSource {
 public:
  TextColumnSamples(std::shared_ptr<const TextColumns> columns, std::size_t column)
      : columns_(std::move(columns)), column_(column) {}

  [[nodiscard]] std::int64_t size() const override { return columns_->rows(); }
  [[nodiscard]] std::string storage() const override { return "text"; }
  [[nodiscard]] std::size_t value_bytes() const override { return sizeof(double); }
  [[nodiscard]] bool stores_volts() const override { return true; }
  [[nodiscard]] std::int64_t block_samples() const override { return 4 * TextColumns::rows_between_marks; }
  void read_block(std::int64_t first, std::int64_t count, Workspace*, std::byte* stored) const override {
    read(first, count, stored);
  }
  void read(std::int64_t first, std::int64_t count, std::byte* stored) const override {
    columns_->read(column_, first, {reinterpret_cast<double*>(stored), static_cast<std::size_t>(count)});
  }
  void to_volts(std::int64_t, const std::byte*, std::span<double>) const override {}

 private:
  std::shared_ptr<const TextColumns> columns_;
  std::size_t column_;
};

}  // namespace leverkin
