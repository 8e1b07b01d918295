#include "loading/conversion.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "io/safetensors.h"

namespace vitrine {
namespace {

constexpr size_t kBandValues = 16 * 1024;  // of tensors whose rows do not depend on each other

}  // namespace

size_t first_not_finite(std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000u;
  for (size_t begin = 0; begin < values.size(); begin += 256) {
    const std::span<const float> part = values.subspan(begin, std::min<size_t>(256, values.size() - begin));
    uint32_t bad = 0;  // a whole part at once, so that the compiler may use vectors
    for (const float value : part) {
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      bad |= (bits & kExponent) == kExponent;
    }
    if (!bad) continue;
    for (size_t i = 0; i < part.size(); ++i) {
      uint32_t bits;
      std::memcpy(&bits, &part[i], sizeof bits);
      if ((bits & kExponent) == kExponent) return begin + i;
    }
  }
  return values.size();
}

Status Conversion::begin(const Slot& slot, WeightType type, DType dtype, std::byte* block) {
  slot_ = &slot;
  type_ = type;
  dtype_ = dtype;
  block_ = block;
  const bool inputs_first = slot.storage == Storage::conv1d;
  rows_ = inputs_first ? slot.inputs : slot.outputs;
  columns_ = inputs_first ? slot.outputs : std::max(slot.inputs, 1);
  const size_t rows =
      inputs_first ? kGroup : std::max<size_t>(1, kBandValues / static_cast<size_t>(columns_));
  row_ = 0;
  band_rows_ = static_cast<int>(std::min<size_t>(rows, static_cast<size_t>(rows_)));
  filled_ = 0;
  if (!stored_.reserve(band_values() * dtype_size(dtype)) || !values_.reserve(band_values())) {
    const size_t bytes = band_values() * (dtype_size(dtype) + sizeof(float));
    return Error{ErrorCode::memory_model,
                 "no memory to convert " + slot.name + ": " + std::to_string(bytes) + " bytes wanted",
                 {{"bytes", bytes}}};
  }
  return success();
}

std::span<std::byte> Conversion::room() {
  return {stored_.data() + filled_, band_values() * dtype_size(dtype_) - filled_};
}

Status Conversion::commit(size_t count) {
  filled_ += count;
  if (filled_ < band_values() * dtype_size(dtype_)) return success();
  VITRINE_TRY(convert());
  row_ += band_rows_;
  band_rows_ = std::min(band_rows_, rows_ - row_);
  filled_ = 0;
  return success();
}

Status Conversion::convert() {
  widen(dtype_, stored_.data(), values_.data(), band_values());
  VITRINE_TRY(check_finite());
  float* const f32 = reinterpret_cast<float*>(block_ + slot_->begin);
  int8_t* const q8 = reinterpret_cast<int8_t*>(block_ + slot_->begin);
  float* const scales = reinterpret_cast<float*>(block_ + slot_->scale_begin);
  switch (slot_->storage) {
    case Storage::plain:
      std::memcpy(f32 + static_cast<size_t>(row_) * static_cast<size_t>(columns_), values_.data(),
                  band_values() * sizeof(float));
      break;
    case Storage::conv1d:
      if (type_ == WeightType::f32) {
        pack_f32_inputs(values_.data(), row_, band_rows_, slot_->outputs, slot_->inputs, f32);
      } else {
        pack_q8_inputs(values_.data(), row_, band_rows_, slot_->outputs, slot_->inputs, q8, scales);
      }
      break;
    case Storage::rows:
      for (int i = 0; i < band_rows_; ++i) {
        const std::span<const float> row(
            values_.data() + static_cast<size_t>(i) * static_cast<size_t>(columns_),
            static_cast<size_t>(columns_));
        if (type_ == WeightType::f32) {
          pack_f32_row(row, row_ + i, f32);
        } else {
          pack_q8_row(row, row_ + i, q8, scales);
        }
      }
      break;
  }
  return success();
}

Status Conversion::check_finite() const {
  const size_t at = first_not_finite({values_.data(), band_values()});
  if (at == band_values()) return success();
  const size_t columns = static_cast<size_t>(columns_);
  std::string place = std::to_string(static_cast<size_t>(row_) + at / columns);
  if (slot_->inputs > 0) place += ", " + std::to_string(at % columns);
  const float value = values_.data()[at];
  const char* what = value != value ? "NaN" : value > 0 ? "infinite" : "minus infinite";
  return Error{ErrorCode::tensor_damaged,
               "tensor " + slot_->name + " is " + what + " at [" + place +
                   "]; the checkpoint is damaged or its training diverged",
               {{"name", slot_->name}}};
}

}  // namespace vitrine
