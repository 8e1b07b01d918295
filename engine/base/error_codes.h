// The kinds of error there are, one row each. The names are part of the C interface: the page has a sentence for each in
// every language, filled with the details that the row names. The engine's own English sentence is Error::message.
#pragma once

#include <string_view>

namespace vitrine {

// VITRINE_ERROR(code, names of its details)
#define VITRINE_ERRORS(VITRINE_ERROR)                    \
  VITRINE_ERROR(prompt_empty, "")                        \
  VITRINE_ERROR(prompt_too_long, "tokens over context")  \
  VITRINE_ERROR(text_too_long, "got most")               \
  VITRINE_ERROR(character_unknown, "at text vocabulary") \
  VITRINE_ERROR(token_unknown, "got high")               \
  VITRINE_ERROR(sampling_range, "name got wanted")       \
  VITRINE_ERROR(logits_broken, "")                       \
  VITRINE_ERROR(intervention, "name")                    \
  VITRINE_ERROR(no_run, "")                              \
  VITRINE_ERROR(no_layer, "high")                        \
  VITRINE_ERROR(no_head, "high")                         \
  VITRINE_ERROR(headless, "name")                        \
  VITRINE_ERROR(no_tensor, "name")                       \
  VITRINE_ERROR(no_weight, "name")                       \
  VITRINE_ERROR(range, "begin end size")                 \
  VITRINE_ERROR(slice_large, "most")                     \
  VITRINE_ERROR(request, "")                             \
  VITRINE_ERROR(config_none, "")                         \
  VITRINE_ERROR(config_large, "got most")                \
  VITRINE_ERROR(config_not_json, "name")                 \
  VITRINE_ERROR(config_missing, "name")                  \
  VITRINE_ERROR(config_field, "name got wanted")         \
  VITRINE_ERROR(config_heads, "width heads")             \
  VITRINE_ERROR(config_disagrees, "name")                \
  VITRINE_ERROR(not_safetensors, "")                     \
  VITRINE_ERROR(other_format, "format")                  \
  VITRINE_ERROR(file_truncated, "wanted")                \
  VITRINE_ERROR(file_trailing, "wanted")                 \
  VITRINE_ERROR(header_damaged, "")                      \
  VITRINE_ERROR(tensor_shape, "name got wanted")         \
  VITRINE_ERROR(tensor_dtype, "name got")                \
  VITRINE_ERROR(tensor_missing, "name count")            \
  VITRINE_ERROR(tensor_twice, "name")                    \
  VITRINE_ERROR(tensor_damaged, "name")                  \
  VITRINE_ERROR(no_tensors, "")                          \
  VITRINE_ERROR(model_mixed, "")                         \
  VITRINE_ERROR(model_outdated, "")                      \
  VITRINE_ERROR(model_empty, "")                         \
  VITRINE_ERROR(memory_model, "bytes")                   \
  VITRINE_ERROR(memory_run, "tokens")                    \
  VITRINE_ERROR(memory_tensor, "")                       \
  VITRINE_ERROR(tokenizer_none, "")                      \
  VITRINE_ERROR(tokenizer_not_json, "name")              \
  VITRINE_ERROR(tokenizer_kind, "name")                  \
  VITRINE_ERROR(tokenizer_entry, "name")                 \
  VITRINE_ERROR(tokenizer_merges, "left right")          \
  VITRINE_ERROR(file_access, "name")                     \
  VITRINE_ERROR(f16_range, "name")

enum class ErrorCode {
#define VITRINE_ERROR(code, details) code,
  VITRINE_ERRORS(VITRINE_ERROR)
#undef VITRINE_ERROR
};

struct ErrorRow {
  ErrorCode code;
  std::string_view name;
  std::string_view details;  // parted by single spaces
};

// Row i is that of the code with the value i.
inline constexpr ErrorRow kErrorRows[] = {
#define VITRINE_ERROR(code, details) {ErrorCode::code, #code, details},
    VITRINE_ERRORS(VITRINE_ERROR)
#undef VITRINE_ERROR
};

inline constexpr const ErrorRow& error_row(ErrorCode code) { return kErrorRows[static_cast<int>(code)]; }

}  // namespace vitrine
