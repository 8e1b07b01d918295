// Rounding of activations to integers.
#pragma once

#include <cstdint>

namespace vitrine {

// A row of nothing larger counts as zero: there is no dividing by it.
inline constexpr float kLeastRounded = 1e-30f;

// The largest magnitude of x[0,count); infinite or NaN where one of them is.
float largest_magnitude(const float* x, int count);

// values = x * inverse to the nearest, ties to even, which int16 must hold; one value more, zero, when `count` is odd.
void round_values(const float* x, int count, float inverse, int16_t* values);

}  // namespace vitrine
