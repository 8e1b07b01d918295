#include "session/interventions_json.h"

#include <cmath>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

namespace vitrine {
namespace {

using Json = nlohmann::json;

// A hostile request must not hold the engine up; nothing sensible comes near.
constexpr size_t kMaxEntries = 100'000;

Error wrong(const std::string& where, const Json& got, const char* wanted) {
  // An array or object is only named: printing one recurses as deep as it is nested.
  constexpr size_t kShown = 60;
  std::string text = got.is_array()    ? "an array"
                     : got.is_object() ? "an object"
                                       : got.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kShown) text = text.substr(0, kShown) + "...";
  return Error{ErrorCode::intervention,
               "interventions: " + where + " is " + text + ", wanted " + wanted,
               {{"name", where}}};
}

Result<int> whole(const Json& value, const std::string& where) {
  if (!value.is_number_integer()) return wrong(where, value, "a whole number");
  bool fits = value.is_number_unsigned()
                  ? value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int>::max())
                  : value.get<int64_t>() >= std::numeric_limits<int>::min();
  if (!fits) return wrong(where, value, "a number that fits 32 bits");
  return static_cast<int>(value.get<int64_t>());
}

Result<float> finite(const Json& value, const std::string& where) {
  if (!value.is_number()) return wrong(where, value, "a number");
  double number = value.get<double>();
  if (!(std::abs(number) <= std::numeric_limits<float>::max()))
    return wrong(where, value, "a finite F32 number");
  return static_cast<float>(number);
}

// Refuses members that are not in `known` (separated by single spaces), so that a misspelt one is not ignored.
Status only_members(const Json& object, std::string_view known, const std::string& where) {
  if (!object.is_object()) return wrong(where, object, "an object");
  for (auto entry = object.begin(); entry != object.end(); ++entry) {
    std::string padded = " " + std::string(known) + " ";
    if (padded.find(" " + entry.key() + " ") == std::string::npos)
      return Error{ErrorCode::intervention,
                   "interventions: " + where + " has an unknown member " +
                       Json(entry.key()).dump(-1, ' ', true, Json::error_handler_t::replace) +
                       "; known are " + std::string(known),
                   {{"name", where}}};
  }
  return success();
}

Result<int> member(const Json& object, const char* name, const std::string& where) {
  auto found = object.find(name);
  if (found == object.end())
    return Error{ErrorCode::intervention,
                 "interventions: " + where + " lacks its member \"" + name + "\"",
                 {{"name", where}}};
  return whole(*found, where + "." + name);
}

Result<const Json*> array_member(const Json& object, const char* name) {
  static const Json kEmpty = Json::array();
  auto found = object.find(name);
  if (found == object.end()) return &kEmpty;
  if (!found->is_array()) return wrong(name, *found, "an array");
  if (found->size() > kMaxEntries)
    return Error{ErrorCode::intervention,
                 std::string("interventions: ") + name + " has " + std::to_string(found->size()) +
                     " entries, at most " + std::to_string(kMaxEntries) + " are taken",
                 {{"name", name}}};
  return &*found;
}

// A member that may be left out.
Result<int> optional_member(const Json& object, const char* name, const std::string& where, int otherwise) {
  return object.contains(name) ? member(object, name, where) : Result<int>(otherwise);
}

Result<bool> flag(const Json& object, const char* name, const std::string& where) {
  const auto found = object.find(name);
  if (found == object.end()) return false;
  if (!found->is_boolean()) return wrong(where + name, *found, "true or false");
  return found->get<bool>();
}

Status read_layers(const Json& root, const char* name, std::vector<Interventions::LayerOff>& layers) {
  auto array = array_member(root, name);
  if (!array) return array.error();
  for (const Json& entry : **array) {
    Result<int> layer = 0, from = 0;
    if (entry.is_object()) {
      VITRINE_TRY(only_members(entry, "layer from", name));
      layer = member(entry, "layer", name);
      from = optional_member(entry, "from", name, 0);
    } else {
      layer = whole(entry, name);
    }
    if (!layer) return layer.error();
    if (!from) return from.error();
    layers.push_back({*layer, *from});
  }
  return success();
}

