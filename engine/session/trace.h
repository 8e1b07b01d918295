// The one table of the tensors a run can show. C++, the C ABI, the TypeScript types and the page's help
// are all made from it; names are TransformerLens's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/config.h"

namespace vitrine {

enum class Axis : uint8_t { tokens, channels, heads, head_size, mlp, vocabulary, one };

enum class TensorId : uint8_t {
  embed,
  pos_embed,
  resid_pre,
  ln1_scale,
  ln1_normalized,
  q,
  k,
  v,
  attn_scores,
  pattern,
  z,
  attn_out,
  resid_mid,
  ln2_scale,
  ln2_normalized,
  mlp_pre,
  mlp_post,
  mlp_out,
  resid_post,
  ln_final_scale,
  ln_final_normalized,
  logits,
};

struct TensorRow {
  TensorId id;
  std::string_view name;  // "hook_embed", or for a block's tensor what follows "blocks.l."
  bool per_layer;
  uint8_t rank;
  Axis axes[3];           // pattern: {heads, tokens (query), tokens (key)}
  std::string_view help;  // one line of English
};

std::span<const TensorRow> tensor_table();
int axis_extent(Axis axis, const Config& config,
                int tokens);  // length of an axis in a run of `tokens` tokens

struct TensorAddress {
  TensorId id;
  int layer;  // 0 where the tensor belongs to no layer
};

// "blocks.3.attn.hook_pattern" -> address; an unknown name's error says what names there are.
Result<TensorAddress> parse_tensor_name(std::string_view name, const Config& config);
std::string tensor_name(TensorAddress address);
std::string tensor_table_json();  // for the TypeScript generator

}  // namespace vitrine
