#include "cli/model_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace vitrine {
namespace {

namespace fs = std::filesystem;

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
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file.get())) bytes.append(buffer, count);
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
  const auto named = [&](Error error) {
    return Error{ErrorCode::request, (folder / error.message).string()};
  };

  if (is_file(folder / "tokenizer.json")) {
    const Result<std::string> json = read_file((folder / "tokenizer.json").string());
    if (!json) return json.error();
    Result<Tokenizer> tokenizer = Tokenizer::from_tokenizer_json(*json);
    return tokenizer ? std::move(tokenizer) : named(tokenizer.error());
  }
  if (!is_file(folder / "vocab.json")) {
    return Error{ErrorCode::request,
                 (folder.empty() ? fs::path(".") : folder).string() +
                     ": no tokenizer: looked for tokenizer.json, vocab.json with merges.txt, and vocab.json "
                     "alone; put one "
                     "of them there, or give token ids where the command takes them"};
  }
  const Result<std::string> vocab = read_file((folder / "vocab.json").string());
  if (!vocab) return vocab.error();
  if (!is_file(folder / "merges.txt")) {
    Result<Tokenizer> tokenizer = Tokenizer::from_word_list(*vocab);
    if (tokenizer) return tokenizer;
    return Error{ErrorCode::request, (folder / "vocab.json").string() +
                                         " (there is no merges.txt beside it): " + tokenizer.error().message};
  }
  const Result<std::string> merges = read_file((folder / "merges.txt").string());
  if (!merges) return merges.error();
  Result<Tokenizer> tokenizer = Tokenizer::from_vocab_and_merges(*vocab, *merges);
  return tokenizer ? std::move(tokenizer) : named(tokenizer.error());
}

}  // namespace vitrine
