// Where every weight of a model lies in its one block of memory. That block is itself a safetensors file:
//
//   header   JSON as build_safetensors_header writes it; __metadata__ holds "config" (config_json), "format"
//            ("vitrine-q8" or "vitrine-f32") and "version"
//   data     wte.weight, wpe.weight, the blocks' tensors, ln_f, and lm_head.weight when it is not tied; a matrix
//            is packed (packed.h) as F32 [panels, K, 8], or as I8 [panels, ceil(K/2), 8, 2] followed by its scales
//            `NAME.scale` F32 [panels, groups, 8]; wpe and vectors are F32 in their own shape
//
// The layout is a function of the configuration and the weight type alone: the native tool and the browser
// write the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "kernels/packed.h"
#include "model/config.h"

namespace vitrine {

// How Hugging Face stores a tensor.
enum class Storage : uint8_t {
  rows,    // matrix [N, K], one output a row: wte.weight, lm_head.weight
  conv1d,  // matrix [K, N], one input a row: the linear layers
  plain,   // kept as it is: vectors and wpe.weight
};

struct Slot {
  std::string name;  // Hugging Face's, without the transformer. prefix
  Storage storage;
  int outputs;               // N; of a vector its length, of wpe n_ctx
  int inputs;                // K; of a vector 0, of wpe C
  bool bias = false;         // a bias, which some checkpoints do without
  uint64_t begin = 0;        // of the values, in bytes from the start of the block; a multiple of 4
  uint64_t scale_begin = 0;  // of the scales, when the matrix is Q8

  bool matrix() const { return storage != Storage::plain; }
  std::vector<int64_t> shape() const;  // as Hugging Face has it
  // Bytes of the values and of the scales as the layout holds them.
  uint64_t value_bytes(WeightType type) const;
  uint64_t scale_bytes(WeightType type) const;
};

struct Layout {
  WeightType type = WeightType::f32;
  bool tied = true;
  std::string header;  // the first bytes of the block
  std::vector<Slot>
      slots;  // wte, wpe, then kBlockSlots a block, ln_f.weight, ln_f.bias, and lm_head when not tied
  uint64_t bytes = 0;  // of the whole block

  int find(std::string_view name) const;  // index into slots, -1 when there is none

 private:
  friend Layout make_layout(const Config& config, WeightType type, bool tied);
  std::unordered_map<std::string, int> index_;
};

inline constexpr int kBlockSlots = 12;

Layout make_layout(const Config& config, WeightType type, bool tied);

// __metadata__["format"] of a block of that type.
std::string_view format_name(WeightType type);

}  // namespace vitrine
