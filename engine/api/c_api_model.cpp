// The C interface: memory, loading, model and tokenizer. Thin: it checks handles, pointers and ranges, calls the
// engine, and leaves the answer in the result slot.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "api/handles.h"
#include "model/lens.h"
#include "session/trace.h"

using namespace vitrine;
using namespace vitrine::capi;
using Json = nlohmann::json;

namespace {

// A float in the fewest digits that tell it from its neighbours in practice: 1e-05 instead of 9.99999974e-06.
double tidy(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", static_cast<double>(value));
  return std::strtod(text, nullptr);
}

const char* type_name(WeightType type) { return type == WeightType::q8 ? "q8" : "f32"; }

}  // namespace

void* vt_alloc(size_t bytes) { return std::malloc(bytes > 0 ? bytes : 1); }
void vt_free(void* p) { std::free(p); }

// --- loading -------------------------------------------------------------------------------------

vt_handle vt_loader_new(const char* config, size_t config_bytes, const char* generation,
                        size_t generation_bytes, int32_t load_as) {
  begin_call();
  if (!readable(config, config_bytes, "config") ||
      !readable(generation, generation_bytes, "generation_config.json"))
    return 0;
  if (load_as < 0 || load_as > 2) {
    fail(ErrorCode::request,
         "load_as is " + std::to_string(load_as) + ", wanted 0 (as stored), 1 (F32) or 2 (int8)");
    return 0;
  }
  return loaders().add(Loader(std::string_view(config, config_bytes), static_cast<LoadAs>(load_as),
                              std::string_view(generation, generation_bytes)));
}

int32_t vt_loader_begin_file(vt_handle handle, double file_size) {
  begin_call();
  Loader* loader = loaders().find(handle);
  if (!loader) return fail(ErrorCode::request, loaders().missing(handle));
  constexpr double kLargest = 9007199254740992.0;  // 2^53: whole numbers beyond are not exact in a double
  std::optional<uint64_t> size;
  if (file_size >= 0) {
    if (file_size > kLargest || file_size != std::floor(file_size))
      return fail(ErrorCode::request,
                  "the file's size is " + std::to_string(file_size) + ", wanted a whole number of bytes");
    size = static_cast<uint64_t>(file_size);
  }
  Status status = loader->begin_file(size);
  return status ? 0 : fail(status.error());
}

int32_t vt_loader_reserve(vt_handle handle, uint32_t want) {
  begin_call();
  Loader* loader = loaders().find(handle);
  if (!loader) return fail(ErrorCode::request, loaders().missing(handle));
  if (want == 0) return fail(ErrorCode::request, "0 bytes reserved, wanted at least one");
  auto room = loader->reserve(want);
  if (!room) return fail(room.error());
  return give_view(room->data(), room->size(), kBytes);
}

int32_t vt_loader_commit(vt_handle handle, uint32_t count) {
  begin_call();
  Loader* loader = loaders().find(handle);
  if (!loader) return fail(ErrorCode::request, loaders().missing(handle));
  Status status = loader->commit(count);
  return status ? 0 : fail(status.error());
}

vt_handle vt_loader_finish(vt_handle handle) {
  begin_call();
  Loader* loader = loaders().find(handle);
  if (!loader) {
    fail(ErrorCode::request, loaders().missing(handle));
    return 0;
  }
  auto model = loader->finish();
  loaders().remove(handle);
  if (!model) {
    fail(model.error());
    return 0;
  }
  return models().add(std::move(model).value());
}

void vt_loader_free(vt_handle handle) { loaders().remove(handle); }

// --- model ---------------------------------------------------------------------------------------

int32_t vt_model_info(vt_handle handle) {
  begin_call();
  ModelSlot* slot = models().find(handle);
  if (!slot) return fail(ErrorCode::request, models().missing(handle));
  const Model& model = **slot;
  const Config& config = model.config();
  Json info = {{"layers", config.n_layer},
               {"heads", config.n_head},
               {"width", config.n_embd},
               {"headSize", config.head_size()},
               {"inner", config.n_inner},
               {"context", config.n_ctx},
               {"vocabulary", config.n_vocab},
               {"epsilon", tidy(config.layer_norm_epsilon)},
               {"activation", activation_name(config.activation)},
               {"parameters", model.parameters()},
               {"dtype", type_name(model.weight_type())},
               {"bytes", model.bytes()},
               {"tied", model.weights().tied},
               {"tying", tying_name(model.tying())},
               {"endTokens", config.end_tokens},
               {"beginToken", config.begin_token}};
  return give_json(info.dump());
}

