#include "session/trace.h"

#include <charconv>

namespace vitrine {
namespace {

constexpr Axis T = Axis::tokens, C = Axis::channels, H = Axis::heads, D = Axis::head_size, F = Axis::mlp,
               V = Axis::vocabulary, One = Axis::one;
constexpr std::string_view kBlocks = "blocks.";

// In the order of TensorId, which is the order of the pass.
constexpr TensorRow kTable[] = {
    {TensorId::embed,
     "hook_embed",
     false,
     2,
     {T, C, One},
     "Token embedding: each token's row of the token table"},
    {TensorId::pos_embed,
     "hook_pos_embed",
     false,
     2,
     {T, C, One},
     "Position embedding: each position's row of the position table"},
    {TensorId::resid_pre, "hook_resid_pre", true, 2, {T, C, One}, "Residual stream as it enters the block"},
    {TensorId::ln1_scale,
     "ln1.hook_scale",
     true,
     2,
     {T, One, One},
     "Deviation that the first LayerNorm divides by: sqrt(variance + epsilon)"},
    {TensorId::ln1_normalized,
     "ln1.hook_normalized",
     true,
     2,
     {T, C, One},
     "First LayerNorm's output, after gain and bias: what queries, keys and values are made from"},
    {TensorId::q, "attn.hook_q", true, 3, {T, H, D}, "Queries: what each token looks for"},
    {TensorId::k, "attn.hook_k", true, 3, {T, H, D}, "Keys: what each token offers to be found by"},
    {TensorId::v, "attn.hook_v", true, 3, {T, H, D}, "Values: what each token hands over when looked at"},
    {TensorId::attn_scores,
     "attn.hook_attn_scores",
     true,
     3,
     {H, T, T},
     "Scaled scores q.k / sqrt(D), query by key; -inf where a query may not look"},
    {TensorId::pattern,
     "attn.hook_pattern",
     true,
     3,
     {H, T, T},
     "Attention: softmax of the scores over the keys, query by key; each row sums to 1"},
    {TensorId::z,
     "attn.hook_z",
     true,
     3,
     {T, H, D},
     "Each head's output: its values weighted by its attention"},
    {TensorId::attn_out,
     "hook_attn_out",
     true,
     2,
     {T, C, One},
     "Attention's addition to the residual stream: the heads' outputs through W_O"},
    {TensorId::resid_mid,
     "hook_resid_mid",
     true,
     2,
     {T, C, One},
     "Residual stream after attention was added"},
    {TensorId::ln2_scale,
     "ln2.hook_scale",
     true,
     2,
     {T, One, One},
     "Deviation that the second LayerNorm divides by: sqrt(variance + epsilon)"},
    {TensorId::ln2_normalized,
     "ln2.hook_normalized",
     true,
     2,
     {T, C, One},
     "Second LayerNorm's output, after gain and bias: what the MLP reads"},
    {TensorId::mlp_pre, "mlp.hook_pre", true, 2, {T, F, One}, "MLP's hidden layer before GELU"},
    {TensorId::mlp_post, "mlp.hook_post", true, 2, {T, F, One}, "MLP's hidden layer after GELU"},
    {TensorId::mlp_out, "hook_mlp_out", true, 2, {T, C, One}, "MLP's addition to the residual stream"},
    {TensorId::resid_post, "hook_resid_post", true, 2, {T, C, One}, "Residual stream as it leaves the block"},
    {TensorId::ln_final_scale,
     "ln_final.hook_scale",
     false,
     2,
     {T, One, One},
     "Deviation that the final LayerNorm divides by: sqrt(variance + epsilon)"},
    {TensorId::ln_final_normalized,
     "ln_final.hook_normalized",
     false,
     2,
     {T, C, One},
     "Final LayerNorm's output, after gain and bias: what the unembedding reads"},
    {TensorId::logits,
     "logits",
     false,
     2,
     {T, V, One},
     "A score for each token of the vocabulary to come next"},
};

std::string_view axis_name(Axis axis) {
  constexpr std::string_view kNames[] = {"tokens", "channels",   "heads", "head_size",
                                         "mlp",    "vocabulary", "one"};
  return kNames[static_cast<size_t>(axis)];
}

// "blocks.0.hook_resid_pre" ... for the error of a name that is not there.
std::string all_names() {
  std::string names;
  for (const TensorRow& row : kTable) {
    if (!names.empty()) names += ", ";
    if (row.per_layer) names += "blocks.L.";
    names += row.name;
  }
  return names;
}

const TensorRow* find(std::string_view name, bool per_layer) {
  for (const TensorRow& row : kTable) {
    if (row.per_layer == per_layer && row.name == name) return &row;
  }
  return nullptr;
}

Error unknown_name(std::string_view name) {
  constexpr size_t kShown = 80;
  std::string shown(name.substr(0, kShown));
  if (name.size() > kShown) shown += "...";
  return {ErrorCode::no_tensor,
          "there is no tensor \"" + shown + "\"; there are " + all_names(),
          {{"name", shown}}};
}

}  // namespace

std::span<const TensorRow> tensor_table() { return kTable; }

int axis_extent(Axis axis, const Config& config, int tokens) {
  switch (axis) {
    case Axis::tokens:
      return tokens;
    case Axis::channels:
      return config.n_embd;
    case Axis::heads:
      return config.n_head;
    case Axis::head_size:
      return config.head_size();
    case Axis::mlp:
      return config.n_inner;
    case Axis::vocabulary:
      return config.n_vocab;
    case Axis::one:
      return 1;
  }
  return 0;
}

Result<TensorAddress> parse_tensor_name(std::string_view name, const Config& config) {
  if (name.substr(0, kBlocks.size()) != kBlocks) {
    const TensorRow* row = find(name, false);
    if (!row) return unknown_name(name);
    return TensorAddress{row->id, 0};
  }
  const std::string_view rest = name.substr(kBlocks.size());
  const size_t dot = rest.find('.');
  const TensorRow* row = dot == std::string_view::npos ? nullptr : find(rest.substr(dot + 1), true);
  if (!row) return unknown_name(name);
  int layer = -1;
  const char* end = rest.data() + dot;
  const auto [stop, failure] = std::from_chars(rest.data(), end, layer);
  if (failure != std::errc() || stop != end || layer < 0 || layer >= config.n_layer) {
    return Error{ErrorCode::no_layer,
                 "tensor \"" + std::string(name.substr(0, 80)) +
                     "\" names no layer of this model; layers are 0 to " + std::to_string(config.n_layer - 1),
                 {{"high", config.n_layer - 1}}};
  }
  return TensorAddress{row->id, layer};
}

std::string tensor_name(TensorAddress address) {
  const TensorRow& row = kTable[static_cast<size_t>(address.id)];
  if (!row.per_layer) return std::string(row.name);
  return std::string(kBlocks) + std::to_string(address.layer) + "." + std::string(row.name);
}

std::string tensor_table_json() {
  std::string json = "[";
  for (const TensorRow& row : kTable) {
    if (json.size() > 1) json += ",";
    json += "\n  {\"name\": \"";
    json += row.name;
    json += row.per_layer ? "\", \"perLayer\": true, \"axes\": [" : "\", \"perLayer\": false, \"axes\": [";
    for (int i = 0; i < row.rank; ++i) {
      if (i > 0) json += ", ";
      json += '"';
      json += axis_name(row.axes[i]);
      json += '"';
    }
    json += "], \"help\": \"";
    json += row.help;  // the table's own text: no character in it needs escaping
    json += "\"}";
  }
  return json + "\n]\n";
}

}  // namespace vitrine
