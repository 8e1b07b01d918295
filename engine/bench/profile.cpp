#include "bench/profile.h"

#include <algorithm>
#include <chrono>

#include "kernels/attention.h"
#include "kernels/ops.h"
#include "model/forward.h"

namespace vitrine::bench {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double median(std::vector<double> samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const size_t middle = samples.size() / 2;
  return samples.size() % 2 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
}

std::vector<OpTime> profile(const Model& model, int tokens, int repeats, ThreadPool* pool,
                            ByteProducts products) {
  const Config& config = model.config();
  const int channels = config.n_embd, widest = std::max(3 * channels, config.n_inner);
  Buffer<float> input, output, scale;
  Workspace workspace;
  workspace.threads = pool;
  workspace.products.byte_products = products;
  const size_t most = std::max(static_cast<size_t>(tokens) * widest, static_cast<size_t>(config.n_vocab));
  if (!input.reserve(most) || !output.reserve(most) || !scale.reserve(static_cast<size_t>(tokens)) ||
      !workspace.reserve(model, tokens, tokens)) {
    return {};
  }
  RoundedCache cache;
  RoundedCache* const rounded = rounds_attention(model) ? &cache : nullptr;
  if (rounded && !cache.reserve(config.n_head, config.head_size(), tokens, 0)) return {};
  for (size_t i = 0; i < most; ++i)
    input.data()[i] = static_cast<float>(i * 2654435761u % 2048) / 1024.0f - 1.0f;
  const auto x = [&](int columns) { return view(static_cast<const float*>(input.data()), tokens, columns); };
  const auto y = [&](int columns) { return view(output.data(), tokens, columns); };

  std::vector<OpTime> ops;
  const auto time = [&](std::string_view name, double operations, auto body) {
    std::vector<double> samples;
    for (int i = 0; i <= repeats; ++i) {
      const double begin = now_ms();
      body();
      if (i > 0) samples.push_back(now_ms() - begin);  // the first fills caches
    }
    ops.push_back({name, operations > 0, median(samples), operations});
  };
  const auto each_block = [&](auto step) {
    return [&, step] {
      for (const BlockWeights& weights : model.weights().blocks) step(weights);
    };
  };
  const auto product = [&](std::string_view name, Linear BlockWeights::*member) {
    const PackedMatrix& shape = (model.weights().blocks[0].*member).weight;
    const double operations = 2.0 * tokens * shape.outputs * shape.inputs * config.n_layer;
    time(name, operations, each_block([&, member](const BlockWeights& weights) {
           const Linear& l = weights.*member;
           linear(l, x(l.weight.inputs), y(l.weight.outputs), workspace.products, pool);
         }));
  };
  product("qkv", &BlockWeights::qkv);
  const LayerRule rule = layer_rules({}, config, tokens)[0];
  time("attention", 0, each_block([&](const BlockWeights&) {
         attention_heads(config, rule, 0, x(3 * channels), rounded, y(channels), workspace);
       }));
  product("attn_out", &BlockWeights::attn_out);
  product("mlp_in", &BlockWeights::mlp_in);
  time("gelu", 0, each_block([&](const BlockWeights&) {
         activate(config.activation, x(config.n_inner), y(config.n_inner));
       }));
  product("mlp_out", &BlockWeights::mlp_out);
  time("layer_norm", 0, each_block([&](const BlockWeights& weights) {
         const Matrix deviation = view(scale.data(), tokens, 1);
         layer_norm(weights.ln1, config.layer_norm_epsilon, x(channels), deviation, y(channels));
         layer_norm(weights.ln2, config.layer_norm_epsilon, x(channels), deviation, y(channels));
       }));
  time("unembed", 2.0 * config.n_vocab * channels, [&] {
    unembed(model, view(static_cast<const float*>(input.data()), 1, channels),
            view(output.data(), 1, config.n_vocab), workspace);
  });
  return ops;
}

}  // namespace vitrine::bench
