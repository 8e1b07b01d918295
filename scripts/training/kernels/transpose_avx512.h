// Transposes of 16-bit matrices on AVX-512.
#pragma once

#include "lanes.h"

namespace training {

// 16x16 words of 32 bits: dst[j][i] = src[i][j]; strides in halves, two to a word.
inline void transpose_words(const Half* src, size_t src_stride, Half* dst, size_t dst_stride) {
  __m512i r[16], t[16];
  for (int i = 0; i < 16; ++i) r[i] = _mm512_loadu_si512(src + i * src_stride);
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int j = 0; j < 4; ++j) {
    t[j] = _mm512_shuffle_i32x4(r[j], r[4 + j], 0x88);
    t[4 + j] = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0x88);
    t[8 + j] = _mm512_shuffle_i32x4(r[j], r[4 + j], 0xdd);
    t[12 + j] = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0xdd);
  }
  for (int j = 0; j < 4; ++j) {
    _mm512_storeu_si512(dst + j * dst_stride, _mm512_shuffle_i32x4(t[j], t[4 + j], 0x88));
    _mm512_storeu_si512(dst + (8 + j) * dst_stride, _mm512_shuffle_i32x4(t[j], t[4 + j], 0xdd));
    _mm512_storeu_si512(dst + (4 + j) * dst_stride, _mm512_shuffle_i32x4(t[8 + j], t[12 + j], 0x88));
    _mm512_storeu_si512(dst + (12 + j) * dst_stride, _mm512_shuffle_i32x4(t[8 + j], t[12 + j], 0xdd));
  }
}

// 16 words: the first's halves come from `low`, the second's from `high`.
TRAINING_INLINE __m512i interleaved(const Half* low, const Half* high) {
  return _mm512_or_si512(widened(low), _mm512_slli_epi32(widened(high), 16));
}

// dst[c][t] = src[t][c]; `rows` of src a multiple of 32, `columns` of 16.
inline void transpose(const Half* src, size_t src_stride, int rows, int columns, Half* dst,
                      size_t dst_stride) {
  alignas(64) Half words[512];
  for (int row = 0; row < rows; row += 32) {
    for (int column = 0; column < columns; column += 16) {
      const Half* from = src + row * src_stride + column;
      for (int pair = 0; pair < 16; ++pair, from += 2 * src_stride) {
        _mm512_store_si512(words + pair * 32, interleaved(from, from + src_stride));
      }
      transpose_words(words, 32, dst + column * dst_stride + row, dst_stride);
    }
  }
}

}  // namespace training
