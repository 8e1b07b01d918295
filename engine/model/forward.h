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
#include "model/model.h"

namespace vitrine {

// What Interventions mean for one layer, looked up once a run.
struct LayerRule {
  AttentionRule attention;
  std::span<const float> head_scales;  // [H]
  bool skip_attention = false, skip_mlp = false;
};

// Whether attention's products are taken from integers: in Q8 models.
bool rounds_attention(const Model& model);

struct Workspace {
  LinearWorkspace products;
  Buffer<float> attention;  // [H] times attention_size, and so are the integers
  Buffer<int16_t> attention_integers;
  [[nodiscard]] bool reserve(const Model& model, int band, int tokens);

  // Calls body(i) for every i in [0, count), on all threads there are.
  template <class F>
  void each(int count, F&& body) {
    if (shares(products.crew)) return products.crew->each(count, body);
    for (int i = 0; i < count; ++i) body(i);
  }
};

// hook_embed and hook_pos_embed of tokens at positions first, first + 1, ...: [n,C].
void embed_tokens(const Model& model, std::span<const int32_t> tokens, Matrix embed);
void embed_positions(const Model& model, int first, bool no_positions, Matrix pos_embed);

// One block. `resid_pre` [n,C] are the band's tokens first, first + 1, ...; `qkv` [T,3C] holds the rows of all
// tokens before `first` and receives the band's, and so does `cache`, null where attention is not rounded; `resid_post`
// [n,C] receives the next block's input.
void block(const Model& model, int layer, const LayerRule& rule, int first, ConstMatrix resid_pre, Matrix qkv,
           RoundedCache* cache, BlockActivations& a, Matrix resid_post, Workspace& workspace);
// Its attention: z [n,C] of the band, from `seen` [first + n, 3C].
void attention_heads(const Config& config, const LayerRule& rule, int first, ConstMatrix seen,
                     RoundedCache* cache, Matrix z, Workspace& workspace);

// ln_final and the unembedding of n rows: logits [n,V].
void final_norm(const Model& model, ConstMatrix resid_post, Matrix scale, Matrix normalized);
void unembed(const Model& model, ConstMatrix normalized, Matrix logits, Workspace& workspace);

}  // namespace vitrine
