#include "session/pairing.h"

#include <algorithm>
#include <string>

namespace vitrine {
namespace {

TensorId tensor_of(Interventions::Site site) {
  switch (site) {
    case Interventions::Site::attn_out:
      return TensorId::attn_out;
    case Interventions::Site::mlp_out:
      return TensorId::mlp_out;
    case Interventions::Site::z:
      return TensorId::z;
    default:
      return TensorId::resid_pre;
  }
}

bool freezes(const Interventions& wanted) {
  return std::any_of(wanted.norms.begin(), wanted.norms.end(),
                     [](const auto& n) { return n.mode == NormMode::frozen; });
}

Result<float> mean_scale(Session& session, TensorAddress address) {
  const Result<TensorData> scale = session.tensor(address);
  if (!scale) return scale.error();
  double sum = 0;
  for (const float deviation : scale->data) sum += static_cast<double>(deviation);
  return static_cast<float>(sum / static_cast<double>(scale->data.size()));
}

}  // namespace

Result<std::vector<float>> mean_deviations(Session& session) {
  std::vector<float> means;
  for (int layer = 0; layer < session.model().config().n_layer; ++layer) {
    for (const TensorId id : {TensorId::ln1_scale, TensorId::ln2_scale}) {
      const Result<float> mean = mean_scale(session, {id, layer});
      if (!mean) return mean.error();
      means.push_back(*mean);
    }
  }
  const Result<float> mean = mean_scale(session, {TensorId::ln_final_scale, 0});
  if (!mean) return mean.error();
  means.push_back(*mean);
  return means;
}

Result<std::vector<float>> mean_heads(Session& session) {
  const Config& config = session.model().config();
  const size_t width = static_cast<size_t>(config.n_embd), tokens = session.tokens().size();
  std::vector<float> means;
  for (int layer = 0; layer < config.n_layer; ++layer) {
    const Result<TensorData> z = session.tensor({TensorId::z, layer});
    if (!z) return z.error();
    for (size_t c = 0; c < width; ++c) {
      double sum = 0;
      for (size_t t = 0; t < tokens; ++t) sum += static_cast<double>(z->data[t * width + c]);
      means.push_back(static_cast<float>(sum / static_cast<double>(tokens)));
    }
  }
  return means;
}

bool needs_pair(const Interventions& wanted) {
  return (freezes(wanted) && wanted.norm_deviations.empty()) ||
         std::any_of(wanted.patches.begin(), wanted.patches.end(),
                     [](const auto& p) { return p.values.empty(); });
}

Result<Interventions> completed(Interventions wanted, Session* from, int tokens) {
  if (!needs_pair(wanted)) return wanted;
  if (!from || from->tokens().empty())
    return Error{
        ErrorCode::intervention,
        "patches without values and frozen norms need another finished run to take theirs from: pair the "
        "session with one",
        {{"name", "patches"}}};
  if (static_cast<int>(from->tokens().size()) != tokens)
    return Error{ErrorCode::intervention,
                 "the paired run has " + std::to_string(from->tokens().size()) + " tokens and this one " +
                     std::to_string(tokens) + "; wanted the same number",
                 {{"name", "patches"}}};
  if (freezes(wanted) && wanted.norm_deviations.empty()) {
    Result<std::vector<float>> deviations = mean_deviations(*from);
    if (!deviations) return deviations.error();
    wanted.norm_deviations = std::move(*deviations);
  }
  for (auto& patch : wanted.patches) {
    if (!patch.values.empty()) continue;
    const bool of_head = patch.site == Interventions::Site::z;
    if (patch.token < 0 || patch.token >= tokens || (of_head && patch.head < 0))
      return Error{ErrorCode::intervention,
                   "a patch names token " + std::to_string(patch.token) + " and head " +
                       std::to_string(patch.head) + "; tokens are 0 to " + std::to_string(tokens - 1) +
                       ", and z needs a head",
                   {{"name", "patches"}}};
    Result<TensorData> values = from->tensor({tensor_of(patch.site), patch.layer},
                                             {of_head ? patch.head : -1, patch.token, patch.token + 1});
    if (!values) return Error{ErrorCode::intervention, values.error().message, {{"name", "patches"}}};
    patch.values = std::move(values->data);
  }
  return wanted;
}

}  // namespace vitrine
