// Turns one tensor of a Hugging Face file, which arrives in pieces of any size, into its place in a model's memory.
//
// A tensor is cut into bands: for a matrix stored [K, N] a group of kGroup inputs, which is all that a group's scale
// depends on; for the others some rows. Only a band is ever held unconverted.
#pragma once

#include <cstddef>
#include <span>

#include "base/buffer.h"
#include "base/error.h"
#include "io/dtype.h"
#include "model/packed_layout.h"

namespace vitrine {

class Conversion {
 public:
  // `slot.begin` counts from `block`. The dtype is F32, F16 or BF16 and the shape the slot's; the caller has checked.
  Status begin(const Slot& slot, WeightType type, DType dtype, std::byte* block);
  bool done() const { return row_ == rows_; }
  // The rest of the current band, at least one byte; not to be called when done.
  std::span<std::byte> room();
  // Takes `count` bytes of it. The error of a value that is NaN or infinite names the tensor and the place.
  Status commit(size_t count);

 private:
  const Slot* slot_ = nullptr;
  WeightType type_ = WeightType::f32;
  DType dtype_ = DType::f32;
  std::byte* block_ = nullptr;
  int rows_ = 0, columns_ = 0;   // of the tensor as it is stored
  int row_ = 0, band_rows_ = 0;  // first row and number of rows of the band
  size_t filled_ = 0;            // bytes of the band that have arrived
  Buffer<std::byte> stored_;
  Buffer<float> values_;

  size_t band_values() const { return static_cast<size_t>(band_rows_) * static_cast<size_t>(columns_); }
  Status convert();
  Status check_finite() const;
};

// Index of the first NaN or infinity among the values, or `values.size()`.
size_t first_not_finite(std::span<const float> values);

}  // namespace vitrine