int32_t vt_model_image(vt_handle handle) {
  begin_call();
  ModelSlot* slot = models().find(handle);
  if (!slot) return fail(ErrorCode::request, models().missing(handle));
  auto image = (*slot)->image();
  return give_view(image.data(), image.size(), kBytes);
}

int32_t vt_model_weight(vt_handle handle, const char* name, size_t name_bytes, int32_t begin, int32_t end) {
  begin_call();
  ModelSlot* slot = models().find(handle);
  if (!slot) return fail(ErrorCode::request, models().missing(handle));
  if (!readable(name, name_bytes, "the weight's name")) return -1;
  auto slice = weight_slice(**slot, std::string_view(name, name_bytes), begin, end);
  if (!slice) return fail(slice.error());
  return give(std::move(slice->data), slice->shape);
}

int32_t vt_model_nearest(vt_handle handle, const float* vector, int32_t length, int32_t count) {
  begin_call();
  ModelSlot* slot = models().find(handle);
  if (!slot) return fail(ErrorCode::request, models().missing(handle));
  const int width = (*slot)->config().n_embd;
  if (length != width)
    return fail(ErrorCode::request, "the vector has " + std::to_string(length) +
                                        " numbers, wanted the model's width " + std::to_string(width));
  if (!readable(vector, width, sizeof(float), alignof(float), "the vector")) return -1;
  if (!in_range(0, count, (*slot)->config().n_vocab, "nearest tokens")) return -1;
  std::vector<float> rows;
  for (const Neighbour& neighbour : nearest_tokens(**slot, {vector, static_cast<size_t>(width)}, count)) {
    rows.push_back(static_cast<float>(neighbour.id));
    rows.push_back(neighbour.cosine);
  }
  const int64_t shape[] = {static_cast<int64_t>(rows.size() / 2), 2};
  return give(std::move(rows), shape);
}

void vt_model_free(vt_handle handle) { models().remove(handle); }

int32_t vt_tensor_table(void) {
  begin_call();
  return give_json(tensor_table_json());
}

// --- tokenizer -----------------------------------------------------------------------------------

vt_handle vt_tokenizer_new(const char* names, size_t name_bytes, const int32_t* sizes, int32_t count,
                           const char* contents, size_t content_bytes) {
  begin_call();
  if (!readable(names, name_bytes, "the files' names") || !readable(contents, content_bytes, "the files"))
    return 0;
  if (count < 0 || !readable(sizes, count, sizeof(int32_t), alignof(int32_t), "the files' sizes")) return 0;
  std::vector<TokenizerFile> files;
  std::string_view names_left(names, name_bytes), contents_left(contents, content_bytes);
  for (int32_t i = 0; i < count; ++i) {
    const size_t end = names_left.find('\n');
    if (sizes[i] < 0 || static_cast<size_t>(sizes[i]) > contents_left.size() ||
        end == std::string_view::npos) {
      fail(ErrorCode::request, "file " + std::to_string(i + 1) + " of a tokenizer has the size " +
                                   std::to_string(sizes[i]) + " and no name or not so many bytes");
      return 0;
    }
    const auto size = static_cast<size_t>(sizes[i]);
    files.push_back({names_left.substr(0, end), contents_left.substr(0, size)});
    names_left.remove_prefix(end + 1);
    contents_left.remove_prefix(size);
  }
  auto tokenizer = Tokenizer::from_files(files);
  if (!tokenizer) {
    fail(tokenizer.error());
    return 0;
  }
  return tokenizers().add(std::move(tokenizer).value());
}

namespace {

Reading reading_of(int32_t bits) { return {.special = (bits & 1) != 0, .mark = (bits & 2) != 0}; }

}  // namespace

