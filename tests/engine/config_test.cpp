#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "model/config.h"

using namespace vitrine;

namespace {

// A configuration of GPT-2 with `extra` put in at the end, where it replaces what came before.
std::string with(const std::string& extra) {
  return R"({"n_layer":2,"n_head":3,"n_embd":12,"n_positions":16,"vocab_size":50)" +
         (extra.empty() ? "" : "," + extra) + "}";
}

}  // namespace

TEST_CASE("activations by every name that transformers has for them") {
  const std::pair<const char*, Activation> names[] = {{"gelu_new", Activation::gelu_tanh},
                                                      {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                                      {"gelu_fast", Activation::gelu_tanh},
                                                      {"gelu_accurate", Activation::gelu_tanh},
                                                      {"gelu_python_tanh", Activation::gelu_tanh},
                                                      {"gelu", Activation::gelu_erf},
                                                      {"gelu_python", Activation::gelu_erf},
                                                      {"relu", Activation::relu},
                                                      {"silu", Activation::silu},
                                                      {"swish", Activation::silu},
                                                      {"tanh", Activation::tanh},
                                                      {"quick_gelu", Activation::quick_gelu}};
  for (const auto& [name, activation] : names) {
    const auto config =
        parse_config(std::string(R"({"n_layer":1,"n_head":1,"n_embd":4,"n_positions":8,"vocab_size":9,)") +
                     R"("activation_function":")" + name + "\"}");
    REQUIRE_MESSAGE(config.ok(), config.error().message);
    CHECK(config->activation == activation);
    CHECK(parse_config(config_json(*config))->activation == activation);
  }
}

TEST_CASE("the names that GPT2Config's attribute_map knows") {
  const auto config = parse_config(
      R"({"num_hidden_layers":2,"num_attention_heads":3,"hidden_size":6,"max_position_embeddings":8,)"
      R"("vocab_size":9,"n_embd":768})");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  CHECK(config->n_layer == 2);
  CHECK(config->n_head == 3);
  CHECK(config->n_embd == 6);
  CHECK(config->n_ctx == 8);
  CHECK(config->n_inner == 24);
}

TEST_CASE("a minimal configuration takes GPT-2's defaults") {
  const auto config = parse_config(with(""));
  REQUIRE(config.ok());
  CHECK(config->n_layer == 2);
  CHECK(config->head_size() == 4);
  CHECK(config->n_ctx == 16);
  CHECK(config->n_vocab == 50);
  CHECK(config->n_inner == 48);
  CHECK(config->layer_norm_epsilon == 1e-5f);
  CHECK(config->activation == Activation::gelu_tanh);
  CHECK_FALSE(config->tie_word_embeddings.has_value());
}

TEST_CASE("every field is read") {
  const auto config = parse_config(
      R"({"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"n_layer":1,"n_head":2,"n_embd":8,"n_ctx":5,"vocab_size":9,"n_inner":20,
          "layer_norm_epsilon":1e-6,"activation_function":"gelu","scale_attn_weights":false,"scale_attn_by_inverse_layer_idx":true,
          "tie_word_embeddings":false,"anything":{"else":[1,2]}})");
  REQUIRE(config.ok());
  CHECK(config->n_ctx == 5);
  CHECK(config->n_inner == 20);
  CHECK(config->layer_norm_epsilon == 1e-6f);
  CHECK(config->activation == Activation::gelu_erf);
  CHECK_FALSE(config->scale_attn_weights);
  CHECK(config->scale_attn_by_inverse_layer_idx);
  CHECK(config->tie_word_embeddings == false);
  CHECK(config->attention_scale(3) == 0.25f);
}

TEST_CASE("n_positions goes before n_ctx, and the attention's scale is 1/sqrt(D)") {
  const auto config = parse_config(with(R"("n_ctx":99)"));
  REQUIRE(config.ok());
  CHECK(config->n_ctx == 16);
  CHECK(config->attention_scale(1) == 0.5f);
}

