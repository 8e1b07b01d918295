// Lanes on AVX-512.
#pragma once

namespace training {

using Lanes = __m512;

TRAINING_INLINE Lanes load(const float* from) { return _mm512_loadu_ps(from); }
TRAINING_INLINE void store(float* to, Lanes x) { _mm512_storeu_ps(to, x); }
TRAINING_INLINE Lanes splat(float x) { return _mm512_set1_ps(x); }
TRAINING_INLINE Lanes larger(Lanes a, Lanes b) { return _mm512_max_ps(a, b); }
TRAINING_INLINE Lanes smaller(Lanes a, Lanes b) { return _mm512_min_ps(a, b); }
TRAINING_INLINE float sum_of(Lanes x) { return _mm512_reduce_add_ps(x); }
TRAINING_INLINE float largest_of(Lanes x) { return _mm512_reduce_max_ps(x); }
TRAINING_INLINE Lanes multiply_add(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
TRAINING_INLINE Lanes nearest_integer(Lanes x) { return _mm512_roundscale_ps(x, _MM_FROUND_NO_EXC); }
// x 2^n, n whole.
TRAINING_INLINE Lanes scale_by_power(Lanes x, Lanes n) { return _mm512_scalef_ps(x, n); }
// 1 / x with a relative error below 2^-14.
TRAINING_INLINE Lanes reciprocal(Lanes x) { return _mm512_rcp14_ps(x); }

TRAINING_INLINE __m512i widened(const Half* from) {
  return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

TRAINING_INLINE Lanes load_bf16(const Half* from) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(widened(from), 16));
}

#ifdef __AVX512BF16__
TRAINING_INLINE void store_bf16(Half* to, Lanes x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh(x));
}
#else
TRAINING_INLINE void store_bf16(Half* to, Lanes x) {
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(_mm512_set1_epi32(0x7fff), odd));
  const __m256i halves = _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), halves);
}
#endif

TRAINING_INLINE Lanes load_fp16(const Half* from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

TRAINING_INLINE void store_fp16(Half* to, Lanes x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

}  // namespace training
