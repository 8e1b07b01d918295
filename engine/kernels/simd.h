// The thin seam between the kernels and the processor: four F32 lanes, four int32 lanes, eight int16 lanes.
//
// Backends: WebAssembly SIMD, SSE2 (every x86-64), NEON, and plain C++ (VITRINE_SCALAR, or no other). All
// of them give the same bits for every operation here: no fused multiply-add, no relaxed operation, and
// sums of lanes in one fixed order. Loads and stores need no alignment.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(VITRINE_SCALAR)
#elif defined(__wasm_simd128__)
#define VITRINE_SIMD_WASM 1
#include <wasm_simd128.h>
#elif defined(__SSE2__) || defined(_M_X64)
#define VITRINE_SIMD_SSE2 1
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define VITRINE_SIMD_NEON 1
#include <arm_neon.h>
#endif

#if defined(__GNUC__) || defined(__clang__)
#define VITRINE_INLINE inline __attribute__((always_inline))
#else
#define VITRINE_INLINE inline
#endif

// What only the odd end of a row needs stays a call: inlined everywhere it would be downloaded everywhere.
#if defined(__GNUC__) || defined(__clang__)
#define VITRINE_OUTLINE inline __attribute__((noinline))
#else
#define VITRINE_OUTLINE inline
#endif

// Before the loop over inputs of a kernel: unrolling it regroups nothing but makes the engines of browsers
// spill the accumulators.
#if defined(__clang__)
#define VITRINE_NO_UNROLL _Pragma("clang loop unroll(disable) vectorize(disable)")
#elif defined(__GNUC__)
#define VITRINE_NO_UNROLL _Pragma("GCC unroll 1")
#else
#define VITRINE_NO_UNROLL
#endif

