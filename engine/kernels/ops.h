// The element-wise steps of GPT-2 and their functions, with the same bits on every backend: sums run over
// four lanes in a fixed order, and exp and erfc are our own polynomials.
#pragma once

#include <limits>

#include "base/matrix.h"
#include "base/thread_pool.h"
#include "kernels/layer_weights.h"
#include "kernels/simd.h"

namespace vitrine {

// e^x, relative error below 2e-7 for -87.3 <= x <= 88.3; 0 below that range, +inf above it.
F32x4 exp(F32x4 x);
// 1 - erf(x) for x >= 0, absolute error below 5e-7.
F32x4 erfc(F32x4 x);

inline constexpr float kExpRelativeError = 2e-7f;
inline constexpr float kErfcAbsoluteError = 5e-7f;
inline constexpr float kGeluError = 5e-7f;     // of max(1, |x|); the other activations likewise
inline constexpr float kSoftmaxError = 3e-7f;  // of 1
// Of |normalized| and the row's largest |x| / scale together, before gain and bias.
inline constexpr float kLayerNormError = 5e-7f;

// What a LayerNorm does to a row before gain and bias: (x - mean) / deviation; nothing; or (x - mean) / `deviation`, the
// same for all rows.
enum class NormMode : uint8_t { plain, identity, frozen };
struct NormRule {
  NormMode mode = NormMode::plain;
  float deviation = 1;
};

// LayerNorm of each row of x [n,C] (Ba et al. 2016): scale [n,1] = sqrt(variance + epsilon), and
// normalized [n,C] = (x - mean) / scale * gain + bias. Under another rule `scale` is what the row was divided by. `threads`
// share the rows; null is the caller alone.
void layer_norm(const LayerNorm& weights, float epsilon, ConstMatrix x, Matrix scale, Matrix normalized,
                NormRule rule = {}, ThreadPool* threads = nullptr);

// The activation of the MLP of each value of x: "gelu_new", its tanh form (Hendrycks & Gimpel 2016)
// x / (1 + e^-2u) with u = sqrt(2/pi) (x + 0.044715 x^3); "gelu", x (1 + erf(x / sqrt 2)) / 2; "relu", max(x, 0);
// "silu", x / (1 + e^-x); "quick_gelu", x / (1 + e^-1.702x); or "tanh".
// `threads` share the rows.
void activate(Activation activation, ConstMatrix x, Matrix y, ThreadPool* threads = nullptr);

// sum = a + b, all [n,C].
void add(ConstMatrix a, ConstMatrix b, Matrix sum);

// The largest of values[0, count), -inf of none.
float largest(const float* values, int count);
// Softmax of scores[0, count) in place. A score of kMasked gets exactly 0; a row of nothing else becomes 0.
inline constexpr float kMasked = -std::numeric_limits<float>::infinity();
void softmax(float* scores, int count);

// a[0,count) . b[0,count), summed over four lanes in a fixed order.
float dot(const float* a, const float* b, int count);

}  // namespace vitrine
