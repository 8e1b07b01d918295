#include "reference_readouts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vitrine::test {
namespace {

std::string block(int layer) { return "blocks." + std::to_string(layer) + "."; }
std::string stored(int layer, const char* name) { return "h." + std::to_string(layer) + "." + name; }

double dot(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// W_U, [V, C].
const std::vector<float>& unembedding(const ReferenceRun& run) {
  return run.weights.at(run.weights.count("lm_head.weight") ? "lm_head.weight" : "wte.weight");
}

Numbers unembedding_row(const ReferenceRun& run, int id) {
  const std::vector<float>& all = unembedding(run);
  const std::ptrdiff_t width = run.config.channels;
  return {all.begin() + id * width, all.begin() + (id + 1) * width};
}

double weight_of(const ReferenceRun& run, int layer, int head, int query, int key) {
  const int tokens = run.tokens;
  const size_t at = (static_cast<size_t>(head) * tokens + query) * tokens + key;
  return run.trace.at(block(layer) + "attn.hook_pattern")[at];
}

// (v of a token and head) W_O^h, [C].
Numbers value_after_output(const ReferenceRun& run, int layer, int head, int token) {
  const int width = run.config.channels, size = width / run.config.heads;
  const std::vector<float>& output =
      run.weights.at(stored(layer, "attn.c_proj.weight"));  // [C, C], in by out
  const Numbers v = reference_row(run, block(layer) + "attn.hook_v", token);
  Numbers out(width, 0.0);
  for (int d = head * size; d < (head + 1) * size; ++d) {
    for (int c = 0; c < width; ++c) out[c] += v[d] * output[static_cast<size_t>(d) * width + c];
  }
  return out;
}

}  // namespace

Numbers reference_row(const ReferenceRun& run, const std::string& name, int position) {
  const Numbers& all = run.trace.at(name);
  const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(all.size()) / run.tokens;
  return {all.begin() + position * width, all.begin() + (position + 1) * width};
}

Numbers reference_read_out(const ReferenceRun& run, const Numbers& stream) {
  double mean = 0, variance = 0;
  const double width = static_cast<double>(stream.size());
  for (double x : stream) mean += x / width;
  for (double x : stream) variance += (x - mean) * (x - mean) / width;
  Numbers normalized;
  for (size_t c = 0; c < stream.size(); ++c) {
    normalized.push_back((stream[c] - mean) / std::sqrt(variance + run.config.epsilon) *
                             run.weights.at("ln_f.weight")[c] +
                         run.weights.at("ln_f.bias")[c]);
  }
  Numbers logits;
  for (int id = 0; id < run.config.vocabulary; ++id)
    logits.push_back(dot(normalized, unembedding_row(run, id)));
  return logits;
}

std::vector<ReferenceLensPoint> reference_lens(const ReferenceRun& run, int position) {
  std::vector<ReferenceLensPoint> points;
  const auto add = [&](const std::string& name) {
    ReferenceLensPoint point{reference_read_out(run, reference_row(run, name, position)), {}, 0, 0};
    double total = 0;
    for (double logit : point.logits) total += std::exp(logit);
    for (double logit : point.logits) point.p.push_back(std::exp(logit) / total);
    for (double p : point.p) point.entropy -= p * std::log(p);
    points.push_back(point);
  };
  for (int layer = 0; layer < run.config.layers; ++layer) {
    add(block(layer) + "hook_resid_pre");
    add(block(layer) + "hook_resid_mid");
  }
  add(block(run.config.layers - 1) + "hook_resid_post");
  const Numbers last = points.back().p;
  for (ReferenceLensPoint& point : points) {
    for (size_t id = 0; id < last.size(); ++id) point.kl += last[id] * std::log(last[id] / point.p[id]);
  }
  return points;
}

ReferenceWhy reference_why(const ReferenceRun& run, int position, int target, int rival) {
  const int width = run.config.channels, heads = run.config.heads, size = width / heads;
  ReferenceWhy why{};
  Numbers u = unembedding_row(run, target);
  for (int id = 0; id < run.config.vocabulary; ++id) {
    const double share = rival == -2 ? 1.0 / run.config.vocabulary : rival == id ? 1.0 : 0.0;
    const Numbers row = unembedding_row(run, id);
    for (int c = 0; c < width; ++c) u[c] -= share * row[c];
  }
  const double scale = reference_row(run, "ln_final.hook_scale", position)[0];
  double mean = 0;
  for (int c = 0; c < width; ++c) {
    why.direction.push_back(u[c] * run.weights.at("ln_f.weight")[c] / scale);
    mean += why.direction[c] / width;
    why.constant += u[c] * run.weights.at("ln_f.bias")[c];
  }
  for (double& d : why.direction) d -= mean;
  why.embed = dot(why.direction, reference_row(run, "hook_embed", position));
  why.pos_embed = dot(why.direction, reference_row(run, "hook_pos_embed", position));
  for (int layer = 0; layer < run.config.layers; ++layer) {
    const std::vector<float>&output = run.weights.at(stored(layer, "attn.c_proj.weight")),
          &bias = run.weights.at(stored(layer, "attn.c_proj.bias"));
    const Numbers z = reference_row(run, block(layer) + "attn.hook_z", position);
    for (int head = 0; head < heads; ++head) {
      double part = 0;
      for (int d = head * size; d < (head + 1) * size; ++d) {
        for (int c = 0; c < width; ++c)
          part += z[d] * output[static_cast<size_t>(d) * width + c] * why.direction[c];
      }
      why.heads.push_back(part);
    }
    why.attention_bias.push_back(dot(why.direction, Numbers(bias.begin(), bias.end())));
    why.mlp.push_back(dot(why.direction, reference_row(run, block(layer) + "hook_mlp_out", position)));
  }
  const Numbers logits = reference_row(run, "logits", position);
  why.difference = logits[target];
  if (rival >= 0) why.difference -= logits[rival];
  if (rival == -2) {
    for (double logit : logits) why.difference -= logit / run.config.vocabulary;
  }
  return why;
}

Numbers reference_sources(const ReferenceRun& run, const ReferenceWhy& why, int position, int layer) {
  Numbers out;
  for (int head = 0; head < run.config.heads; ++head) {
    for (int token = 0; token < run.tokens; ++token) {
      out.push_back(weight_of(run, layer, head, position, token) *
                    dot(value_after_output(run, layer, head, token), why.direction));
    }
  }
  return out;
}

Numbers reference_neurons(const ReferenceRun& run, const ReferenceWhy& why, int position, int layer) {
  const int width = run.config.channels;
  const std::vector<float>&output = run.weights.at(stored(layer, "mlp.c_proj.weight")),
        &bias = run.weights.at(stored(layer, "mlp.c_proj.bias"));
  const Numbers post = reference_row(run, block(layer) + "mlp.hook_post", position);
  Numbers out;
  for (size_t n = 0; n < post.size(); ++n) {
    double part = 0;
    for (int c = 0; c < width; ++c) part += post[n] * output[n * width + c] * why.direction[c];
    out.push_back(part);
  }
  out.push_back(dot(why.direction, Numbers(bias.begin(), bias.end())));
  return out;
}

Numbers reference_rollout(const ReferenceRun& run, int position, int fuse) {
  const int count = run.tokens;
  std::vector<Numbers> so_far(count, Numbers(count, 0.0));
  for (int i = 0; i < count; ++i) so_far[i][i] = 1;
  Numbers rows;
  for (int layer = 0; layer < run.config.layers; ++layer) {
    std::vector<Numbers> next(count, Numbers(count, 0.0));
    for (int i = 0; i < count; ++i) {
      Numbers map(count, 0.0);
      double total = 0;
      for (int j = 0; j < count; ++j) {
        for (int head = 0; head < run.config.heads; ++head) {
          const double weight = weight_of(run, layer, head, i, j);
          if (fuse == 0) map[j] += weight;
          if (fuse == 1) map[j] = std::max(map[j], weight);
          if (fuse == 2) {
            const Numbers value = value_after_output(run, layer, head, j);
            map[j] += weight * std::sqrt(dot(value, value));
          }
        }
        total += map[j];
      }
      for (int j = 0; j < count; ++j) {
        for (int k = 0; k < count; ++k) next[i][k] += (map[j] / total + (i == j ? 1 : 0)) / 2 * so_far[j][k];
      }
    }
    so_far = next;
    rows.insert(rows.end(), so_far[position].begin(), so_far[position].end());
  }
  return rows;
}

Numbers reference_scores(const ReferenceRun& run, const std::vector<int32_t>& ids) {
  Numbers out;
  for (int layer = 0; layer < run.config.layers; ++layer) {
    for (int head = 0; head < run.config.heads; ++head) {
      double previous = 0, first = 0, self = 0, duplicate = 0, induction = 0, broad = 0;
      int repeats = 0;
      for (int i = 1; i < run.tokens; ++i) {
        previous += weight_of(run, layer, head, i, i - 1);
        first += weight_of(run, layer, head, i, 0);
        self += weight_of(run, layer, head, i, i);
        bool repeated = false;
        double entropy = 0;
        for (int j = 0; j <= i; ++j) {
          const double weight = weight_of(run, layer, head, i, j);
          if (weight > 0) entropy -= weight * std::log(weight);
          if (j == i || ids[j] != ids[i]) continue;
          repeated = true;
          duplicate += weight;
          if (j + 1 < i) induction += weight_of(run, layer, head, i, j + 1);
        }
        repeats += repeated;
        broad += entropy / std::log(i + 1.0);
      }
      const double rows = run.tokens - 1;
      out.insert(out.end(), {previous / rows, first / rows, self / rows, repeats ? duplicate / repeats : 0,
                             repeats ? induction / repeats : 0, broad / rows});
    }
  }
  return out;
}

}  // namespace vitrine::test
