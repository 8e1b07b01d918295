// The shape of a GPT-2 model, read from Hugging Face's config.json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "kernels/layer_weights.h"

namespace vitrine {

struct Config {
  int n_layer = 0;  // L
  int n_head = 0;   // H
  int n_embd = 0;   // C
  int n_ctx = 0;    // longest T (n_positions)
  int n_vocab = 0;  // V
  int n_inner = 0;  // F, 4C unless the file says otherwise
  float layer_norm_epsilon = 1e-5f;
  Activation activation = Activation::gelu_tanh;
  bool scale_attn_weights = true;                // scores are divided by sqrt(D)
  bool scale_attn_by_inverse_layer_idx = false;  // and by (layer + 1)
  // false: lm_head.weight is the unembedding and must be there. Otherwise, as in transformers 5, one table serves for
  // both, stored under either name, unless the file holds two that differ. A loaded model always says.
  std::optional<bool> tie_word_embeddings;
  std::vector<int32_t> end_tokens;  // ids below n_vocab that end a text, ascending; empty where no file says
  int32_t begin_token = -1;         // the id that begins one, or -1

  int head_size() const { return n_embd / n_head; }  // D
  float attention_scale(int layer) const;            // what q.k is multiplied by
  bool operator==(const Config&) const = default;
};

// `json` is untrusted. Refuses, by name and reason, architectures that are not GPT-2's and shapes that
// do not fit together or exceed the limits below. Fields may have the names that GPT2Config's attribute_map gives them.
Result<Config> parse_config(std::string_view json);
// What generation_config.json says of the tokens that begin and end a text goes before what config.json says.
Status apply_generation_config(std::string_view json, Config& config);
// The name of an activation in config.json.
const char* activation_name(Activation activation);
std::string config_json(const Config& config);  // canonical: the same Config gives the same bytes

// The name and both values of the first field that two configurations disagree on, empty when there is none.
// tie_word_embeddings counts only when both say; tokens that begin and end a text change no tensor and do not count.
std::string config_difference(const Config& a, const Config& b);

inline constexpr size_t kMaxConfigBytes = 16 << 20;
inline constexpr int kMaxLayers = 1024;
inline constexpr int kMaxWidth = 65536;
inline constexpr int kMaxContext = 1 << 20;
inline constexpr int kMaxVocabulary = 1 << 24;

}  // namespace vitrine
