#include "model/config.h"

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
  int Config::*member;
  int largest;
};

constexpr Count kCounts[] = {
    {"n_layer", nullptr, &Config::n_layer, kMaxLayers},
    {"n_head", nullptr, &Config::n_head, kMaxWidth},
    {"n_embd", nullptr, &Config::n_embd, kMaxWidth},
    {"n_positions", "n_ctx", &Config::n_ctx, kMaxContext},
    {"vocab_size", nullptr, &Config::n_vocab, kMaxVocabulary},
    {"n_inner", nullptr, &Config::n_inner, 4 * kMaxWidth},
};

Status read_count(const Json& json, const Count& count, Config& config) {
  const Json* value = field(json, count.name);
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

Status read_activation(const Json& json, Config& config) {
  const Json* value = field(json, "activation_function");
  if (!value) return success();
  // gelu_pytorch_tanh and gelu_fast are further names of the tanh approximation.
  if (*value == "gelu_new" || *value == "gelu_pytorch_tanh" || *value == "gelu_fast") {
    config.activation = Activation::gelu_tanh;
  } else if (*value == "gelu") {
    config.activation = Activation::gelu_erf;
  } else {
    return Error{
        ErrorCode::config_field,
        "config: activation_function is " + shown(*value) + ", wanted gelu_new or gelu",
        {{"name", "activation_function"}, {"got", shown(*value)}, {"wanted", "\"gelu_new\", \"gelu\""}}};
  }
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
const char* activation_name(Activation activation) {
  return activation == Activation::gelu_tanh ? "gelu_new" : "gelu";
}

}  // namespace

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
  if (json.is_discarded()) return Error{ErrorCode::config_not_json, "config: is not JSON"};
  if (!json.is_object())
    return Error{ErrorCode::config_not_json, "config: is " + shown(json) + ", wanted a JSON object"};
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
  return config;
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
