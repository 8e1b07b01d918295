// A 32x32 block of a product by AVX512_BF16: eight rows at a time, sixteen registers of sums.
#pragma once

#include "pack.h"

namespace training {

constexpr int kDepthAtOnce = 384;  // values of k whose panel stays in the first cache

inline void prepare_tiles() {}

TRAINING_INLINE __m512bh pairs(const Half* from) { return (__m512bh)_mm512_loadu_si512(from); }

// The pair at `from` in all 16 places.
TRAINING_INLINE __m512bh same_pair(const Half* from) {
  int word;
  std::memcpy(&word, from, 4);
  return (__m512bh)_mm512_set1_epi32(word);
}

TRAINING_INLINE void multiply_eight_rows(const Half* a, size_t stride, const Half* panel, int depth, float* c,
                                         bool first) {
  __m512 sum[8][2];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    sum[i][0] = first ? _mm512_setzero_ps() : load(c + i * 32);
    sum[i][1] = first ? _mm512_setzero_ps() : load(c + i * 32 + 16);
  }
  for (int k = 0; k < depth; k += 32, panel += kPairedStep) {
    for (int pair = 0; pair < 16; ++pair) {
      const __m512bh left = pairs(panel + pair * 32), right = pairs(panel + 512 + pair * 32);
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) {
        const __m512bh x = same_pair(a + i * stride + k + 2 * pair);
        sum[i][0] = _mm512_dpbf16_ps(sum[i][0], x, left);
        sum[i][1] = _mm512_dpbf16_ps(sum[i][1], x, right);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    store(c + i * 32, sum[i][0]);
    store(c + i * 32 + 16, sum[i][1]);
  }
}

// C[32][32] (+)= A[32][depth] * panel; `first`: C is not added to. A cannot be read transposed (kPaired).
template <bool kTransposed>
inline void multiply_block(const Half* a, size_t stride, const Half* panel, int depth, float* c, bool first) {
  static_assert(!kTransposed);
  for (int row = 0; row < 32; row += 8) {
    multiply_eight_rows(a + row * stride, stride, panel, depth, c + row * 32, first);
  }
}

}  // namespace training
