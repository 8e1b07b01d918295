// `vitrine quantize`: a model in another precision, as a folder or as one file.
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/quote.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "loading/loader.h"
#include "loading/writer.h"

namespace vitrine::cli {
namespace {

namespace fs = std::filesystem;

constexpr Option kOptions[] = {{"--dtype", true}};
constexpr const char* kUsage = "; usage: vitrine quantize MODEL OUT --dtype q8|f16|f32";
// What of a model's folder goes along, where it is there.
constexpr const char* kCompanions[] = {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json",
                                       "special_tokens_map.json"};

Error at(const fs::path& path, const std::string& message) {
  return Error{ErrorCode::request, path.string() + ": " + message};
}

Result<FileType> parse_file_type(std::string_view text) {
  if (text == "q8") return FileType::q8;
  if (text == "f16") return FileType::f16;
  if (text == "f32") return FileType::f32;
  if (text.empty()) return Error{ErrorCode::request, "--dtype is missing, wanted q8, f16 or f32"};
  return Error{ErrorCode::request, "--dtype is " + in_quotes(text) + ", wanted q8, f16 or f32"};
}

// Whether writing `file` would write over a file of the model, under any name or link.
bool is_input(const fs::path& file, const fs::path& model) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  if (!fs::is_directory(model, ignored)) {
    return fs::equivalent(file, model, ignored) ||
           fs::equivalent(file, model.parent_path() / "config.json", ignored);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(model, ignored)) {
    if (entry.is_regular_file(ignored) && fs::equivalent(file, entry.path(), ignored)) return true;
  }
  return false;
}

Status write_text(const fs::path& path, const std::string& text) {
  std::FILE* file = std::fopen(path.string().c_str(), "wb");
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file && std::fclose(file) == 0;
  return written && closed ? success() : at(path, "cannot be written");
}

Status write_folder(const Model& model, FileType type, const fs::path& source, const fs::path& out) {
  std::error_code failed;
  fs::create_directories(out, failed);
  if (failed) return at(out, "the folder cannot be made: " + failed.message());
  VITRINE_TRY(write_text(out / "config.json", config_json(model.config()) + "\n"));
  const fs::path folder = fs::is_directory(source, failed) ? source : source.parent_path();
  for (const char* name : kCompanions) {
    if (!fs::is_regular_file(folder / name, failed) || fs::equivalent(folder / name, out / name, failed))
      continue;
    fs::copy_file(folder / name, out / name, fs::copy_options::overwrite_existing, failed);
    if (failed) return at(out / name, "cannot be copied: " + failed.message());
  }
  return write_model(model, type, (out / "model.safetensors").string());
}

Status quantize(const fs::path& source, const fs::path& out, FileType type) {
  std::error_code ignored;
  const bool single = out.extension() == ".safetensors" && !fs::is_directory(out, ignored);
  if (!single && fs::exists(out, ignored) && !fs::is_directory(out, ignored)) {
    return at(out, "is a file; wanted a folder, or a name that ends in .safetensors");
  }
  for (const fs::path& file :
       {single ? out : out / "model.safetensors", single ? out : out / "config.json"}) {
    if (is_input(file, source)) return at(file, "belongs to the model that is read; write somewhere else");
  }
  const auto model = load_model(source.string(), type == FileType::q8 ? LoadAs::q8 : LoadAs::f32);
  if (!model) return model.error();
  return single ? write_model(**model, type, out.string()) : write_folder(**model, type, source, out);
}

}  // namespace

int command_quantize(Args args) {
  const Result<Arguments> arguments = parse_arguments(args, kOptions, 2, 2);
  if (!arguments) return usage(arguments.error().message + kUsage);
  const Result<FileType> type = parse_file_type(arguments->value("--dtype"));
  if (!type) return usage(type.error().message + kUsage);
  const Status done = quantize(fs::path(arguments->positional[0]), fs::path(arguments->positional[1]), *type);
  return done ? 0 : fail(done.error().message);
}

}  // namespace vitrine::cli
