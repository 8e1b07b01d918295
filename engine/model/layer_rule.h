// What Interventions mean for one layer of a run, looked up once, and the steps that carry it out in the pass.
#pragma once

#include <climits>
#include <span>
#include <vector>

#include "base/matrix.h"
#include "kernels/attention.h"
#include "kernels/ops.h"
#include "model/config.h"
#include "model/interventions.h"

namespace vitrine {

inline constexpr int kNever = INT_MAX;  // a token that no prompt has

struct LayerRule {
  // Of one head of this layer.
  struct Head {
    float score_scale;  // what q.k is multiplied by
    float scale = 1;    // of z, from token `from` on
    int from = 0;
    const float* mean = nullptr;  // [D] in z's place, from token `from` on
  };
  struct Patch {
    Interventions::Site site;
    int head, token;
    const float* values;
  };
  AttentionRule attention{};       // its scale is that of head 0: rule_of_head() has each head's
  std::vector<Head> heads{};       // [H]
  std::vector<MaskedEdge> cuts{};  // what `attention` refers to
  std::vector<Patch> patches{};    // of this layer
  NormRule ln1{}, ln2{};
  int kv_groups = 0;                             // 0: each head has its own keys and values
  int attention_off = kNever, mlp_off = kNever;  // the first token from which the output is 0
};

// The rules of all layers for a run of `tokens` tokens. They refer to `changes`, which must stay where it is.
std::vector<LayerRule> layer_rules(const Interventions& changes, const Config& config, int tokens);

AttentionRule rule_of_head(const LayerRule& rule, int head);

// Makes keys and values of rows of Q, K, V [n,3C] the mean over the heads of their group.
void share_keys_and_values(const LayerRule& rule, const Config& config, Matrix qkv);
// Scales, replaces and patches z [n,C] of tokens first, first + 1, ...
void change_heads(const LayerRule& rule, const Config& config, int first, Matrix z);
// Replaces rows of resid_pre, or zeroes and replaces rows of attn_out or mlp_out, [n,C] of tokens first, first + 1, ...
void change_rows(const LayerRule& rule, Interventions::Site site, int first, Matrix rows);

}  // namespace vitrine