int32_t vt_tokenizer_encode(vt_handle handle, const char* text, size_t bytes, int32_t reading) {
  begin_call();
  Tokenizer* tokenizer = tokenizers().find(handle);
  if (!tokenizer) return fail(ErrorCode::request, tokenizers().missing(handle));
  if (!readable(text, bytes, "the text")) return -1;
  auto tokens = tokenizer->encode(std::string_view(text, bytes), reading_of(reading));
  if (!tokens) return fail(tokens.error());
  std::vector<int32_t> rows;
  rows.reserve(tokens->size() * 3);
  for (const Token& token : *tokens) {
    rows.push_back(token.id);
    rows.push_back(static_cast<int32_t>(token.begin));
    rows.push_back(static_cast<int32_t>(token.end));
  }
  const int64_t shape[] = {static_cast<int64_t>(tokens->size()), 3};
  return give(std::move(rows), shape);
}

int32_t vt_tokenizer_merges(vt_handle handle, const char* text, size_t bytes, int32_t reading) {
  begin_call();
  Tokenizer* tokenizer = tokenizers().find(handle);
  if (!tokenizer) return fail(ErrorCode::request, tokenizers().missing(handle));
  if (!readable(text, bytes, "the text")) return -1;
  auto trace = tokenizer->merges(std::string_view(text, bytes), reading_of(reading));
  if (!trace) return fail(trace.error());
  // Symbols are bytes that need not be UTF-8: they travel as arrays of numbers.
  auto numbers = [](const std::string& symbol) {
    return Json(std::vector<uint8_t>(symbol.begin(), symbol.end()));
  };
  Json pieces = Json::array(), steps = Json::array(), symbols = Json::array(), ids = Json::array();
  for (const Piece& piece : trace->pieces) {
    pieces.push_back({piece.begin, piece.end});
    ids.push_back(piece.ids);
    Json firsts = Json::array();
    for (const std::string& symbol : piece.symbols) firsts.push_back(numbers(symbol));
    symbols.push_back(std::move(firsts));
  }
  for (const MergeStep& step : trace->steps)
    steps.push_back({{"piece", step.piece},
                     {"position", step.position},
                     {"rank", step.rank},
                     {"left", numbers(step.left)},
                     {"right", numbers(step.right)}});
  return give_json(Json{{"pieces", pieces}, {"symbols", symbols}, {"ids", ids}, {"steps", steps}}.dump());
}

int32_t vt_tokenizer_decode(vt_handle handle, const int32_t* ids, int32_t count) {
  begin_call();
  Tokenizer* tokenizer = tokenizers().find(handle);
  if (!tokenizer) return fail(ErrorCode::request, tokenizers().missing(handle));
  if (count < 0)
    return fail(ErrorCode::request, "the number of ids is " + std::to_string(count) + ", wanted 0 or more");
  if (!readable(ids, count, sizeof(int32_t), alignof(int32_t), "the ids")) return -1;
  auto text = tokenizer->decode({ids, static_cast<size_t>(count)});
  return text ? give_bytes(std::move(text).value()) : fail(text.error());
}

int32_t vt_tokenizer_vocabulary(vt_handle handle, int32_t part) {
  begin_call();
  Tokenizer* tokenizer = tokenizers().find(handle);
  if (!tokenizer) return fail(ErrorCode::request, tokenizers().missing(handle));
  if (part != 0 && part != 1)
    return fail(ErrorCode::request,
                "vocabulary part " + std::to_string(part) + ", wanted 0 (offsets) or 1 (bytes)");
  std::vector<int32_t> offsets{0};
  std::string bytes;
  for (TokenId id = 0; id < tokenizer->size(); ++id) {
    bytes += tokenizer->bytes(id);
    offsets.push_back(static_cast<int32_t>(bytes.size()));
  }
  if (part == 1) return give_bytes(std::move(bytes));
  const int64_t shape[] = {static_cast<int64_t>(offsets.size())};
  return give(std::move(offsets), shape);
}

int32_t vt_tokenizer_info(vt_handle handle) {
  begin_call();
  Tokenizer* tokenizer = tokenizers().find(handle);
  if (!tokenizer) return fail(ErrorCode::request, tokenizers().missing(handle));
  const int64_t shape[] = {3};
  return give(std::vector<int32_t>{tokenizer->size(), tokenizer->end_of_text(), tokenizer->document_mark()},
              shape);
}

int32_t vt_tokenizer_mark(vt_handle handle, int32_t id) {
  begin_call();
  Tokenizer* tokenizer = tokenizers().find(handle);
  if (!tokenizer) return fail(ErrorCode::request, tokenizers().missing(handle));
  tokenizer->set_document_mark(id);
  return 0;
}

void vt_tokenizer_free(vt_handle handle) { tokenizers().remove(handle); }
