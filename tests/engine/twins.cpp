#include "twins.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "samples.h"

namespace vitrine::test {

Twins make_twins(const Config& config, const CheckpointOptions& options, LoadAs load_as) {
  Twins twins;
  Loader loader("", load_as);
  REQUIRE(loader.write(make_checkpoint(config, options)));
  Result<std::shared_ptr<const Model>> model = loader.finish();
  if (!model) FAIL(model.error().message);
  twins.model = *model;
  twins.reference = {config.n_layer,
                     config.n_head,
                     config.n_embd,
                     config.n_inner,
                     config.n_vocab,
                     config.layer_norm_epsilon,
                     config.activation == Activation::gelu_erf,
                     config.scale_attn_weights,
                     config.scale_attn_by_inverse_layer_idx};
  for (const CheckpointTensor& tensor : checkpoint_tensors(config, options)) {
    const std::string prefix = "transformer.";
    const bool has_prefix = tensor.name.compare(0, prefix.size(), prefix) == 0;
    twins.tensors[has_prefix ? tensor.name.substr(prefix.size()) : tensor.name] = tensor.values;
  }
  return twins;
}

std::vector<int32_t> some_tokens(const Config& config, int count, uint64_t seed) {
  Samples samples(seed);
  std::vector<int32_t> tokens;
  for (int i = 0; i < count; ++i) tokens.push_back(samples.below(config.n_vocab));
  return tokens;
}

double relative_error(const std::vector<float>& engine, const std::vector<double>& reference) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (engine.size() != reference.size()) return infinity;
  double squares = 0, worst = 0;
  size_t count = 0;
  for (size_t i = 0; i < engine.size(); ++i) {
    if (std::isinf(reference[i]) || !std::isfinite(engine[i])) {
      if (static_cast<double>(engine[i]) != reference[i]) return infinity;
      continue;
    }
    squares += reference[i] * reference[i];
    ++count;
    worst = std::max(worst, std::fabs(engine[i] - reference[i]));
  }
  if (worst == 0) return 0;
  return squares > 0 ? worst / std::sqrt(squares / static_cast<double>(count)) : infinity;
}

TensorData tensor_named(Session& session, const std::string& name, TensorSlice slice) {
  const Result<TensorAddress> address = parse_tensor_name(name, session.model().config());
  if (!address) FAIL(address.error().message);
  Result<TensorData> tensor = session.tensor(*address, slice);
  if (!tensor) FAIL(tensor.error().message);
  return std::move(*tensor);
}

std::vector<float> all_values(Session& session) {
  std::vector<float> all;
  for (const std::string& name : tensor_names(session.model().config().n_layer)) {
    const TensorData tensor = tensor_named(session, name);
    all.insert(all.end(), tensor.data.begin(), tensor.data.end());
  }
  all.insert(all.end(), session.last_logits().begin(), session.last_logits().end());
  return all;
}

std::vector<std::string> tensor_names(int layers) {
  std::vector<std::string> names;
  const auto add = [&](bool per_layer, int layer) {
    for (const TensorRow& row : tensor_table()) {
      if (row.per_layer == per_layer) names.push_back(tensor_name({row.id, layer}));
    }
  };
  add(false, 0);
  for (int layer = 0; layer < layers; ++layer) add(true, layer);
  return names;
}

}  // namespace vitrine::test
