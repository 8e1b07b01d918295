#include "cli/model_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>
#include <vector>

#include "loading/loader.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = 64 << 20;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    return Error{ErrorCode::request, path + ": is a folder, wanted a file"};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return Error{ErrorCode::request, path + ": cannot be opened: " + std::strerror(errno)};
  std::string bytes;
  char buffer[1 << 16];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file.get())) {
    bytes.append(buffer, count);
    if (bytes.size() > kMaxFileBytes)
      return Error{ErrorCode::request, path + ": is larger than the " + std::to_string(kMaxFileBytes) +
                                           " bytes such a file may have"};
  }
  if (std::ferror(file.get()))
    return Error{ErrorCode::request, path + ": cannot be read: " + std::strerror(errno)};
  return bytes;
}

Result<Tokenizer> load_tokenizer(std::string_view model) {
  std::error_code ignored;
  const fs::path given(model);
  if (!fs::exists(given, ignored))
    return Error{ErrorCode::request,
                 given.string() + ": no such model; wanted a folder, or a .safetensors file"};
  const fs::path folder = fs::is_directory(given, ignored) ? given : given.parent_path();
  std::vector<std::string> contents;
  std::vector<TokenizerFile> files;
  contents.reserve(std::size(kTokenizerFiles));  // the views must not move
  for (const std::string_view name : kTokenizerFiles) {
    if (!is_file(folder / name)) continue;
    Result<std::string> bytes = read_file((folder / name).string());
    if (!bytes) return bytes.error();
    contents.push_back(std::move(*bytes));
    files.push_back({name, contents.back()});
  }
  Result<Tokenizer> tokenizer = Tokenizer::from_files(files);
  if (tokenizer) return tokenizer;
  const std::string where = (folder.empty() ? fs::path(".") : folder).string();
  return Error{tokenizer.error().code, where + ": " + tokenizer.error().message, tokenizer.error().details};
}

bool is_input(const std::string& file, const std::string& model) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  const fs::path given(model);
  const fs::path folder = fs::is_directory(given, ignored) ? given : given.parent_path();
  std::vector<fs::path> inputs = model_inputs(model);
  for (const std::string_view name : kTokenizerFiles) inputs.push_back(folder / name);
  for (const fs::path& input : inputs) {
    if (fs::exists(input, ignored) && fs::equivalent(file, input, ignored)) return true;
  }
  return false;
}

}  // namespace vitrine
