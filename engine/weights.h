// The weights of a model, by their place in GPT-2. Nothing here owns memory; Model does.
#pragma once

#include <vector>

#include "config.h"
#include "packed.h"

namespace vitrine {

// How a Q8 product rounds its activations, groups of kGroup inputs by themselves (linear.h says how far).
enum class Rounding : uint8_t {
  fine,    // to int16
  coarse,  // to int8 where that is fine enough, else to int16
};

struct Linear {                 // y = W x + bias
  PackedMatrix weight;          // [N, K]; Hugging Face's Conv1D stores its transpose [K, N]
  const float* bias = nullptr;  // [N], or null
  Rounding rounding = Rounding::fine;
};

struct LayerNorm {
  const float* gain = nullptr;  // [C]
  const float* bias = nullptr;  // [C]
};

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