TEST_CASE("canonical JSON reads back as the same configuration and writes the same bytes") {
  for (const char* extra :
       {"", R"("layer_norm_epsilon":1e-12)", R"("activation_function":"gelu","n_inner":7)",
        R"("tie_word_embeddings":true)",
        R"("layer_norm_epsilon":0.000123456789,"scale_attn_by_inverse_layer_idx":true)"}) {
    CAPTURE(extra);
    const auto config = parse_config(with(extra));
    REQUIRE(config.ok());
    const std::string json = config_json(*config);
    const auto again = parse_config(json);
    REQUIRE(again.ok());
    CHECK(*again == *config);
    CHECK(config_json(*again) == json);
  }
  CHECK(config_json(*parse_config(with(""))).find("\"layer_norm_epsilon\":1e-05,") != std::string::npos);
}

TEST_CASE("broken configurations are refused by name") {
  struct Row {
    std::string json;
    const char* says;
  };
  const Row rows[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"\xff", "not JSON"},
      {"[]", "wanted a JSON object"},
      {"null", "wanted a JSON object"},
      {"{}", "n_layer is missing"},
      {std::string(1000000, '['), "not JSON"},
      {std::string(100000, '[') + std::string(100000, ']'), "wanted a JSON object"},
      {std::string(kMaxConfigBytes + 1, ' '), "bytes"},
      {with(R"("n_layer":0)"), "n_layer is 0"},
      {with(R"("n_layer":-1)"), "n_layer is -1"},
      {with(R"("n_layer":1.5)"), "n_layer is 1.5"},
      {with(R"("n_layer":"2")"), "n_layer is \"2\""},
      {with(R"("n_layer":99999999999999999999)"), "n_layer is"},
      {with(R"("n_layer":null)"), "n_layer is missing"},
      {with(R"("n_layer":[1])"), "a list"},
      {with(R"("n_layer":1025)"), "1024"},
      {with(R"("n_embd":65537)"), "65536"},
      {with(R"("n_positions":1048577)"), "1048576"},
      {with(R"("vocab_size":16777217)"), "16777216"},
      {with(R"("n_head":5)"), "not a multiple of n_head 5"},
      {with(R"("layer_norm_epsilon":0)"), "layer_norm_epsilon is 0"},
      {with(R"("layer_norm_epsilon":"x")"), "layer_norm_epsilon"},
      {with(R"("layer_norm_epsilon":-1e-5)"), "layer_norm_epsilon"},
      {with(R"("activation_function":"mish")"), "wanted gelu_new, gelu, relu, silu, tanh or quick_gelu"},
      {with(R"("activation_function":7)"), "wanted gelu_new, gelu, relu"},
      {with(R"("model_type":"llama")"), "model_type is \"llama\""},
      {with(R"("architectures":["LlamaForCausalLM"])"), "LlamaForCausalLM"},
      {with(R"("add_cross_attention":true)"), "add_cross_attention"},
      {with(R"("scale_attn_weights":1)"), "scale_attn_weights is 1"},
      {with(R"("tie_word_embeddings":"no")"), "tie_word_embeddings is \"no\""},
      {with("\"model_type\":\"a\\nb" + std::string(500, 'x') + "\""), "a\\x0ab"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.says);
    const auto config = parse_config(row.json);
    REQUIRE_FALSE(config.ok());
    CAPTURE(config.error().message);
    CHECK(config.error().message.find(row.says) != std::string::npos);
    CHECK(config.error().message.find('\n') == std::string::npos);
    CHECK(config.error().message.size() < 300);
  }
}

TEST_CASE("the first difference between two configurations is named") {
  const Config a = *parse_config(with(""));
  Config b = a;
  CHECK(config_difference(a, b).empty());
  b.tie_word_embeddings = true;
  CHECK(config_difference(a, b).empty());
  b.n_vocab = 51;
  CHECK(config_difference(a, b) == "vocab_size is 50 and 51");
  b = a;
  b.activation = Activation::gelu_erf;
  CHECK(config_difference(a, b) == "activation_function is gelu_new and gelu");
}