namespace vitrine {

#if defined(VITRINE_SIMD_WASM)
inline constexpr const char* kSimdName = "wasm simd128";
struct F32x4 {
  v128_t v;
};
struct I32x4 {
  v128_t v;
};
struct I16x8 {
  v128_t v;
};

VITRINE_INLINE F32x4 load(const float* p) { return {wasm_v128_load(p)}; }
VITRINE_INLINE void store(float* p, F32x4 a) { wasm_v128_store(p, a.v); }
VITRINE_INLINE F32x4 splat(float x) { return {wasm_f32x4_splat(x)}; }
VITRINE_INLINE F32x4 operator+(F32x4 a, F32x4 b) { return {wasm_f32x4_add(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator-(F32x4 a, F32x4 b) { return {wasm_f32x4_sub(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator*(F32x4 a, F32x4 b) { return {wasm_f32x4_mul(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator/(F32x4 a, F32x4 b) { return {wasm_f32x4_div(a.v, b.v)}; }
VITRINE_INLINE F32x4 max(F32x4 a, F32x4 b) { return {wasm_f32x4_pmax(b.v, a.v)}; }
VITRINE_INLINE F32x4 min(F32x4 a, F32x4 b) { return {wasm_f32x4_pmin(b.v, a.v)}; }
VITRINE_INLINE I32x4 less(F32x4 a, F32x4 b) { return {wasm_f32x4_lt(a.v, b.v)}; }
VITRINE_INLINE F32x4 select(I32x4 mask, F32x4 yes, F32x4 no) {
  return {wasm_v128_bitselect(yes.v, no.v, mask.v)};
}
VITRINE_INLINE I32x4 bits(F32x4 a) { return {a.v}; }
VITRINE_INLINE F32x4 from_bits(I32x4 a) { return {a.v}; }
VITRINE_INLINE F32x4 to_float(I32x4 a) { return {wasm_f32x4_convert_i32x4(a.v)}; }
// [a0 b0 a1 b1], [a2 b2 a3 b3], [a0 a1 b0 b1], [a2 a3 b2 b3]
VITRINE_INLINE F32x4 zip_low(F32x4 a, F32x4 b) { return {wasm_i32x4_shuffle(a.v, b.v, 0, 4, 1, 5)}; }
VITRINE_INLINE F32x4 zip_high(F32x4 a, F32x4 b) { return {wasm_i32x4_shuffle(a.v, b.v, 2, 6, 3, 7)}; }
VITRINE_INLINE F32x4 join_low(F32x4 a, F32x4 b) { return {wasm_i64x2_shuffle(a.v, b.v, 0, 2)}; }
VITRINE_INLINE F32x4 join_high(F32x4 a, F32x4 b) { return {wasm_i64x2_shuffle(a.v, b.v, 1, 3)}; }

VITRINE_INLINE I32x4 splat_i32(int32_t x) { return {wasm_i32x4_splat(x)}; }
VITRINE_INLINE void store(int32_t* p, I32x4 a) { wasm_v128_store(p, a.v); }
VITRINE_INLINE I32x4 operator+(I32x4 a, I32x4 b) { return {wasm_i32x4_add(a.v, b.v)}; }
VITRINE_INLINE I32x4 operator-(I32x4 a, I32x4 b) { return {wasm_i32x4_sub(a.v, b.v)}; }
VITRINE_INLINE I32x4 operator&(I32x4 a, I32x4 b) { return {wasm_v128_and(a.v, b.v)}; }
VITRINE_INLINE I32x4 max(I32x4 a, I32x4 b) { return {wasm_i32x4_max(a.v, b.v)}; }
template <int N>
VITRINE_INLINE I32x4 shift_left(I32x4 a) {
  return {wasm_i32x4_shl(a.v, N)};
}
// Sum of neighbouring products: lane i is a[2i] b[2i] + a[2i+1] b[2i+1].
VITRINE_INLINE I32x4 dot(I16x8 a, I16x8 b) { return {wasm_i32x4_dot_i16x8(a.v, b.v)}; }
VITRINE_INLINE I16x8 load_codes(const int8_t* p) { return {wasm_i16x8_load8x8(p)}; }  // 8 int8, widened
VITRINE_INLINE I16x8 load_codes(const int16_t* p) { return {wasm_v128_load(p)}; }
VITRINE_INLINE I16x8 load_pair(const int16_t* p) {
  return {wasm_v128_load32_splat(p)};
}  // p[0] p[1] four times
VITRINE_INLINE I16x8 as_i16(I32x4 a) { return {a.v}; }
VITRINE_INLINE I16x8 narrow(I32x4 a, I32x4 b) { return {wasm_i16x8_narrow_i32x4(a.v, b.v)}; }
VITRINE_INLINE void store(int16_t* p, I16x8 a) { wasm_v128_store(p, a.v); }

#elif defined(VITRINE_SIMD_SSE2)
inline constexpr const char* kSimdName = "sse2";
struct F32x4 {
  __m128 v;
};
struct I32x4 {
  __m128i v;
};
struct I16x8 {
  __m128i v;
};

VITRINE_INLINE F32x4 load(const float* p) { return {_mm_loadu_ps(p)}; }
VITRINE_INLINE void store(float* p, F32x4 a) { _mm_storeu_ps(p, a.v); }
VITRINE_INLINE F32x4 splat(float x) { return {_mm_set1_ps(x)}; }
VITRINE_INLINE F32x4 operator+(F32x4 a, F32x4 b) { return {_mm_add_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator-(F32x4 a, F32x4 b) { return {_mm_sub_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator*(F32x4 a, F32x4 b) { return {_mm_mul_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator/(F32x4 a, F32x4 b) { return {_mm_div_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 max(F32x4 a, F32x4 b) { return {_mm_max_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 min(F32x4 a, F32x4 b) { return {_mm_min_ps(a.v, b.v)}; }
VITRINE_INLINE I32x4 less(F32x4 a, F32x4 b) { return {_mm_castps_si128(_mm_cmplt_ps(a.v, b.v))}; }
VITRINE_INLINE F32x4 select(I32x4 mask, F32x4 yes, F32x4 no) {
  const __m128 m = _mm_castsi128_ps(mask.v);
  return {_mm_or_ps(_mm_and_ps(m, yes.v), _mm_andnot_ps(m, no.v))};
}
VITRINE_INLINE I32x4 bits(F32x4 a) { return {_mm_castps_si128(a.v)}; }
VITRINE_INLINE F32x4 from_bits(I32x4 a) { return {_mm_castsi128_ps(a.v)}; }
VITRINE_INLINE F32x4 to_float(I32x4 a) { return {_mm_cvtepi32_ps(a.v)}; }
// [a0 b0 a1 b1], [a2 b2 a3 b3], [a0 a1 b0 b1], [a2 a3 b2 b3]
VITRINE_INLINE F32x4 zip_low(F32x4 a, F32x4 b) { return {_mm_unpacklo_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 zip_high(F32x4 a, F32x4 b) { return {_mm_unpackhi_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 join_low(F32x4 a, F32x4 b) { return {_mm_movelh_ps(a.v, b.v)}; }
VITRINE_INLINE F32x4 join_high(F32x4 a, F32x4 b) { return {_mm_movehl_ps(b.v, a.v)}; }

VITRINE_INLINE I32x4 splat_i32(int32_t x) { return {_mm_set1_epi32(x)}; }
VITRINE_INLINE void store(int32_t* p, I32x4 a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a.v); }
VITRINE_INLINE I32x4 operator+(I32x4 a, I32x4 b) { return {_mm_add_epi32(a.v, b.v)}; }
VITRINE_INLINE I32x4 operator-(I32x4 a, I32x4 b) { return {_mm_sub_epi32(a.v, b.v)}; }
VITRINE_INLINE I32x4 operator&(I32x4 a, I32x4 b) { return {_mm_and_si128(a.v, b.v)}; }
VITRINE_INLINE I32x4 max(I32x4 a, I32x4 b) {
  const __m128i m = _mm_cmpgt_epi32(a.v, b.v);
  return {_mm_or_si128(_mm_and_si128(m, a.v), _mm_andnot_si128(m, b.v))};
}
template <int N>
VITRINE_INLINE I32x4 shift_left(I32x4 a) {
  return {_mm_slli_epi32(a.v, N)};
}
// Sum of neighbouring products: lane i is a[2i] b[2i] + a[2i+1] b[2i+1].
VITRINE_INLINE I32x4 dot(I16x8 a, I16x8 b) { return {_mm_madd_epi16(a.v, b.v)}; }
VITRINE_INLINE I16x8 load_codes(const int8_t* p) {  // 8 int8, widened
  const __m128i x = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return {_mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8)};
}
VITRINE_INLINE I16x8 load_codes(const int16_t* p) {
  return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))};
}
VITRINE_INLINE I16x8 load_pair(const int16_t* p) {  // p[0] p[1] four times
  int32_t pair;
  std::memcpy(&pair, p, sizeof pair);
  return {_mm_set1_epi32(pair)};
}
VITRINE_INLINE I16x8 as_i16(I32x4 a) { return {a.v}; }
VITRINE_INLINE I16x8 narrow(I32x4 a, I32x4 b) { return {_mm_packs_epi32(a.v, b.v)}; }
VITRINE_INLINE void store(int16_t* p, I16x8 a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a.v); }

#elif defined(VITRINE_SIMD_NEON)
inline constexpr const char* kSimdName = "neon";
struct F32x4 {
  float32x4_t v;
};
struct I32x4 {
  int32x4_t v;
};
struct I16x8 {
  int16x8_t v;
};

VITRINE_INLINE F32x4 load(const float* p) { return {vld1q_f32(p)}; }
VITRINE_INLINE void store(float* p, F32x4 a) { vst1q_f32(p, a.v); }
VITRINE_INLINE F32x4 splat(float x) { return {vdupq_n_f32(x)}; }
VITRINE_INLINE F32x4 operator+(F32x4 a, F32x4 b) { return {vaddq_f32(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator-(F32x4 a, F32x4 b) { return {vsubq_f32(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator*(F32x4 a, F32x4 b) { return {vmulq_f32(a.v, b.v)}; }
VITRINE_INLINE F32x4 operator/(F32x4 a, F32x4 b) { return {vdivq_f32(a.v, b.v)}; }
VITRINE_INLINE F32x4 max(F32x4 a, F32x4 b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }
VITRINE_INLINE F32x4 min(F32x4 a, F32x4 b) { return {vbslq_f32(vcltq_f32(a.v, b.v), a.v, b.v)}; }
VITRINE_INLINE I32x4 less(F32x4 a, F32x4 b) { return {vreinterpretq_s32_u32(vcltq_f32(a.v, b.v))}; }
VITRINE_INLINE F32x4 select(I32x4 mask, F32x4 yes, F32x4 no) {
  return {vbslq_f32(vreinterpretq_u32_s32(mask.v), yes.v, no.v)};
}
VITRINE_INLINE I32x4 bits(F32x4 a) { return {vreinterpretq_s32_f32(a.v)}; }
VITRINE_INLINE F32x4 from_bits(I32x4 a) { return {vreinterpretq_f32_s32(a.v)}; }
VITRINE_INLINE F32x4 to_float(I32x4 a) { return {vcvtq_f32_s32(a.v)}; }
// [a0 b0 a1 b1], [a2 b2 a3 b3], [a0 a1 b0 b1], [a2 a3 b2 b3]
VITRINE_INLINE F32x4 zip_low(F32x4 a, F32x4 b) { return {vzip1q_f32(a.v, b.v)}; }
VITRINE_INLINE F32x4 zip_high(F32x4 a, F32x4 b) { return {vzip2q_f32(a.v, b.v)}; }
VITRINE_INLINE F32x4 join_low(F32x4 a, F32x4 b) {
  return {vcombine_f32(vget_low_f32(a.v), vget_low_f32(b.v))};
}
VITRINE_INLINE F32x4 join_high(F32x4 a, F32x4 b) {
  return {vcombine_f32(vget_high_f32(a.v), vget_high_f32(b.v))};
}

VITRINE_INLINE I32x4 splat_i32(int32_t x) { return {vdupq_n_s32(x)}; }
VITRINE_INLINE void store(int32_t* p, I32x4 a) { vst1q_s32(p, a.v); }
VITRINE_INLINE I32x4 operator+(I32x4 a, I32x4 b) { return {vaddq_s32(a.v, b.v)}; }
VITRINE_INLINE I32x4 operator-(I32x4 a, I32x4 b) { return {vsubq_s32(a.v, b.v)}; }
VITRINE_INLINE I32x4 operator&(I32x4 a, I32x4 b) { return {vandq_s32(a.v, b.v)}; }
VITRINE_INLINE I32x4 max(I32x4 a, I32x4 b) { return {vmaxq_s32(a.v, b.v)}; }
template <int N>
VITRINE_INLINE I32x4 shift_left(I32x4 a) {
  return {vshlq_n_s32(a.v, N)};
}
// Sum of neighbouring products: lane i is a[2i] b[2i] + a[2i+1] b[2i+1].
VITRINE_INLINE I32x4 dot(I16x8 a, I16x8 b) {
  return {vpaddq_s32(vmull_s16(vget_low_s16(a.v), vget_low_s16(b.v)), vmull_high_s16(a.v, b.v))};
}
VITRINE_INLINE I16x8 load_codes(const int8_t* p) { return {vmovl_s8(vld1_s8(p))}; }  // 8 int8, widened
VITRINE_INLINE I16x8 load_codes(const int16_t* p) { return {vld1q_s16(p)}; }
VITRINE_INLINE I16x8 load_pair(const int16_t* p) {  // p[0] p[1] four times
  int32_t pair;
  std::memcpy(&pair, p, sizeof pair);
  return {vreinterpretq_s16_s32(vdupq_n_s32(pair))};
}
VITRINE_INLINE I16x8 as_i16(I32x4 a) { return {vreinterpretq_s16_s32(a.v)}; }
VITRINE_INLINE I16x8 narrow(I32x4 a, I32x4 b) { return {vcombine_s16(vqmovn_s32(a.v), vqmovn_s32(b.v))}; }
VITRINE_INLINE void store(int16_t* p, I16x8 a) { vst1q_s16(p, a.v); }

#else
}  // namespace vitrine
#include "kernels/simd_scalar.h"
namespace vitrine {
#endif

// --- built from the above, the same on every backend -------------------------------------------------

// The lanes' sum, (a0 + a2) + (a1 + a3).
VITRINE_INLINE float sum_lanes(F32x4 a) {
  float lane[4];
  store(lane, a);
  return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

// sum_lanes of each of four vectors, with the same bits.
VITRINE_INLINE F32x4 sum_lanes(F32x4 a, F32x4 b, F32x4 c, F32x4 d) {
  const F32x4 ab_low = zip_low(a, b), ab_high = zip_high(a, b);  // a0 b0 a1 b1 | a2 b2 a3 b3
  const F32x4 cd_low = zip_low(c, d), cd_high = zip_high(c, d);
  const F32x4 ab = ab_low + ab_high, cd = cd_low + cd_high;  // a0+a2 b0+b2 a1+a3 b1+b3
  return join_low(ab, cd) + join_high(ab, cd);
}

VITRINE_INLINE float max_lanes(F32x4 a) {
  float lane[4];
  store(lane, a);
  float m = lane[0];
  for (int i = 1; i < 4; ++i) m = lane[i] > m ? lane[i] : m;
  return m;
}

// The first `count` (1 to 3) of four floats; the other lanes are `fill`.
VITRINE_OUTLINE F32x4 load_part(const float* p, int count, float fill = 0.0f) {
  float lane[4] = {fill, fill, fill, fill};
  for (int i = 0; i < count; ++i) lane[i] = p[i];
  return load(lane);
}

VITRINE_OUTLINE void store_part(float* p, F32x4 a, int count) {
  float lane[4];
  store(lane, a);
  for (int i = 0; i < count; ++i) p[i] = lane[i];
}

// The same for any count from 1 on: all four lanes from 4 on.
VITRINE_INLINE F32x4 load_some(const float* p, int count, float fill = 0.0f) {
  return count >= 4 ? load(p) : load_part(p, count, fill);
}

VITRINE_INLINE void store_some(float* p, F32x4 a, int count) {
  if (count >= 4) {
    store(p, a);
  } else {
    store_part(p, a, count);
  }
}

// Round to nearest even of |x| < 2^22, by the trick of adding 1.5 * 2^23.
inline constexpr float kRoundingBias = 12582912.0f;
VITRINE_INLINE I32x4 round_to_int(F32x4 x) {
  return bits(x + splat(kRoundingBias)) - bits(splat(kRoundingBias));
}

// Asks for the cache line at p, which must be readable. WebAssembly has no such hint: there the line is read, and what
// was read dropped.
VITRINE_INLINE void touch([[maybe_unused]] const char* p) {
#if defined(VITRINE_SIMD_WASM)
  static_cast<void>(*static_cast<const volatile char*>(p));
#elif defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(p);
#endif
}

// Keeps a sum in its register: under Emscripten the optimiser would otherwise regroup the sums of a
// kernel's loop into an order that browsers' compilers spill.
VITRINE_INLINE void keep([[maybe_unused]] I32x4& a) {
#if defined(VITRINE_SIMD_WASM)
  asm volatile("" : "+r"(a.v));
#endif
}
VITRINE_INLINE void keep([[maybe_unused]] F32x4& a) {
#if defined(VITRINE_SIMD_WASM)
  asm volatile("" : "+r"(a.v));
#endif
}

}  // namespace vitrine
