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
  struct Head {  // from token `from` on z is scaled, or replaced by `mean` where there is one
    int layer, head;
    double scale;
    int from = 0;
    std::vector<double> mean{};  // [D]
  };
  struct Off {
    int layer;
    int from = 0;
    Off(int the_layer, int the_from = 0) : layer(the_layer), from(the_from) {}
  };
  struct Edge {
    int layer, head, query, key;
  };              // head -1: all
  struct Patch {  // site: "resid_pre", "attn_out", "mlp_out", or "z" of a head
    int layer, token;
    std::vector<float> values;
    std::string site = "resid_pre";
    int head = -1;
  };
  struct Temperature {
    double temperature;
    int layer = -1, head = -1;  // -1: all
  };
  struct
      Norm {  // norm 2 l or 2 l + 1 of block l, 2 L the final one, -1 all: no normalisation, or a fixed deviation
    int norm;
    bool frozen = false;
  };
  std::vector<Head> heads{};
  std::vector<Off> skip_mlp{}, skip_attention{};
  std::vector<Edge> cut_edges{};
  std::vector<Patch> patches{};
  int window = 0;
  bool no_mask = false, no_positions = false;
  std::vector<int> positions{};  // of each token; empty: its own
  std::vector<Temperature> temperatures{};
  std::vector<Norm> norms{};
  int kv_groups = 0;
};

// All tensors of the trace by their TransformerLens names, row-major, without the batch axis.
using ReferenceTrace = std::map<std::string, std::vector<double>>;
ReferenceTrace reference_run(const ReferenceConfig& config, const ReferenceTensors& weights,
                             const std::vector<int32_t>& tokens, const ReferenceChanges& changes = {});

}  // namespace vitrine::test
