#include "io/dtype.h"

#include <cstring>

namespace vitrine {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  size_t size;
};

constexpr Row kTable[] = {
    {DType::f64, "F64", 8}, {DType::f32, "F32", 4},      {DType::f16, "F16", 2}, {DType::bf16, "BF16", 2},
    {DType::i64, "I64", 8}, {DType::i32, "I32", 4},      {DType::i16, "I16", 2}, {DType::i8, "I8", 1},
    {DType::u8, "U8", 1},   {DType::boolean, "BOOL", 1},
};

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

uint32_t to_bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

uint16_t load_u16(const std::byte* from) {
  uint16_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

DType parse_dtype(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) return row.dtype;
  }
  return DType::other;
}

std::string_view dtype_name(DType dtype) {
  for (const Row& row : kTable) {
    if (row.dtype == dtype) return row.name;
  }
  return "an unknown dtype";
}

size_t dtype_size(DType dtype) {
  for (const Row& row : kTable) {
    if (row.dtype == dtype) return row.size;
  }
  return 0;
}

// A half's exponent and fraction, moved to a float's places, are its value times 2^-112; the product is exact,
// subnormal halves included.
float half_to_float(uint16_t half) {
  const uint32_t magnitude = half & 0x7fffu, sign = (half & 0x8000u) << 16;
  const uint32_t finite = to_bits(from_bits(magnitude << 13) * 0x1p112f);
  const uint32_t special = (magnitude << 13) | 0x7f800000u;  // infinity and NaN
  return from_bits(sign | (magnitude >= 0x7c00u ? special : finite));
}

uint16_t float_to_half(float value) {
  const uint32_t bits = to_bits(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;   // NaN
  if (magnitude >= 0x477ff000u) return sign | 0x7c00u;  // 65520 and more round to infinity
  if (magnitude < 0x38800000u) {                        // below 2^-14: subnormal halves, multiples of 2^-24
    // Adding 0.5 leaves fraction bits of 2^-24: the sum rounds to nearest even.
    const uint32_t rounded = to_bits(from_bits(magnitude) + 0.5f) - to_bits(0.5f);
    return static_cast<uint16_t>(sign | rounded);
  }
  const uint32_t rebased = magnitude - 0x38000000u;  // exponent bias 127 -> 15
  const uint32_t odd = (rebased >> 13) & 1u;
  return static_cast<uint16_t>(sign | ((rebased + 0xfffu + odd) >> 13));
}

void widen(DType dtype, const std::byte* from, float* to, size_t count) {
  switch (dtype) {
    case DType::f32:
      std::memcpy(to, from, count * sizeof(float));
      return;
    case DType::f16:
      for (size_t i = 0; i < count; ++i) to[i] = half_to_float(load_u16(from + 2 * i));
      return;
    case DType::bf16:
      for (size_t i = 0; i < count; ++i)
        to[i] = from_bits(static_cast<uint32_t>(load_u16(from + 2 * i)) << 16);
      return;
    default:  // callers check the dtype first
      std::memset(to, 0, count * sizeof(float));
      return;
  }
}

}  // namespace vitrine
