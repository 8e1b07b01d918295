// libFuzzer: a hostile config.json. One that is accepted keeps its limits and survives being written and read.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/config.h"

using namespace vitrine;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto config = parse_config({reinterpret_cast<const char*>(data), size});
  if (!config) {
    require(!config.error().message.empty() && config.error().message.find('\n') == std::string::npos);
    return 0;
  }
  require(config->n_layer >= 1 && config->n_layer <= kMaxLayers);
  require(config->n_embd >= 1 && config->n_embd <= kMaxWidth && config->n_embd % config->n_head == 0);
  require(config->n_ctx >= 1 && config->n_ctx <= kMaxContext);
  require(config->n_vocab >= 1 && config->n_vocab <= kMaxVocabulary);
  require(config->n_inner >= 1 && config->n_inner <= 4 * kMaxWidth);
  require(std::isfinite(config->attention_scale(0)) && config->layer_norm_epsilon > 0);
  const std::string json = config_json(*config);
  const auto again = parse_config(json);
  require(again.ok() && *again == *config && config_json(*again) == json);
  require(config_difference(*config, *again).empty());
  return 0;
}
