// The forward and backward pass of a micro batch: some sequences that one thread works on with a gradient of
// its own.
#pragma once

#include "attention.h"
#include "head.h"
#include "linear.h"
#include "norm.h"

namespace training {

class Pass {
 public:
  Pass(Model& model, ThreadState& thread, const float* parameters, const Batch& batch)
      : model_(model),
        thread_(thread),
        parameters_(parameters),
        batch_(batch),
        channels_(model.sizes.channels),
        tokens_(batch.sequences * batch.positions),
        clock_(model) {
    prepare_thread();
  }

  // Adds to the thread's loss and, when `learn`, to its gradient.
  void run(const Candidates& candidates, bool learn) {
    embed();
    for (int layer = 0; layer < model_.sizes.layers; ++layer) block_forward(layer);
    norm_forward(thread_.resid_final, final_norm(), tokens_, channels_, thread_.ln_f, thread_.ln_f_moments);
    clock_.spent_on(kNorm);
    head(candidates, learn);
    if (!learn) return;
    norm_backward(thread_.resid_final, thread_.d_ln, thread_.ln_f_moments, final_norm().weight,
                  {gradient(model_.offsets.ln_f_weight), gradient(model_.offsets.ln_f_bias)}, false, tokens_,
                  channels_, thread_.d_resid);
    clock_.spent_on(kNorm);
    for (int layer = model_.sizes.layers - 1; layer >= 0; --layer) block_backward(layer);
    embed_backward();
    clock_.spent_on(kNorm);
  }

 private:
  const float* parameter(int64_t offset) const { return parameters_ + offset; }
  float* gradient(int64_t offset) { return thread_.gradient + offset; }
  NormWeights final_norm() const {
    return {parameter(model_.offsets.ln_f_weight), parameter(model_.offsets.ln_f_bias)};
  }
  float* output_of(int layer) {
    return layer + 1 < model_.sizes.layers ? thread_.layers[layer + 1].resid_pre : thread_.resid_final;
  }

  void embed() {
    for (int i = 0; i < tokens_; ++i) {
      const float* token = parameter(model_.offsets.wte + static_cast<int64_t>(batch_.inputs[i]) * channels_);
      const float* position = parameter(model_.offsets.wpe + (i % batch_.positions) * channels_);
      float* to = thread_.layers[0].resid_pre + static_cast<size_t>(i) * channels_;
      for (int c = 0; c < channels_; ++c) to[c] = token[c] + position[c];
    }
  }

  void embed_backward() {
    for (int i = 0; i < tokens_; ++i) {
      float* token = gradient(model_.offsets.wte + static_cast<int64_t>(batch_.inputs[i]) * channels_);
      float* position = gradient(model_.offsets.wpe + (i % batch_.positions) * channels_);
      const float* d = thread_.d_resid + static_cast<size_t>(i) * channels_;
      for (int c = 0; c < channels_; ++c) {
        token[c] += d[c];
        position[c] += d[c];
      }
    }
  }

  // x W + b of [T, inputs] halves, each 16 sums handed to use(row, column, values).
  template <class Use>
  void linear(const Half* x, int inputs, int outputs, const PackedWeight& weight, const float* bias,
              Use use) {
    multiply(Rows{x, padded(inputs)}, panels(weight.forward, inputs), Extent{tokens_, outputs, inputs},
             Outer::kRows, [&](int row, int column, const float* block) {
               const Lanes low = load(bias + column), high = load(bias + column + 16);
               for_each_lanes(block, [&](int i, int j, Lanes sum) {
                 use(row + i, column + j, sum + (j == 0 ? low : high));
               });
             });
  }

  // dy W^T of [T, outputs] halves; `finish` gets the blocks of [T, inputs].
  template <class Finish>
  void linear_backward(const Half* dy, int inputs, int outputs, const PackedWeight& weight, Finish finish) {
    multiply(Rows{dy, padded(outputs)}, panels(weight.backward, outputs), Extent{tokens_, inputs, outputs},
             Outer::kRows, finish);
  }

