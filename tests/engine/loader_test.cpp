#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "checkpoint.h"
#include "io/safetensors.h"
#include "loading/loader.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

using Bytes = std::vector<std::byte>;
using Loaded = Result<std::shared_ptr<const Model>>;

// Odd in every dimension that may be odd.
Config toy() { return shape(2, 3, 15, 9, 37); }

Loaded load(const Bytes& file, LoadAs load_as = LoadAs::as_stored, const std::string& config = "",
            size_t chunk = 1 << 20) {
  Loader loader(config, load_as);
  VITRINE_TRY(loader.begin_file(file.size()));
  for (size_t at = 0; at < file.size(); at += chunk) {
    VITRINE_TRY(loader.write(std::span(file).subspan(at, std::min(chunk, file.size() - at))));
  }
  return loader.finish();
}

std::string error_of(const Loaded& loaded) { return loaded ? "no error" : loaded.error().message; }

bool same_image(const Model& a, const Model& b) {
  return a.image().size() == b.image().size() &&
         std::memcmp(a.image().data(), b.image().data(), a.image().size()) == 0;
}

CheckpointTensor& find(std::vector<CheckpointTensor>& tensors, const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](const CheckpointTensor& tensor) { return tensor.name == name; });
}

const CheckpointTensor* find(const std::vector<CheckpointTensor>& tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const CheckpointTensor& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::map<std::string, std::string> metadata(const Config& config) {
  return {{"config", config_json(config)}};
}

// Every value of every tensor, against the checkpoint's own, in Hugging Face's order.
void check_values(const Model& model, const std::vector<CheckpointTensor>& tensors) {
  for (const Slot& slot : model.layout().slots) {
    CAPTURE(slot.name);
    const CheckpointTensor* tensor = find(tensors, slot.name);
    const auto slice = weight_slice(model, slot.name, 0, slot.outputs);
    REQUIRE(slice.ok());
    const size_t outputs = static_cast<size_t>(slot.outputs),
                 inputs = static_cast<size_t>(std::max(slot.inputs, 1));
    REQUIRE(slice->data.size() == outputs * inputs);
    size_t differ = 0;
    for (size_t n = 0; n < outputs; ++n) {
      for (size_t k = 0; k < inputs; ++k) {
        const size_t at = slot.storage == Storage::conv1d ? k * outputs + n : n * inputs + k;
        differ += slice->data[n * inputs + k] != (tensor ? tensor->values[at] : 0.0f);
      }
    }
    CHECK(differ == 0);
  }
}

}  // namespace

TEST_CASE("every value of an F32 model is the checkpoint's, whatever its dtype and prefix") {
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
    for (const bool prefix : {false, true}) {
      CAPTURE(dtype_name(dtype));
      CAPTURE(prefix);
      CheckpointOptions options{.seed = 7, .dtype = dtype, .outliers = true, .masks = true};
      const auto plain = checkpoint_tensors(toy(), options);
      options.prefix = prefix;
      const Loaded model = load(make_checkpoint(toy(), options));
      REQUIRE_MESSAGE(model.ok(), error_of(model));
      check_values(**model, plain);
      CHECK((*model)->stored() == dtype_name(dtype));
      CHECK((*model)->ignored().size() == 4);
      CHECK((*model)->weights().tied);
      CHECK((*model)->config().tie_word_embeddings == true);
    }
  }
}

