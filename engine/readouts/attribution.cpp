#include "readouts/attribution.h"

#include <algorithm>
#include <numeric>

#include "readouts/logit_lens.h"

namespace vitrine {
namespace {

using Numbers = std::vector<double>;

double product(const Numbers& a, const float* b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * static_cast<double>(b[i]);
  return sum;
}

// W^T d: for weights [N,K] and d [N], [K]. What an input is worth along d.
Numbers transposed_product(const PackedMatrix& weight, const Numbers& d) {
  std::vector<float> line(static_cast<size_t>(weight.inputs));
  Numbers out(line.size(), 0.0);
  for (int n = 0; n < weight.outputs; ++n) {
    unpack_row(weight, n, line);
    const double factor = d[static_cast<size_t>(n)];
    for (size_t k = 0; k < line.size(); ++k) out[k] += factor * static_cast<double>(line[k]);
  }
  return out;
}

Result<std::vector<float>> row_of(Session& session, TensorId id, int layer, int position) {
  Result<TensorData> tensor = session.tensor({id, layer}, {-1, position, position + 1});
  if (!tensor) return tensor.error();
  return std::move(tensor->data);
}

// u = W_U[target] - W_U[rival].
Numbers unembedding_direction(const Model& model, int32_t target, int32_t rival, const Numbers& mean_row) {
  std::vector<float> line(static_cast<size_t>(model.config().n_embd));
  unpack_row(model.weights().unembed, target, line);
  Numbers u(line.begin(), line.end());
  if (rival == kAverageToken) {
    for (size_t c = 0; c < u.size(); ++c) u[c] -= mean_row[c];
  } else if (rival >= 0) {
    unpack_row(model.weights().unembed, rival, line);
    for (size_t c = 0; c < u.size(); ++c) u[c] -= static_cast<double>(line[c]);
  }
  return u;
}

// Through ln_final at its true scale.
Numbers stream_direction(const Numbers& u, const float* gain, double scale, bool removes_mean) {
  Numbers d(u.size());
  for (size_t c = 0; c < u.size(); ++c) d[c] = u[c] * static_cast<double>(gain[c]) / scale;
  if (!removes_mean) return d;
  const double mean = std::accumulate(d.begin(), d.end(), 0.0) / static_cast<double>(d.size());
  for (double& value : d) value -= mean;
  return d;
}

bool final_norm_removes_mean(const Interventions& changes, const Config& config) {
  return norm_rule(changes, config, 2 * config.n_layer).mode != NormMode::identity;
}

double logit_difference(std::span<const float> logits, int32_t target, int32_t rival) {
  const double logit = logits[static_cast<size_t>(target)];
  if (rival == kNoRival) return logit;
  if (rival >= 0) return logit - static_cast<double>(logits[static_cast<size_t>(rival)]);
  const double sum = std::accumulate(logits.begin(), logits.end(), 0.0);
  return logit - sum / static_cast<double>(logits.size());
}

using Site = Interventions::Site;

// What replaced a tensor at a place of a layer, or null.
const Interventions::Patch* patch_at(const Interventions& changes, Site site, int layer, int token,
                                     int head = -1) {
  const Interventions::Patch* found = nullptr;
  for (const auto& patch : changes.patches) {
    if (patch.site == site && patch.layer == layer && patch.token == token &&
        (site != Site::z || patch.head == head))
      found = &patch;
  }
  return found;
}

// What a head's values are multiplied by at a position; 0 where its z is not made of them.
double scale_of(const Interventions& changes, int layer, int head, int position) {
  if (patch_at(changes, Site::z, layer, position, head)) return 0;
  const HeadChange change = head_change(changes, layer, head);
  if (position < change.from) return 1;
  return change.mean ? 0 : static_cast<double>(change.scale);
}

// The parts of one block's attention: a head each, and the bias.
Status add_attention(Session& session, Attribution& out, int layer) {
  const Config& config = session.model().config();
  const size_t heads = static_cast<size_t>(config.n_head), size = static_cast<size_t>(config.head_size());
  const Interventions& changes = session.interventions();
  if (const auto* patch = patch_at(changes, Site::attn_out, layer, out.position)) {
    out.attention_bias[static_cast<size_t>(layer)] = product(out.direction, patch->values.data());
    return success();
  }
  if (is_off(changes.skip_attention, layer, out.position)) return success();
  const size_t l = static_cast<size_t>(layer);
  const Result<std::vector<float>> z = row_of(session, TensorId::z, layer, out.position);
  if (!z) return z.error();
  const Linear& output = session.model().weights().blocks[l].attn_out;
  const Numbers worth = transposed_product(output.weight, out.direction);
  for (size_t h = 0; h < heads; ++h) {
    double part = 0;
    for (size_t i = h * size; i < (h + 1) * size; ++i) part += worth[i] * static_cast<double>((*z)[i]);
    out.heads[l * heads + h] = part;
  }
  if (output.bias) out.attention_bias[l] = product(out.direction, output.bias);
  return success();
}

// Where the stream was replaced at a block's entry, nothing written before reached the end.
void begin_at_patches(Attribution& out, const Interventions& changes, int heads) {
  int layer = -1;
  for (const auto& patch : changes.patches) {
    if (patch.site != Site::resid_pre || patch.token != out.position || patch.layer < layer) continue;
    layer = patch.layer;
    out.embed = product(out.direction, patch.values.data());
    out.pos_embed = 0;
  }
  for (int l = 0; l < layer; ++l) {
    const size_t at = static_cast<size_t>(l);
    std::fill_n(out.heads.begin() + static_cast<ptrdiff_t>(l) * heads, heads, 0.0);
    out.attention_bias[at] = out.mlp[at] = 0;
  }
}

double sum_of(const Attribution& parts) {
  double sum = parts.embed + parts.pos_embed + parts.constant;
  for (const Numbers* list : {&parts.heads, &parts.attention_bias, &parts.mlp})
    sum = std::accumulate(list->begin(), list->end(), sum);
  return sum;
}

}  // namespace

std::vector<double> mean_unembedding(const Model& model) {
  const PackedMatrix& unembed = model.weights().unembed;
  std::vector<float> line(static_cast<size_t>(unembed.inputs));
  Numbers mean(line.size(), 0.0);
  for (int id = 0; id < unembed.outputs; ++id) {
    unpack_row(unembed, id, line);
    for (size_t c = 0; c < line.size(); ++c) mean[c] += static_cast<double>(line[c]);
  }
  for (double& value : mean) value /= unembed.outputs;
  return mean;
}

Result<Attribution> attribute(Session& session, int position, int32_t target, int32_t rival,
                              const std::vector<double>& mean_row) {
  const Model& model = session.model();
  const Config& config = model.config();
  const Result<int> at = position_in(session, position);
  if (!at) return at.error();
  VITRINE_TRY(token_exists(session, target));
  if (rival >= 0) VITRINE_TRY(token_exists(session, rival));
  const size_t layers = static_cast<size_t>(config.n_layer);
  Attribution out{target,
                  rival,
                  *at,
                  {},
                  0,
                  0,
                  Numbers(layers * static_cast<size_t>(config.n_head), 0.0),
                  Numbers(layers, 0.0),
                  Numbers(layers, 0.0),
                  0,
                  0,
                  0,
                  0};

  const Result<std::vector<float>> scale = row_of(session, TensorId::ln_final_scale, 0, *at),
                                   logits = row_of(session, TensorId::logits, 0, *at),
                                   embed = row_of(session, TensorId::embed, 0, *at),
                                   pos_embed = row_of(session, TensorId::pos_embed, 0, *at);
  for (const auto* row : {&scale, &logits, &embed, &pos_embed}) {
    if (!*row) return row->error();
  }
  const Numbers u = unembedding_direction(model, target, rival, mean_row);
  const LayerNorm& norm = model.weights().ln_final;
  out.direction = stream_direction(u, norm.gain, static_cast<double>((*scale)[0]),
                                   final_norm_removes_mean(session.interventions(), config));
  out.constant = product(u, norm.bias);
  out.difference = logit_difference(*logits, target, rival);
  out.embed = product(out.direction, embed->data());
  out.pos_embed = product(out.direction, pos_embed->data());
  for (int layer = 0; layer < config.n_layer; ++layer) {
    VITRINE_TRY(add_attention(session, out, layer));
    const Result<std::vector<float>> mlp = row_of(session, TensorId::mlp_out, layer, *at);
    if (!mlp) return mlp.error();
    out.mlp[static_cast<size_t>(layer)] = product(out.direction, mlp->data());
  }
  begin_at_patches(out, session.interventions(), config.n_head);
  out.sum = sum_of(out);
  out.rounding = out.difference - out.sum;
  return out;
}

Result<std::vector<double>> attribute_sources(Session& session, const Attribution& of, int layer) {
  const Config& config = session.model().config();
  const size_t heads = static_cast<size_t>(config.n_head), size = static_cast<size_t>(config.head_size());
  const size_t tokens = session.tokens().size();
  Numbers out(heads * tokens, 0.0);
  const Result<TensorData> pattern =
      session.tensor({TensorId::pattern, layer}, {-1, of.position, of.position + 1});
  if (!pattern) return pattern.error();
  const Result<TensorData> values = session.tensor({TensorId::v, layer});
  if (!values) return values.error();
  const Interventions& changes = session.interventions();
  if (is_off(changes.skip_attention, layer, of.position) ||
      patch_at(changes, Site::attn_out, layer, of.position))
    return out;
  const Numbers worth = transposed_product(
      session.model().weights().blocks[static_cast<size_t>(layer)].attn_out.weight, of.direction);
  for (size_t h = 0; h < heads; ++h) {
    const double head_scale = scale_of(changes, layer, static_cast<int>(h), of.position);
    for (size_t s = 0; s < tokens; ++s) {
      const double weight = pattern->data[h * tokens + s];
      if (weight == 0) continue;
      const float* value = values->data.data() + (s * heads + h) * size;
      double along = 0;
      for (size_t i = 0; i < size; ++i) along += worth[h * size + i] * static_cast<double>(value[i]);
      out[h * tokens + s] = head_scale * weight * along;
    }
  }
  return out;
}

Result<std::vector<double>> attribute_neurons(Session& session, const Attribution& of, int layer) {
  const Config& config = session.model().config();
  Numbers out(static_cast<size_t>(config.n_inner) + 1, 0.0);
  const Result<std::vector<float>> post = row_of(session, TensorId::mlp_post, layer, of.position);
  if (!post) return post.error();
  const Interventions& changes = session.interventions();
  if (is_off(changes.skip_mlp, layer, of.position) || patch_at(changes, Site::mlp_out, layer, of.position))
    return out;
  const Linear& output = session.model().weights().blocks[static_cast<size_t>(layer)].mlp_out;
  const Numbers worth = transposed_product(output.weight, of.direction);
  for (size_t n = 0; n < worth.size(); ++n) out[n] = worth[n] * static_cast<double>((*post)[n]);
  if (output.bias) out.back() = product(of.direction, output.bias);
  return out;
}

}  // namespace vitrine
