// Transposes of 16-bit matrices on AVX2, eight by eight.
#pragma once

#include "lanes.h"

namespace training {

inline void transpose_eight(const Half* src, size_t src_stride, Half* dst, size_t dst_stride) {
  __m128i r[8], t[8];
  for (int i = 0; i < 8; ++i) r[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(src + i * src_stride));
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm_unpacklo_epi16(r[i], r[i + 1]);
    t[i + 1] = _mm_unpackhi_epi16(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm_unpacklo_epi32(t[i], t[i + 2]);
    r[i + 1] = _mm_unpackhi_epi32(t[i], t[i + 2]);
    r[i + 2] = _mm_unpacklo_epi32(t[i + 1], t[i + 3]);
    r[i + 3] = _mm_unpackhi_epi32(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[2 * i] = _mm_unpacklo_epi64(r[i], r[i + 4]);
    t[2 * i + 1] = _mm_unpackhi_epi64(r[i], r[i + 4]);
  }
  for (int i = 0; i < 8; ++i) _mm_storeu_si128(reinterpret_cast<__m128i*>(dst + i * dst_stride), t[i]);
}

// dst[c][t] = src[t][c]; `rows` and `columns` of src multiples of 8.
inline void transpose(const Half* src, size_t src_stride, int rows, int columns, Half* dst,
                      size_t dst_stride) {
  for (int row = 0; row < rows; row += 8) {
    for (int column = 0; column < columns; column += 8) {
      transpose_eight(src + row * src_stride + column, src_stride, dst + column * dst_stride + row,
                      dst_stride);
    }
  }
}

}  // namespace training