Status read_heads(const Json& root, std::vector<Interventions::HeadScale>& heads) {
  auto array = array_member(root, "heads");
  if (!array) return array.error();
  for (const Json& entry : **array) {
    VITRINE_TRY(only_members(entry, "layer head scale from mean", "heads"));
    const Result<int> layer = member(entry, "layer", "heads"), head = member(entry, "head", "heads"),
                      from = optional_member(entry, "from", "heads", 0);
    for (const Result<int>* field : {&layer, &head, &from})
      if (!*field) return field->error();
    const Result<bool> mean = flag(entry, "mean", "heads.");
    if (!mean) return mean.error();
    if (!*mean && !entry.contains("scale"))
      return Error{
          ErrorCode::intervention, "interventions: heads lacks its member \"scale\"", {{"name", "heads"}}};
    const Result<float> scale = *mean ? Result<float>(0.0f) : finite(entry["scale"], "heads.scale");
    if (!scale) return scale.error();
    heads.push_back({*layer, *head, *scale, *from, *mean});
  }
  return success();
}

Status read_edges(const Json& root, std::vector<Interventions::Edge>& edges) {
  auto array = array_member(root, "cutEdges");
  if (!array) return array.error();
  for (const Json& entry : **array) {
    VITRINE_TRY(only_members(entry, "layer head query key", "cutEdges"));
    auto layer = member(entry, "layer", "cutEdges"), query = member(entry, "query", "cutEdges"),
         key = member(entry, "key", "cutEdges");
    Result<int> head = entry.contains("head") ? member(entry, "head", "cutEdges") : Result<int>(-1);
    for (const Result<int>* field : {&layer, &head, &query, &key})
      if (!*field) return field->error();
    edges.push_back({*layer, *head, *query, *key});
  }
  return success();
}

Result<Interventions::Site> site_named(const Json& entry) {
  using Site = Interventions::Site;
  const auto found = entry.find("site");
  if (found == entry.end()) return Site::resid_pre;
  for (const auto& [name, site] :
       {std::pair{"resid_pre", Site::resid_pre}, std::pair{"attn_out", Site::attn_out},
        std::pair{"mlp_out", Site::mlp_out}, std::pair{"z", Site::z}}) {
    if (found->is_string() && found->get_ref<const std::string&>() == name) return site;
  }
  return wrong("patches.site", *found, "\"resid_pre\", \"attn_out\", \"mlp_out\" or \"z\"");
}

Status read_patches(const Json& root, std::vector<Interventions::Patch>& patches) {
  auto array = array_member(root, "patches");
  if (!array) return array.error();
  for (const Json& entry : **array) {
    VITRINE_TRY(only_members(entry, "layer token site head values residual", "patches"));
    const Result<int> layer = member(entry, "layer", "patches"), token = member(entry, "token", "patches"),
                      head = optional_member(entry, "head", "patches", -1);
    for (const Result<int>* field : {&layer, &token, &head})
      if (!*field) return field->error();
    const Result<Interventions::Site> site = site_named(entry);
    if (!site) return site.error();
    auto values = array_member(entry, entry.contains("residual") ? "residual" : "values");
    if (!values) return values.error();
    Interventions::Patch patch{*layer, *token, {}, *site, *head};
    for (const Json& value : **values) {
      auto number = finite(value, "patches.values");
      if (!number) return number.error();
      patch.values.push_back(*number);
    }
    patches.push_back(std::move(patch));
  }
  return success();
}

Result<Interventions::Positions> read_positions(const Json& value) {
  using Positions = Interventions::Positions;
  Positions positions;
  if (value.is_array()) {
    positions.kind = Positions::listed;
    for (const Json& entry : value) {
      if (positions.list.size() == kMaxEntries) return wrong("positions", value, "at most 100000 entries");
      const Result<int> place = whole(entry, "positions");
      if (!place) return place.error();
      positions.list.push_back(*place);
    }
    return positions;
  }
  VITRINE_TRY(only_members(value, "shift shuffle same", "positions"));
  if (value.size() != 1)
    return wrong("positions", value, "a list, or an object with one of shift, shuffle and same");
  if (value.contains("same")) {
    const Result<bool> same = flag(value, "same", "positions.");
    if (!same) return same.error();
    positions.kind = *same ? Positions::same : Positions::own;
    return positions;
  }
  const char* name = value.contains("shift") ? "shift" : "shuffle";
  const Result<int> amount = member(value, name, "positions");
  if (!amount) return amount.error();
  positions.kind = value.contains("shift") ? Positions::shift : Positions::shuffle;
  positions.amount = *amount;
  if (positions.kind == Positions::shuffle && *amount < 0)
    return wrong("positions.shuffle", value["shuffle"], "a seed of 0 or more");
  return positions;
}