TEST_CASE("any cut into chunks gives the same bytes, which are a file of our own") {
  const Bytes file = make_checkpoint(toy(), {.dtype = DType::f16, .untied = true, .outliers = true});
  for (const LoadAs load_as : {LoadAs::f32, LoadAs::q8}) {
    const Loaded whole = load(file, load_as);
    REQUIRE_MESSAGE(whole.ok(), error_of(whole));
    for (const size_t chunk : {1, 7, 4096, 65536}) {
      CAPTURE(chunk);
      const Loaded part = load(file, load_as, "", chunk);
      REQUIRE(part.ok());
      CHECK(same_image(**whole, **part));
    }
    const Bytes own((*whole)->image().begin(), (*whole)->image().end());
    const auto header = parse_safetensors_header(own, own.size());
    REQUIRE_MESSAGE(header.ok(), header.error().message);
    CHECK(header->metadata.at("format") == format_name((*whole)->weight_type()));
    for (const size_t chunk : {1, 7, 1 << 20}) {
      const Loaded again = load(own, LoadAs::as_stored, "", chunk);
      REQUIRE_MESSAGE(again.ok(), error_of(again));
      CHECK(same_image(**whole, **again));
    }
    // A configuration beside the file may say less, but not something else.
    CHECK(load(own, LoadAs::as_stored, config_json(toy())).ok());
    Config other = toy();
    other.n_ctx = 10;
    CHECK(error_of(load(own, LoadAs::as_stored, config_json(other))).find("n_positions is 10 and 9") !=
          std::string::npos);
  }
}

TEST_CASE("loading a file of ours as the other type equals converting it") {
  const Bytes file = make_checkpoint(toy(), {.outliers = true});
  const Loaded f32 = load(file, LoadAs::f32), q8 = load(file, LoadAs::q8);
  REQUIRE((f32.ok() && q8.ok()));
  const Bytes own_f32((*f32)->image().begin(), (*f32)->image().end()),
      own_q8((*q8)->image().begin(), (*q8)->image().end());
  const Loaded packed = load(own_f32, LoadAs::q8);
  REQUIRE_MESSAGE(packed.ok(), error_of(packed));
  CHECK(same_image(**packed, **q8));
  const Loaded widened = load(own_q8, LoadAs::f32);
  REQUIRE_MESSAGE(widened.ok(), error_of(widened));
  const auto a = weight_slice(**widened, "h.1.mlp.c_proj.weight", 0, 15),
             b = weight_slice(**q8, "h.1.mlp.c_proj.weight", 0, 15);
  REQUIRE((a.ok() && b.ok()));
  CHECK(a->data == b->data);
}

TEST_CASE("the prefixes of exporters go, in any order") {
  for (const std::string prefix :
       {"transformer.", "_orig_mod.", "module.", "module._orig_mod.transformer."}) {
    auto tensors = checkpoint_tensors(toy());
    for (auto& tensor : tensors) tensor.name = prefix + tensor.name;
    const Loaded model = load(safetensors_file(tensors, DType::f32, metadata(toy())));
    REQUIRE_MESSAGE(model.ok(), prefix << error_of(model));
    CHECK((*model)->ignored().empty());
  }
}

TEST_CASE("what ends a text: config.json, generation_config.json before it, and the file we keep") {
  const auto file = safetensors_file(checkpoint_tensors(toy()), DType::f32, metadata(toy()));
  const auto ends = [&](const std::string& config, const std::string& generation) {
    Loader loader(config, LoadAs::q8, generation);
    REQUIRE(loader.write(file).ok());
    const Loaded model = loader.finish();
    REQUIRE_MESSAGE(model.ok(), error_of(model));
    // What is kept of it says the same by itself.
    Loader kept("");
    REQUIRE(kept.write((*model)->image()).ok());
    const Loaded again = kept.finish();
    REQUIRE_MESSAGE(again.ok(), error_of(again));
    CHECK((*again)->config().end_tokens == (*model)->config().end_tokens);
    // And is read beside a config.json that says more, or less.
    Loader beside(config_json(toy()));
    REQUIRE(beside.write((*model)->image()).ok());
    CHECK(beside.finish().ok());
    return (*model)->config().end_tokens;
  };
  const auto with = [](const std::string& fields) {
    std::string json = config_json(toy());
    return json.substr(0, json.size() - 1) + fields + "}";
  };
  CHECK(ends("", "").empty());
  CHECK(ends(with(R"(,"eos_token_id":3)"), "") == std::vector<int32_t>{3});
  CHECK(ends(with(R"(,"eos_token_id":[5,3,5])"), "") == std::vector<int32_t>{3, 5});
  CHECK(ends(with(R"(,"eos_token_id":3)"), R"({"eos_token_id":[7,8]})") == std::vector<int32_t>{7, 8});
  CHECK(ends(with(R"(,"eos_token_id":3)"), R"({"eos_token_id":null})") == std::vector<int32_t>{3});
  // GPT2Config's 50256 is no token of a vocabulary of 37.
  CHECK(ends(with(R"(,"eos_token_id":50256)"), "").empty());
  Loader broken(config_json(toy()), LoadAs::q8, "<html>");
  const Status status = broken.write(file);
  REQUIRE(!status.ok());
  CHECK(status.error().message.find("generation_config.json: is not a JSON object") == 0);
}

