// `vitrine quantize`: a model in another precision, as a folder or as one file.
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "base/quote.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/model_files.h"
#include "io/pending_file.h"
#include "loading/loader.h"
#include "loading/writer.h"

namespace vitrine::cli {
namespace {

namespace fs = std::filesystem;

constexpr Option kOptions[] = {{"--dtype", true}};
constexpr const char* kUsage = "; usage: vitrine quantize MODEL OUT --dtype q8|f16|f32";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kConfig = "config.json";

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

Result<PendingFile> pend_text(const fs::path& path, std::string_view text) {
  Result<PendingFile> file = PendingFile::create(path.string());
  if (!file) return file;
  VITRINE_TRY(file->write(text.data(), text.size()));
  VITRINE_TRY(file->close());
  return file;
}

// Everything is written before anything that is there is touched: on a full disk all stays as it was. Then the
// weights go first. They carry their own configuration, so that a config.json of an older model, which may differ, is
// taken away where the older weights do without it; the folder can be read at each step.
Status write_folder(const Model& model, FileType type, const fs::path& source, const fs::path& out) {
  std::error_code failed;
  fs::create_directories(out, failed);
  if (failed) return at(out, "the folder cannot be made: " + failed.message());
  Result<PendingFile> weights = pend_model(model, type, (out / kWeights).string());
  if (!weights) return weights.error();
  Result<PendingFile> config = pend_text(out / kConfig, config_json(model.config()) + "\n");
  if (!config) return config.error();
  const fs::path folder = fs::is_directory(source, failed) ? source : source.parent_path();
  std::vector<PendingFile> companions;
  std::vector<fs::path> stale;
  for (const std::string_view name : kTokenizerFiles) {
    if (!fs::is_regular_file(folder / name, failed)) {
      if (fs::is_regular_file(out / name, failed)) stale.push_back(out / name);
      continue;
    }
    if (fs::equivalent(folder / name, out / name, failed)) continue;
    const Result<std::string> bytes = read_file((folder / name).string());
    if (!bytes) return bytes.error();
    Result<PendingFile> companion = pend_text(out / name, *bytes);
    if (!companion) return companion.error();
    companions.push_back(std::move(*companion));
  }
  if (carries_config(out / kWeights)) fs::remove(out / kConfig, failed);
  VITRINE_TRY(weights->put_in_place());
  VITRINE_TRY(config->put_in_place());
  for (PendingFile& companion : companions) VITRINE_TRY(companion.put_in_place());
  // Files of an older model's tokenizer would be read as this one's.
  for (const fs::path& file : stale) fs::remove(file, failed);
  fs::remove(out / "generation_config.json", failed);
  return success();
}

Status quantize(const fs::path& source, const fs::path& out, FileType type) {
  std::error_code ignored;
  const bool single = out.extension() == ".safetensors" && !fs::is_directory(out, ignored);
  if (!single && fs::exists(out, ignored) && !fs::is_directory(out, ignored)) {
    return at(out, "is a file; wanted a folder, or a name that ends in .safetensors");
  }
  for (const fs::path& file : {single ? out : out / kWeights, single ? out : out / kConfig}) {
    if (is_input(file.string(), source.string()))
      return at(file, "belongs to the model that is read; write somewhere else");
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
