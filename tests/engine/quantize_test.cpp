#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "checkpoint.h"
#include "io/safetensors.h"
#include "loading/loader.h"
#include "loading/writer.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

// A folder that is gone when the test is over.
struct Folder {
  fs::path path;
  explicit Folder(const std::string& name) : path(fs::path(VITRINE_BINARY_DIR) / "test-models" / name) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    fs::create_directories(path, ignored);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

void write_bytes(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

std::string error_of_load(const Result<std::shared_ptr<const Model>>& loaded) {
  return loaded ? "no error" : loaded.error().message;
}

Config little() { return shape(2, 2, 10, 7, 33); }

}  // namespace

TEST_CASE("a q8 file is the model's memory, and loads as it") {
  const Folder folder("q8");
  write_bytes(folder / "in.safetensors", make_checkpoint(little(), {.dtype = DType::f16, .outliers = true}));
  const auto model = load_model(folder / "in.safetensors", LoadAs::q8);
  REQUIRE_MESSAGE(model.ok(), error_of_load(model));
  REQUIRE(write_model(**model, FileType::q8, folder / "out.safetensors").ok());
  const Bytes written = read_bytes(folder / "out.safetensors");
  CHECK(written == Bytes((*model)->image().begin(), (*model)->image().end()));
  CHECK_FALSE(fs::exists(folder / "out.safetensors.part"));
  const auto again = load_model(folder / "out.safetensors");
  REQUIRE_MESSAGE(again.ok(), error_of_load(again));
  CHECK(Bytes((*again)->image().begin(), (*again)->image().end()) == written);
  CHECK((*again)->weight_type() == WeightType::q8);
}

TEST_CASE("f16 and f32 files hold the checkpoint's own bytes under Hugging Face's names") {
  const Folder folder("hf");
  for (const DType dtype : {DType::f16, DType::f32}) {
    for (const bool untied : {false, true}) {
      const CheckpointOptions options{.seed = 3, .dtype = dtype, .untied = untied};
      const Bytes in = make_checkpoint(little(), options);
      write_bytes(folder / "in.safetensors", in);
      const auto model = load_model(folder / "in.safetensors", LoadAs::f32);
      REQUIRE_MESSAGE(model.ok(), error_of_load(model));
      REQUIRE(write_model(**model, dtype == DType::f16 ? FileType::f16 : FileType::f32,
                          folder / "out.safetensors")
                  .ok());
      const Bytes out = read_bytes(folder / "out.safetensors");
      const auto header = parse_safetensors_header(out, out.size());
      REQUIRE_MESSAGE(header.ok(), header.error().message);
      const auto tensors = checkpoint_tensors(little(), options);
      CHECK(header->tensors.size() == tensors.size());
      const auto source = parse_safetensors_header(in, in.size());
      for (const CheckpointTensor& tensor : tensors) {
        CAPTURE(tensor.name);
        const TensorEntry *a = source->find(tensor.name), *b = header->find(tensor.name);
        REQUIRE((a && b));
        CHECK(b->dtype == dtype);
        CHECK(b->shape == tensor.shape);
        CHECK(std::memcmp(in.data() + source->data_begin + a->begin,
                          out.data() + header->data_begin + b->begin, a->end - a->begin) == 0);
      }
      const auto again = load_model(folder / "out.safetensors");
      REQUIRE_MESSAGE(again.ok(), error_of_load(again));
      CHECK((*again)->config() == (*model)->config());
    }
  }
}

TEST_CASE("what F16 cannot hold is refused, and nothing is left behind") {
  const Folder folder("large");
  auto tensors = checkpoint_tensors(little());
  tensors[1].values[5] = 70000.0f;
  write_bytes(folder / "in.safetensors",
              safetensors_file(tensors, DType::f32, {{"config", config_json(little())}}));
  const auto model = load_model(folder / "in.safetensors");
  REQUIRE_MESSAGE(model.ok(), error_of_load(model));
  const Status written = write_model(**model, FileType::f16, folder / "out.safetensors");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message.find("wpe.weight holds 70000") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "out.safetensors"));
  CHECK_FALSE(fs::exists(folder / "out.safetensors.part"));
  CHECK_FALSE(write_model(**model, FileType::f32, folder / "no/such/folder.safetensors").ok());
  CHECK_FALSE(write_model(**model, FileType::q8, folder / "out.safetensors").ok());
}

TEST_CASE("a folder is read with its configuration, its index and its shards") {
  const Folder folder("shards");
  const auto tensors = checkpoint_tensors(little());
  const auto all = std::span(tensors);
  CHECK(error_of_load(load_model(folder.path.string())).find("neither model.safetensors nor") !=
        std::string::npos);
  write_bytes(folder / "model-1.safetensors", safetensors_file(all.first(10), DType::f32));
  write_bytes(folder / "model-2.safetensors", safetensors_file(all.subspan(10), DType::f32));
  write_text(
      folder / "model.safetensors.index.json",
      R"({"weight_map":{"a":"model-2.safetensors","b":"model-1.safetensors","c":"model-2.safetensors"}})");
  CHECK(error_of_load(load_model(folder.path.string())).find("no configuration") != std::string::npos);
  write_text(folder / "config.json", config_json(little()));
  const auto sharded = load_model(folder.path.string());
  REQUIRE_MESSAGE(sharded.ok(), error_of_load(sharded));

  const Folder single("single");
  write_bytes(single / "model.safetensors", safetensors_file(all, DType::f32));
  write_text(single / "config.json", config_json(little()));
  const auto whole = load_model(single.path.string());
  REQUIRE_MESSAGE(whole.ok(), error_of_load(whole));
  REQUIRE((*whole)->image().size() == (*sharded)->image().size());
  CHECK(std::memcmp((*whole)->image().data(), (*sharded)->image().data(), (*whole)->image().size()) == 0);
  // A file named by itself takes the configuration beside it.
  CHECK(load_model(single / "model.safetensors").ok());

  for (const char* hostile : {"../single/model.safetensors", "/etc/passwd", "..", "", "a\\b", "c:x"}) {
    CAPTURE(hostile);
    nlohmann::json index;
    index["weight_map"]["a"] = hostile;
    write_text(folder / "model.safetensors.index.json", index.dump());
    CHECK(error_of_load(load_model(folder.path.string())).find("wanted the name of a file beside it") !=
          std::string::npos);
  }
  for (const char* broken :
       {"", "{", "[]", "{}", R"({"weight_map":{}})", R"({"weight_map":[]})", R"({"weight_map":{"a":1}})"}) {
    CAPTURE(broken);
    write_text(folder / "model.safetensors.index.json", broken);
    CHECK(error_of_load(load_model(folder.path.string())).find("weight_map") != std::string::npos);
  }
  write_text(folder / "model.safetensors.index.json", R"({"weight_map":{"a":"model-3.safetensors"}})");
  CHECK(error_of_load(load_model(folder.path.string())).find("cannot be opened") != std::string::npos);
  write_text(single / "config.json", "{");
  CHECK(error_of_load(load_model(single.path.string())).find("config.json: config: is not JSON") !=
        std::string::npos);
  write_text(single / "config.json", "");
  CHECK(error_of_load(load_model(single.path.string())).find("is empty") != std::string::npos);
  CHECK(error_of_load(load_model(single / "nothing")).find("no such model") != std::string::npos);
}
