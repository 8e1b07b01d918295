#include "checkpoint.h"

#include <cmath>
#include <cstring>

#include "io/safetensors.h"

namespace vitrine::test {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere, from any seed.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // Sum of four uniform numbers: mean 0, deviation 1, no library function that differs between platforms.
  float normal() {
    float sum = 0.0f;
    for (int i = 0; i < 4; ++i) sum += static_cast<float>(next() >> 40) * 0x1p-24f - 0.5f;
    return sum * 1.7320508f;
  }

 private:
  uint64_t state_;
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
};

uint16_t float_to_bfloat(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

void append(std::vector<std::byte>& out, DType dtype, float value) {
  uint16_t half = 0;
  const void* from = &value;
  if (dtype == DType::f16) half = float_to_half(value);
  if (dtype == DType::bf16) half = float_to_bfloat(value);
  if (dtype != DType::f32) from = &half;
  const auto* bytes = static_cast<const std::byte*>(from);
  out.insert(out.end(), bytes, bytes + dtype_size(dtype));
}

float rounded(DType dtype, float value) {
  std::vector<std::byte> bytes;
  append(bytes, dtype, value);
  widen(dtype, bytes.data(), &value, 1);
  return value;
}

class Builder {
 public:
  Builder(const Config& config, const CheckpointOptions& options)
      : config_(config), options_(options), random_(options.seed) {}

  std::vector<CheckpointTensor> tensors;

  // mean + deviation * normal; channels of the last axis that are outliers are `outlier` times larger.
  void add(const std::string& name, std::vector<int64_t> shape, float mean, float deviation,
           float outlier = 1.0f) {
    const bool top_level = name == "lm_head.weight";
    CheckpointTensor tensor{
        (options_.prefix && !top_level ? "transformer." : "") + name, std::move(shape), {}};
    size_t count = 1;
    for (const int64_t dimension : tensor.shape) count *= static_cast<size_t>(dimension);
    const auto columns = static_cast<size_t>(tensor.shape.back());
    for (size_t i = 0; i < count; ++i) {
      float value = mean + deviation * random_.normal();
      if (options_.outliers && i % columns % kOutlierStep == kOutlierStep / 2) value *= outlier;
      tensor.values.push_back(rounded(options_.dtype, value));
    }
    tensors.push_back(std::move(tensor));
  }

  void add_bias(const std::string& name, int length, float deviation) {
    if (options_.biases) add(name, {length}, 0.0f, deviation);
  }

  void add_linear(const std::string& name, int inputs, int outputs, float outlier = 1.0f) {
    add(name + ".weight", {inputs, outputs}, 0.0f, 0.7f / std::sqrt(static_cast<float>(inputs)), outlier);
    add_bias(name + ".bias", outputs, 0.1f);
  }

  void add_norm(const std::string& name) {
    add(name + ".weight", {config_.n_embd}, 1.0f, 0.2f);
    add_bias(name + ".bias", config_.n_embd, 0.1f);
  }

  void add_block(int layer) {
    const std::string h = "h." + std::to_string(layer) + ".";
    const int channels = config_.n_embd;
    add_norm(h + "ln_1");
    if (options_.masks) {
      add(h + "attn.bias", {1, 1, config_.n_ctx, config_.n_ctx}, 1.0f, 0.0f);
      add(h + "attn.masked_bias", {1}, -10000.0f, 0.0f);
    }
    add_linear(h + "attn.c_attn", channels, 3 * channels);
    add_linear(h + "attn.c_proj", channels, channels, kOutlier);
    add_norm(h + "ln_2");
    add_linear(h + "mlp.c_fc", channels, config_.n_inner);
    add_linear(h + "mlp.c_proj", config_.n_inner, channels, kOutlier);
  }

 private:
  static constexpr size_t kOutlierStep = 29;  // every 29th channel
  static constexpr float kOutlier = 12.0f;    // its writes to the residual stream, against the others'
  Config config_;
  CheckpointOptions options_;
  Random random_;
};

}  // namespace

Config shape(int layers, int heads, int channels, int context, int vocabulary) {
  Config config;
  config.n_layer = layers;
  config.n_head = heads;
  config.n_embd = channels;
  config.n_inner = 4 * channels;
  config.n_ctx = context;
  config.n_vocab = vocabulary;
  return config;
}

std::vector<CheckpointTensor> checkpoint_tensors(const Config& config, const CheckpointOptions& options) {
  Builder builder(config, options);
  builder.add("wte.weight", {config.n_vocab, config.n_embd}, 0.0f, 0.3f, 8.0f);
  builder.add("wpe.weight", {config.n_ctx, config.n_embd}, 0.0f, 0.1f);
  for (int layer = 0; layer < config.n_layer; ++layer) builder.add_block(layer);
  builder.add_norm("ln_f");
  if (options.untied) builder.add("lm_head.weight", {config.n_vocab, config.n_embd}, 0.0f, 0.3f);
  return std::move(builder.tensors);
}

std::vector<std::byte> safetensors_file(std::span<const CheckpointTensor> tensors, DType dtype,
                                        const std::map<std::string, std::string>& metadata) {
  std::vector<TensorEntry> entries;
  for (const CheckpointTensor& tensor : tensors) entries.push_back({tensor.name, dtype, tensor.shape, 0, 0});
  const std::string header = build_safetensors_header(entries, metadata);
  const auto* bytes = reinterpret_cast<const std::byte*>(header.data());
  std::vector<std::byte> file(bytes, bytes + header.size());
  for (const CheckpointTensor& tensor : tensors) {
    for (const float value : tensor.values) append(file, dtype, value);
  }
  return file;
}

std::vector<std::byte> make_checkpoint(const Config& config, const CheckpointOptions& options) {
  Config stored = config;
  if (options.untied) stored.tie_word_embeddings = false;
  return safetensors_file(checkpoint_tensors(config, options), options.dtype,
                          {{"config", config_json(stored)}, {"format", "pt"}});
}

}  // namespace vitrine::test