TEST_CASE("a file of another format is told as what it is, with what to do") {
  const std::pair<std::string, std::string> kinds[] = {{"GGUF\x03\0\0\0", "GGUF"},
                                                       {std::string("\x89HDF\r\n\x1a\n", 8), "HDF5"},
                                                       {"PK\x03\x04\x14\x08\x08\x08", "zip"},
                                                       {std::string("\x80\x02}q\x00X\x05\x00", 8), "pickle"},
                                                       {"version https://git-lfs", "git-lfs"},
                                                       {"<!DOCTYPE html>", "web page"},
                                                       {std::string("\x08\x07\x12\x07pytorch", 11), "ONNX"},
                                                       {std::string("\x81\xabtransformer", 13), "msgpack"},
                                                       {R"({"weight_map": {}})", "JSON"}};
  for (const auto& kind : kinds) {
    const std::string& name = kind.second;
    CAPTURE(name);
    Loader loader(config_json(toy()));
    std::string text = kind.first;
    text.resize(std::max<size_t>(text.size(), 8));
    const Status status = loader.write(std::as_bytes(std::span(text)));
    REQUIRE(!status.ok());
    CHECK(status.error().code == ErrorCode::other_format);
    CHECK(status.error().message.find("the file is " + name + ", ") != std::string::npos);
  }
}

TEST_CASE("the unembedding: said to be tied, said not to be, not said") {
  const CheckpointOptions options{.untied = true};
  const auto tensors = checkpoint_tensors(toy(), options);
  Config config = toy();

  const Loaded different = load(safetensors_file(tensors, DType::f32, metadata(config)));
  REQUIRE_MESSAGE(different.ok(), error_of(different));
  CHECK_FALSE((*different)->weights().tied);
  check_values(**different, tensors);

  config.tie_word_embeddings = false;
  const Loaded said = load(safetensors_file(tensors, DType::f32, metadata(config)));
  REQUIRE_MESSAGE(said.ok(), error_of(said));
  CHECK(same_image(**said, **different));

  config.tie_word_embeddings = true;
  // As in transformers 5: two tables that differ are not tied, whatever the configuration says.
  const Loaded two = load(safetensors_file(tensors, DType::f32, metadata(config)));
  REQUIRE_MESSAGE(two.ok(), error_of(two));
  CHECK_FALSE((*two)->weights().tied);
  CHECK((*two)->tying() == Tying::differs);
  CHECK(same_image(**two, **different));
  CHECK((*different)->tying() == Tying::plain);

  const Loaded tied = load(safetensors_file(checkpoint_tensors(toy()), DType::f32, metadata(config)));
  REQUIRE_MESSAGE(tied.ok(), error_of(tied));
  CHECK((*tied)->weights().tied);
  CHECK((*tied)->tying() == Tying::plain);

  // The one table may be stored under the unembedding's name, as safetensors.torch.save_model does.
  for (const bool said_tied : {true, false}) {
    auto as_head = checkpoint_tensors(toy());
    as_head.front().name = "lm_head.weight";
    Config stored = toy();
    if (said_tied) stored.tie_word_embeddings = true;
    for (const LoadAs as : {LoadAs::f32, LoadAs::q8}) {
      const Loaded head = load(safetensors_file(as_head, DType::f32, metadata(stored)), as);
      const Loaded table =
          load(safetensors_file(checkpoint_tensors(toy()), DType::f32, metadata(stored)), as);
      REQUIRE_MESSAGE(head.ok(), error_of(head));
      CHECK((*head)->weights().tied);
      CHECK((*head)->tying() == Tying::as_head);
      CHECK(same_image(**head, **table));
    }
  }

  // A copy of wte.weight is no unembedding of its own; before it in the file or after it.
  auto copied = tensors;
  copied.back().values = copied.front().values;
  for (int order = 0; order < 2; ++order) {
    const Loaded copy = load(safetensors_file(copied, DType::f32, metadata(toy())));
    REQUIRE_MESSAGE(copy.ok(), error_of(copy));
    CHECK(same_image(**copy, **tied));
    std::rotate(copied.begin(), copied.end() - 1, copied.end());
  }

  config.tie_word_embeddings = false;
  const Loaded missing = load(safetensors_file(checkpoint_tensors(toy()), DType::f32, metadata(config)));
  CHECK(error_of(missing).find("lm_head.weight [37, 15] is missing") != std::string::npos);
}

