// The head tied to wte, and its cross entropy, over candidates: all tokens, or a sampled softmax. Of the
// sampled one the first `exact` candidates (the most frequent tokens) and every target count as they are; the
// rest stand for the whole tail, each weighted up by tail_weight = exp(bias).
#pragma once

#include <cmath>

#include "exponential.h"
#include "linear.h"

namespace training {

// As in gpt2/kernels.py. ids [count]: -1 where there is none; bias [count] is added to the logits. count is a
// multiple of 32.
struct Candidates {
  const int* ids;
  const float* bias;
  int count, exact;
  float tail_weight;
};

// As in gpt2/kernels.py. [sequences, positions] each; a target below 0 is not counted.
struct Batch {
  const int *inputs, *targets;
  int sequences, positions;
};

constexpr int kNoCandidate = -1;
constexpr int kNotCounted = -2;

// Packs the candidates' rows of wte.
inline void pack_head(Model& model, const float* parameters, const Candidates& candidates) {
  const int channels = model.sizes.channels, count = candidates.count;
  HeadWeights& head = model.head;
  std::fill(head.place + 0, head.place + model.sizes.vocabulary, kNoCandidate);
  for (int i = 0; i < count; ++i) {
    if (candidates.ids[i] >= 0) head.place[candidates.ids[i]] = i;
  }
#pragma omp parallel num_threads(model.sizes.threads)
  {
#pragma omp for schedule(static)
    for (int panel = 0; panel < count; panel += kPanel) {
      Half* rows = head.rows + static_cast<size_t>(panel) * channels;
      for (int i = 0; i < kPanel; ++i) {
        const int64_t id = candidates.ids[panel + i];
        Half* row = rows + i * channels;
        if (id >= 0)
          to_halves(parameters + model.offsets.wte + id * channels, channels, row);
        else
          std::memset(row, 0, channels * sizeof(Half));
      }
      pack_transposed(rows, channels, kPanel, channels, head.logits + static_cast<size_t>(panel) * channels);
    }
#pragma omp for schedule(dynamic, 1)
    for (int column = 0; column < channels; column += kPanel) {
      pack_panel(head.rows + column, channels, count, head.gradient + static_cast<size_t>(column) * count);
    }
  }
}

// The head over at most kHeadRows tokens from `first` on of a micro batch.
class HeadPass {
 public:
  HeadPass(Model& model, ThreadState& thread, const float* parameters, const Candidates& candidates,
           int first, int rows)
      : model_(model),
        room_(thread.head),
        candidates_(candidates),
        channels_(model.sizes.channels),
        rows_(rows),
        table_(parameters + model.offsets.wte),
        hidden_(thread.ln_f + first * padded(channels_)),
        d_hidden_(thread.d_ln + static_cast<size_t>(first) * channels_),
        d_table_(thread.gradient + model.offsets.wte) {}

  // Exponentials of the logits and their sums; returns the loss summed over the rows.
  double forward(const int* targets, bool keep) {
    exponentials(keep);
    double loss = 0;
    for (int row = 0; row < rows_; ++row) loss += target_loss(row, targets[row]);
    return loss;
  }

  // d_ln, and what wte gets from the head. After forward(targets, true).
  void backward(const int* targets, Clock& clock) {
    pack(hidden_, padded(channels_), rows_, channels_, room_.packed_rows);
    for (int begin = 0; begin < candidates_.count; begin += kHeadChunk) {
      const int count = std::min(kHeadChunk, candidates_.count - begin);
      logit_gradients(begin, count);
      clock.spent_on(kHeadGradient);
      to_hidden(begin, count);
      clock.spent_on(kHeadToRows);
      to_table(begin, count);
      clock.spent_on(kHeadToTable);
    }
    for (int row = 0; row < rows_; ++row) {
      if (place_[row] == kNoCandidate) outside_target(row, targets[row]);
    }
  }

 private:
  void exponentials(bool keep) {
    std::memset(room_.sums, 0, rows_ * 16 * sizeof(float));
    const Lanes most = splat(115.0f), log2e = splat(kLog2OfE);  // 2^115: sums stay finite
    const size_t stride = padded(candidates_.count);
    multiply(Rows{hidden_, padded(channels_)}, panels(model_.head.logits, channels_),
             Extent{rows_, candidates_.count, channels_}, Outer::kColumns,
             [&](int row, int column, const float* block) {
               const Lanes low = log2e * load(candidates_.bias + column);
               const Lanes high = log2e * load(candidates_.bias + column + 16);
               for_each_lanes(block, [&](int i, int j, Lanes logits) {
                 const Lanes power = multiply_add(logits, log2e, j == 0 ? low : high);
                 const Lanes e = power_of_two(smaller(power, most));
                 if (keep) store_bf16(room_.exponentials + (row + i) * stride + column + j, e);
                 float* sums = room_.sums + (row + i) * 16;
                 store(sums, load(sums) + e);
               });
             });
  }

