// Powers of two and the gate of gelu_new, by polynomials.
#pragma once

#include "lanes.h"

namespace training {

constexpr float kLog2OfE = 1.44269504f;
constexpr float kRootOfTwoOverPi = 0.79788456f;
constexpr float kGeluCubic = 0.044715f;

// 2^x for x >= -126 (less counts as -126); relative error below 4e-6.
TRAINING_INLINE Lanes power_of_two(Lanes x) {
  x = larger(x, splat(-126.0f));
  const Lanes whole = nearest_integer(x), rest = x - whole;
  Lanes sum = multiply_add(splat(0.00956051021f), rest, splat(0.0559170392f));
  sum = multiply_add(sum, rest, splat(0.240249811f));
  sum = multiply_add(sum, rest, splat(0.693121968f));
  sum = multiply_add(sum, rest, splat(0.999999191f));
  return scale_by_power(sum, whole);
}

// sigmoid(2u) with u = sqrt(2 / pi) (x + 0.044715 x^3): gelu_new(x) = x times this, since (1 + tanh u) / 2 =
// sigmoid(2u).
TRAINING_INLINE Lanes gelu_gate(Lanes x) {
  const float factor = -2 * kRootOfTwoOverPi * kLog2OfE;
  Lanes power = x * multiply_add(x * x, splat(factor * kGeluCubic), splat(factor));
  power = smaller(larger(power, splat(-120.0f)), splat(120.0f));
  const Lanes whole = nearest_integer(power), rest = power - whole;
  Lanes sum = multiply_add(splat(0.05508868f), rest, splat(0.24260405f));
  sum = multiply_add(sum, rest, splat(0.69327624f));
  sum = multiply_add(sum, rest, splat(0.99992894f));
  return reciprocal(splat(1.0f) + scale_by_power(sum, whole));
}

// d gelu_new / dx at x, whose gate is given.
TRAINING_INLINE Lanes gelu_slope(Lanes x, Lanes gate) {
  const float factor = 2 * kRootOfTwoOverPi;
  const Lanes inner = multiply_add(x * x, splat(factor * 3 * kGeluCubic), splat(factor));
  return gate * multiply_add(x * (splat(1.0f) - gate), inner, splat(1.0f));
}

}  // namespace training
