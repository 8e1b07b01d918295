// What may be changed in a forward pass, to see what follows from it.
#pragma once

#include <vector>

#include "base/error.h"
#include "model/config.h"

namespace vitrine {

// What to change in a pass. The defaults change nothing. Layers, heads and tokens count from 0.
struct Interventions {
  struct HeadScale {  // 0 knocks the head out (scales its z)
    int layer, head;
    float scale;
    bool operator==(const HeadScale&) const = default;
  };
  struct Edge {  // head -1: all heads; the weight becomes 0 before the softmax
    int layer, head, query, key;
    bool operator==(const Edge&) const = default;
  };
  struct Patch {  // [C] replaces hook_resid_pre at that place
    int layer, token;
    std::vector<float> residual;
    bool operator==(const Patch&) const = default;
  };
  std::vector<HeadScale> heads{};
  std::vector<int> skip_mlp{}, skip_attention{};  // layers
  std::vector<Edge> cut_edges{};
  std::vector<Patch> patches{};
  int window = 0;  // 0 = all; else a query sees itself and the window-1 tokens before it
  bool no_positions = false;
  bool operator==(const Interventions&) const = default;
};

// Whether every layer, head and token that `wanted` names exists in a run of so many tokens, and every number is finite.
// Errors: ErrorCode::intervention, naming what does not exist and what does.
Status check_interventions(const Interventions& wanted, const Config& config, int tokens);

}  // namespace vitrine
