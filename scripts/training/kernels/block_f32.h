// A 32x32 block of a product by F32 multiply-add, on AVX-512 or AVX2: fp16 factors are widened 64 values of k
// at a time.
#pragma once

#include "pack.h"

namespace training {

constexpr int kDepthAtOnce = 512;  // values of k whose panel stays in the first cache
constexpr int kWidened = 64;

inline void prepare_tiles() {}

// to[k][i] = A[i][k] in F32, i below 32.
template <bool kTransposed>
TRAINING_INLINE void widen_rows(const Half* a, size_t stride, int depth, float* to) {
  if (kTransposed) {
    for (int k = 0; k < depth; ++k) {
      store(to + k * 32, load_fp16(a + k * stride));
      store(to + k * 32 + 16, load_fp16(a + k * stride + 16));
    }
    return;
  }
  alignas(64) Half turned[kWidened * 32];
  transpose(a, stride, 32, depth, turned, 32);
  for (int i = 0; i < depth * 32; i += 16) store(to + i, load_fp16(turned + i));
}

#ifdef __AVX512F__

// Eight rows by 32 columns, sixteen registers of sums. a[k][32 rows], b[k][32 columns].
TRAINING_INLINE void multiply_rows(const float* a, const float* b, int depth, float* c, bool first) {
  __m512 sum[8][2];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    sum[i][0] = first ? _mm512_setzero_ps() : load(c + i * 32);
    sum[i][1] = first ? _mm512_setzero_ps() : load(c + i * 32 + 16);
  }
  for (int k = 0; k < depth; ++k) {
    const Lanes left = load(b + k * 32), right = load(b + k * 32 + 16);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      const Lanes x = splat(a[k * 32 + i]);
      sum[i][0] = multiply_add(x, left, sum[i][0]);
      sum[i][1] = multiply_add(x, right, sum[i][1]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    store(c + i * 32, sum[i][0]);
    store(c + i * 32 + 16, sum[i][1]);
  }
}

TRAINING_INLINE void multiply_widened(const float* a, const float* b, int depth, float* c, bool first) {
  for (int row = 0; row < 32; row += 8) multiply_rows(a + row, b, depth, c + row * 32, first);
}

#else

// Four rows by 16 columns, eight registers of sums. a[k][32 rows], b[k][32 columns].
TRAINING_INLINE void multiply_rows(const float* a, const float* b, int depth, float* c, bool first) {
  __m256 sum[4][2];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 2; ++j) {
      sum[i][j] = first ? _mm256_setzero_ps() : _mm256_loadu_ps(c + i * 32 + 8 * j);
    }
  }
  for (int k = 0; k < depth; ++k) {
    const __m256 left = _mm256_load_ps(b + k * 32), right = _mm256_load_ps(b + k * 32 + 8);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m256 x = _mm256_broadcast_ss(a + k * 32 + i);
      sum[i][0] = _mm256_fmadd_ps(x, left, sum[i][0]);
      sum[i][1] = _mm256_fmadd_ps(x, right, sum[i][1]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 2; ++j) _mm256_storeu_ps(c + i * 32 + 8 * j, sum[i][j]);
  }
}

TRAINING_INLINE void multiply_widened(const float* a, const float* b, int depth, float* c, bool first) {
  for (int column = 0; column < 32; column += 16) {
    for (int row = 0; row < 32; row += 4) {
      multiply_rows(a + row, b + column, depth, c + row * 32 + column, first);
    }
  }
}

#endif

// C[32][32] (+)= A[32][depth] * panel; `first`: C is not added to. kTransposed: A is stored as [depth][32].
template <bool kTransposed>
inline void multiply_block(const Half* a, size_t stride, const Half* panel, int depth, float* c, bool first) {
  alignas(64) float left[kWidened * 32], right[kWidened * 32];
  for (int begin = 0; begin < depth; begin += kWidened) {
    const int terms = std::min(kWidened, depth - begin);
    for (int i = 0; i < terms * kPanel; i += 16) store(right + i, load_fp16(panel + begin * kPanel + i));
    widen_rows<kTransposed>(kTransposed ? a + begin * stride : a + begin, stride, terms, left);
    multiply_widened(left, right, terms, c, first && begin == 0);
  }
}

}  // namespace training
