// What this build multiplies with. One source, five builds; gpt2/kernels.py chooses one by the processor's
// flags, compiles it with its BUILD_... macro and holds it against NumPy before it is used.
//
//   build  products of                      sums in          g++ -march=              format of Half
//   AMX    bf16 tiles                       F32              sapphirerapids           bf16
//   BF16   AVX512_BF16's pairs of products  F32              cooperlake               bf16
//   FP16   AVX512-FP16's multiply-add       fp16, 64 terms,  sapphirerapids, no AMX   fp16
//                                           then F32
//   F32    AVX-512's multiply-add           F32              skylake-avx512           fp16
//   AVX2   AVX2's multiply-add              F32              haswell                  fp16
//
// Measured, in tokens a second of one core's own time: on AMD EPYC Zen 5, 12 layers of width 256, BF16 4,900
// and F32 2,300; on Intel with AVX512-FP16, FP16 2,000 for 12 layers, and for 8 layers AMX 5,000 to 5,500,
// FP16 2,850 to 3,050, F32 1,760, AVX2 740. AVX512_BF16 ran there at half the speed of F32's multiply-add, so
// FP16 comes before F32 and BF16 only where there is no FP16.
#pragma once

#include "lanes.h"

#if defined(BUILD_AMX) || defined(BUILD_BF16)
#define TRAINING_BF16 1
#else
#define TRAINING_BF16 0
#endif

namespace training {

// Pairs of neighbouring k stand side by side in a packed matrix, and the left factor cannot be read
// transposed.
constexpr bool kPaired = TRAINING_BF16;

// Gradients carry this factor through the backward pass, so that the small ones survive fp16.
constexpr float kGradientScale = 16.0f;

#if TRAINING_BF16
TRAINING_INLINE Lanes load_half(const Half* from) { return load_bf16(from); }
TRAINING_INLINE void store_half(Half* to, Lanes x) { store_bf16(to, x); }
#else
TRAINING_INLINE Lanes load_half(const Half* from) { return load_fp16(from); }
TRAINING_INLINE void store_half(Half* to, Lanes x) { store_fp16(to, x); }
#endif

TRAINING_INLINE Half half_of(float value) {
  Half lanes[16];
  store_half(lanes, splat(value));
  return lanes[0];
}

inline const char* build_name() {
#if defined(BUILD_AMX)
  return "amx";
#elif defined(BUILD_BF16)
  return "bf16";
#elif defined(BUILD_FP16)
  return "fp16";
#elif defined(BUILD_F32)
  return "f32";
#elif defined(BUILD_AVX2)
  return "avx2";
#else
#error "one of the BUILD_... macros must be defined"
#endif
}

}  // namespace training
