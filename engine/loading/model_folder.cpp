// load_model: a model's files on disk, fed to the Loader.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/quote.h"
#include "io/foreign_format.h"
#include "io/safetensors.h"
#include "loading/loader.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr size_t kChunkBytes = 4 << 20;     // read at once
constexpr size_t kMaxTextBytes = 64 << 20;  // of config.json and the index of shards

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

Error at(const fs::path& path, const std::string& message) {
  return Error{ErrorCode::file_access, path.string() + ": " + message, {{"name", path.string()}}};
}
Error at(const fs::path& path, const Error& error) { return error.within(path.string() + ": "); }

Result<std::string> read_text(const fs::path& path) {
  const File file(std::fopen(path.string().c_str(), "rb"), std::fclose);
  if (!file) return at(path, std::string("cannot be opened: ") + std::strerror(errno));
  std::string text;
  char buffer[1 << 14];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file.get())) {
    text.append(buffer, count);
    if (text.size() > kMaxTextBytes)
      return at(path, "is larger than the " + std::to_string(kMaxTextBytes) + " bytes such a file may have");
  }
  if (std::ferror(file.get())) return at(path, std::string("cannot be read: ") + std::strerror(errno));
  return text;
}

Status feed(Loader& loader, const fs::path& path) {
  const File file(std::fopen(path.string().c_str(), "rb"), std::fclose);
  if (!file) return at(path, std::string("cannot be opened: ") + std::strerror(errno));
  std::setvbuf(file.get(), nullptr, _IONBF, 0);  // bytes land where they stay
  std::error_code unknown;
  const uintmax_t size = fs::file_size(path, unknown);
  Status begun = loader.begin_file(unknown ? std::nullopt : std::optional<uint64_t>(size));
  if (!begun) return at(path, begun.error());
  for (uint64_t left = unknown ? UINT64_MAX : size; left > 0;) {
    Result<std::span<std::byte>> room =
        loader.reserve(static_cast<size_t>(std::min<uint64_t>(left, kChunkBytes)));
    if (!room) return at(path, room.error());
    const size_t count = std::fread(room->data(), 1, room->size(), file.get());
    if (std::ferror(file.get())) return at(path, std::string("cannot be read: ") + std::strerror(errno));
    if (count == 0) break;
    Status taken = loader.commit(count);
    if (!taken) return at(path, taken.error());
    left -= count;
  }
  return success();
}

// The names of the shards an index lists, each once.
Result<std::vector<std::string>> shard_names(const fs::path& index) {
  const Result<std::string> text = read_text(index);
  if (!text) return text.error();
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (!json.is_object() || map == json.end() || !map->is_object() || map->empty()) {
    return at(index, "has no weight_map of tensor names to file names");
  }
  std::vector<std::string> names;
  for (const auto& shard : *map) {
    if (!shard.is_string()) return at(index, "weight_map names something that is no file name");
    const std::string& name = shard.get_ref<const std::string&>();
    // A shard lies beside its index: nothing else on the disk may be named.
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string("/\\:\0", 4)) != std::string::npos) {
      return at(index, "weight_map names " + in_quotes(name) + ", wanted the name of a file beside it");
    }
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::vector<fs::path>> weight_files(const fs::path& folder) {
  if (is_file(folder / "model.safetensors")) return std::vector<fs::path>{folder / "model.safetensors"};
  const fs::path index = folder / "model.safetensors.index.json";
  if (is_file(index)) {
    const Result<std::vector<std::string>> names = shard_names(index);
    if (!names) return names.error();
    std::vector<fs::path> paths;
    for (const std::string& name : *names) paths.push_back(folder / name);
    return paths;
  }
  std::error_code ignored;
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  std::vector<fs::path> weights;
  for (const std::string& name : names) {
    if (const auto other = foreign_by_name(name))
      return at(folder, "has no model.safetensors but " + in_quotes(name) + ", which is " +
                            std::string(other->name) + ", " + std::string(other->remedy));
    if (fs::path(name).extension() == ".safetensors") weights.push_back(folder / name);
  }
  // One file under another name, as a browser's "model (1).safetensors", is the model's.
  if (weights.size() == 1) return weights;
  return at(folder, "has neither model.safetensors nor model.safetensors.index.json");
}

constexpr const char* kConfig = "config.json";
constexpr const char* kGenerationConfig = "generation_config.json";

}  // namespace

bool carries_config(const fs::path& path) {
  const File file(std::fopen(path.string().c_str(), "rb"), std::fclose);
  std::vector<std::byte> bytes(kLengthBytes);
  if (!file || std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) return false;
  const Result<uint64_t> size = safetensors_header_size(bytes);
  std::error_code unknown;
  if (!size || *size > fs::file_size(path, unknown) || unknown) return false;
  bytes.resize(static_cast<size_t>(*size));
  if (std::fread(bytes.data() + kLengthBytes, 1, bytes.size() - kLengthBytes, file.get()) !=
      bytes.size() - kLengthBytes)
    return false;
  const Result<SafetensorsHeader> header = parse_safetensors_header(bytes, std::nullopt);
  return header && header->metadata.count("config") > 0;
}

std::vector<fs::path> model_inputs(const std::string& path) {
  const fs::path given(path);
  std::error_code ignored;
  const bool folder = fs::is_directory(given, ignored);
  const fs::path place = folder ? given : given.parent_path();
  std::vector<fs::path> files{place / kConfig, place / kGenerationConfig};
  if (!folder) files.push_back(given);
  if (folder) {
    files.push_back(given / "model.safetensors.index.json");
    if (const auto weights = weight_files(given)) files.insert(files.end(), weights->begin(), weights->end());
  }
  return files;
}

Result<std::shared_ptr<const Model>> load_model(const std::string& path, LoadAs load_as) {
  const fs::path given(path);
  std::error_code failed;
  const bool folder = fs::is_directory(given, failed);
  if (!folder && !fs::exists(given, failed))
    return at(
        given,
        "no such model; wanted a folder with config.json and model.safetensors, or a .safetensors file");

  std::vector<fs::path> files{given};
  if (folder) {
    Result<std::vector<fs::path>> found = weight_files(given);
    if (!found) return found.error();
    files = std::move(found).value();
  }
  // A single file has its own configuration, or else the one beside it.
  const fs::path config_path = (folder ? given : given.parent_path()) / kConfig;
  std::string config;
  if (is_file(config_path) && (folder || !carries_config(given))) {
    Result<std::string> text = read_text(config_path);
    if (!text) return text.error();
    if (text->empty()) return at(config_path, "is empty");
    config = std::move(text).value();
    const Result<Config> parsed = parse_config(config);
    if (!parsed) return at(config_path, parsed.error());
  }
  const fs::path generation_path = (folder ? given : given.parent_path()) / kGenerationConfig;
  std::string generation;
  if (is_file(generation_path)) {
    Result<std::string> text = read_text(generation_path);
    if (!text) return text.error();
    generation = std::move(text).value();
  }
  Loader loader(config, load_as, generation);
  for (const fs::path& file : files) VITRINE_TRY(feed(loader, file));
  Result<std::shared_ptr<const Model>> model = loader.finish();
  if (!model) return at(given, model.error());
  return model;
}

}  // namespace vitrine