TEST_CASE("shards come one after another, in any order, and none twice") {
  const auto tensors = checkpoint_tensors(toy(), {.dtype = DType::bf16, .untied = true});
  const Loaded whole = load(safetensors_file(tensors, DType::bf16, metadata(toy())), LoadAs::q8);
  REQUIRE(whole.ok());
  std::vector<Bytes> shards;
  for (size_t begin = 0; begin < tensors.size(); begin += 9) {
    shards.push_back(safetensors_file(
        std::span(tensors).subspan(begin, std::min<size_t>(9, tensors.size() - begin)), DType::bf16));
  }
  REQUIRE(shards.size() == 4);
  for (int order = 0; order < 4; ++order) {
    Loader loader(config_json(toy()), LoadAs::q8);
    for (const Bytes& shard : shards) {
      REQUIRE(loader.begin_file(shard.size()).ok());
      REQUIRE(loader.write(shard).ok());
    }
    const Loaded model = loader.finish();
    REQUIRE_MESSAGE(model.ok(), error_of(model));
    CHECK(same_image(**whole, **model));
    std::rotate(shards.begin(), shards.begin() + 1, shards.end());
  }

  Loader twice(config_json(toy()));
  REQUIRE(twice.write(shards[0]).ok());
  REQUIRE(twice.begin_file(std::nullopt).ok());
  const Status again = twice.write(shards[0]);
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().message.find("given twice") != std::string::npos);
  CHECK(twice.finish().error().message == again.error().message);

  Loader partial(config_json(toy()));
  REQUIRE(partial.write(shards[1]).ok());
  CHECK(error_of(partial.finish()).find("is missing, and ") != std::string::npos);

  Loader cut(config_json(toy()));
  REQUIRE(cut.write(std::span(shards[0]).first(shards[0].size() - 1)).ok());
  const Status next = cut.begin_file(std::nullopt);
  REQUIRE_FALSE(next.ok());
  CHECK(next.error().message.find("truncated") != std::string::npos);
}

TEST_CASE("a checkpoint without biases has zeros for them; one with some must have all") {
  const CheckpointOptions options{.biases = false};
  auto tensors = checkpoint_tensors(toy(), options);
  const Loaded model = load(safetensors_file(tensors, DType::f32, metadata(toy())));
  REQUIRE_MESSAGE(model.ok(), error_of(model));
  check_values(**model, tensors);
  tensors.push_back({"ln_f.bias", {15}, std::vector<float>(15, 1.0f)});
  CHECK(error_of(load(safetensors_file(tensors, DType::f32, metadata(toy()))))
            .find("h.0.ln_1.bias [15] is missing, and 11 more") != std::string::npos);
}

