// Writes a model as one safetensors file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/pending_file.h"
#include "model/model.h"

namespace vitrine {

// q8: the block of memory itself (packed_layout.h). f16, f32: Hugging Face's names and shapes, as Python reads them, with the
// configuration in __metadata__.
enum class FileType : uint8_t { q8, f16, f32 };

// `path` appears, or is replaced, only once the whole file is written. A q8 file wants a q8 model; values a q8 model
// stands for can be written as f16 or f32. Errors: the file cannot be written, a value is too large for F16.
Status write_model(const Model& model, FileType type, const std::string& path);
// The same, written whole but not yet in place.
Result<PendingFile> pend_model(const Model& model, FileType type, const std::string& path);

}  // namespace vitrine
