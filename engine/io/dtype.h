// Element types of a safetensors file and their conversion to F32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitrine {

enum class DType : uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean, other };

DType parse_dtype(std::string_view name);  // "F32", "BF16", ...; unknown names are DType::other
std::string_view dtype_name(DType dtype);
size_t dtype_size(DType dtype);  // bytes; 0 for other

// Converts `count` elements of F32, F16 or BF16 starting at `from` (any alignment) to floats.
void widen(DType dtype, const std::byte* from, float* to, size_t count);
uint16_t float_to_half(float value);  // round to nearest even
float half_to_float(uint16_t half);

}  // namespace vitrine
