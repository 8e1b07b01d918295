#include "reference.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace vitrine::test {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;  // [T][...]

struct Reference {
  const ReferenceConfig& config;
  const ReferenceTensors& weights;
  const ReferenceChanges& changes;
  const ReferenceTrace& base;  // of the unchanged run, where a norm is frozen
  ReferenceTrace trace{};

  double frozen_deviation(const std::string& prefix) const {
    double sum = 0;
    const std::vector<double>& scales = base.at(prefix + ".hook_scale");
    for (double scale : scales) sum += scale;
    return sum / static_cast<double>(scales.size());
  }

  double weight(const std::string& name, size_t index) const { return weights.at(name)[index]; }

  void keep(const std::string& name, const Rows& rows) {
    std::vector<double>& flat = trace[name];
    for (const Row& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  }

  // y = x W + b with W [in, out].
  Rows conv1d(const Rows& x, const std::string& name) const {
    const std::vector<float>&w = weights.at(name + ".weight"), &b = weights.at(name + ".bias");
    Rows y;
    for (const Row& in : x) {
      Row out(b.begin(), b.end());
      for (size_t i = 0; i < in.size(); ++i) {
        for (size_t o = 0; o < out.size(); ++o) out[o] += in[i] * w[i * out.size() + o];
      }
      y.push_back(out);
    }
    return y;
  }

  enum class Mode { plain, identity, frozen };
  Mode mode_of(int norm) const {
    Mode mode = Mode::plain;
    for (const auto& change : changes.norms) {
      if (change.norm == -1 || change.norm == norm) mode = change.frozen ? Mode::frozen : Mode::identity;
    }
    return mode;
  }

  // Norm number `norm`, keeping prefix.hook_scale, what a row is divided by, and prefix.hook_normalized.
  Rows layer_norm(const Rows& x, const std::string& name, const std::string& prefix, int norm) {
    Rows scale, y;
    const Mode mode = mode_of(norm);
    for (const Row& in : x) {
      double mean = 0, variance = 0;
      for (double v : in) mean += v / static_cast<double>(in.size());
      for (double v : in) variance += (v - mean) * (v - mean) / static_cast<double>(in.size());
      double deviation = std::sqrt(variance + config.epsilon);
      if (mode == Mode::identity) mean = 0, deviation = 1;
      if (mode == Mode::frozen) deviation = frozen_deviation(prefix);
      Row out;
      for (size_t c = 0; c < in.size(); ++c) {
        out.push_back((in[c] - mean) / deviation * weight(name + ".weight", c) + weight(name + ".bias", c));
      }
      scale.push_back({deviation});
      y.push_back(out);
    }
    keep(prefix + ".hook_scale", scale);
    keep(prefix + ".hook_normalized", y);
    return y;
  }

  double gelu(double x) const {
    if (config.erf_gelu) return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    const double pi = 3.14159265358979323846;
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)));
  }
};

Rows sum(const Rows& a, const Rows& b) {
  Rows y = a;
  for (size_t t = 0; t < a.size(); ++t) {
    for (size_t c = 0; c < a[t].size(); ++c) y[t][c] += b[t][c];
  }
  return y;
}

// Zeroes and replaces rows of a tensor as the changes say.
void change_rows(const ReferenceChanges& changes, const char* site, int layer,
                 const std::vector<ReferenceChanges::Off>& off, Rows& rows) {
  for (const auto& one : off) {
    for (size_t t = static_cast<size_t>(one.from); one.layer == layer && t < rows.size(); ++t)
      rows[t] = Row(rows[t].size(), 0.0);
  }
  for (const auto& patch : changes.patches) {
    if (patch.site == site && patch.layer == layer)
      rows[patch.token] = Row(patch.values.begin(), patch.values.end());
  }
}

// Each head's part of the rows becomes the mean over the heads of its group.
void share(Rows& rows, int heads, int groups) {
  for (Row& values : rows) {
    const Row own = values;
    const int size = static_cast<int>(own.size()) / heads, members = heads / groups;
    for (int h = 0; h < heads; ++h) {
      for (int d = 0; d < size; ++d) {
        double mean = 0;
        for (int m = 0; m < members; ++m) mean += own[(h / members * members + m) * size + d] / members;
        values[h * size + d] = mean;
      }
    }
  }
}

}  // namespace

