// Sixteen floats at a time, on AVX-512 or on AVX2, and the two 16-bit formats that numbers are stored in.
//
// Both versions have the same functions. Half is a bf16 or an fp16, as the build wants it (build.h); Lanes
// add, subtract and multiply by the operators, which the compiler's vector types have.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace training {

using Half = uint16_t;

#define TRAINING_INLINE static inline __attribute__((always_inline))

TRAINING_INLINE float float_of_bf16(Half x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

// Rounded to the nearest, ties to even.
TRAINING_INLINE Half bf16_of_float(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return static_cast<Half>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace training

#ifdef __AVX512F__
#include "lanes_avx512.h"
#else
#include "lanes_avx2.h"
#endif
