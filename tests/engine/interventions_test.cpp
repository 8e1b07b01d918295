// Each intervention against the float64 reference, at every stage.
#include <doctest/doctest.h>

#include <functional>

#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

constexpr int kTokens = 12;

struct Both {
  Interventions engine;
  ReferenceChanges reference;
  int first_changed = 0;  // token whose rows are the first that change
};

void check(const Both& changes, int count = kTokens) {
  const Config config = shape(3, 3, 24, 320, 61);
  static const Twins twins = make_twins(config, {});
  const std::vector<int32_t> tokens = some_tokens(config, count);
  const ReferenceTrace wanted = reference_run(twins.reference, twins.tensors, tokens, changes.reference);
  const ReferenceTrace plain = reference_run(twins.reference, twins.tensors, tokens);
  Session session(twins.model);
  REQUIRE(session.run(tokens));
  const Result<RunSummary> ran = session.run(tokens, changes.engine);
  REQUIRE(ran);
  CHECK(ran->reused == changes.first_changed);
  for (const std::string& name : tensor_names(config.n_layer)) {
    CAPTURE(name);
    CHECK(relative_error(tensor_named(session, name).data, wanted.at(name)) <= kParityTolerance);
  }
  const std::vector<float> logits = tensor_named(session, "logits").data;
  CHECK(relative_error(logits, plain.at("logits")) > 100 * kParityTolerance);  // it did change something
  // with the change kept, a longer prompt reuses it
  std::vector<int32_t> longer = tokens;
  longer.push_back(5);
  CHECK(session.run(longer, changes.engine)->reused == count);
  CHECK(session.run(tokens)->reused == changes.first_changed);
  CHECK(relative_error(tensor_named(session, "logits").data, plain.at("logits")) <= kParityTolerance);
}

}  // namespace

TEST_CASE("a head is scaled and knocked out") {
  check({{.heads = {{1, 2, 0.0f}}}, {.heads = {{1, 2, 0.0}}}});
  check({{.heads = {{0, 0, 2.5f}, {2, 1, -1.0f}}}, {.heads = {{0, 0, 2.5}, {2, 1, -1.0}}}});
}

TEST_CASE("an MLP and attention are skipped") {
  check({{.skip_mlp = {1}}, {.skip_mlp = {1}}});
  check({{.skip_attention = {0, 2}}, {.skip_attention = {0, 2}}});
}

TEST_CASE("an edge is cut, in one head and in all") {
  check({{.cut_edges = {{1, 2, 7, 3}}}, {.cut_edges = {{1, 2, 7, 3}}}, 7});
  check({{.cut_edges = {{2, 0, 9, 0}, {0, -1, 5, 5}, {0, -1, 5, 0}}},
         {.cut_edges = {{2, 0, 9, 0}, {0, -1, 5, 5}, {0, -1, 5, 0}}},
         5});
}

TEST_CASE("a query left without any key gets a pattern of zeros") {
  check({{.cut_edges = {{0, -1, 0, 0}}}, {.cut_edges = {{0, -1, 0, 0}}}});
}

TEST_CASE("attention sees a window") {
  check({{.window = 1}, {.window = 1}, 1});
  check({{.window = 5}, {.window = 5}, 5});
}

TEST_CASE("positions are left out") { check({{.no_positions = true}, {.no_positions = true}}); }

TEST_CASE("a residual is replaced") {
  std::vector<float> residual(24);
  for (size_t c = 0; c < residual.size(); ++c) residual[c] = 0.1f * static_cast<float>(c) - 1.0f;
  check({{.patches = {{1, 4, residual}}}, {.patches = {{1, 4, residual}}}, 4});
  check({{.patches = {{0, 0, residual}, {2, 11, residual}}},
         {.patches = {{0, 0, residual}, {2, 11, residual}}}});
}

TEST_CASE("all at once") {
  check({{.heads = {{0, 1, 0.5f}},
          .skip_mlp = {2},
          .cut_edges = {{1, 0, 6, 5}},
          .window = 6,
          .no_positions = true},
         {.heads = {{0, 1, 0.5}},
          .skip_mlp = {2},
          .cut_edges = {{1, 0, 6, 5}},
          .window = 6,
          .no_positions = true}});
}

TEST_CASE("all at once among many tokens") {
  check({{.heads = {{1, 2, 0.5f}, {2, 0, 0.0f}},
          .cut_edges = {{0, 1, 270, 150}, {1, -1, 280, 280}, {2, 2, 285, 255}},
          .window = 200},
         {.heads = {{1, 2, 0.5}, {2, 0, 0.0}},
          .cut_edges = {{0, 1, 270, 150}, {1, -1, 280, 280}, {2, 2, 285, 255}},
          .window = 200}},
        290);
}

TEST_CASE("interventions that name what does not exist are refused, and the last run stays") {
  const Config config = shape(2, 2, 8, 16, 20);
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  const std::vector<int32_t> tokens = {1, 2, 3};
  REQUIRE(session.run(tokens));
  const std::vector<float> before = tensor_named(session, "logits").data;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Interventions bad[] = {
      {.heads = {{2, 0, 0.0f}}},
      {.heads = {{0, 2, 0.0f}}},
      {.heads = {{0, -1, 0.0f}}},
      {.heads = {{0, 0, nan}}},
      {.skip_mlp = {-1}},
      {.skip_attention = {2}},
      {.cut_edges = {{0, -2, 1, 0}}},
      {.cut_edges = {{0, 0, 3, 0}}},
      {.cut_edges = {{0, 0, 1, -1}}},
      {.patches = {{0, 3, std::vector<float>(8)}}},
      {.patches = {{0, 0, std::vector<float>(7)}}},
      {.patches = {{0, 0, std::vector<float>(8, nan)}}},
      {.window = -1},
  };
  for (const Interventions& changes : bad) {
    const Result<RunSummary> ran = session.run(tokens, changes);
    REQUIRE(!ran);
    CHECK(ran.error().message.find('\n') == std::string::npos);
    CHECK(same_bits(tensor_named(session, "logits").data, before));
  }
}
