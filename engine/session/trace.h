// The tensors of a run by name: model/tensor_list.h as a table, and names to and fro. Names are TransformerLens's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/activations.h"
#include "model/config.h"

namespace vitrine {

struct TensorRow {
  TensorId id;
  std::string_view name;  // "hook_embed", or for a block's tensor what follows "blocks.l."
  bool per_layer;
  uint8_t rank;
  Axis axes[3];            // pattern: {heads, tokens (query), tokens (key)}
  std::string_view stage;  // of the page, that explains it
  std::string_view help;   // one line of English
};

std::span<const TensorRow> tensor_table();

struct TensorAddress {
  TensorId id;
  int layer;  // 0 where the tensor belongs to no layer
};

// "blocks.3.attn.hook_pattern" -> address; an unknown name's error says what names there are.
Result<TensorAddress> parse_tensor_name(std::string_view name, const Config& config);
std::string tensor_name(TensorAddress address);
std::string tensor_table_json();  // of the table, for the page

}  // namespace vitrine
