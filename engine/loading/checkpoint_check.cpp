#include "loading/checkpoint_check.h"

#include <algorithm>

#include "base/quote.h"
#include "loading/conversion.h"

namespace vitrine {
namespace {

constexpr float kLargestScale = 2.65e36f;  // times 128, the largest code, it is still a number

}  // namespace

std::string_view without_prefix(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"transformer.", "_orig_mod.", "module."};
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view prefix : kPrefixes) {
      if (name.substr(0, prefix.size()) != prefix) continue;
      name.remove_prefix(prefix.size());
      found = true;
    }
  }
  return name;
}

std::optional<WeightType> own_format(const SafetensorsHeader& header) {
  const auto found = header.metadata.find("format");
  for (const WeightType type : {WeightType::q8, WeightType::f32}) {
    if (found != header.metadata.end() && found->second == format_name(type)) return type;
  }
  return std::nullopt;
}

Result<Config> agreed_config(std::string_view config_json, const SafetensorsHeader& header) {
  std::optional<Config> config;
  if (!config_json.empty()) {
    Result<Config> parsed = parse_config(config_json);
    if (!parsed) return parsed;
    config = *parsed;
  }
  const auto stored = header.metadata.find("config");
  if (stored == header.metadata.end()) {
    if (config) return *config;
    return Error{
        ErrorCode::config_none,
        "no configuration: put the model's config.json beside the file; this file carries none in its "
        "__metadata__"};
  }
  Result<Config> parsed = parse_config(stored->second);
  if (!parsed) return parsed.error().within("__metadata__ ");
  if (!config) config = *parsed;
  const std::string difference = config_difference(*config, *parsed);
  if (!difference.empty()) {
    return Error{ErrorCode::config_disagrees,
                 "config.json and the configuration in the file disagree: " + difference +
                     "; remove config.json or take the one this file came with",
                 {{"name", difference.substr(0, difference.find(' '))}}};
  }
  if (config->end_tokens.empty()) config->end_tokens = parsed->end_tokens;
  if (config->begin_token < 0) config->begin_token = parsed->begin_token;
  if (parsed->tie_word_embeddings) config->tie_word_embeddings = parsed->tie_word_embeddings;
  return *config;
}

Status check_tensor(const TensorEntry& tensor, const Slot& slot) {
  const std::vector<int64_t> shape = slot.shape();
  if (tensor.shape != shape) {
    std::string hint = "; does config.json belong to this file?";
    if (shape.size() == 2 && tensor.shape == std::vector<int64_t>{shape[1], shape[0]}) {
      hint = "; it is transposed, Hugging Face's GPT-2 stores linear layers as (in, out)";
    } else if (slot.storage == Storage::rows && tensor.shape.size() == 2 && tensor.shape[1] == shape[1]) {
      hint = "; set vocab_size to " + std::to_string(tensor.shape[0]) + " if the vocabulary was padded";
    }
    return Error{ErrorCode::tensor_shape,
                 "tensor " + slot.name + " has shape " + shape_text(tensor.shape) +
                     ", the configuration wants " + shape_text(shape) + hint,
                 {{"name", slot.name}, {"got", shape_text(tensor.shape)}, {"wanted", shape_text(shape)}}};
  }
  if (tensor.dtype != DType::f32 && tensor.dtype != DType::f16 && tensor.dtype != DType::bf16) {
    return Error{
        ErrorCode::tensor_dtype,
        "tensor " + slot.name + " is " + std::string(dtype_name(tensor.dtype)) + ", wanted F32, F16 or BF16",
        {{"name", slot.name}, {"got", std::string(dtype_name(tensor.dtype))}}};
  }
  return success();
}

Status check_missing(const Layout& layout, std::span<const char> seen) {
  bool any_bias = false;
  for (size_t i = 0; i < seen.size(); ++i) any_bias |= layout.slots[i].bias && seen[i];
  const Slot* first = nullptr;
  size_t count = 0;
  for (size_t i = 0; i < seen.size(); ++i) {
    const Slot& slot = layout.slots[i];
    if (seen[i] || (slot.bias && !any_bias)) continue;
    if (!first) first = &slot;
    ++count;
  }
  if (!first) return success();
  return Error{ErrorCode::tensor_missing,
               "tensor " + first->name + " " + shape_text(first->shape()) + " is missing" +
                   (count > 1 ? ", and " + std::to_string(count - 1) + " more" : std::string()) +
                   (first->name == kHeadName
                        ? "; set tie_word_embeddings to true if wte.weight serves for it"
                        : "; is the checkpoint whole, all its shards given, and config.json its own?"),
               {{"name", first->name}, {"count", count}}};
}

Status check_values(const Layout& layout, const std::byte* block) {
  for (const Slot& slot : layout.slots) {
    const bool scaled = slot.matrix() && layout.type == WeightType::q8;
    const uint64_t begin = scaled ? slot.scale_begin : slot.begin;
    const uint64_t bytes = scaled ? slot.scale_bytes(layout.type) : slot.value_bytes(layout.type);
    const std::span<const float> values(reinterpret_cast<const float*>(block + begin),
                                        static_cast<size_t>(bytes / sizeof(float)));
    const size_t at = first_not_finite(values);
    if (at < values.size()) {
      return Error{ErrorCode::tensor_damaged,
                   "tensor " + slot.name + (scaled ? ".scale" : "") + " is NaN or infinite at value " +
                       std::to_string(at) + "; the file is damaged",
                   {{"name", slot.name}}};
    }
    if (!scaled) continue;
    const auto odd = std::find_if(values.begin(), values.end(),
                                  [](float scale) { return scale < 0.0f || scale > kLargestScale; });
    if (odd != values.end()) {
      return Error{ErrorCode::tensor_damaged,
                   "tensor " + slot.name + ".scale is " + std::to_string(*odd) + " at value " +
                       std::to_string(odd - values.begin()) + ", wanted 0 to 2.65e36; the file is damaged",
                   {{"name", slot.name}}};
    }
  }
  return success();
}

}  // namespace vitrine
