// What a file that is no safetensors file is instead, by its first bytes or by its name.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace vitrine {

struct ForeignFormat {
  std::string_view name;    // one of kForeignNames
  std::string_view remedy;  // what to do, as it may follow a semicolon
};

// The names there are: the page has a sentence for each.
inline constexpr std::string_view kForeignNames[] = {"GGUF",    "HDF5",    "zip",      "pickle", "ONNX",
                                                     "msgpack", "git-lfs", "web page", "JSON",   "LoRA"};

// By the first bytes of a file, of which eight are enough; nothing for what is unknown.
std::optional<ForeignFormat> foreign_by_bytes(std::span<const std::byte> bytes);
// By a file's name: "model.gguf", "pytorch_model.bin", "adapter_model.safetensors".
std::optional<ForeignFormat> foreign_by_name(std::string_view name);

}  // namespace vitrine
