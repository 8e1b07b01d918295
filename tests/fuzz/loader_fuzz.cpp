// libFuzzer: a hostile file through the Loader, for a model of two channels. The first byte says how the file is cut
// into pieces and which seed file the rest changes, so that the fuzzer gets past the header.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "loading/loader.h"

using namespace vitrine;

namespace {

using Bytes = std::vector<std::byte>;

void require(bool condition) {
  if (!condition) std::abort();
}

Config tiny() {
  Config config;
  config.n_layer = config.n_head = 1;
  config.n_embd = 2;
  config.n_inner = 3;
  config.n_ctx = 2;
  config.n_vocab = 3;
  return config;
}

// A file of Hugging Face's with every value 0.5, or one of ours.
Bytes seed_file(bool own) {
  const Layout layout = make_layout(tiny(), WeightType::q8, true);
  std::vector<TensorEntry> entries;
  for (const Slot& slot : layout.slots) entries.push_back({slot.name, DType::f16, slot.shape(), 0, 0});
  const std::string header = own ? layout.header : build_safetensors_header(entries, {});
  Bytes file(own ? layout.bytes : header.size() + entries.back().end, std::byte{0x38});
  std::memcpy(file.data(), header.data(), header.size());
  return file;
}

// Writes over a seed file: each edit is a position (2 bytes) and a value.
Bytes edited(Bytes file, const uint8_t* data, size_t size) {
  for (; size >= 3; data += 3, size -= 3) {
    file[(static_cast<size_t>(data[0]) | static_cast<size_t>(data[1]) << 8) % file.size()] =
        static_cast<std::byte>(data[2]);
  }
  if (size > 0) file.resize(file.size() - std::min<size_t>(data[0], file.size()));
  return file;
}

void check_model(const Model& model) {
  require(model.image().size() == model.layout().bytes);
  for (const Slot& slot : model.layout().slots) {
    const auto slice = weight_slice(model, slot.name, 0, slot.outputs);
    require(slice.ok());
    for (const float value : slice->data) require(std::isfinite(value));
  }
}

void load(const Bytes& file, bool size_known, size_t chunk, LoadAs load_as) {
  Loader loader(config_json(tiny()), load_as);
  bool good = !size_known || loader.begin_file(file.size()).ok();
  for (size_t at = 0; good && at < file.size(); at += chunk) {
    good = loader.write(std::span(file).subspan(at, std::min(chunk, file.size() - at))).ok();
  }
  const auto model = loader.finish();
  require(good || !model);
  if (model) return check_model(**model);
  require(!model.error().message.empty() && model.error().message.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes kForeign = seed_file(false), kOwn = seed_file(true);
  const uint8_t choice = data[0];
  const auto* bytes = reinterpret_cast<const std::byte*>(data + 1);
  const Bytes file = choice & 1   ? Bytes(bytes, bytes + size - 1)
                     : choice & 2 ? edited(kForeign, data + 1, size - 1)
                                  : edited(kOwn, data + 1, size - 1);
  constexpr size_t kChunks[] = {1, 7, 64, 1 << 20};
  constexpr LoadAs kLoadAs[] = {LoadAs::as_stored, LoadAs::f32, LoadAs::q8, LoadAs::q8};
  load(file, (choice & 4) != 0, kChunks[choice >> 3 & 3], kLoadAs[choice >> 5 & 3]);
  return 0;
}
