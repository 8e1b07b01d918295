// e^x in single precision from +, - and *: four values at a time, as part of the loops that want it, where it takes half
// as long as a call.
#pragma once

#include "kernels/simd.h"

namespace vitrine {

inline constexpr float kLowestExponent = -87.3f, kHighestExponent = 88.3f;

// e^x for x up to kHighestExponent, relative error below 2e-7; below kLowestExponent what it is there, 1e-38. NaN goes
// through.
VITRINE_INLINE F32x4 exp_from_lowest(F32x4 x) {
  // In this order of the operands NaN passes, and goes through all that follows.
  const F32x4 inside = max(splat(kLowestExponent), x);
  // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first with few enough bits that n times it is exact.
  const F32x4 biased = inside * splat(1.44269504089f) + splat(kRoundingBias);
  const F32x4 n = biased - splat(kRoundingBias);
  const F32x4 r = (inside - n * splat(0.693359375f)) - n * splat(-2.12194440e-4f);
  // e^r = 1 + r + r^2 p(r): p interpolates at Chebyshev nodes, relative error of the whole 1e-8.
  F32x4 p = splat(0.00139261836f);
  p = p * r + splat(0.00836317905f);
  p = p * r + splat(0.0416665546f);
  p = p * r + splat(0.16666577f);
  p = p * r + splat(0.5f);
  const F32x4 power = from_bits(shift_left<23>(bits(biased) - bits(splat(kRoundingBias)) + splat_i32(127)));
  return (splat(1.0f) + (r + r * r * p)) * power;
}

}  // namespace vitrine
