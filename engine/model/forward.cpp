#include "model/forward.h"

#include <algorithm>

#include "kernels/ops.h"

namespace vitrine {

// --- the pass --------------------------------------------------------------------------------------

void embed_tokens(const Model& model, std::span<const int32_t> tokens, Matrix embed) {
  const PackedMatrix& wte = model.weights().wte;  // [V,C]
  for (size_t t = 0; t < tokens.size(); ++t) {
    unpack_row(wte, tokens[t], {row(embed, static_cast<int>(t)), static_cast<size_t>(wte.inputs)});
  }
}

void embed_positions(const Model& model, std::span<const int32_t> positions, Matrix pos_embed) {
  const size_t channels = static_cast<size_t>(model.config().n_embd);
  const float* wpe = model.weights().wpe;  // [n_ctx,C]
  for (size_t t = 0; t < positions.size(); ++t) {
    float* out = row(pos_embed, static_cast<int>(t));
    if (positions[t] < 0) {
      std::fill_n(out, channels, 0.0f);
    } else {
      std::copy_n(wpe + static_cast<size_t>(positions[t]) * channels, channels, out);
    }
  }
}

void attention_heads(const Config& config, const LayerRule& rule, int first, ConstMatrix qkv,
                     RoundedCache* cache, Matrix z, Workspace& workspace) {
  const int head_size = config.head_size(), rows = static_cast<int>(z.rows());
  const int seen = visible_end(rule.attention, first + rows);
  const AttentionSize size = attention_size(rows, seen, head_size, cache != nullptr);
  workspace.each(config.n_head, [&](int h) {
    const Matrix head_z = view(z.data() + h * head_size, rows, head_size, config.n_embd);
    attention(head_view(qkv, config.n_head, h, cache), rule_of_head(rule, h), h, first, head_z,
              {workspace.attention.data() + h * size.floats,
               workspace.attention_integers.data() + h * size.integers});
  });
}

void block(const Model& model, int layer, const LayerRule& rule, int first, ConstMatrix resid_pre, Matrix qkv,
           RoundedCache* cache, BlockActivations& a, Matrix resid_post, Workspace& workspace) {
  const Config& config = model.config();
  const BlockWeights& weights = model.weights().blocks[layer];
  const float epsilon = config.layer_norm_epsilon;
  LinearWorkspace& products = workspace.products;
  ThreadPool* const threads = workspace.threads;
  const int rows = static_cast<int>(resid_pre.rows());
  const Matrix band_qkv = rows_of(qkv, first, rows);

  layer_norm(weights.ln1, epsilon, resid_pre, a.ln1_scale, a.ln1_normalized, rule.ln1, threads);  // [n,C]
  linear(weights.qkv, a.ln1_normalized, band_qkv, products, threads);  // [n,C] -> [n,3C]
  share_keys_and_values(rule, config, band_qkv);
  attention_heads(config, rule, first, qkv, cache, a.z, workspace);  // [T,3C] -> [n,H,D]
  change_heads(rule, config, first, a.z);
  linear(weights.attn_out, a.z, a.attn_out, products, threads);  // [n,C] -> [n,C]
  change_rows(rule, Interventions::Site::attn_out, first, a.attn_out);
  add(resid_pre, a.attn_out, a.resid_mid);                                                          // [n,C]
  layer_norm(weights.ln2, epsilon, a.resid_mid, a.ln2_scale, a.ln2_normalized, rule.ln2, threads);  // [n,C]
  linear(weights.mlp_in, a.ln2_normalized, a.mlp_pre, products, threads);  // [n,C] -> [n,F]
  activate(config.activation, a.mlp_pre, a.mlp_post, threads);             // [n,F]
  linear(weights.mlp_out, a.mlp_post, a.mlp_out, products, threads);       // [n,F] -> [n,C]
  change_rows(rule, Interventions::Site::mlp_out, first, a.mlp_out);
  add(a.resid_mid, a.mlp_out, resid_post);  // [n,C]
}

void final_norm(const Model& model, ConstMatrix resid_post, Matrix scale, Matrix normalized, NormRule rule) {
  layer_norm(model.weights().ln_final, model.config().layer_norm_epsilon, resid_post, scale, normalized,
             rule);
}

void unembed(const Model& model, ConstMatrix normalized, Matrix logits, Workspace& workspace) {
  linear(model.weights().unembed, normalized, logits, workspace.products,
         workspace.threads);  // [n,C] -> [n,V]
}

// --- its memory ------------------------------------------------------------------------------------

bool rounds_attention(const Model& model) {
  return model.weights().blocks[0].qkv.weight.type == WeightType::q8 &&
         model.config().head_size() <= kMostRounded && model.config().n_ctx <= kMostRoundedTokens;
}

bool Workspace::reserve(const Model& model, int band, int tokens) {
  const Config& config = model.config();
  const int widest = config.n_inner > config.n_embd ? config.n_inner : config.n_embd;
  // With sizes of 32 bits the product below would wrap, and the buffer would be too small.
  const uint64_t scores =
      static_cast<uint64_t>(config.n_head) * static_cast<uint64_t>(band) * static_cast<uint64_t>(tokens);
  if (scores > SIZE_MAX / (4 * sizeof(float))) return false;
  const AttentionSize size = attention_size(band, tokens, config.head_size(), rounds_attention(model));
  const size_t heads = static_cast<size_t>(config.n_head);
  return products.reserve(band, widest) && attention.reserve(heads * size.floats) &&
         attention_integers.reserve(heads * size.integers);
}

}  // namespace vitrine
