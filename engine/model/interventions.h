// What may be changed in a forward pass, to see what follows from it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "kernels/ops.h"
#include "model/config.h"

namespace vitrine {

// What to change in a pass. The defaults change nothing. Layers, heads and tokens count from 0; where a place is named
// twice, the last entry counts.
struct Interventions {
  struct
      HeadScale {  // z of a head, from token `from` on: times `scale` (0 knocks it out), or `means` in its place
    int layer, head;
    float scale;
    int from = 0;
    bool mean = false;
    bool operator==(const HeadScale&) const = default;
  };
  struct LayerOff {  // a layer's attn_out or mlp_out becomes 0 from token `from` on
    int layer;
    int from;
    LayerOff(int the_layer, int the_from = 0) : layer(the_layer), from(the_from) {}
    bool operator==(const LayerOff&) const = default;
  };
  struct Edge {  // head -1: all heads; the weight becomes 0 before the softmax
    int layer, head, query, key;
    bool operator==(const Edge&) const = default;
  };
  enum class Site : uint8_t { resid_pre, attn_out, mlp_out, z };
  struct
      Patch {  // replaces hook_resid_pre, hook_attn_out or hook_mlp_out at a token by [C], or z of one head by [D]
    int layer, token;
    std::vector<float> values;
    Site site = Site::resid_pre;
    int head = -1;  // of z
    bool operator==(const Patch&) const = default;
  };
  struct Positions {  // which row of W_pos token t gets
    enum Kind : uint8_t { own, shift, shuffle, same, listed } kind = own;
    int64_t amount = 0;         // shift: t + amount; shuffle: the seed; same: all get row 0
    std::vector<int32_t> list;  // listed: a row for each token
    bool operator==(const Positions&) const = default;
  };
  struct Temperature {  // scores are divided by it; layer or head -1: all
    float temperature;
    int layer = -1, head = -1;
    bool operator==(const Temperature&) const = default;
  };
  static constexpr int kEveryNorm = -1, kFinalNorm = -2;
  struct Norm {
    int layer = kEveryNorm;  // or kFinalNorm; every norm is every block's and the final one
    int which = 0;           // 1 or 2 of a block, 0 both
    NormMode mode = NormMode::identity;
    bool operator==(const Norm&) const = default;
  };
  std::vector<HeadScale> heads{};
  std::vector<LayerOff> skip_mlp{}, skip_attention{};
  std::vector<Edge> cut_edges{};
  std::vector<Patch> patches{};
  int window =
      0;  // 0 = all; else a query sees itself and the window-1 tokens before it, without mask as many after it
  bool no_mask = false;  // every query sees every key
  bool no_positions = false;
  Positions positions{};
  std::vector<Temperature> temperatures{};
  std::vector<Norm> norms{};
  int kv_groups = 0;  // 0 = off; else keys and values are the mean over the H / kv_groups heads of a group
  std::vector<float> means{};            // [L,H,D] for heads with `mean`
  std::vector<float> norm_deviations{};  // [2L+1] for frozen norms: ln1 and ln2 of each block, then ln_final
  bool operator==(const Interventions&) const = default;
};

// Whether every layer, head and token that `wanted` names exists in a run of so many tokens, and every number is finite
// and in its range. Errors: ErrorCode::intervention, naming what does not exist and what does.
Status check_interventions(const Interventions& wanted, const Config& config, int tokens);

// The row of W_pos that each token gets, -1 for none, into memory that is kept where it is large enough.
void positions_of(const Interventions& wanted, int tokens, std::vector<int32_t>& places);

// The rule of norm 2 l + (0 or 1), or 2 L for ln_final.
NormRule norm_rule(const Interventions& wanted, const Config& config, int norm);

// Whether a layer's attention or MLP is off at a token, and what a head's z is multiplied by there (1 where it is replaced).
bool is_off(const std::vector<Interventions::LayerOff>& layers, int layer, int token);
struct HeadChange {
  float scale = 1;
  int from = 0;
  bool mean = false;
};
HeadChange head_change(const Interventions& wanted, int layer, int head);

}  // namespace vitrine