  // The target's own logit, from halves as in the products.
  float target_logit(const Half* hidden, const float* weights) const {
    Lanes sum = splat(0.0f);
    Half rounded[16];
    for (int c = 0; c < channels_; c += 16) {
      store_half(rounded, load(weights + c));
      sum = multiply_add(load_half(hidden + c), load_half(rounded), sum);
    }
    return std::min(sum_of(sum), 80.0f);
  }

  double target_loss(int row, int target) {
    if (target < 0) {
      normaliser_[row] = 1e38f;
      target_gradient_[row] = 0;
      place_[row] = kNotCounted;
      return 0;
    }
    const float logit =
        target_logit(hidden_ + row * padded(channels_), table_ + static_cast<int64_t>(target) * channels_);
    const float e = expf(logit);
    float sum = sum_of(load(room_.sums + row * 16));
    const int place = model_.head.place[target];
    if (place < 0)
      sum += e;
    else if (place >= candidates_.exact)
      sum += e - e * candidates_.tail_weight;
    normaliser_[row] = sum;
    place_[row] = place;
    target_gradient_[row] = (e / sum - 1.0f) * kGradientScale;
    return std::log(static_cast<double>(sum)) - logit;
  }

  // softmax - one-hot of `count` candidates, times kGradientScale.
  void logit_gradients(int begin, int count) {
    for (int row = 0; row < rows_; ++row) {
      const Half* e = room_.exponentials + row * padded(candidates_.count) + begin;
      Half* gradient = room_.gradient + row * padded(kHeadChunk);
      const Lanes scale = splat(kGradientScale / normaliser_[row]);
      for (int i = 0; i < count; i += 16) store_half(gradient + i, load_bf16(e + i) * scale);
      const int place = place_[row] - begin;
      if (place_[row] >= 0 && place >= 0 && place < count) gradient[place] = half_of(target_gradient_[row]);
    }
  }

  void to_hidden(int begin, int count) {
    const Panels weights{model_.head.gradient + static_cast<size_t>(begin) * kPanel,
                         static_cast<size_t>(candidates_.count) * kPanel};
    const Rows gradient{room_.gradient, padded(kHeadChunk)};
    const Extent extent{rows_, channels_, count};
    if (begin == 0)
      multiply(gradient, weights, extent, Outer::kRows, storing_to(d_hidden_, channels_));
    else
      multiply(gradient, weights, extent, Outer::kRows, adding_to(d_hidden_, channels_));
  }

  void to_table(int begin, int count) {
    multiply_transposed(Rows{room_.gradient, padded(kHeadChunk)}, panels(room_.packed_rows, rows_),
                        Extent{count, channels_, rows_}, room_.turned,
                        [&](int row, int column, const float* block) {
                          for (int i = 0; i < 32; ++i) {
                            const int64_t id = candidates_.ids[begin + row + i];
                            if (id < 0) continue;
                            float* to = d_table_ + id * channels_ + column;
                            store(to, load(to) + load(block + i * 32));
                            store(to + 16, load(to + 16) + load(block + i * 32 + 16));
                          }
                        });
  }

  // A target that is no candidate, in F32.
  void outside_target(int row, int target) {
    const int64_t at = static_cast<int64_t>(target) * channels_;
    const Half* hidden = hidden_ + row * padded(channels_);
    float* d_hidden = d_hidden_ + static_cast<size_t>(row) * channels_;
    const Lanes gradient = splat(target_gradient_[row]);
    for (int c = 0; c < channels_; c += 16) {
      store(d_hidden + c, multiply_add(gradient, load(table_ + at + c), load(d_hidden + c)));
      store(d_table_ + at + c, multiply_add(gradient, load_half(hidden + c), load(d_table_ + at + c)));
    }
  }

  Model& model_;
  HeadRoom& room_;
  const Candidates& candidates_;
  const int channels_, rows_;
  const float* table_;
  const Half* hidden_;
  float *d_hidden_, *d_table_;
  float normaliser_[kHeadRows], target_gradient_[kHeadRows];
  int place_[kHeadRows];  // the target's place among the candidates, kNoCandidate or kNotCounted
};

}  // namespace training
