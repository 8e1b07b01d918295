// GPT-2 once more, in double precision and as plainly as it can be written: no code of the engine, no cache, whole
// T x T matrices, weights straight from Hugging Face's tensors. What the engine computes is held against this.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vitrine::test {

// name (without "transformer.") -> row-major values, as Hugging Face stores them: Conv1D weights are [in, out].
using ReferenceTensors = std::map<std::string, std::vector<float>>;

struct ReferenceConfig {
  int layers, heads, channels, mlp, vocabulary;
  double epsilon = 1e-5;
  bool erf_gelu = false;
  bool scale_by_root_head_size = true, scale_by_layer = false;
};

// The interventions, in the reference's own words.
struct ReferenceChanges {
  struct Head {
    int layer, head;
    double scale;
  };
  struct Edge {
    int layer, head, query, key;
  };  // head -1: all
  struct Patch {
    int layer, token;
    std::vector<float> residual;
  };
  std::vector<Head> heads{};
  std::vector<int> skip_mlp{}, skip_attention{};
  std::vector<Edge> cut_edges{};
  std::vector<Patch> patches{};
  int window = 0;
  bool no_positions = false;
};

// All tensors of the trace by their TransformerLens names, row-major, without the batch axis.
using ReferenceTrace = std::map<std::string, std::vector<double>>;
ReferenceTrace reference_run(const ReferenceConfig& config, const ReferenceTensors& weights,
                             const std::vector<int32_t>& tokens, const ReferenceChanges& changes = {});

}  // namespace vitrine::test
