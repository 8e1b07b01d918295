// LayerNorm, forward and backward.
#pragma once

#include <cmath>

#include "model.h"

namespace training {

constexpr float kEpsilon = 1e-5f;

// A norm's weight and bias, [C]; or their gradients.
struct NormWeights {
  const float *weight, *bias;
};
struct NormGradients {
  float *weight, *bias;
};

// x [T, C] -> y, rows of halves; moments [T, 2] gets each row's mean and 1 / standard deviation.
inline void norm_forward(const float* x, NormWeights norm, int tokens, int channels, Half* y,
                         float* moments) {
  for (int t = 0; t < tokens; ++t, x += channels, y += padded(channels), moments += 2) {
    Lanes sum = splat(0.0f), squares = sum;
    for (int c = 0; c < channels; c += 16) sum = sum + load(x + c);
    const float mean = sum_of(sum) / channels;
    const Lanes means = splat(mean);
    for (int c = 0; c < channels; c += 16) {
      const Lanes centred = load(x + c) - means;
      squares = multiply_add(centred, centred, squares);
    }
    const float inverse = 1.0f / sqrtf(sum_of(squares) / channels + kEpsilon);
    const Lanes inverses = splat(inverse);
    moments[0] = mean;
    moments[1] = inverse;
    for (int c = 0; c < channels; c += 16) {
      const Lanes normed = (load(x + c) - means) * inverses;
      store_half(y + c, multiply_add(normed, load(norm.weight + c), load(norm.bias + c)));
    }
  }
}

// dx = or, with `add`, += the gradient at the norm's input, from dy [T, C]; adds up the weights' gradients.
inline void norm_backward(const float* x, const float* dy, const float* moments, const float* weight,
                          NormGradients gradients, bool add, int tokens, int channels, float* dx) {
  for (int t = 0; t < tokens; ++t, x += channels, dy += channels, dx += channels, moments += 2) {
    const Lanes mean = splat(moments[0]), inverse = splat(moments[1]);
    Lanes sum = splat(0.0f), product = sum;
    for (int c = 0; c < channels; c += 16) {
      const Lanes d = load(dy + c), normed = (load(x + c) - mean) * inverse, weighted = d * load(weight + c);
      sum = sum + weighted;
      product = multiply_add(weighted, normed, product);
      store(gradients.weight + c, multiply_add(d, normed, load(gradients.weight + c)));
      store(gradients.bias + c, d + load(gradients.bias + c));
    }
    const Lanes along_mean = splat(sum_of(sum) / channels), along_x = splat(sum_of(product) / channels);
    for (int c = 0; c < channels; c += 16) {
      const Lanes normed = (load(x + c) - mean) * inverse, weighted = load(dy + c) * load(weight + c);
      Lanes d = inverse * (weighted - multiply_add(normed, along_x, along_mean));
      if (add) d = d + load(dx + c);
      store(dx + c, d);
    }
  }
}

}  // namespace training
