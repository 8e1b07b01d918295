// The weights and settings of one step of a layer, as the kernels take them. Nothing here owns memory.
#pragma once

#include <cstdint>

#include "kernels/packed.h"

namespace vitrine {

// The MLP's non-linearity. "gelu_new", "gelu", "relu", "silu", "tanh" and "quick_gelu" in config.json.
enum class Activation : uint8_t { gelu_tanh, gelu_erf, relu, silu, tanh, quick_gelu };

// How a Q8 product rounds its activations, groups of kGroup inputs by themselves (linear.h says how far).
enum class Rounding : uint8_t {
  fine,    // to int16
  coarse,  // to int8 where that is fine enough, else to int16
};

struct Linear {                 // y = W x + bias
  PackedMatrix weight;          // [N, K]; Hugging Face's Conv1D stores its transpose [K, N]
  const float* bias = nullptr;  // [N], or null
  Rounding rounding = Rounding::fine;
};

struct LayerNorm {
  const float* gain = nullptr;  // [C]
  const float* bias = nullptr;  // [C]
};

}  // namespace vitrine
