// Checks what a file must hold to be a model. They keep no state; the loader calls them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "io/safetensors.h"
#include "model/config.h"
#include "model/packed_layout.h"

namespace vitrine {

inline constexpr std::string_view kHeadName = "lm_head.weight";

// A tensor's name without what exporters put before it: `transformer.`, torch.compile's `_orig_mod.` and
// DataParallel's `module.`, in any order.
std::string_view without_prefix(std::string_view name);

// The weight type of a file in our own format; nothing for any other file.
std::optional<WeightType> own_format(const SafetensorsHeader& header);

// The configuration from config.json, from the file's __metadata__, or from both when they agree.
Result<Config> agreed_config(std::string_view config_json, const SafetensorsHeader& header);

// Shape and dtype of a tensor of Hugging Face's against its slot.
Status check_tensor(const TensorEntry& tensor, const Slot& slot);

// Refuses a model with slots that no file filled (`seen` is 0). A checkpoint may lack its biases when it lacks all of them.
Status check_missing(const Layout& layout, std::span<const char> seen);

// Refuses NaN and infinity among the floats of a block that came from a file.
Status check_values(const Layout& layout, const std::byte* block);

}  // namespace vitrine
