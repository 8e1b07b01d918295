// The weights of a model, by their place in GPT-2. Nothing here owns memory; Model does.
#pragma once

#include <vector>

#include "kernels/layer_weights.h"
#include "kernels/packed.h"

namespace vitrine {

struct BlockWeights {
  LayerNorm ln1;
  Linear qkv;       // h.l.attn.c_attn  [3C, C]: rows 0..C queries, C..2C keys, 2C..3C values, head by head
  Linear attn_out;  // h.l.attn.c_proj  [C, C]   W_O
  LayerNorm ln2;
  Linear mlp_in;   // h.l.mlp.c_fc     [F, C]
  Linear mlp_out;  // h.l.mlp.c_proj   [C, F]
};

struct Weights {
  PackedMatrix wte;            // [V, C] token embedding
  const float* wpe = nullptr;  // [n_ctx, C] position embedding
  std::vector<BlockWeights> blocks;
  LayerNorm ln_final;
  PackedMatrix unembed;  // [V, C]; the same memory as wte when tied
  bool tied = true;
};

}  // namespace vitrine
