// An immutable model: configuration, weights and the one block of memory that holds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/aligned_memory.h"
#include "base/error.h"
#include "model/config.h"
#include "model/packed_layout.h"
#include "model/weights.h"

namespace vitrine {

// What a file held of the two tables of tokens. plain: what the configuration says. as_head: one for both, under the
// unembedding's name. differs: two, though the configuration says one, which are both used.
enum class Tying : uint8_t { plain, as_head, differs };
const char* tying_name(Tying tying);

class Model {
 public:
  // What the file held: the dtype of its matrices ("F16", "Q8"), and the tensors that a GPT-2 has no use for.
  struct Origin {
    std::string_view stored;  // a constant
    std::vector<std::string> ignored;
    Tying tying = Tying::plain;
  };
  // `image` holds layout.bytes bytes, the header among them.
  Model(const Config& config, Layout layout, AlignedMemory image, Origin origin);

  const Config& config() const { return config_; }
  const Layout& layout() const { return layout_; }
  const Weights& weights() const { return weights_; }
  WeightType weight_type() const { return layout_.type; }  // of the matrices
  size_t parameters() const;                               // tied weights counted once
  size_t bytes() const { return image_.size(); }           // memory held
  // A q8 model's memory is a safetensors file, header included: writing these bytes saves it, and the
  // browser's conversion equals the native tool's byte for byte. For an F32 model the bytes have the same form.
  std::span<const std::byte> image() const { return {image_.data(), image_.size()}; }
  std::string_view stored() const { return origin_.stored; }
  const std::vector<std::string>& ignored() const { return origin_.ignored; }
  Tying tying() const { return origin_.tying; }

 private:
  Config config_;
  Layout layout_;
  AlignedMemory image_;
  Weights weights_;
  Origin origin_;
};

// The matrix of a slot, in a block of memory laid out as `layout` says.
PackedMatrix packed_matrix(const Slot& slot, WeightType type, const std::byte* image);

// One weight tensor by its Hugging Face name (`wte.weight`, `h.3.attn.c_attn.weight`, `h.3.ln_1.bias`):
// the values the forward pass uses, outputs [begin, end). For a matrix the result is [end-begin, K], one
// row an output; for wte/wpe a row is a token/position; for a vector [end-begin]. lm_head.weight of a tied
// model is wte.weight. Errors: an unknown name, a range outside the tensor, no memory.
struct WeightSlice {
  std::vector<int64_t> shape;
  std::vector<float> data;
};
Result<WeightSlice> weight_slice(const Model& model, std::string_view name, int begin, int end);

// The same model with its matrices as `type`; packing what was packed as Q8 into F32 gives the values Q8 stands for.
Result<std::shared_ptr<const Model>> repack(const Model& model, WeightType type);

}  // namespace vitrine
