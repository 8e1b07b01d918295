#include "model/layer_rule.h"

#include <algorithm>

namespace vitrine {
namespace {

int first_off(const std::vector<Interventions::LayerOff>& layers, int layer) {
  int first = kNever;
  for (const auto& off : layers) {
    if (off.layer == layer) first = std::min(first, off.from);
  }
  return first;
}

LayerRule::Head head_rule(const Interventions& changes, const Config& config, int layer, int head) {
  LayerRule::Head rule{config.attention_scale(layer)};
  float temperature = 1;
  for (const auto& t : changes.temperatures) {
    if ((t.layer == -1 || t.layer == layer) && (t.head == -1 || t.head == head)) temperature = t.temperature;
  }
  rule.score_scale /= temperature;
  const HeadChange change = head_change(changes, layer, head);
  rule.scale = change.scale;
  rule.from = change.from;
  if (change.mean)
    rule.mean = changes.means.data() + static_cast<size_t>(layer) * static_cast<size_t>(config.n_embd) +
                static_cast<size_t>(head) * static_cast<size_t>(config.head_size());
  return rule;
}

}  // namespace

std::vector<LayerRule> layer_rules(const Interventions& changes, const Config& config, int tokens) {
  std::vector<LayerRule> rules(static_cast<size_t>(config.n_layer));
  for (int layer = 0; layer < config.n_layer; ++layer) {
    LayerRule& rule = rules[static_cast<size_t>(layer)];
    for (int head = 0; head < config.n_head; ++head)
      rule.heads.push_back(head_rule(changes, config, layer, head));
    for (const auto& cut : changes.cut_edges) {
      if (cut.layer == layer) rule.cuts.push_back({cut.head, cut.query, cut.key});
    }
    for (const auto& patch : changes.patches) {
      if (patch.layer == layer)
        rule.patches.push_back({patch.site, patch.head, patch.token, patch.values.data()});
    }
    rule.attention = {rule.heads[0].score_scale, changes.window, rule.cuts, changes.no_mask ? tokens : 0};
    rule.ln1 = norm_rule(changes, config, 2 * layer);
    rule.ln2 = norm_rule(changes, config, 2 * layer + 1);
    rule.kv_groups = changes.kv_groups == config.n_head ? 0 : changes.kv_groups;
    rule.attention_off = first_off(changes.skip_attention, layer);
    rule.mlp_off = first_off(changes.skip_mlp, layer);
  }
  return rules;
}

AttentionRule rule_of_head(const LayerRule& rule, int head) {
  AttentionRule attention = rule.attention;
  attention.scale = rule.heads[static_cast<size_t>(head)].score_scale;
  return attention;
}

void share_keys_and_values(const LayerRule& rule, const Config& config, Matrix qkv) {
  if (rule.kv_groups == 0) return;
  const int size = config.head_size(), members = config.n_head / rule.kv_groups;
  for (int t = 0; t < qkv.rows(); ++t) {
    for (int part = 1; part <= 2; ++part) {  // keys, then values
      for (int group = 0; group < rule.kv_groups; ++group) {
        float* heads = row(qkv, t) + part * config.n_embd + group * members * size;
        for (int d = 0; d < size; ++d) {
          float sum = 0;
          for (int member = 0; member < members; ++member) sum += heads[member * size + d];
          for (int member = 0; member < members; ++member)
            heads[member * size + d] = sum / static_cast<float>(members);
        }
      }
    }
  }
}

void change_heads(const LayerRule& rule, const Config& config, int first, Matrix z) {
  const int size = config.head_size(), rows = static_cast<int>(z.rows());
  for (int h = 0; h < config.n_head; ++h) {
    const LayerRule::Head& head = rule.heads[static_cast<size_t>(h)];
    if (head.scale == 1.0f && !head.mean) continue;
    for (int t = std::max(0, head.from - first); t < rows; ++t) {
      float* values = row(z, t) + h * size;
      for (int d = 0; d < size; ++d) values[d] = head.mean ? head.mean[d] : values[d] * head.scale;
    }
  }
  for (const LayerRule::Patch& patch : rule.patches) {
    if (patch.site != Interventions::Site::z || patch.token < first || patch.token >= first + rows) continue;
    std::copy_n(patch.values, size, row(z, patch.token - first) + patch.head * size);
  }
}

void change_rows(const LayerRule& rule, Interventions::Site site, int first, Matrix rows) {
  using Site = Interventions::Site;
  const int count = static_cast<int>(rows.rows());
  const int off = site == Site::attn_out ? rule.attention_off : site == Site::mlp_out ? rule.mlp_off : kNever;
  for (int t = std::max(0, off == kNever ? count : off - first); t < count; ++t)
    std::fill_n(row(rows, t), rows.cols(), 0.0f);
  for (const LayerRule::Patch& patch : rule.patches) {
    if (patch.site != site || patch.token < first || patch.token >= first + count) continue;
    std::copy_n(patch.values, rows.cols(), row(rows, patch.token - first));
  }
}

}  // namespace vitrine
