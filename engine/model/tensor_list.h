// The one list of the tensors that a run can show, in the order of the pass. TensorId, the table of names (session/trace.h),
// the activations of a block with their memory (model/activations.h), what a session answers with, and the page's
// tensor-names.gen.ts (scripts/tensor-names.mjs) all follow from it.
//
// A row has an id, its TransformerLens name, the stage of the page that explains it, a line of English, and its axes. What
// kind it is says where its values come from:
//
//   ONCE    of the whole run; session_tensors.cpp has a read<TensorId::...>() for it
//   LAYER   one a layer, named "blocks.L." and the name; likewise
//   BLOCK   one a layer, a field of BlockActivations that block() fills; its first axis is the tokens
//
// A row without its read<>() does not compile.
#pragma once

#include <cstdint>

namespace vitrine {

// T tokens, C channels, H heads, D = C / H, F width of the MLP, V vocabulary, One a single number.
enum class Axis : uint8_t { T, C, H, D, F, V, One };

#define VITRINE_TENSORS(ONCE, LAYER, BLOCK)                                                                 \
  ONCE(embed, "hook_embed", "embedding", "Token embedding: each token's row of the token table", T, C)      \
  ONCE(pos_embed, "hook_pos_embed", "embedding",                                                            \
       "Position embedding: each position's row of the position table", T, C)                               \
  LAYER(resid_pre, "hook_resid_pre", "residual", "Residual stream as it enters the block", T, C)            \
  BLOCK(ln1_scale, "ln1.hook_scale", "ln1",                                                                 \
        "Deviation that the first LayerNorm divides by: sqrt(variance + epsilon)", T, One)                  \
  BLOCK(ln1_normalized, "ln1.hook_normalized", "ln1",                                                       \
        "First LayerNorm's output, after gain and bias: what queries, keys and values are made from", T, C) \
  LAYER(q, "attn.hook_q", "qkv", "Queries: what each token looks for", T, H, D)                             \
  LAYER(k, "attn.hook_k", "qkv", "Keys: what each token offers to be found by", T, H, D)                    \
  LAYER(v, "attn.hook_v", "qkv", "Values: what each token hands over when looked at", T, H, D)              \
  LAYER(attn_scores, "attn.hook_attn_scores", "attention",                                                  \
        "Scaled scores q.k / sqrt(D), query by key; -inf where a query may not look", H, T, T)              \
  LAYER(pattern, "attn.hook_pattern", "attention",                                                          \
        "Attention: softmax of the scores over the keys, query by key; each row sums to 1", H, T, T)        \
  BLOCK(z, "attn.hook_z", "attention", "Each head's output: its values weighted by its attention", T, H, D) \
  BLOCK(attn_out, "hook_attn_out", "attn_out",                                                              \
        "Attention's addition to the residual stream: the heads' outputs through W_O", T, C)                \
  BLOCK(resid_mid, "hook_resid_mid", "residual", "Residual stream after attention was added", T, C)         \
  BLOCK(ln2_scale, "ln2.hook_scale", "ln2",                                                                 \
        "Deviation that the second LayerNorm divides by: sqrt(variance + epsilon)", T, One)                 \
  BLOCK(ln2_normalized, "ln2.hook_normalized", "ln2",                                                       \
        "Second LayerNorm's output, after gain and bias: what the MLP reads", T, C)                         \
  BLOCK(mlp_pre, "mlp.hook_pre", "mlp", "MLP's hidden layer before GELU", T, F)                             \
  BLOCK(mlp_post, "mlp.hook_post", "mlp", "MLP's hidden layer after GELU", T, F)                            \
  BLOCK(mlp_out, "hook_mlp_out", "mlp", "MLP's addition to the residual stream", T, C)                      \
  LAYER(resid_post, "hook_resid_post", "residual", "Residual stream as it leaves the block", T, C)          \
  ONCE(ln_final_scale, "ln_final.hook_scale", "ln_final",                                                   \
       "Deviation that the final LayerNorm divides by: sqrt(variance + epsilon)", T, One)                   \
  ONCE(ln_final_normalized, "ln_final.hook_normalized", "ln_final",                                         \
       "Final LayerNorm's output, after gain and bias: what the unembedding reads", T, C)                   \
  ONCE(logits, "logits", "logits", "A score for each token of the vocabulary to come next", T, V)

// For kinds of rows that are not asked about.
#define VITRINE_NO_TENSOR(...)

#define VITRINE_TENSOR_ID(id, ...) id,
enum class TensorId : uint8_t { VITRINE_TENSORS(VITRINE_TENSOR_ID, VITRINE_TENSOR_ID, VITRINE_TENSOR_ID) };
#undef VITRINE_TENSOR_ID

}  // namespace vitrine