Status read_temperatures(const Json& value, std::vector<Interventions::Temperature>& temperatures) {
  if (!value.is_array()) {
    const Result<float> all = finite(value, "attentionTemperature");
    if (!all) return all.error();
    temperatures.push_back({*all});
    return success();
  }
  for (const Json& entry : value) {
    VITRINE_TRY(only_members(entry, "temperature layer head", "attentionTemperature"));
    if (temperatures.size() == kMaxEntries || !entry.contains("temperature"))
      return wrong("attentionTemperature", value, "entries with a \"temperature\", at most 100000");
    const Result<float> temperature = finite(entry["temperature"], "attentionTemperature.temperature");
    const Result<int> layer = optional_member(entry, "layer", "attentionTemperature", -1),
                      head = optional_member(entry, "head", "attentionTemperature", -1);
    if (!temperature) return temperature.error();
    if (!layer) return layer.error();
    if (!head) return head.error();
    temperatures.push_back({*temperature, *layer, *head});
  }
  return success();
}

Status read_norms(const Json& root, std::vector<Interventions::Norm>& norms) {
  auto array = array_member(root, "norms");
  if (!array) return array.error();
  for (const Json& entry : **array) {
    VITRINE_TRY(only_members(entry, "layer which mode", "norms"));
    const Json layer = entry.value("layer", Json());
    Result<int> place = Interventions::kEveryNorm;
    if (layer == "final") {
      place = Interventions::kFinalNorm;
    } else if (!layer.is_null()) {
      place = whole(layer, "norms.layer");
      if (place && *place < 0) return wrong("norms.layer", layer, "a layer or \"final\"");
    }
    const Result<int> which = optional_member(entry, "which", "norms", 0);
    if (!place) return place.error();
    if (!which) return which.error();
    const Json mode = entry.value("mode", Json("identity"));
    if (mode != "identity" && mode != "frozen")
      return wrong("norms.mode", mode, "\"identity\" or \"frozen\"");
    norms.push_back({*place, *which, mode == "frozen" ? NormMode::frozen : NormMode::identity});
  }
  return success();
}

}  // namespace

Result<Interventions> parse_interventions(std::string_view json) {
  Interventions interventions;
  if (json.empty()) return interventions;
  Json root = Json::parse(json, nullptr, false);
  if (root.is_discarded())
    return Error{ErrorCode::intervention,
                 "interventions: not valid JSON; wanted an object such as {\"skipMlp\":[0]}",
                 {{"name", "JSON"}}};
  VITRINE_TRY(only_members(
      root,
      "heads skipMlp skipAttention skipLayer cutEdges patches window noMask noPositions positions "
      "attentionTemperature norms kvGroups",
      "the request"));
  VITRINE_TRY(read_heads(root, interventions.heads));
  VITRINE_TRY(read_layers(root, "skipMlp", interventions.skip_mlp));
  VITRINE_TRY(read_layers(root, "skipAttention", interventions.skip_attention));
  for (auto* layers : {&interventions.skip_mlp, &interventions.skip_attention})
    VITRINE_TRY(read_layers(root, "skipLayer", *layers));
  VITRINE_TRY(read_edges(root, interventions.cut_edges));
  VITRINE_TRY(read_patches(root, interventions.patches));
  VITRINE_TRY(read_norms(root, interventions.norms));
  const Result<int> window = optional_member(root, "window", "the request", 0),
                    groups = optional_member(root, "kvGroups", "the request", 0);
  if (!window) return window.error();
  if (*window < 0) return wrong("window", root["window"], "0 (all) or a number of tokens");
  if (!groups) return groups.error();
  if (root.contains("kvGroups") && *groups < 1) return wrong("kvGroups", root["kvGroups"], "1 or more");
  interventions.window = *window;
  interventions.kv_groups = *groups;
  const Result<bool> no_mask = flag(root, "noMask", ""), no_positions = flag(root, "noPositions", "");
  if (!no_mask) return no_mask.error();
  if (!no_positions) return no_positions.error();
  interventions.no_mask = *no_mask;
  interventions.no_positions = *no_positions;
  if (root.contains("positions")) {
    Result<Interventions::Positions> positions = read_positions(root["positions"]);
    if (!positions) return positions.error();
    interventions.positions = std::move(*positions);
  }
  if (root.contains("attentionTemperature"))
    VITRINE_TRY(read_temperatures(root["attentionTemperature"], interventions.temperatures));
  return interventions;
}

}  // namespace vitrine
