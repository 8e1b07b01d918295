#include "model/config.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/quote.h"

namespace vitrine {
namespace {

using Json = nlohmann::json;

// A value as it may stand in a message: short, on one line.
std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return in_quotes(value.get_ref<const std::string&>(), 40);
  return value.dump();
}

const Json* field(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

struct Count {
  const char* name;
  const char* former;  // an older name of the same field, or null
  const char* mapped;  // the name that GPT2Config's attribute_map gives it, which goes first; or null
  int Config::*member;
  int largest;
};

constexpr Count kCounts[] = {
    {"n_layer", nullptr, "num_hidden_layers", &Config::n_layer, kMaxLayers},
    {"n_head", nullptr, "num_attention_heads", &Config::n_head, kMaxWidth},
    {"n_embd", nullptr, "hidden_size", &Config::n_embd, kMaxWidth},
    {"n_positions", "n_ctx", "max_position_embeddings", &Config::n_ctx, kMaxContext},
    {"vocab_size", nullptr, nullptr, &Config::n_vocab, kMaxVocabulary},
    {"n_inner", nullptr, nullptr, &Config::n_inner, 4 * kMaxWidth},
};

Status read_count(const Json& json, const Count& count, Config& config) {
  const Json* value = count.mapped ? field(json, count.mapped) : nullptr;
  if (!value) value = field(json, count.name);
  if (!value && count.former) value = field(json, count.former);
  if (!value) {
    return Error{ErrorCode::config_missing,
                 std::string("config: ") + count.name +
                     " is missing, wanted a whole number; is this the config.json of a GPT-2?",
                 {{"name", count.name}}};
  }
  // Only unsigned: the parser keeps negative numbers and fractions apart.
  if (!value->is_number_unsigned() || value->get<uint64_t>() == 0 ||
      value->get<uint64_t>() > static_cast<uint64_t>(count.largest)) {
    return Error{
        ErrorCode::config_field,
        std::string("config: ") + count.name + " is " + shown(*value) + ", wanted a whole number from 1 to " +
            std::to_string(count.largest),
        {{"name", count.name}, {"got", shown(*value)}, {"wanted", "1 – " + std::to_string(count.largest)}}};
  }
  config.*count.member = static_cast<int>(value->get<uint64_t>());
  return success();
}

Status read_flag(const Json& json, const char* name, bool& flag) {
  const Json* value = field(json, name);
  if (!value) return success();
  if (!value->is_boolean())
    return Error{ErrorCode::config_field,
                 std::string("config: ") + name + " is " + shown(*value) + ", wanted true or false",
                 {{"name", name}, {"got", shown(*value)}, {"wanted", "true, false"}}};
  flag = value->get<bool>();
  return success();
}

Status check_architecture(const Json& json) {
  if (const Json* type = field(json, "model_type"); type && *type != "gpt2") {
    return Error{ErrorCode::config_field,
                 "config: model_type is " + shown(*type) +
                     "; only \"gpt2\" is read here, because the page draws GPT-2's own stages",
                 {{"name", "model_type"}, {"got", shown(*type)}, {"wanted", "\"gpt2\""}}};
  }
  if (const Json* list = field(json, "architectures"); list && list->is_array() && !list->empty()) {
    const Json& first = list->front();
    const bool gpt2 = first.is_string() && first.get_ref<const std::string&>().rfind("GPT2", 0) == 0;
    if (!gpt2)
      return Error{ErrorCode::config_field,
                   "config: architectures names " + shown(first) + ", wanted GPT2LMHeadModel or GPT2Model",
                   {{"name", "architectures"},
                    {"got", shown(first)},
                    {"wanted", "\"GPT2LMHeadModel\", \"GPT2Model\""}}};
  }
  bool cross = false;
  VITRINE_TRY(read_flag(json, "add_cross_attention", cross));
  if (cross)
    return Error{ErrorCode::config_field,
                 "config: add_cross_attention is true; a GPT-2 with an encoder is not supported",
                 {{"name", "add_cross_attention"}, {"got", "true"}, {"wanted", "false"}}};
  return success();
}

struct ActivationName {
  const char* name;
  Activation activation;
};

// The first of each is the one that is written; the others are what transformers calls the same function.
constexpr ActivationName kActivations[] = {
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu_python_tanh", Activation::gelu_tanh},
    {"gelu_fast", Activation::gelu_tanh},
    {"gelu_accurate", Activation::gelu_tanh},
    {"gelu", Activation::gelu_erf},
    {"gelu_python", Activation::gelu_erf},
    {"relu", Activation::relu},
    {"silu", Activation::silu},
    {"swish", Activation::silu},
    {"tanh", Activation::tanh},
    {"quick_gelu", Activation::quick_gelu},
};

Status read_activation(const Json& json, Config& config) {
  const Json* value = field(json, "activation_function");
  if (!value) return success();
  for (const ActivationName& known : kActivations) {
    if (*value != known.name) continue;
    config.activation = known.activation;
    return success();
  }
  const std::string wanted = "gelu_new, gelu, relu, silu, tanh or quick_gelu";
  return Error{ErrorCode::config_field,
               "config: activation_function is " + shown(*value) + ", wanted " + wanted,
               {{"name", "activation_function"}, {"got", shown(*value)}, {"wanted", wanted}}};
}

// A number, a list of numbers, or null: those below n_vocab, ascending and each once. GPT2Config writes 50256 for
// smaller vocabularies too; such an id is no token of theirs.
Result<std::vector<int32_t>> read_tokens(const Json& json, const char* name, int n_vocab) {
  std::vector<int32_t> ids;
  const Json* value = field(json, name);
  if (!value) return ids;
  const Json list = value->is_array() ? *value : Json::array({*value});
  for (const Json& id : list) {
    if (!id.is_number_integer())
      return Error{
          ErrorCode::config_field,
          std::string("config: ") + name + " is " + shown(*value) + ", wanted a token's id or a list of ids",
          {{"name", name}, {"got", shown(*value)}, {"wanted", "0, [0, 1]"}}};
    if (id.is_number_unsigned() && id.get<uint64_t>() < static_cast<uint64_t>(n_vocab))
      ids.push_back(static_cast<int32_t>(id.get<uint64_t>()));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Status read_text_bounds(const Json& json, Config& config) {
  Result<std::vector<int32_t>> ends = read_tokens(json, "eos_token_id", config.n_vocab);
  if (!ends) return ends.error();
  if (!ends->empty()) config.end_tokens = std::move(*ends);
  const Result<std::vector<int32_t>> begins = read_tokens(json, "bos_token_id", config.n_vocab);
  if (!begins) return begins.error();
  if (!begins->empty()) config.begin_token = begins->front();
  return success();
}

Status read_epsilon(const Json& json, Config& config) {
  const Json* value = field(json, "layer_norm_epsilon");
  if (!value) return success();
  const double epsilon = value->is_number() ? value->get<double>() : -1.0;
  if (!(epsilon >= 1e-30 && epsilon <= 1.0)) {
    return Error{ErrorCode::config_field,
                 "config: layer_norm_epsilon is " + shown(*value) + ", wanted a number from 1e-30 to 1",
                 {{"name", "layer_norm_epsilon"}, {"got", shown(*value)}, {"wanted", "1e-30 – 1"}}};
  }
  config.layer_norm_epsilon = static_cast<float>(epsilon);
  return success();
}

// The fewest digits that read back as the same float: 1e-05, not 9.99999975e-06.
std::string shortest(float value) {
  char text[32];
  for (int digits = 1; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (std::strtof(text, nullptr) == value) break;
  }
  return text;
}

const char* truth(bool value) { return value ? "true" : "false"; }

std::string id_list(const std::vector<int32_t>& ids) {
  std::string out;
  for (const int32_t id : ids) out += (out.empty() ? "" : ",") + std::to_string(id);
  return ids.size() == 1 ? out : "[" + out + "]";
}

}  // namespace

const char* activation_name(Activation activation) {
  for (const ActivationName& known : kActivations)
    if (known.activation == activation) return known.name;
  return "";
}

float Config::attention_scale(int layer) const {
  double scale = 1.0;
  if (scale_attn_weights) scale /= std::sqrt(static_cast<double>(head_size()));
  if (scale_attn_by_inverse_layer_idx) scale /= layer + 1;
  return static_cast<float>(scale);
}

Result<Config> parse_config(std::string_view text) {
  if (text.size() > kMaxConfigBytes) {
    return Error{ErrorCode::config_large,
                 "config: has " + std::to_string(text.size()) + " bytes, at most " +
                     std::to_string(kMaxConfigBytes) + " are read",
                 {{"got", text.size()}, {"most", kMaxConfigBytes}}};
  }
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded())
    return Error{ErrorCode::config_not_json, "config: is not JSON", {{"name", "config.json"}}};
  if (!json.is_object())
    return Error{ErrorCode::config_not_json,
                 "config: is " + shown(json) + ", wanted a JSON object",
                 {{"name", "config.json"}}};
  VITRINE_TRY(check_architecture(json));

  Config config;
  for (const Count& count : kCounts) {
    if (count.member == &Config::n_inner && !field(json, count.name)) {
      config.n_inner = 4 * config.n_embd;
      continue;
    }
    VITRINE_TRY(read_count(json, count, config));
  }
  if (config.n_embd % config.n_head != 0) {
    return Error{ErrorCode::config_heads,
                 "config: n_embd " + std::to_string(config.n_embd) + " is not a multiple of n_head " +
                     std::to_string(config.n_head),
                 {{"width", config.n_embd}, {"heads", config.n_head}}};
  }
  VITRINE_TRY(read_activation(json, config));
  VITRINE_TRY(read_epsilon(json, config));
  VITRINE_TRY(read_flag(json, "scale_attn_weights", config.scale_attn_weights));
  VITRINE_TRY(read_flag(json, "scale_attn_by_inverse_layer_idx", config.scale_attn_by_inverse_layer_idx));
  if (field(json, "tie_word_embeddings")) {
    bool tied = true;
    VITRINE_TRY(read_flag(json, "tie_word_embeddings", tied));
    config.tie_word_embeddings = tied;
  }
  VITRINE_TRY(read_text_bounds(json, config));
  return config;
}

Status apply_generation_config(std::string_view text, Config& config) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return Error{ErrorCode::config_not_json,
                 "generation_config.json: is not a JSON object; copy or download the file again",
                 {{"name", "generation_config.json"}}};
  const Status read = read_text_bounds(json, config);
  return read ? read : Status(read.error().within("generation_"));
}

std::string config_json(const Config& c) {
  std::string out = "{";
  const auto add = [&out](const char* name, const std::string& value) {
    out += out.size() > 1 ? ",\"" : "\"";
    out += name;
    out += "\":" + value;
  };
  add("activation_function", std::string("\"") + activation_name(c.activation) + "\"");
  add("architectures", "[\"GPT2LMHeadModel\"]");
  if (c.begin_token >= 0) add("bos_token_id", std::to_string(c.begin_token));
  if (!c.end_tokens.empty()) add("eos_token_id", id_list(c.end_tokens));
  add("layer_norm_epsilon", shortest(c.layer_norm_epsilon));
  add("model_type", "\"gpt2\"");
  add("n_ctx", std::to_string(c.n_ctx));
  add("n_embd", std::to_string(c.n_embd));
  add("n_head", std::to_string(c.n_head));
  add("n_inner", std::to_string(c.n_inner));
  add("n_layer", std::to_string(c.n_layer));
  add("n_positions", std::to_string(c.n_ctx));
  add("scale_attn_by_inverse_layer_idx", truth(c.scale_attn_by_inverse_layer_idx));
  add("scale_attn_weights", truth(c.scale_attn_weights));
  if (c.tie_word_embeddings) add("tie_word_embeddings", truth(*c.tie_word_embeddings));
  add("vocab_size", std::to_string(c.n_vocab));
  return out + "}";
}

std::string config_difference(const Config& a, const Config& b) {
  const auto differ = [](const char* name, const std::string& x, const std::string& y) {
    return std::string(name) + " is " + x + " and " + y;
  };
  for (const Count& count : kCounts) {
    if (a.*count.member != b.*count.member) {
      return differ(count.name, std::to_string(a.*count.member), std::to_string(b.*count.member));
    }
  }
  if (a.layer_norm_epsilon != b.layer_norm_epsilon) {
    return differ("layer_norm_epsilon", shortest(a.layer_norm_epsilon), shortest(b.layer_norm_epsilon));
  }
  if (a.activation != b.activation)
    return differ("activation_function", activation_name(a.activation), activation_name(b.activation));
  if (a.scale_attn_weights != b.scale_attn_weights) {
    return differ("scale_attn_weights", truth(a.scale_attn_weights), truth(b.scale_attn_weights));
  }
  if (a.scale_attn_by_inverse_layer_idx != b.scale_attn_by_inverse_layer_idx) {
    return differ("scale_attn_by_inverse_layer_idx", truth(a.scale_attn_by_inverse_layer_idx),
                  truth(b.scale_attn_by_inverse_layer_idx));
  }
  const bool both = a.tie_word_embeddings && b.tie_word_embeddings;
  if (both && *a.tie_word_embeddings != *b.tie_word_embeddings) {
    return differ("tie_word_embeddings", truth(*a.tie_word_embeddings), truth(*b.tie_word_embeddings));
  }
  return "";
}

}  // namespace vitrine