TEST_CASE("what does not fit is refused by name") {
  const auto tensors = checkpoint_tensors(toy());
  const auto changed = [&](auto change) {
    auto copy = tensors;
    change(copy);
    return error_of(load(safetensors_file(copy, DType::f32, metadata(toy()))));
  };
  const auto contains = [](const std::string& text, const char* part) {
    CAPTURE(text);
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  };
  const auto reshaped = [&](const char* name, std::vector<int64_t> shape) {
    return changed([&](auto& copy) { find(copy, name).shape = shape; });
  };
  contains(reshaped("h.0.attn.c_attn.weight", {45, 15}),
           "has shape [45, 15], the configuration wants [15, 45]; it is transposed");
  contains(reshaped("ln_f.weight", {3, 5}), "ln_f.weight has shape [3, 5], the configuration wants [15]");
  contains(changed([](auto& copy) {
             find(copy, "wte.weight").shape = {38, 15};
             find(copy, "wte.weight").values.resize(38 * 15);
           }),
           "set vocab_size to 38");
  contains(changed([](auto& copy) { copy.erase(copy.begin() + 3); }), "h.0.ln_1.bias [15] is missing");
  contains(changed([](auto& copy) {
             copy.push_back({"transformer.wte.weight", {37, 15}, copy[0].values});
           }),
           "given twice");
  contains(changed([](auto& copy) { find(copy, "h.1.mlp.c_fc.weight").values[61] = std::nanf(""); }),
           "h.1.mlp.c_fc.weight is NaN at [1, 1]");
  contains(changed([](auto& copy) {
             find(copy, "h.1.ln_2.bias").values[3] = std::numeric_limits<float>::infinity();
           }),
           "h.1.ln_2.bias is infinite at [3]");
  contains(changed([](auto& copy) {
             find(copy, "wte.weight").values[36 * 15 + 14] = -std::numeric_limits<float>::infinity();
           }),
           "wte.weight is minus infinite at [36, 14]");
  contains(changed([](auto& copy) {
             for (auto& tensor : copy) tensor.name = "model.layers." + tensor.name;
           }),
           "no tensor of a GPT-2");
  contains(changed([](auto& copy) { copy.clear(); }), "holds none at all");
  contains(error_of(load(safetensors_file(tensors, DType::f32))), "no configuration");
  contains(error_of(load(safetensors_file(tensors, DType::f32, {{"config", "{}"}}))),
           "__metadata__ config: n_layer is missing");
  contains(error_of(load(safetensors_file(tensors, DType::f32), LoadAs::q8, "[]")), "wanted a JSON object");

  std::vector<TensorEntry> entries{{"wte.weight", DType::f64, {37, 15}, 0, 0}};
  const std::string header = build_safetensors_header(entries, metadata(toy()));
  Bytes file(header.size() + 37 * 15 * 8);
  std::memcpy(file.data(), header.data(), header.size());
  contains(error_of(load(file)), "wte.weight is F64, wanted F32, F16 or BF16");
  contains(error_of(load(Bytes{})), "it is empty");
  Loader nothing(config_json(toy()));
  contains(error_of(nothing.finish()), "no bytes");
}

TEST_CASE("a file that ends early or goes on is refused wherever it is cut") {
  for (const LoadAs load_as : {LoadAs::f32, LoadAs::q8}) {
    Bytes file = make_checkpoint(shape(1, 1, 3, 2, 5));
    if (load_as == LoadAs::q8) {
      const Loaded own = load(file, LoadAs::q8);
      file.assign((*own)->image().begin(), (*own)->image().end());
    }
    for (size_t size = 0; size < file.size(); size += size < 64 || size + 64 > file.size() ? 1 : 13) {
      CAPTURE(size);
      const auto part = std::span(file).first(size);
      Loader known(""), unknown("");
      const Status begun = known.begin_file(size);
      CHECK_FALSE((begun.ok() && known.write(part).ok() && known.finish().ok()));
      const Status written = unknown.write(part);
      CHECK((written.ok() && !unknown.finish().ok()));
    }
    Loader longer("");
    REQUIRE(longer.write(file).ok());
    const std::byte extra[1] = {};
    const Status appended = longer.write(extra);
    REQUIRE_FALSE(appended.ok());
    CHECK(appended.error().message.find("bytes follow") != std::string::npos);
  }
}

