// The table of tensors: names there and back, and errors that say what names there are.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "checkpoint.h"
#include "session/trace.h"

using namespace vitrine;

TEST_CASE("every name leads to its address and back") {
  const Config config = test::shape(12, 2, 8, 16, 20);
  for (const TensorRow& row : tensor_table()) {
    CHECK(&row == &tensor_table()[static_cast<size_t>(row.id)]);  // rows stand in the order of their ids
    CHECK(row.help.size() > 10);
    for (int layer : {0, 7, 11}) {
      const TensorAddress address{row.id, row.per_layer ? layer : 0};
      const Result<TensorAddress> parsed = parse_tensor_name(tensor_name(address), config);
      REQUIRE(parsed);
      CHECK(parsed->id == address.id);
      CHECK(parsed->layer == address.layer);
    }
  }
  CHECK(tensor_name({TensorId::pattern, 3}) == "blocks.3.attn.hook_pattern");
  CHECK(tensor_name({TensorId::ln_final_scale, 0}) == "ln_final.hook_scale");
}

TEST_CASE("an unknown name's error lists the names; a layer that is not there is told") {
  const Config config = test::shape(2, 2, 8, 16, 20);
  for (const char* name : {"", "blocks", "blocks.", "blocks.0", "blocks.0.", "hook_resid_pre",
                           "blocks.0.hook_embed", "blocks.0.logits"}) {
    const Result<TensorAddress> parsed = parse_tensor_name(name, config);
    REQUIRE(!parsed);
    CHECK(parsed.error().message.find("blocks.L.attn.hook_pattern") != std::string::npos);
    CHECK(parsed.error().message.find("hook_embed") != std::string::npos);
  }
  for (const char* name :
       {"blocks.2.hook_resid_pre", "blocks.-1.hook_resid_pre", "blocks.x.hook_resid_pre",
        "blocks.1x.hook_resid_pre", "blocks..hook_resid_pre", "blocks.99999999999.hook_resid_pre"}) {
    const Result<TensorAddress> parsed = parse_tensor_name(name, config);
    REQUIRE(!parsed);
    CHECK(parsed.error().message.find("0 to 1") != std::string::npos);
  }
  const Result<TensorAddress> parsed = parse_tensor_name(std::string(100000, 'x'), config);
  REQUIRE(!parsed);
  CHECK(parsed.error().message.size() < 2000);
}

TEST_CASE("the table as JSON holds what the table holds") {
  const nlohmann::json json = nlohmann::json::parse(tensor_table_json(), nullptr, false);
  REQUIRE(json.is_array());
  REQUIRE(json.size() == tensor_table().size());
  for (size_t i = 0; i < json.size(); ++i) {
    const TensorRow& row = tensor_table()[i];
    CHECK(json[i]["name"] == row.name);
    CHECK(json[i]["perLayer"] == row.per_layer);
    CHECK(json[i]["axes"].size() == row.rank);
    CHECK(json[i]["help"] == row.help);
  }
}
