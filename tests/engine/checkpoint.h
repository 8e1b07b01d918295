// Seeded random GPT-2 checkpoints of any shape, as Hugging Face stores them, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "io/dtype.h"
#include "model/config.h"

namespace vitrine::test {

struct CheckpointOptions {
  uint64_t seed = 1;
  DType dtype = DType::f32;  // F32, F16 or BF16; values are rounded to it, so that every reader sees the same
  bool prefix = false;       // names begin with `transformer.` (lm_head.weight never does)
  bool untied = false;       // adds an lm_head.weight of its own
  bool outliers = false;     // a few channels an order of magnitude above the others, as trained models have
  bool biases = true;        // false: not one bias tensor
  bool masks = false;        // adds h.l.attn.bias and h.l.attn.masked_bias, which readers pass over
};

struct CheckpointTensor {
  std::string name;
  std::vector<int64_t> shape;  // Conv1D is (in, out)
  std::vector<float> values;
};

// A configuration of the given shape with GPT-2's other settings.
Config shape(int layers, int heads, int channels, int context, int vocabulary);
// Three layers of four heads, whose sizes are no multiple of what the kernels take at a time.
inline Config small_config() { return shape(3, 4, 24, 200, 61); }

std::vector<CheckpointTensor> checkpoint_tensors(const Config& config, const CheckpointOptions& options = {});

// The tensors as one safetensors file.
std::vector<std::byte> safetensors_file(std::span<const CheckpointTensor> tensors, DType dtype,
                                        const std::map<std::string, std::string>& metadata = {});

// A whole model file with its configuration in __metadata__["config"].
std::vector<std::byte> make_checkpoint(const Config& config, const CheckpointOptions& options = {});

}  // namespace vitrine::test
