#include "model/interventions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "sampling/sampler.h"

namespace vitrine {
namespace {

constexpr float kLeastTemperature = 0.001f, kMostTemperature = 1000.0f;

Status in_range(int value, int count, const char* what, const char* where) {
  if (value >= 0 && value < count) return success();
  return Error{ErrorCode::intervention,
               std::string(where) + " names " + what + " " + std::to_string(value) + "; there are " + what +
                   "s 0 to " + std::to_string(count - 1),
               {{"name", std::string(where)}}};
}

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

Error wrong(std::string message, const char* name) {
  return Error{ErrorCode::intervention, std::move(message), {{"name", name}}};
}

Status check_heads(const Interventions& wanted, const Config& config, int tokens) {
  const size_t means = static_cast<size_t>(config.n_layer) * static_cast<size_t>(config.n_embd);
  for (const auto& h : wanted.heads) {
    VITRINE_TRY(in_range(h.layer, config.n_layer, "layer", "a head's scale"));
    VITRINE_TRY(in_range(h.head, config.n_head, "head", "a head's scale"));
    VITRINE_TRY(in_range(h.from, tokens, "token", "a head's scale"));
    if (!std::isfinite(h.scale))
      return wrong("a head's scale is not a finite number; 0 knocks the head out, 1 leaves it",
                   "heads.scale");
    if (h.mean && (wanted.means.size() != means || !all_finite(wanted.means)))
      return wrong("a head is to be replaced by its mean, but " + std::to_string(wanted.means.size()) +
                       " means are known; this model's heads have " + std::to_string(means) +
                       ": measure them on a text first",
                   "heads.mean");
  }
  return success();
}

Status check_layers(const Interventions& wanted, const Config& config, int tokens) {
  for (const auto& off : wanted.skip_mlp) {
    VITRINE_TRY(in_range(off.layer, config.n_layer, "layer", "skipping an MLP"));
    VITRINE_TRY(in_range(off.from, tokens, "token", "skipping an MLP"));
  }
  for (const auto& off : wanted.skip_attention) {
    VITRINE_TRY(in_range(off.layer, config.n_layer, "layer", "skipping attention"));
    VITRINE_TRY(in_range(off.from, tokens, "token", "skipping attention"));
  }
  return success();
}

Status check_attention(const Interventions& wanted, const Config& config, int tokens) {
  for (const auto& e : wanted.cut_edges) {
    VITRINE_TRY(in_range(e.layer, config.n_layer, "layer", "a cut edge"));
    if (e.head != -1) VITRINE_TRY(in_range(e.head, config.n_head, "head", "a cut edge"));
    VITRINE_TRY(in_range(e.query, tokens, "token", "a cut edge"));
    VITRINE_TRY(in_range(e.key, tokens, "token", "a cut edge"));
  }
  if (wanted.window < 0)
    return wrong(
        "the attention window is " + std::to_string(wanted.window) + "; wanted 1 or more, or 0 for all",
        "window");
  for (const auto& t : wanted.temperatures) {
    if (t.layer != -1) VITRINE_TRY(in_range(t.layer, config.n_layer, "layer", "an attention temperature"));
    if (t.head != -1) VITRINE_TRY(in_range(t.head, config.n_head, "head", "an attention temperature"));
    if (!(t.temperature >= kLeastTemperature && t.temperature <= kMostTemperature))
      return wrong("an attention temperature is " + std::to_string(t.temperature) +
                       "; wanted a number from 0.001 to 1,000, 1 leaves attention as it is",
                   "attentionTemperature");
  }
  if (wanted.kv_groups < 0 || (wanted.kv_groups > 0 && config.n_head % wanted.kv_groups != 0))
    return wrong("the key-value groups are " + std::to_string(wanted.kv_groups) +
                     "; wanted a number that divides the model's " + std::to_string(config.n_head) + " heads",
                 "kvGroups");
  return success();
}

Status check_patches(const Interventions& wanted, const Config& config, int tokens) {
  for (const auto& p : wanted.patches) {
    VITRINE_TRY(in_range(p.layer, config.n_layer, "layer", "a patch"));
    VITRINE_TRY(in_range(p.token, tokens, "token", "a patch"));
    const bool of_head = p.site == Interventions::Site::z;
    if (of_head) VITRINE_TRY(in_range(p.head, config.n_head, "head", "a patch"));
    const int size = of_head ? config.head_size() : config.n_embd;
    if (p.values.size() != static_cast<size_t>(size)) {
      return wrong("a patch has " + std::to_string(p.values.size()) + " values; a " +
                       (of_head ? "head's z" : "residual") + " of this model has " + std::to_string(size),
                   "patches.values");
    }
    if (!all_finite(p.values))
      return wrong("a patch holds a value that is not a finite number", "patches.values");
  }
  return success();
}

Status check_positions(const Interventions& wanted, const Config& config, int tokens) {
  const auto& positions = wanted.positions;
  if (positions.kind == Interventions::Positions::listed &&
      positions.list.size() != static_cast<size_t>(tokens))
    return wrong("positions are listed for " + std::to_string(positions.list.size()) +
                     " tokens; the prompt has " + std::to_string(tokens),
                 "positions");
  if (positions.kind == Interventions::Positions::shift &&
      (positions.amount < -int64_t{kMaxContext} || positions.amount > kMaxContext))
    return wrong("positions are shifted by " + std::to_string(positions.amount) + "; the model has " +
                     std::to_string(config.n_ctx),
                 "positions");
  if (wanted.no_positions || positions.kind == Interventions::Positions::own) return success();
  std::vector<int32_t> places;
  positions_of(wanted, tokens, places);
  for (size_t t = 0; t < places.size(); ++t) {
    if (places[t] >= 0 && places[t] < config.n_ctx) continue;
    return wrong("token " + std::to_string(t) + " would get position " + std::to_string(places[t]) +
                     "; the model has positions 0 to " + std::to_string(config.n_ctx - 1),
                 "positions");
  }
  return success();
}

Status check_norms(const Interventions& wanted, const Config& config) {
  for (const auto& n : wanted.norms) {
    if (n.layer != Interventions::kEveryNorm && n.layer != Interventions::kFinalNorm)
      VITRINE_TRY(in_range(n.layer, config.n_layer, "layer", "a norm"));
    if (n.which < 0 || n.which > 2)
      return wrong("a block has norms 1 and 2, not " + std::to_string(n.which), "norms.which");
    if (n.mode != NormMode::frozen) continue;
    const size_t norms = 2 * static_cast<size_t>(config.n_layer) + 1;
    const auto& known = wanted.norm_deviations;
    if (known.size() != norms || !all_finite(known) ||
        std::any_of(known.begin(), known.end(), [](float d) { return !(d > 0); }))
      return wrong(
          "a norm is to be frozen, but the deviations of the unchanged run are not known: run it first",
          "norms");
  }
  return success();
}

}  // namespace

Status check_interventions(const Interventions& wanted, const Config& config, int tokens) {
  VITRINE_TRY(check_heads(wanted, config, tokens));
  VITRINE_TRY(check_layers(wanted, config, tokens));
  VITRINE_TRY(check_attention(wanted, config, tokens));
  VITRINE_TRY(check_patches(wanted, config, tokens));
  VITRINE_TRY(check_positions(wanted, config, tokens));
  return check_norms(wanted, config);
}

void positions_of(const Interventions& wanted, int tokens, std::vector<int32_t>& places) {
  using Positions = Interventions::Positions;
  const Positions& positions = wanted.positions;
  places.assign(static_cast<size_t>(tokens), wanted.no_positions ? -1 : 0);
  if (wanted.no_positions || positions.kind == Positions::same) return;
  if (positions.kind == Positions::listed) {
    places = positions.list;
    return;
  }
  const int64_t shift = positions.kind == Positions::shift ? positions.amount : 0;
  for (int t = 0; t < tokens; ++t) places[static_cast<size_t>(t)] = static_cast<int32_t>(t + shift);
  if (positions.kind == Positions::shuffle) {  // Fisher & Yates
    for (int last = tokens - 1; last > 0; --last) {
      const double u = uniform(static_cast<uint64_t>(positions.amount), static_cast<uint64_t>(last));
      std::swap(places[static_cast<size_t>(last)], places[static_cast<size_t>(u * (last + 1))]);
    }
  }
}

NormRule norm_rule(const Interventions& wanted, const Config& config, int norm) {
  NormRule rule;
  const bool is_final = norm == 2 * config.n_layer;
  for (const auto& n : wanted.norms) {
    const bool every = n.layer == Interventions::kEveryNorm;
    const bool here = is_final ? every || n.layer == Interventions::kFinalNorm
                               : (every || n.layer == norm / 2) && (n.which == 0 || n.which == norm % 2 + 1);
    if (!here) continue;
    rule.mode = n.mode;
    rule.deviation = n.mode == NormMode::frozen ? wanted.norm_deviations[static_cast<size_t>(norm)] : 1.0f;
  }
  return rule;
}

bool is_off(const std::vector<Interventions::LayerOff>& layers, int layer, int token) {
  return std::any_of(layers.begin(), layers.end(),
                     [&](const auto& off) { return off.layer == layer && token >= off.from; });
}

HeadChange head_change(const Interventions& wanted, int layer, int head) {
  HeadChange change;
  for (const auto& h : wanted.heads) {
    if (h.layer == layer && h.head == head) change = {h.scale, h.from, h.mean};
  }
  return change;
}

}  // namespace vitrine