  // to = from + the values.
  auto adding_residual(const float* from, float* to) {
    return [this, from, to](int row, int column, Lanes value) {
      const size_t at = static_cast<size_t>(row) * channels_ + column;
      store(to + at, load(from + at) + value);
    };
  }

  void block_forward(int index) {
    LayerState& layer = thread_.layers[index];
    attention_half(layer, index);
    mlp_half(layer, index);
  }

  void attention_half(LayerState& layer, int index) {
    const BlockOffsets& at = model_.offsets.blocks[index];
    const BlockWeights& weights = model_.blocks[index];
    norm_forward(layer.resid_pre, {parameter(at.ln_1_weight), parameter(at.ln_1_bias)}, tokens_, channels_,
                 layer.ln1, layer.ln1_moments);
    clock_.spent_on(kNorm);
    linear(layer.ln1, channels_, 3 * channels_, weights.c_attn, parameter(at.c_attn_bias),
           [&, stride = padded(3 * channels_)](int row, int column, Lanes value) {
             store_half(layer.qkv + row * stride + column, value);
           });
    clock_.spent_on(kAttentionLinear);
    for_each_head(layer, attention_forward);
    clock_.spent_on(kAttention);
    linear(layer.z, channels_, channels_, weights.attn_proj, parameter(at.attn_proj_bias),
           adding_residual(layer.resid_pre, layer.resid_mid));
    clock_.spent_on(kAttentionLinear);
  }

  void mlp_half(LayerState& layer, int index) {
    const BlockOffsets& at = model_.offsets.blocks[index];
    const BlockWeights& weights = model_.blocks[index];
    norm_forward(layer.resid_mid, {parameter(at.ln_2_weight), parameter(at.ln_2_bias)}, tokens_, channels_,
                 layer.ln2, layer.ln2_moments);
    clock_.spent_on(kNorm);
    linear(layer.ln2, channels_, 4 * channels_, weights.c_fc, parameter(at.c_fc_bias),
           [&, stride = padded(4 * channels_)](int row, int column, Lanes value) {
             store_half(layer.mlp_pre + row * stride + column, value);
             store_half(layer.mlp_post + row * stride + column, value * gelu_gate(value));
           });
    linear(layer.mlp_post, 4 * channels_, channels_, weights.mlp_proj, parameter(at.mlp_proj_bias),
           adding_residual(layer.resid_mid, output_of(index)));
    clock_.spent_on(kMlp);
  }

  template <class Attention>
  void for_each_head(LayerState& layer, Attention attention) {
    for (int sequence = 0; sequence < batch_.sequences; ++sequence) {
      for (int head = 0; head < model_.sizes.heads; ++head) {
        attention(HeadView(model_, thread_, layer, sequence, head, batch_.positions));
      }
    }
  }

  void head(const Candidates& candidates, bool learn) {
    for (int first = 0; first < tokens_; first += kHeadRows) {
      const int* targets = batch_.targets + first;
      HeadPass pass(model_, thread_, parameters_, candidates, first, std::min(kHeadRows, tokens_ - first));
      thread_.loss += pass.forward(targets, learn);
      clock_.spent_on(kLogits);
      if (learn) pass.backward(targets, clock_);
    }
  }

  void block_backward(int index) {
    LayerState& layer = thread_.layers[index];
    mlp_backward(layer, index);
    attention_half_backward(layer, index);
  }

  // d_resid as halves, for the products that take it.
  void round_residual_gradient() {
    for (int i = 0; i < tokens_; ++i) {
      to_halves(thread_.d_resid + static_cast<size_t>(i) * channels_, channels_,
                thread_.d_half + i * padded(channels_));
    }
    clock_.spent_on(kNorm);
  }

  void weight_gradient(const Half* x, const Half* dy, int inputs, int outputs, int64_t weight, int64_t bias) {
    add_weight_gradient(thread_, x, dy, tokens_, inputs, outputs, gradient(weight), gradient(bias));
    clock_.spent_on(kWeightGradient);
  }

