// Lanes on AVX2: a vector of the compiler's, which is two registers.
#pragma once

namespace training {

typedef float Lanes __attribute__((vector_size(64), may_alias, aligned(4)));
typedef int IntegerLanes __attribute__((vector_size(64), may_alias, aligned(4)));

TRAINING_INLINE Lanes load(const float* from) {
  Lanes x;
  std::memcpy(&x, from, 64);
  return x;
}
TRAINING_INLINE void store(float* to, Lanes x) { std::memcpy(to, &x, 64); }
TRAINING_INLINE Lanes splat(float x) {
  Lanes lanes;
  for (int i = 0; i < 16; ++i) lanes[i] = x;
  return lanes;
}
TRAINING_INLINE Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }
TRAINING_INLINE Lanes smaller(Lanes a, Lanes b) { return a < b ? a : b; }
TRAINING_INLINE float sum_of(Lanes x) {
  float values[16], sum = 0;
  store(values, x);
  for (int i = 0; i < 8; ++i) sum += values[i] + values[i + 8];
  return sum;
}
TRAINING_INLINE float largest_of(Lanes x) {
  float values[16];
  store(values, x);
  return *std::max_element(values, values + 16);
}
TRAINING_INLINE Lanes multiply_add(Lanes a, Lanes b, Lanes c) { return a * b + c; }
TRAINING_INLINE Lanes nearest_integer(Lanes x) {
  float values[16];
  store(values, x);
  for (float* eight : {values, values + 8}) {
    _mm256_storeu_ps(eight, _mm256_round_ps(_mm256_loadu_ps(eight), _MM_FROUND_NO_EXC));
  }
  return load(values);
}
// x 2^n, n whole.
TRAINING_INLINE Lanes scale_by_power(Lanes x, Lanes n) {
  IntegerLanes bits;
  std::memcpy(&bits, &x, 64);
  bits += __builtin_convertvector(n, IntegerLanes) << 23;
  std::memcpy(&x, &bits, 64);
  return x;
}
TRAINING_INLINE Lanes reciprocal(Lanes x) { return splat(1.0f) / x; }

TRAINING_INLINE Lanes load_bf16(const Half* from) {
  float values[16];
  for (int i = 0; i < 16; ++i) values[i] = float_of_bf16(from[i]);
  return load(values);
}
TRAINING_INLINE void store_bf16(Half* to, Lanes x) {
  float values[16];
  store(values, x);
  for (int i = 0; i < 16; ++i) to[i] = bf16_of_float(values[i]);
}

TRAINING_INLINE Lanes load_fp16(const Half* from) {
  float values[16];
  for (int i : {0, 8}) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    _mm256_storeu_ps(values + i, _mm256_cvtph_ps(halves));
  }
  return load(values);
}
TRAINING_INLINE void store_fp16(Half* to, Lanes x) {
  float values[16];
  store(values, x);
  for (int i : {0, 8}) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), halves);
  }
}

}  // namespace training
