// The forward pass of GPT-2 (Radford et al. 2019), for a band of tokens at a time.
//
// T tokens of the prompt, n tokens of the band, C channels, H heads, D = C / H, F = mlp width, V vocabulary.
// A band may start anywhere: its tokens see the queries, keys and values kept of the tokens before it. No
// step depends on how tokens are cut into bands, so a tensor recomputed for display has the bits that ran.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/matrix.h"
#include "kernels/attention.h"
#include "kernels/linear.h"
#include "model/activations.h"
#include "model/layer_rule.h"
#include "model/model.h"

namespace vitrine {

// Whether attention's products are taken from integers: in Q8 models.
bool rounds_attention(const Model& model);

// What a pass works with besides its rows: threads, and memory for a step.
struct Workspace {
  ThreadPool* threads = nullptr;  // that share the work; null is the caller alone
  LinearWorkspace products;
  Buffer<float> attention;  // [H] times attention_size, and so are the integers
  Buffer<int16_t> attention_integers;
  [[nodiscard]] bool reserve(const Model& model, int band, int tokens);

  // Calls body(i) for every i in [0, count), on all threads there are.
  template <class F>
  void each(int count, F&& body) {
    if (shares(threads)) return threads->each(count, body);
    for (int i = 0; i < count; ++i) body(i);
  }
};

// hook_embed of tokens and hook_pos_embed of positions, -1 for none: [n,C].
void embed_tokens(const Model& model, std::span<const int32_t> tokens, Matrix embed);
void embed_positions(const Model& model, std::span<const int32_t> positions, Matrix pos_embed);

// One block. `resid_pre` [n,C] are the band's tokens first, first + 1, ...; `qkv` [T,3C] holds the rows of all
// tokens before `first` and receives the band's, and so does `cache`, null where attention is not rounded; `resid_post`
// [n,C] receives the next block's input.
void block(const Model& model, int layer, const LayerRule& rule, int first, ConstMatrix resid_pre, Matrix qkv,
           RoundedCache* cache, BlockActivations& a, Matrix resid_post, Workspace& workspace);
// Its attention: z [n,C] of the band, from the `qkv` of all tokens that the band sees.
void attention_heads(const Config& config, const LayerRule& rule, int first, ConstMatrix qkv,
                     RoundedCache* cache, Matrix z, Workspace& workspace);

// ln_final and the unembedding of n rows: logits [n,V].
void final_norm(const Model& model, ConstMatrix resid_post, Matrix scale, Matrix normalized,
                NormRule rule = {});
void unembed(const Model& model, ConstMatrix normalized, Matrix logits, Workspace& workspace);

}  // namespace vitrine
