// Builds a Model from a stream of bytes: a safetensors file of Hugging Face's GPT-2 (F32, F16, BF16) or one
// of ours (packed_layout.h). The bytes of our own file land where they stay; the loader converts those of any other as
// they arrive, some rows of a tensor at a time, so that it needs a megabyte besides the model.
//
// The loader takes the tensors of a GPT-2, with or without the prefixes `transformer.`, `_orig_mod.` and `module.`. It
// ignores all others (masks such as attn.bias) and names them in Model::ignored(). A checkpoint without a single bias gets zeros for them. The loader refuses
// by name a tensor whose shape or dtype does not fit the configuration, that holds NaN or infinity, that comes twice, or
// that is missing. After an error every call returns it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/model.h"

namespace vitrine {

enum class LoadAs : uint8_t { as_stored, f32, q8 };  // as_stored: q8 stays q8, everything else becomes f32

// `config_json` may be empty when the file carries its configuration in __metadata__["config"].
// Several files of one model (shards) are streamed one after another: call begin_file for each.
class Loader {
 public:
  // `generation_json` is generation_config.json, and empty where there is none.
  explicit Loader(std::string_view config_json, LoadAs load_as = LoadAs::as_stored,
                  std::string_view generation_json = {});
  ~Loader();
  Loader(Loader&&) noexcept;

  // The first file needs no call unless its size is known.
  Status begin_file(std::optional<uint64_t> file_size);
  // Where the next bytes of the file go: at most `want` of them, at least one. Fill and commit a prefix.
  Result<std::span<std::byte>> reserve(size_t want);
  Status commit(size_t count);
  Status write(std::span<const std::byte> bytes);  // reserve + copy + commit

  // Refuses a file that ended early and names the tensors that are missing.
  Result<std::shared_ptr<const Model>> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// MODEL of the command line: a folder (config.json, model.safetensors or model.safetensors.index.json with
// its shards) or one .safetensors file that carries its configuration.
Result<std::shared_ptr<const Model>> load_model(const std::string& path, LoadAs load_as = LoadAs::as_stored);
// Whether a file's __metadata__ holds a configuration; false as well for what is no safetensors file.
bool carries_config(const std::filesystem::path& path);
// The files that load_model reads of it.
std::vector<std::filesystem::path> model_inputs(const std::string& path);

}  // namespace vitrine
