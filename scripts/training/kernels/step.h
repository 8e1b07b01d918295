// One step of the optimiser: Muon for the blocks' matrices, AdamW (Loshchilov and Hutter, 2019) for the rest.
#pragma once

#include <cmath>
#include <cstring>

#include "muon.h"
#include "pass.h"

namespace training {

// As in gpt2/kernels.py.
struct StepRates {
  double adam, muon;              // learning rates
  double beta1, beta2, epsilon;   // AdamW
  double momentum;                // Muon
  double decay, embedding_decay;  // weight decay of the blocks' matrices; of wte and wpe. Vectors have none
  double clip;    // the gradient's norm at most, for AdamW; Muon's update has a length of its own
  int64_t step;   // from 1 on
  int with_muon;  // 0: AdamW for everything
};

constexpr int64_t kStretch = 1 << 14;  // numbers of the flat vector that a thread takes at a time

// The threads' gradients summed into the first one's, times `scale`; returns the norm. The others' are
// cleared.
inline double sum_gradients(Model& model, float scale) {
  const int64_t count = model.offsets.count;
  float* sum = model.threads[0].gradient;
  double squares = 0;
#pragma omp parallel for schedule(static) reduction(+ : squares) num_threads(model.sizes.threads)
  for (int64_t begin = 0; begin < count; begin += kStretch) {
    const int64_t end = std::min(count, begin + kStretch);
    for (size_t other = 1; other < model.threads.size(); ++other) {
      float* gradient = model.threads[other].gradient;
      for (int64_t i = begin; i < end; ++i) {
        sum[i] += gradient[i];
        gradient[i] = 0;
      }
    }
    float part = 0;
#pragma omp simd reduction(+ : part)
    for (int64_t i = begin; i < end; ++i) {
      sum[i] *= scale;
      part += sum[i] * sum[i];
    }
    squares += part;
  }
  return std::sqrt(squares);
}

// -ffast-math takes isfinite for granted.
inline bool is_finite(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  return (bits >> 52 & 0x7ff) != 0x7ff;
}

// AdamW on [begin, end) with a gradient times `scale`, which is cleared.
struct Adam {
  Adam(const StepRates& rates, float scale)
      : rate(rates.adam),
        beta1(rates.beta1),
        beta2(rates.beta2),
        epsilon(rates.epsilon),
        scale(scale),
        unbias1(1 / (1 - std::pow(rates.beta1, rates.step))),
        unbias2(1 / (1 - std::pow(rates.beta2, rates.step))) {}

  void move(float* parameters, float* mean, float* square, float* gradient, int64_t begin, int64_t end,
            float left) const {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
      const float g = gradient[i] * scale;
      gradient[i] = 0;
      const float m = mean[i] = beta1 * mean[i] + (1 - beta1) * g;
      const float v = square[i] = beta2 * square[i] + (1 - beta2) * g * g;
      parameters[i] = parameters[i] * left - rate * (m * unbias1) / (sqrtf(v * unbias2) + epsilon);
    }
  }

  float rate, beta1, beta2, epsilon, scale, unbias1, unbias2;
};

// AdamW for embeddings and vectors and, without Muon, for the blocks' matrices.
inline void adam(Model& model, const StepRates& rates, float scale, float* parameters, float* mean,
                 float* square) {
  const Offsets& offsets = model.offsets;
  const Adam optimiser(rates, scale);
  const int64_t ends[] = {offsets.matrices(), offsets.vectors, offsets.count};
  const double decays[] = {rates.embedding_decay, rates.decay, 0};
  float* gradient = model.threads[0].gradient;
#pragma omp parallel for schedule(static) num_threads(model.sizes.threads)
  for (int64_t stretch = 0; stretch < offsets.count; stretch += kStretch) {
    const int64_t stretch_end = std::min(offsets.count, stretch + kStretch);
    int64_t begin = stretch;
    for (int zone = 0; zone < 3; ++zone) {
      const int64_t end = std::min(stretch_end, ends[zone]);
      if (begin >= end) continue;
      if (zone != 1 || !rates.with_muon) {
        optimiser.move(parameters, mean, square, gradient, begin, end, 1 - rates.adam * decays[zone]);
      }
      begin = end;
    }
  }
}

// The loss before the step; *norm gets the gradient's norm. Where that is not finite, nothing moves. `mean`
// is Adam's first moment or Muon's momentum, `square` Adam's second moment, [count] each.
inline double take_step(Model& model, float* parameters, float* mean, float* square, const Batch& batch,
                        const Candidates& candidates, const StepRates& rates, double* norm) {
  const Loss loss = run_batch(model, parameters, batch, candidates, true);
  Clock clock(model);
  float* gradient = model.threads[0].gradient;
  *norm = sum_gradients(model, 1 / (loss.counted * kGradientScale));
  if (!is_finite(*norm)) {
    std::memset(gradient, 0, model.offsets.count * sizeof(float));
    return loss.mean;
  }
  adam(model, rates, *norm > rates.clip ? rates.clip / *norm : 1.0, parameters, mean, square);
  clock.spent_on(kAdam);
  if (rates.with_muon) muon(model, parameters, mean, gradient, rates.muon, rates.decay, rates.momentum);
  clock.spent_on(kMuon);
  return loss.mean;
}

}  // namespace training