  void mlp_backward(LayerState& layer, int index) {
    const BlockOffsets& at = model_.offsets.blocks[index];
    const BlockWeights& weights = model_.blocks[index];
    const int inner = 4 * channels_;
    round_residual_gradient();
    weight_gradient(layer.mlp_post, thread_.d_half, inner, channels_, at.mlp_proj, at.mlp_proj_bias);
    linear_backward(thread_.d_half, inner, channels_, weights.mlp_proj,
                    [&, stride = padded(inner)](int row, int column, const float* block) {
                      for_each_lanes(block, [&](int i, int j, Lanes d) {
                        const size_t place = (row + i) * stride + column + j;
                        const Lanes x = load_half(layer.mlp_pre + place);
                        store_half(thread_.d_mlp_pre + place, d * gelu_slope(x, gelu_gate(x)));
                      });
                    });
    clock_.spent_on(kMlp);
    weight_gradient(layer.ln2, thread_.d_mlp_pre, channels_, inner, at.c_fc, at.c_fc_bias);
    linear_backward(thread_.d_mlp_pre, channels_, inner, weights.c_fc, storing_to(thread_.d_ln, channels_));
    clock_.spent_on(kMlp);
    norm_backward(layer.resid_mid, thread_.d_ln, layer.ln2_moments, parameter(at.ln_2_weight),
                  {gradient(at.ln_2_weight), gradient(at.ln_2_bias)}, true, tokens_, channels_,
                  thread_.d_resid);
  }

  void attention_half_backward(LayerState& layer, int index) {
    const BlockOffsets& at = model_.offsets.blocks[index];
    const BlockWeights& weights = model_.blocks[index];
    round_residual_gradient();
    weight_gradient(layer.z, thread_.d_half, channels_, channels_, at.attn_proj, at.attn_proj_bias);
    linear_backward(thread_.d_half, channels_, channels_, weights.attn_proj,
                    storing_halves_to(thread_.d_z, padded(channels_)));
    clock_.spent_on(kAttentionLinear);
    for_each_head(layer, attention_backward);
    clock_.spent_on(kAttentionBackward);
    weight_gradient(layer.ln1, thread_.d_qkv, channels_, 3 * channels_, at.c_attn, at.c_attn_bias);
    linear_backward(thread_.d_qkv, channels_, 3 * channels_, weights.c_attn,
                    storing_to(thread_.d_ln, channels_));
    clock_.spent_on(kAttentionLinear);
    norm_backward(layer.resid_pre, thread_.d_ln, layer.ln1_moments, parameter(at.ln_1_weight),
                  {gradient(at.ln_1_weight), gradient(at.ln_1_bias)}, true, tokens_, channels_,
                  thread_.d_resid);
    clock_.spent_on(kNorm);
  }

  Model& model_;
  ThreadState& thread_;
  const float* parameters_;
  const Batch& batch_;
  const int channels_, tokens_;
  Clock clock_;
};

struct Loss {
  double mean;     // nats a counted target
  double counted;  // targets, at least 1
};

// The loss of a batch and, when `learn`, the threads' gradients, summed over the batch and times
// kGradientScale.
inline Loss run_batch(Model& model, const float* parameters, const Batch& batch, const Candidates& candidates,
                      bool learn) {
  pack_blocks(model, parameters);
  pack_head(model, parameters, candidates);
  const int at_once = std::max(1, model.sizes.micro_tokens / batch.positions);
  const int jobs = (batch.sequences + at_once - 1) / at_once;
  for (ThreadState& thread : model.threads) thread.loss = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(model.sizes.threads)
  for (int job = 0; job < jobs; ++job) {
    const int64_t first = static_cast<int64_t>(job) * at_once * batch.positions;
    const int sequences = std::min(at_once, batch.sequences - job * at_once);
    const Batch part{batch.inputs + first, batch.targets + first, sequences, batch.positions};
    Pass(model, model.threads[omp_get_thread_num()], parameters, part).run(candidates, learn);
  }
  double loss = 0;
  for (const ThreadState& thread : model.threads) loss += thread.loss;
  const int64_t targets = static_cast<int64_t>(batch.sequences) * batch.positions;
  const double counted = std::max<double>(
      1, std::count_if(batch.targets, batch.targets + targets, [](int target) { return target >= 0; }));
  return {loss / counted, counted};
}

}  // namespace training