ReferenceTrace reference_run(const ReferenceConfig& config, const ReferenceTensors& weights,
                             const std::vector<int32_t>& tokens, const ReferenceChanges& changes) {
  bool frozen = false;
  for (const auto& norm : changes.norms) frozen = frozen || norm.frozen;
  const ReferenceTrace base = frozen ? reference_run(config, weights, tokens) : ReferenceTrace{};
  Reference r{config, weights, changes, base};
  const int count = static_cast<int>(tokens.size()), width = config.channels,
            head_size = width / config.heads;
  const double minus_infinity = -std::numeric_limits<double>::infinity();

  Rows embed, positions;
  for (int t = 0; t < count; ++t) {
    Row token, position;
    const size_t place = static_cast<size_t>(changes.positions.empty() ? t : changes.positions[t]);
    for (int c = 0; c < width; ++c) {
      token.push_back(r.weight("wte.weight", static_cast<size_t>(tokens[t]) * width + c));
      position.push_back(changes.no_positions ? 0.0 : r.weight("wpe.weight", place * width + c));
    }
    embed.push_back(token);
    positions.push_back(position);
  }
  r.keep("hook_embed", embed);
  r.keep("hook_pos_embed", positions);
  Rows x = sum(embed, positions);

  for (int l = 0; l < config.layers; ++l) {
    const std::string block = "blocks." + std::to_string(l) + ".", h_l = "h." + std::to_string(l) + ".";
    change_rows(changes, "resid_pre", l, {}, x);
    r.keep(block + "hook_resid_pre", x);
    const Rows qkv = r.conv1d(r.layer_norm(x, h_l + "ln_1", block + "ln1", 2 * l), h_l + "attn.c_attn");
    Rows q, k, v;
    for (const Row& row : qkv) {
      q.emplace_back(row.begin(), row.begin() + width);
      k.emplace_back(row.begin() + width, row.begin() + 2 * width);
      v.emplace_back(row.begin() + 2 * width, row.end());
    }
    if (changes.kv_groups > 0) {
      share(k, config.heads, changes.kv_groups);
      share(v, config.heads, changes.kv_groups);
    }
    r.keep(block + "attn.hook_q", q);
    r.keep(block + "attn.hook_k", k);
    r.keep(block + "attn.hook_v", v);

    Rows all_scores, all_patterns, z(count, Row(width, 0.0));
    for (int h = 0; h < config.heads; ++h) {
      double temperature = 1;
      for (const auto& t : changes.temperatures) {
        if ((t.layer == -1 || t.layer == l) && (t.head == -1 || t.head == h)) temperature = t.temperature;
      }
      for (int i = 0; i < count; ++i) {
        Row scores(count, minus_infinity), pattern(count, 0.0);
        for (int j = 0; j < (changes.no_mask ? count : i + 1); ++j) {
          bool visible = changes.window == 0 || std::abs(i - j) < changes.window;
          for (const auto& cut : changes.cut_edges) {
            if (cut.layer == l && (cut.head == -1 || cut.head == h) && cut.query == i && cut.key == j)
              visible = false;
          }
          if (!visible) continue;
          double score = 0;
          for (int d = 0; d < head_size; ++d) score += q[i][h * head_size + d] * k[j][h * head_size + d];
          if (config.scale_by_root_head_size) score /= std::sqrt(static_cast<double>(head_size));
          if (config.scale_by_layer) score /= l + 1;
          scores[j] = score / temperature;
        }
        double top = minus_infinity, total = 0;
        for (double s : scores) top = std::max(top, s);
        for (int j = 0; j < count; ++j) {
          if (scores[j] != minus_infinity) total += pattern[j] = std::exp(scores[j] - top);
        }
        for (double& p : pattern) {
          if (total > 0) p /= total;
        }
        for (int j = 0; j < count; ++j) {
          for (int d = 0; d < head_size; ++d) z[i][h * head_size + d] += pattern[j] * v[j][h * head_size + d];
        }
        all_scores.push_back(scores);
        all_patterns.push_back(pattern);
      }
    }
    for (const auto& head : changes.heads) {
      for (int i = head.from; head.layer == l && i < count; ++i) {
        for (int d = 0; d < head_size; ++d) {
          double& value = z[i][head.head * head_size + d];
          value = head.mean.empty() ? head.scale * value : head.mean[d];
        }
      }
    }
    for (const auto& patch : changes.patches) {
      for (int d = 0; patch.site == "z" && patch.layer == l && d < head_size; ++d)
        z[patch.token][patch.head * head_size + d] = patch.values[d];
    }
    r.keep(block + "attn.hook_attn_scores", all_scores);
    r.keep(block + "attn.hook_pattern", all_patterns);
    r.keep(block + "attn.hook_z", z);
    Rows attn_out = r.conv1d(z, h_l + "attn.c_proj");
    change_rows(changes, "attn_out", l, changes.skip_attention, attn_out);
    r.keep(block + "hook_attn_out", attn_out);
    const Rows mid = sum(x, attn_out);
    r.keep(block + "hook_resid_mid", mid);

    const Rows pre = r.conv1d(r.layer_norm(mid, h_l + "ln_2", block + "ln2", 2 * l + 1), h_l + "mlp.c_fc");
    Rows post = pre;
    for (Row& row : post) {
      for (double& value : row) value = r.gelu(value);
    }
    r.keep(block + "mlp.hook_pre", pre);
    r.keep(block + "mlp.hook_post", post);
    Rows mlp_out = r.conv1d(post, h_l + "mlp.c_proj");
    change_rows(changes, "mlp_out", l, changes.skip_mlp, mlp_out);
    r.keep(block + "hook_mlp_out", mlp_out);
    x = sum(mid, mlp_out);
    r.keep(block + "hook_resid_post", x);
  }

  const Rows normalized = r.layer_norm(x, "ln_f", "ln_final", 2 * config.layers);
  const std::string head = weights.count("lm_head.weight") ? "lm_head.weight" : "wte.weight";  // [V, C]
  Rows logits;
  for (const Row& row : normalized) {
    Row out(config.vocabulary, 0.0);
    for (int n = 0; n < config.vocabulary; ++n) {
      for (int c = 0; c < width; ++c) out[n] += row[c] * r.weight(head, static_cast<size_t>(n) * width + c);
    }
    logits.push_back(out);
  }
  r.keep("logits", logits);
  return r.trace;
}

}  // namespace vitrine::test