TEST_CASE("a file of our own is checked like any other") {
  const Loaded model = load(make_checkpoint(toy()), LoadAs::q8);
  REQUIRE(model.ok());
  const Bytes own((*model)->image().begin(), (*model)->image().end());
  const Slot& linear =
      (*model)->layout().slots[static_cast<size_t>((*model)->layout().find("h.1.attn.c_attn.weight"))];
  const float nan = std::nanf("");

  Bytes broken = own;
  std::memcpy(broken.data() + linear.scale_begin + 8, &nan, 4);
  CHECK(error_of(load(broken)).find("h.1.attn.c_attn.weight.scale is NaN or infinite at value 2") !=
        std::string::npos);

  // A scale that no packing gives, and one whose products would overflow.
  for (const float scale : {-0.5f, 1e37f}) {
    broken = own;
    std::memcpy(broken.data() + linear.scale_begin, &scale, 4);
    CHECK(error_of(load(broken)).find("h.1.attn.c_attn.weight.scale is ") != std::string::npos);
  }

  // The same data under a header that is valid but not ours.
  broken = own;
  const std::string text(reinterpret_cast<const char*>(own.data()), (*model)->layout().header.size());
  broken[text.find("wpe.weight")] = std::byte{'x'};
  CHECK(error_of(load(broken)).find("vitrine quantize") != std::string::npos);

  Loader two("");
  REQUIRE(two.write(own).ok());
  CHECK_FALSE(two.begin_file(std::nullopt).ok());
}

TEST_CASE("memory that cannot be had is an error") {
  // The largest configuration's size is told without wrapping round, on 32 bits too.
  const Layout layout =
      make_layout(shape(1, 1, kMaxWidth, kMaxContext, kMaxVocabulary), WeightType::f32, true);
  CHECK(layout.bytes > uint64_t{kMaxVocabulary} * kMaxWidth * sizeof(float));
  CHECK_FALSE(AlignedMemory::allocate(~uint64_t{0}));
}

TEST_CASE("reserve gives at most what was asked for and commit takes no more than was given") {
  Loader loader("");
  const auto room = loader.reserve(3);
  REQUIRE(room.ok());
  CHECK(room->size() == 3);
  CHECK(loader.commit(0).ok());
  CHECK_FALSE(loader.commit(9).ok());
  CHECK_FALSE(loader.reserve(1).ok());
}

TEST_CASE("weight_slice refuses what is not there") {
  const Loaded model = load(make_checkpoint(toy()));
  REQUIRE(model.ok());
  CHECK((*model)->parameters() == 37 * 15 + 9 * 15 + 2 * (12 * 15 * 15 + 13 * 15) + 2 * 15);
  CHECK(weight_slice(**model, "lm_head.weight", 36, 37)->data ==
        weight_slice(**model, "wte.weight", 36, 37)->data);
  CHECK(weight_slice(**model, "wpe.weight", 2, 4)->shape == std::vector<int64_t>{2, 15});
  CHECK(weight_slice(**model, "h.0.attn.c_attn.bias", 5, 5)->data.empty());
  for (const auto& [begin, end] : {std::pair{-1, 2}, {3, 2}, {0, 38}})
    CHECK_FALSE(weight_slice(**model, "wte.weight", begin, end).ok());
  CHECK_FALSE(weight_slice(**model, "h.2.ln_1.weight", 0, 1).ok());
}
