#include "kernels/ops.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/exp_f32.h"

namespace vitrine {
namespace {

// Calls step(vector, count) for each four values of a row, the last with fewer.
template <class Step>
VITRINE_INLINE void by_fours(int count, Step step) {
  int i = 0;
  for (; i + 4 <= count; i += 4) step(i, 4);
  if (i < count) step(i, count - i);
}

// e^x, and 0 below the lowest exponent; x at most the highest.
VITRINE_INLINE F32x4 exp_of_bounded(F32x4 x) {
  return select(less(x, splat(kLowestExponent)), splat(0.0f), exp_from_lowest(x));
}

VITRINE_INLINE F32x4 exp_inline(F32x4 x) {
  const F32x4 highest = splat(kHighestExponent), infinity = splat(std::numeric_limits<float>::infinity());
  return select(less(highest, x), infinity, exp_of_bounded(min(highest, x)));
}

VITRINE_INLINE F32x4 gelu_tanh(F32x4 x) {
  // 0.5 x (1 + tanh u) = x / (1 + e^-2u): the same function, without cancellation for negative x.
  constexpr float kMinusTwoRootTwoOverPi = -1.5957691216f;
  const F32x4 u = x + splat(0.044715f) * (x * x * x);
  // Beyond the exponents' ends the quotient is x, or a number that is nothing beside any other.
  return x / (splat(1.0f) + exp_from_lowest(min(splat(kHighestExponent), splat(kMinusTwoRootTwoOverPi) * u)));
}

// x / (1 + e^(-slope x)): SiLU where the slope is 1.
VITRINE_INLINE F32x4 gated(F32x4 x, float slope) {
  return x / (splat(1.0f) + exp_from_lowest(min(splat(kHighestExponent), splat(-slope) * x)));
}

VITRINE_INLINE F32x4 tanh(F32x4 x) {
  // (1 - e) / (1 + e) with e = e^-2|x|, which has no more than 1 to overflow.
  const F32x4 size = max(x, splat(0.0f) - x);
  const F32x4 e = exp_of_bounded(splat(-2.0f) * size);
  const F32x4 value = (splat(1.0f) - e) / (splat(1.0f) + e);
  return select(less(x, splat(0.0f)), splat(0.0f) - value, value);
}

F32x4 gelu_erf(F32x4 x) {
  const F32x4 z = x * splat(0.70710678119f);
  const F32x4 size = max(z, splat(0.0f) - z);
  const F32x4 tail = splat(0.5f) * erfc(size);  // the share of the normal distribution beyond |x|
  return x * select(less(x, splat(0.0f)), tail, splat(1.0f) - tail);
}

// Rows [first, first + rows) of layer_norm().
void layer_norm_rows(const LayerNorm& weights, float epsilon, int first, int rows, ConstMatrix x,
                     Matrix scale, Matrix normalized, NormRule rule) {
  const int channels = static_cast<int>(x.cols());
  for (int t = first; t < first + rows; ++t) {
    const float* in = row(x, t);
    float* out = row(normalized, t);
    F32x4 sum = splat(0.0f);
    by_fours(channels, [&](int i, int count) { sum = sum + load_some(in + i, count, 0.0f); });
    const bool identity = rule.mode == NormMode::identity;
    const float mean = identity ? 0.0f : sum_lanes(sum) / static_cast<float>(channels);

    sum = splat(0.0f);
    by_fours(channels, [&](int i, int count) {
      const F32x4 centred = load_some(in + i, count, mean) - splat(mean);
      sum = sum + centred * centred;
    });
    const float deviation = rule.mode == NormMode::plain
                                ? std::sqrt(sum_lanes(sum) / static_cast<float>(channels) + epsilon)
                            : identity ? 1.0f
                                       : rule.deviation;
    *row(scale, t) = deviation;

    by_fours(channels, [&](int i, int count) {
      const F32x4 centred = load_some(in + i, count, mean) - splat(mean);
      const F32x4 gain = load_some(weights.gain + i, count, 0.0f),
                  bias = load_some(weights.bias + i, count, 0.0f);
      store_some(out + i, centred / splat(deviation) * gain + bias, count);
    });
  }
}

}  // namespace

F32x4 exp(F32x4 x) { return exp_inline(x); }

F32x4 erfc(F32x4 x) {
  // erfc(x) = t e^(-x^2) p(t), t = 1 / (1 + x/2): p interpolates at Chebyshev nodes, error 2.2e-7.
  const F32x4 t = splat(1.0f) / (splat(1.0f) + splat(0.5f) * x);
  F32x4 p = splat(0.0895899559f);
  p = p * t + splat(-0.360008327f);
  p = p * t + splat(0.39122954f);
  p = p * t + splat(0.0385266571f);
  p = p * t + splat(0.280419414f);
  p = p * t + splat(0.277949367f);
  p = p * t + splat(0.282293609f);
  return t * exp(splat(0.0f) - x * x) * p;
}

void layer_norm(const LayerNorm& weights, float epsilon, ConstMatrix x, Matrix scale, Matrix normalized,
                NormRule rule, ThreadPool* threads) {
  share_rows(threads, static_cast<int>(x.rows()), [&](int first, int count) {
    layer_norm_rows(weights, epsilon, first, count, x, scale, normalized, rule);
  });
}

template <class Function>
VITRINE_INLINE void of_each(ConstMatrix x, Matrix y, ThreadPool* threads, Function function) {
  share_rows(threads, static_cast<int>(x.rows()), [&](int first, int count) {
    for (int t = first; t < first + count; ++t) {
      const float* in = row(x, t);
      float* out = row(y, t);
      by_fours(static_cast<int>(x.cols()),
               [&](int i, int n) { store_some(out + i, function(load_some(in + i, n, 0.0f)), n); });
    }
  });
}

void activate(Activation activation, ConstMatrix x, Matrix y, ThreadPool* threads) {
  switch (activation) {
    case Activation::gelu_tanh:
      return of_each(x, y, threads, [](F32x4 value) { return gelu_tanh(value); });
    case Activation::gelu_erf:
      return of_each(x, y, threads, [](F32x4 value) { return gelu_erf(value); });
    case Activation::relu:
      return of_each(x, y, threads,
                     [](F32x4 value) { return select(less(value, splat(0.0f)), splat(0.0f), value); });
    case Activation::silu:
      return of_each(x, y, threads, [](F32x4 value) { return gated(value, 1.0f); });
    case Activation::tanh:
      return of_each(x, y, threads, [](F32x4 value) { return tanh(value); });
    case Activation::quick_gelu:
      return of_each(x, y, threads, [](F32x4 value) { return gated(value, 1.702f); });
  }
}

void add(ConstMatrix a, ConstMatrix b, Matrix sum) {
  for (int t = 0; t < a.rows(); ++t) {
    const float *left = row(a, t), *right = row(b, t);
    float* out = row(sum, t);
    by_fours(static_cast<int>(a.cols()), [&](int i, int count) {
      store_some(out + i, load_some(left + i, count, 0.0f) + load_some(right + i, count, 0.0f), count);
    });
  }
}

float largest(const float* values, int count) {
  // Four maxima at once: each waits for the one before it.
  F32x4 parts[4] = {splat(kMasked), splat(kMasked), splat(kMasked), splat(kMasked)};
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    for (int part = 0; part < 4; ++part) parts[part] = max(load(values + i + 4 * part), parts[part]);
  }
  F32x4 most = max(max(parts[0], parts[1]), max(parts[2], parts[3]));
  by_fours(count - i, [&](int j, int n) { most = max(load_some(values + i + j, n, kMasked), most); });
  return max_lanes(most);
}

void softmax(float* scores, int count) {
  const float top = largest(scores, count);
  if (top == kMasked) {
    std::fill_n(scores, count, 0.0f);
    return;
  }
  F32x4 sum = splat(0.0f);
  by_fours(count, [&](int i, int n) {
    const F32x4 weight = exp_of_bounded(load_some(scores + i, n, kMasked) - splat(top));
    sum = sum + weight;
    store_some(scores + i, weight, n);
  });
  const F32x4 total = splat(sum_lanes(sum));
  by_fours(count, [&](int i, int n) { store_some(scores + i, load_some(scores + i, n, 0.0f) / total, n); });
}

float dot(const float* a, const float* b, int count) {
  F32x4 sum = splat(0.0f);
  by_fours(count, [&](int i, int n) { sum = sum + load_some(a + i, n, 0.0f) * load_some(b + i, n, 0.0f); });
  return sum_lanes(sum);
}

}  // namespace vitrine
