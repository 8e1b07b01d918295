// A 32x32 block of a product by AVX512-FP16: 16 rows at a time, each register of sums as wide as a panel.
// Sums are kept in fp16 over 64 terms, then added up in F32.
#pragma once

#include "pack.h"

namespace training {

constexpr int kDepthAtOnce = 512;  // values of k whose panel stays in the first cache
constexpr int kTermsInHalf = 64;

inline void prepare_tiles() {}

TRAINING_INLINE void add_to_floats(__m512h sums, float* c, bool first) {
  const __m512 bits = _mm512_castph_ps(sums);
  Lanes low = _mm512_cvtxph_ps(_mm512_castph512_ph256(sums));
  Lanes high = _mm512_cvtxph_ps(_mm256_castps_ph(_mm512_extractf32x8_ps(bits, 1)));
  if (!first) {
    low = low + load(c);
    high = high + load(c + 16);
  }
  store(c, low);
  store(c + 16, high);
}

// `a` points at row 0 and k = 0; A[i][k] lies at a[i * row + k * column].
TRAINING_INLINE void multiply_sixteen_rows(const _Float16* a, size_t row, size_t column,
                                           const _Float16* panel, int depth, float* c, bool first) {
  for (int begin = 0; begin < depth; begin += kTermsInHalf) {
    const int end = std::min(depth, begin + kTermsInHalf);
    __m512h sum[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) sum[i] = _mm512_setzero_ph();
    for (int k = begin; k < end; ++k) {
      const __m512h columns = _mm512_loadu_ph(panel + k * kPanel);
#pragma GCC unroll 16
      for (int i = 0; i < 16; ++i) {
        sum[i] = _mm512_fmadd_ph(_mm512_set1_ph(a[i * row + k * column]), columns, sum[i]);
      }
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) add_to_floats(sum[i], c + i * 32, first && begin == 0);
  }
}

// C[32][32] (+)= A[32][depth] * panel; `first`: C is not added to. kTransposed: A is stored as [depth][32].
template <bool kTransposed>
inline void multiply_block(const Half* a, size_t stride, const Half* panel, int depth, float* c, bool first) {
  const _Float16* left = reinterpret_cast<const _Float16*>(a);
  const _Float16* right = reinterpret_cast<const _Float16*>(panel);
  const size_t row = kTransposed ? 1 : stride, column = kTransposed ? stride : 1;
  multiply_sixteen_rows(left, row, column, right, depth, c, first);
  multiply_sixteen_rows(left + 16 * row, row, column, right, depth, c + 512, first);
}

}  // namespace training
