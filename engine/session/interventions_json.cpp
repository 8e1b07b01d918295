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

Status read_layers(const Json& root, const char* name, std::vector<int>& layers) {
  auto array = array_member(root, name);
  if (!array) return array.error();
  for (const Json& entry : **array) {
    auto layer = whole(entry, name);
    if (!layer) return layer.error();
    layers.push_back(*layer);
  }
  return success();
}

Status read_heads(const Json& root, std::vector<Interventions::HeadScale>& heads) {
  auto array = array_member(root, "heads");
  if (!array) return array.error();
  for (const Json& entry : **array) {
    VITRINE_TRY(only_members(entry, "layer head scale", "heads"));
    auto layer = member(entry, "layer", "heads"), head = member(entry, "head", "heads");
    if (!layer) return layer.error();
    if (!head) return head.error();
    if (!entry.contains("scale"))
      return Error{
          ErrorCode::intervention, "interventions: heads lacks its member \"scale\"", {{"name", "heads"}}};
    auto scale = finite(entry["scale"], "heads.scale");
    if (!scale) return scale.error();
    heads.push_back({*layer, *head, *scale});
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

Status read_patches(const Json& root, std::vector<Interventions::Patch>& patches) {
  auto array = array_member(root, "patches");
  if (!array) return array.error();
  for (const Json& entry : **array) {
    VITRINE_TRY(only_members(entry, "layer token residual", "patches"));
    auto layer = member(entry, "layer", "patches"), token = member(entry, "token", "patches");
    if (!layer) return layer.error();
    if (!token) return token.error();
    auto values = array_member(entry, "residual");
    if (!values) return values.error();
    Interventions::Patch patch{*layer, *token, {}};
    for (const Json& value : **values) {
      auto number = finite(value, "patches.residual");
      if (!number) return number.error();
      patch.residual.push_back(*number);
    }
    patches.push_back(std::move(patch));
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
  VITRINE_TRY(
      only_members(root, "heads skipMlp skipAttention cutEdges patches window noPositions", "the request"));
  VITRINE_TRY(read_heads(root, interventions.heads));
  VITRINE_TRY(read_layers(root, "skipMlp", interventions.skip_mlp));
  VITRINE_TRY(read_layers(root, "skipAttention", interventions.skip_attention));
  VITRINE_TRY(read_edges(root, interventions.cut_edges));
  VITRINE_TRY(read_patches(root, interventions.patches));
  if (root.contains("window")) {
    auto window = whole(root["window"], "window");
    if (!window) return window.error();
    if (*window < 0) return wrong("window", root["window"], "0 (all) or a number of tokens");
    interventions.window = *window;
  }
  if (root.contains("noPositions")) {
    if (!root["noPositions"].is_boolean()) return wrong("noPositions", root["noPositions"], "true or false");
    interventions.no_positions = root["noPositions"].get<bool>();
  }
  return interventions;
}

}  // namespace vitrine
