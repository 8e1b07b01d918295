// An immutable model: configuration, weights and the one block of memory that holds them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config.h"
#include "error.h"
#include "weights.h"

namespace vitrine {

struct StoredTensor {            // one row of `vitrine info`
  std::string name;              // as in the file, without the transformer. prefix
  std::vector<int64_t> shape;    // as Hugging Face has it
  WeightType type;               // how it is held in memory
};

class Model {
 public:
  const Config& config() const { return config_; }
  const Weights& weights() const { return weights_; }
  WeightType weight_type() const { return type_; }        // of the matrices
  size_t parameters() const;                              // tied weights counted once
  size_t bytes() const { return image_size_; }            // memory held
  // A q8 model's memory is a safetensors file, header included: writing these bytes saves it, and the
  // browser's conversion equals the native tool's byte for byte. For an F32 model the bytes have the same form.
  std::span<const std::byte> image() const;

 private:
  friend class Loader;
  Model() = default;
  struct Free { void operator()(std::byte* p) const; };
  Config config_;
  Weights weights_;
  WeightType type_ = WeightType::f32;
  std::unique_ptr<std::byte[], Free> image_;   // 64-byte aligned
  size_t image_size_ = 0;
};

// One weight tensor by its Hugging Face name (`wte.weight`, `h.3.attn.c_attn.weight`, `h.3.ln_1.bias`):
// the values the forward pass uses, outputs [begin, end). For a matrix the result is [end-begin, K], one
// row an output; for wte/wpe a row is a token/position; for a vector [end-begin].
struct WeightSlice {
  std::vector<int64_t> shape;
  std::vector<float> data;
};
Result<WeightSlice> weight_slice(const Model& model, std::string_view name, int begin, int end);

}  // namespace vitrine
