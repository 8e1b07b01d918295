// The model's sizes, where its tensors lie in the flat vector of parameters, its packed weights, and what a
// thread works in.
//
// Letters of the comments: T tokens of a micro batch, S positions of a sequence, C channels, H heads, D = C /
// H, L layers, V tokens of the vocabulary, N candidates of the head. Rows of halves are 32 wider than what
// they hold, so that equal columns of neighbouring rows fall into different sets of the cache.
#pragma once

#include <omp.h>

#include <cstdint>
#include <vector>

#include "buffer.h"
#include "build.h"

namespace training {

constexpr int kHeadRows = 512;    // tokens whose logits exist at a time
constexpr int kHeadChunk = 1024;  // candidates whose gradient exists at a time

// As in gpt2/kernels.py.
struct Sizes {
  int layers, heads, channels, positions, vocabulary;
  int threads, micro_tokens;
  int head_size() const { return channels / heads; }
};

constexpr size_t padded(size_t columns) { return columns + 32; }

// Offsets of a block's tensors, in the order in which gpt2/kernels.py tells them.
struct BlockOffsets {
  int64_t c_attn, attn_proj, c_fc, mlp_proj;
  int64_t ln_1_weight, ln_1_bias, c_attn_bias, attn_proj_bias;
  int64_t ln_2_weight, ln_2_bias, c_fc_bias, mlp_proj_bias;
};

// The flat vector: wte and wpe, then the blocks' matrices, then from `vectors` on biases and norms, `count`
// numbers in all.
struct Offsets {
  int64_t wte, wpe, ln_f_weight, ln_f_bias, vectors, count;
  std::vector<BlockOffsets> blocks;
  int64_t matrices() const { return blocks[0].c_attn; }
};

// A weight [inputs, outputs] packed for x W, and packed for dy W^T.
struct PackedWeight {
  PackedWeight(int inputs, int outputs)
      : forward(static_cast<size_t>(inputs) * outputs), backward(static_cast<size_t>(inputs) * outputs) {}
  Buffer<Half> forward, backward;
};

struct BlockWeights {
  explicit BlockWeights(int channels)
      : c_attn(channels, 3 * channels),
        attn_proj(channels, channels),
        c_fc(channels, 4 * channels),
        mlp_proj(4 * channels, channels) {}
  PackedWeight c_attn, attn_proj, c_fc, mlp_proj;
};

// The candidates' rows of wte, [N, C]: as they are, packed for the logits h W^T, and packed for dh = G W.
struct HeadWeights {
  HeadWeights(size_t rows, int channels, int vocabulary)
      : rows(rows * channels), logits(rows * channels), gradient(rows * channels), place(vocabulary) {}
  Buffer<Half> rows, logits, gradient;
  Buffer<int> place;  // [V]: a token's place among the candidates, -1 where it is none
};

// What the backward pass needs of a layer's forward pass.
struct LayerState {
  explicit LayerState(const Sizes& sizes) {
    const size_t tokens = sizes.micro_tokens, channels = sizes.channels;
    resid_pre = Buffer<float>(tokens * channels);
    resid_mid = Buffer<float>(tokens * channels);
    ln1_moments = Buffer<float>(2 * tokens);
    ln2_moments = Buffer<float>(2 * tokens);
    log_sum = Buffer<float>(sizes.heads * tokens);
    ln1 = Buffer<Half>(tokens * padded(channels));
    qkv = Buffer<Half>(tokens * padded(3 * channels));
    z = Buffer<Half>(tokens * padded(channels));
    ln2 = Buffer<Half>(tokens * padded(channels));
    mlp_pre = Buffer<Half>(tokens * padded(4 * channels));
    mlp_post = Buffer<Half>(tokens * padded(4 * channels));
  }
  Buffer<float> resid_pre, resid_mid;      // [T, C]
  Buffer<float> ln1_moments, ln2_moments;  // [T, 2]: mean, 1 / standard deviation
  Buffer<float> log_sum;                   // [H, T]: log2 of a row's sum of exponentials
  Buffer<Half> ln1, qkv, z, ln2, mlp_pre, mlp_post;
};

// Room for one head's attention over one sequence.
struct AttentionRoom {
  explicit AttentionRoom(const Sizes& sizes) {
    const size_t positions = sizes.positions, whole = positions * padded(positions);
    for (auto* packed : {&k_turned, &k, &v_turned, &v, &q, &d_z}) {
      *packed = Buffer<Half>(positions * sizes.head_size());
    }
    for (auto* square : {&pattern, &d_scores, &pattern_turned, &d_scores_turned})
      *square = Buffer<Half>(whole);
    for (auto* rows : {&scores, &d_pattern}) *rows = Buffer<float>(32 * (positions + 16));
    row_dot = Buffer<float>(positions);
  }
  Buffer<Half> k_turned, k, v_turned, v, q, d_z;                    // packed
  Buffer<Half> pattern, d_scores, pattern_turned, d_scores_turned;  // [S, S]
  Buffer<float> scores, d_pattern;                                  // [32, S]
  Buffer<float> row_dot;                                            // [S]: dz . z
};

// Room for the head over kHeadRows tokens.
struct HeadRoom {
  HeadRoom(size_t candidates, int channels) {
    exponentials = Buffer<Half>(kHeadRows * padded(candidates));
    gradient = Buffer<Half>(kHeadRows * padded(kHeadChunk));
    turned = Buffer<Half>(kHeadChunk * padded(kHeadRows));
    packed_rows = Buffer<Half>(static_cast<size_t>(kHeadRows) * channels);
    sums = Buffer<float>(kHeadRows * 16);
  }
  Buffer<Half> exponentials;  // bf16 in every build: e^logit needs its range
  Buffer<Half> gradient, turned, packed_rows;
  Buffer<float> sums;  // [rows, 16 lanes] of exponentials
};

struct MuonRoom {
  explicit MuonRoom(int channels) {
    const size_t most = static_cast<size_t>(channels) * 4 * channels;
    update = Buffer<float>(most);
    x = Buffer<Half>(channels * padded(4 * channels));
    gram = Buffer<Half>(channels * padded(channels));
    polynomial = Buffer<Half>(channels * padded(channels));
    packed = Buffer<Half>(most);
  }
  Buffer<float> update;
  Buffer<Half> x, gram, polynomial, packed;
};

// Everything one thread writes to; a thread has its own gradient of all parameters, [count].
struct ThreadState {
  ThreadState(const Sizes& sizes, int64_t parameters, size_t candidates)
      : attention(sizes), head(candidates, sizes.channels), muon(sizes.channels) {
    const size_t tokens = sizes.micro_tokens, channels = sizes.channels;
    for (int layer = 0; layer < sizes.layers; ++layer) layers.emplace_back(sizes);
    for (auto* rows : {&resid_final, &d_resid, &d_ln}) *rows = Buffer<float>(tokens * channels);
    for (auto* rows : {&ln_f, &d_half, &d_z}) *rows = Buffer<Half>(tokens * padded(channels));
    ln_f_moments = Buffer<float>(2 * tokens);
    d_mlp_pre = Buffer<Half>(tokens * padded(4 * channels));
    d_qkv = Buffer<Half>(tokens * padded(3 * channels));
    turned = Buffer<Half>(4 * channels * padded(tokens));
    packed_gradient = Buffer<Half>(tokens * 4 * channels);
    weight = Buffer<Half>(4 * channels * channels);
    gradient = Buffer<float>(parameters);
  }
  std::vector<LayerState> layers;
  Buffer<float> resid_final, ln_f_moments, d_resid, d_ln;
  Buffer<Half> ln_f, d_half, d_z, d_mlp_pre, d_qkv;
  Buffer<Half> turned, packed_gradient, weight;
  Buffer<float> gradient;
  AttentionRoom attention;
  HeadRoom head;
  MuonRoom muon;
  double loss = 0;  // the sum over the tokens of this thread
};

// What time is spent on, in the order of gpt2/kernels.py.
enum Part {
  kNorm,
  kAttentionLinear,
  kAttention,
  kMlp,
  kLogits,
  kHeadGradient,
  kHeadToRows,
  kHeadToTable,
  kWeightGradient,
  kAttentionBackward,
  kAdam,
  kMuon,
  kParts
};

struct Model {
  Model(const Sizes& sizes, Offsets offsets)
      : sizes(sizes),
        offsets(std::move(offsets)),
        head((sizes.vocabulary + 31) / 32 * 32, sizes.channels, sizes.vocabulary) {
    const size_t candidates = (sizes.vocabulary + 31) / 32 * 32;
    for (int layer = 0; layer < sizes.layers; ++layer) blocks.emplace_back(sizes.channels);
    for (int i = 0; i < sizes.threads; ++i) threads.emplace_back(sizes, this->offsets.count, candidates);
  }
  Sizes sizes;
  Offsets offsets;
  std::vector<BlockWeights> blocks;
  HeadWeights head;
  std::vector<ThreadState> threads;
  double seconds[kParts] = {};  // of thread 0
};

// Adds the time since the last call to a part, on thread 0 alone.
class Clock {
 public:
  explicit Clock(Model& model)
      : seconds_(omp_get_thread_num() == 0 ? model.seconds : nullptr), last_(omp_get_wtime()) {}
  void spent_on(Part part) {
    if (!seconds_) return;
    const double now = omp_get_wtime();
    seconds_[part] += now - last_;
    last_ = now;
  }

 private:
  double* seconds_;
  double last_;
};

}  // namespace training
