// Every change that a pass can be asked for against the float64 reference at every stage, alone and all at once, and what
// holds of them by bits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "session/interventions_json.h"
#include "session/pairing.h"
#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

using Site = Interventions::Site;
using Positions = Interventions::Positions;

struct Change {
  const char* what;
  Interventions engine;
  ReferenceChanges reference;
  bool keeps_prefix = true;  // a longer prompt reuses this one's rows
};

std::vector<float> ramp(int count, float step) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = step * static_cast<float>(i) - 0.7f;
  return values;
}

// The means of `config`'s heads, made up.
std::vector<float> some_means(const Config& config) { return ramp(config.n_layer * config.n_embd, 0.02f); }
std::vector<double> mean_of(const Config& config, int layer, int head) {
  const std::vector<float> all = some_means(config);
  const auto begin = all.begin() + layer * config.n_embd + head * config.head_size();
  return {begin, begin + config.head_size()};
}

std::vector<Change> changes(const Config& config, int count) {
  const std::vector<float> stream = ramp(config.n_embd, 0.06f), z = ramp(config.head_size(), 0.3f);
  std::vector<int> shifted, same, listed;
  std::vector<int32_t> list;
  for (int t = 0; t < count; ++t) {
    shifted.push_back(t + 7);
    same.push_back(0);
    listed.push_back((5 * t + 3) % config.n_ctx);
    list.push_back(listed.back());
  }
  std::vector<Change> all;
  all.push_back({"I1 heads scaled from a token on",
                 {.heads = {{1, 0, 0.0f, 4}, {0, 2, -2.0f, 0}}},
                 {.heads = {{1, 0, 0.0, 4}, {0, 2, -2.0, 0}}}});
  all.push_back({"I2 heads replaced by their means",
                 {.heads = {{1, 1, 0.0f, 3, true}, {2, 0, 0.0f, 0, true}}, .means = some_means(config)},
                 {.heads = {{1, 1, 0, 3, mean_of(config, 1, 1)}, {2, 0, 0, 0, mean_of(config, 2, 0)}}}});
  all.push_back({"I3 attention, MLP and a layer off",
                 {.skip_mlp = {{2, 0}, {1, 5}}, .skip_attention = {{0, 3}, {2, 0}}},
                 {.skip_mlp = {{2, 0}, {1, 5}}, .skip_attention = {{0, 3}, {2, 0}}}});
  all.push_back({"I4 edges cut",
                 {.cut_edges = {{1, 2, 7, 3}, {0, -1, 5, 0}}},
                 {.cut_edges = {{1, 2, 7, 3}, {0, -1, 5, 0}}}});
  all.push_back({"I5 window", {.window = 3}, {.window = 3}});
  all.push_back({"I6 no mask", {.no_mask = true}, {.no_mask = true}, false});
  all.push_back({"I6 no mask, window, an edge to the future",
                 {.cut_edges = {{1, -1, 2, 8}}, .window = 4, .no_mask = true},
                 {.cut_edges = {{1, -1, 2, 8}}, .window = 4, .no_mask = true},
                 false});
  all.push_back({"I7 no positions", {.no_positions = true}, {.no_positions = true}});
  all.push_back({"I7 positions shifted", {.positions = {Positions::shift, 7, {}}}, {.positions = shifted}});
  all.push_back({"I7 all at one position", {.positions = {Positions::same, 0, {}}}, {.positions = same}});
  all.push_back(
      {"I7 positions listed", {.positions = {Positions::listed, 0, list}}, {.positions = listed}, false});
  all.push_back({"I8 attention temperature", {.temperatures = {{2.5f}}}, {.temperatures = {{2.5}}}});
  all.push_back({"I8 attention temperature of a layer and a head",
                 {.temperatures = {{0.3f, 1}, {4.0f, 2, 1}}},
                 {.temperatures = {{0.3, 1}, {4.0, 2, 1}}}});
  all.push_back({"I9 no norms", {.norms = {{}}}, {.norms = {{-1}}}});
  all.push_back({"I9 one norm and the final one off",
                 {.norms = {{1, 2}, {Interventions::kFinalNorm}}},
                 {.norms = {{3}, {6}}}});
  all.push_back({"I9 norms frozen",
                 {.norms = {{Interventions::kEveryNorm, 0, NormMode::frozen}}},
                 {.norms = {{-1, true}}},
                 false});
  all.push_back({"I10 one key-value group", {.kv_groups = 1}, {.kv_groups = 1}});
  all.push_back({"I10 two key-value groups", {.kv_groups = 2}, {.kv_groups = 2}});
  all.push_back(
      {"I11 patches at four sites",
       {.patches = {{1, 4, stream},
                    {0, 2, stream, Site::attn_out},
                    {2, 6, stream, Site::mlp_out},
                    {1, 8, z, Site::z, 1}}},
       {.patches = {
            {1, 4, stream}, {0, 2, stream, "attn_out"}, {2, 6, stream, "mlp_out"}, {1, 8, z, "z", 1}}}});
  all.push_back({"all at once",
                 {.heads = {{0, 1, 0.5f, 2}, {2, 3, 0.0f, 0, true}},
                  .skip_mlp = {{2, 6}},
                  .skip_attention = {{1, 8}},
                  .cut_edges = {{1, 0, 6, 5}, {0, -1, 3, 9}},
                  .patches = {{1, 4, stream}, {0, 2, stream, Site::attn_out}, {0, 5, z, Site::z, 2}},
                  .window = 6,
                  .no_mask = true,
                  .positions = {Positions::shift, 7, {}},
                  .temperatures = {{1.5f}},
                  .norms = {{Interventions::kEveryNorm, 0, NormMode::frozen}, {0, 1}},
                  .kv_groups = 2,
                  .means = some_means(config)},
                 {.heads = {{0, 1, 0.5, 2}, {2, 3, 0, 0, mean_of(config, 2, 3)}},
                  .skip_mlp = {{2, 6}},
                  .skip_attention = {{1, 8}},
                  .cut_edges = {{1, 0, 6, 5}, {0, -1, 3, 9}},
                  .patches = {{1, 4, stream}, {0, 2, stream, "attn_out"}, {0, 5, z, "z", 2}},
                  .window = 6,
                  .no_mask = true,
                  .positions = shifted,
                  .temperatures = {{1.5}},
                  .norms = {{-1, true}, {0}},
                  .kv_groups = 2},
                 false});
  return all;
}

Config four_heads() { return shape(3, 4, 32, 320, 61); }

// A finished run of the changed model; frozen norms take their deviations from an unchanged one.
Session changed_run(const std::shared_ptr<const Model>& model, const std::vector<int32_t>& tokens,
                    const Interventions& change) {
  Session base(model), session(model);
  REQUIRE(base.run(tokens));
  const auto whole = completed(change, &base, static_cast<int>(tokens.size()));
  REQUIRE(whole);
  const Result<RunSummary> ran = session.run(tokens, *whole);
  if (!ran) FAIL(ran.error().message);
  return session;
}

void check_parity(const Twins& twins, const Change& change, const std::vector<int32_t>& tokens) {
  CAPTURE(change.what);
  const ReferenceTrace wanted = reference_run(twins.reference, twins.tensors, tokens, change.reference);
  const ReferenceTrace plain = reference_run(twins.reference, twins.tensors, tokens);
  Session session = changed_run(twins.model, tokens, change.engine);
  double worst = 0;
  for (const std::string& name : tensor_names(twins.reference.layers)) {
    CAPTURE(name);
    const double error = relative_error(tensor_named(session, name).data, wanted.at(name));
    CHECK(error <= kParityTolerance);
    worst = std::max(worst, error);
  }
  CHECK(relative_error(tensor_named(session, "logits").data, plain.at("logits")) >
        10 * kParityTolerance);  // it changed something
  std::printf("  %-48s %3zu tokens  worst %.1e\n", change.what, tokens.size(), worst);
}

}  // namespace

TEST_CASE("changes: each alone and all at once agree with float64 at every stage") {
  const Twins twins = make_twins(four_heads(), {});
  for (const Change& change : changes(four_heads(), 12))
    check_parity(twins, change, some_tokens(four_heads(), 12));
}

TEST_CASE("changes: the same with outlier channels and odd sizes") {
  Config config = shape(3, 4, 36, 64, 53);
  config.n_inner = 50;
  config.activation = Activation::gelu_erf;
  const Twins twins = make_twins(config, {.seed = 4, .untied = true, .outliers = true});
  for (const Change& change : changes(config, 11)) {
    if (std::string_view(change.what).find("I9 no norms") == 0)
      continue;  // outliers and no norms leave what F32 holds
    check_parity(twins, change, some_tokens(config, 11));
  }
}

TEST_CASE("changes: among more tokens than a band and a block of keys") {
  const Twins twins = make_twins(four_heads(), {});
  for (const Change& change : changes(four_heads(), 290)) {
    const std::string_view what = change.what;
    if (what.find("I6") == 0 || what.find("I8") == 0 || what.find("all") == 0)
      check_parity(twins, change, some_tokens(four_heads(), 290));
  }
}

TEST_CASE("changes: a q8 model's changed run stays close to float64") {
  const Config config = shape(3, 4, 128, 64, 257);
  const Twins twins = make_twins(config, {}, LoadAs::q8);
  const std::vector<int32_t> tokens = some_tokens(config, 20);
  for (const Change& change : changes(config, 20)) {
    if (std::string_view(change.what).find("I9 no norms") == 0)
      continue;  // each block's error grows with the lengths
    CAPTURE(change.what);
    Session session = changed_run(twins.model, tokens, change.engine);
    const ReferenceTrace wanted = reference_run(twins.reference, twins.tensors, tokens, change.reference);
    CHECK(relative_error(tensor_named(session, "logits").data, wanted.at("logits")) < 0.15);
  }
}

TEST_CASE("changes: what is shown is what ran, by rows, and a longer prompt continues it") {
  for (const LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Config config = four_heads();
    const Twins twins = make_twins(config, {}, type);
    const std::vector<int32_t> tokens = some_tokens(config, 70);
    for (const Change& change : changes(config, 70)) {
      CAPTURE(change.what);
      Session session = changed_run(twins.model, tokens, change.engine);
      const std::vector<float> whole = tensor_named(session, "logits").data;
      CHECK(std::equal(session.last_logits().begin(), session.last_logits().end(),
                       whole.end() - config.n_vocab));
      for (const char* name : {"blocks.1.attn.hook_z", "blocks.2.hook_resid_mid", "blocks.0.mlp.hook_post"}) {
        CAPTURE(name);
        Session other = changed_run(twins.model, tokens, change.engine);
        const TensorData row = tensor_named(other, name, {-1, 66, 67}), all = tensor_named(session, name);
        CHECK(std::equal(row.data.begin(), row.data.end(),
                         all.data.begin() + 66 * static_cast<ptrdiff_t>(row.data.size())));
      }
      // the stream that one block leaves is what its parts add up to, and the weights give z
      const TensorData mid = tensor_named(session, "blocks.1.hook_resid_mid"),
                       out = tensor_named(session, "blocks.1.hook_mlp_out"),
                       post = tensor_named(session, "blocks.1.hook_resid_post");
      for (size_t i = 0; i < post.data.size(); ++i) CHECK(mid.data[i] + out.data[i] == post.data[i]);
      if (needs_pair(change.engine) || !change.engine.positions.list.empty()) continue;
      std::vector<int32_t> longer = tokens;
      longer.push_back(5);
      const Result<RunSummary> ran = session.run(longer, change.engine);
      REQUIRE(ran);
      CHECK(ran->reused == (change.keeps_prefix ? 70 : 0));
      Session fresh(twins.model);
      REQUIRE(fresh.run(longer, change.engine));
      CHECK(same_bits(all_values(session), all_values(fresh)));
    }
  }
}

TEST_CASE("changes: those that change nothing leave every bit") {
  for (const LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Config config = four_heads();
    const Twins twins = make_twins(config, {}, type);
    const std::vector<int32_t> tokens = some_tokens(config, 40);
    Session base(twins.model);
    REQUIRE(base.run(tokens));
    const std::vector<float> wanted = all_values(base);
    const Interventions nothing[] = {
        {.heads = {{1, 2, 1.0f}, {0, 0, 1.0f, 5}}},
        {.window = 40},
        {.positions = {Positions::shift, 0, {}}},
        {.temperatures = {{1.0f}}},
        {.kv_groups = 4},
        {.patches = {{1, 7, tensor_named(base, "blocks.1.hook_resid_pre", {-1, 7, 8}).data}}},
        {.patches = {{2, 3, tensor_named(base, "blocks.2.hook_attn_out", {-1, 3, 4}).data, Site::attn_out}}},
        {.patches = {{0, 9, tensor_named(base, "blocks.0.attn.hook_z", {2, 9, 10}).data, Site::z, 2}}},
    };
    for (const Interventions& change : nothing) {
      Session session(twins.model);
      REQUIRE(session.run(tokens, change));
      CHECK(same_bits(all_values(session), wanted));
    }
    Session one(twins.model), alone(twins.model);
    REQUIRE(one.run(std::span(tokens).first(1)));
    REQUIRE(alone.run(std::span(tokens).first(1), {.no_mask = true}));
    CHECK(same_bits(all_values(one), all_values(alone)));
  }
}

TEST_CASE("changes: every stream of another prompt patched in at the first block makes that prompt's run") {
  const Config config = four_heads();
  const Twins twins = make_twins(config, {});
  const std::vector<int32_t> a = some_tokens(config, 9, 1), b = some_tokens(config, 9, 2);
  Session first(twins.model), second(twins.model);
  REQUIRE(first.run(a));
  Interventions all;
  for (int t = 0; t < 9; ++t) all.patches.push_back({0, t, {}});
  const auto whole = completed(all, &first, 9);
  REQUIRE(whole);
  REQUIRE(second.run(b, *whole));
  for (int layer = 0; layer < 3; ++layer) {
    const std::string name = "blocks." + std::to_string(layer) + ".hook_resid_post";
    CHECK(same_bits(tensor_named(first, name).data, tensor_named(second, name).data));
  }
  CHECK(same_bits(tensor_named(first, "logits").data, tensor_named(second, "logits").data));
}

TEST_CASE("changes: without mask and positions, words in another order give the same numbers in that order") {
  const Config config = four_heads();
  const Twins twins = make_twins(config, {});
  const std::vector<int32_t> tokens = some_tokens(config, 10);
  const size_t order[] = {3, 9, 0, 7, 1, 5, 2, 8, 6, 4};
  std::vector<int32_t> mixed;
  for (const size_t t : order) mixed.push_back(tokens[t]);
  const Interventions change = {.no_mask = true, .no_positions = true};
  Session straight(twins.model), shuffled(twins.model);
  REQUIRE(straight.run(tokens, change));
  REQUIRE(shuffled.run(mixed, change));
  const std::vector<float> one = tensor_named(straight, "logits").data,
                           other = tensor_named(shuffled, "logits").data;
  std::vector<double> wanted;
  for (const size_t t : order) {
    const auto begin = one.begin() + static_cast<ptrdiff_t>(t) * config.n_vocab;
    wanted.insert(wanted.end(), begin, begin + config.n_vocab);
  }
  CHECK(relative_error(other, wanted) <= kParityTolerance);
}

TEST_CASE("changes: shuffled positions are an order of all, by seed") {
  const auto shuffled = [](int64_t seed, int count) {
    std::vector<int32_t> places;
    positions_of({.positions = {Positions::shuffle, seed, {}}}, count, places);
    return places;
  };
  std::vector<int32_t> one = shuffled(17, 30);
  CHECK(one == shuffled(17, 30));
  CHECK(one != shuffled(18, 30));
  std::sort(one.begin(), one.end());
  for (int32_t t = 0; t < 30; ++t) CHECK(one[static_cast<size_t>(t)] == t);
  CHECK(shuffled(1, 1) == std::vector<int32_t>{0});
  const Config config = four_heads();
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  const std::vector<int32_t> tokens = some_tokens(config, 12);
  REQUIRE(session.run(tokens, {.positions = {Positions::shuffle, 3, {}}}));
  const std::vector<int32_t> places = shuffled(3, 12);
  ReferenceChanges reference;
  reference.positions.assign(places.begin(), places.end());
  const ReferenceTrace wanted = reference_run(twins.reference, twins.tensors, tokens, reference);
  CHECK(relative_error(tensor_named(session, "logits").data, wanted.at("logits")) <= kParityTolerance);
}

TEST_CASE("changes: what does not exist or cannot be is refused in one line, and the last run stays") {
  const Config config = shape(2, 4, 16, 16, 20);
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  const std::vector<int32_t> tokens = {1, 2, 3};
  REQUIRE(session.run(tokens));
  const std::vector<float> before = tensor_named(session, "logits").data;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> stream(16, 0.5f), z(4, 0.5f);
  const Interventions bad[] = {
      {.heads = {{0, 0, 0.0f, 3}}},
      {.heads = {{0, 0, 0.0f, -1}}},
      {.heads = {{0, 0, 0.0f, 0, true}}},
      {.heads = {{0, 0, 0.0f, 0, true}}, .means = stream},
      {.skip_mlp = {{0, 3}}},
      {.skip_attention = {{0, -1}}},
      {.cut_edges = {{0, 0, 3, 0}}, .no_mask = true},
      {.patches = {{0, 0, stream, Site::z, 0}}},
      {.patches = {{0, 0, z, Site::z, 4}}},
      {.patches = {{0, 0, z, Site::z, -1}}},
      {.patches = {{0, 0, {}, Site::attn_out}}},
      {.positions = {Positions::shift, 14, {}}},
      {.positions = {Positions::shift, -1, {}}},
      {.positions = {Positions::shift, std::numeric_limits<int64_t>::max(), {}}},
      {.positions = {Positions::listed, 0, {0, 1}}},
      {.positions = {Positions::listed, 0, {0, 1, 16}}},
      {.positions = {Positions::listed, 0, {0, -1, 2}}},
      {.temperatures = {{0.0f}}},
      {.temperatures = {{-1.0f}}},
      {.temperatures = {{nan}}},
      {.temperatures = {{1.0f, 2}}},
      {.temperatures = {{1.0f, 0, 4}}},
      {.norms = {{2}}},
      {.norms = {{-3}}},
      {.norms = {{0, 3}}},
      {.norms = {{0, 0, NormMode::frozen}}},
      {.norms = {{0, 0, NormMode::frozen}}, .norm_deviations = {1, 1, 1, 1, 0}},
      {.kv_groups = 3},
      {.kv_groups = 5},
      {.kv_groups = -1},
  };
  for (const Interventions& change : bad) {
    CAPTURE(&change - bad);
    const Result<RunSummary> ran = session.run(tokens, change);
    REQUIRE(!ran);
    CHECK(ran.error().code == ErrorCode::intervention);
    CHECK(ran.error().message.find('\n') == std::string::npos);
    CHECK(same_bits(tensor_named(session, "logits").data, before));
  }
  CHECK(!completed({.norms = {{0, 0, NormMode::frozen}}}, nullptr, 3));
  CHECK(!completed({.patches = {{0, 0, {}}}}, &session, 4));
  CHECK(!completed({.patches = {{0, 9, {}}}}, &session, 3));
  CHECK(!completed({.patches = {{5, 0, {}}}}, &session, 3));
}

TEST_CASE("changes: a run may leave what F32 holds, which is told by its logits and no crash") {
  Config config = shape(3, 2, 32, 16, 31);
  for (const LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(config, {.outliers = true}, type);
    Session session(twins.model);
    const std::vector<int32_t> tokens = some_tokens(config, 6);
    const std::vector<float> huge(32, 3e38f);
    REQUIRE(session.run(tokens, {.patches = {{1, 5, huge}}, .norms = {{}}}));
    const std::span<const float> logits = session.last_logits();
    CHECK(std::any_of(logits.begin(), logits.end(), [](float l) { return !std::isfinite(l); }));
    REQUIRE(session.run(tokens));
    const std::span<const float> after = session.last_logits();
    CHECK(std::all_of(after.begin(), after.end(), [](float l) { return std::isfinite(l); }));
  }
}

TEST_CASE("changes: JSON says all of them, and misspellings are named") {
  const auto read = [](const char* json) {
    Result<Interventions> changes = parse_interventions(json);
    if (!changes) FAIL(changes.error().message);
    return std::move(*changes);
  };
  CHECK(read(R"({"heads":[{"layer":3,"head":1,"scale":0.5,"from":4},{"layer":0,"head":2,"mean":true}]})") ==
        Interventions{.heads = {{3, 1, 0.5f, 4}, {0, 2, 0.0f, 0, true}}});
  CHECK(read(R"({"skipMlp":[2,{"layer":1,"from":3}],"skipAttention":[0],"skipLayer":[4]})") ==
        Interventions{.skip_mlp = {{2}, {1, 3}, {4}}, .skip_attention = {{0}, {4}}});
  CHECK(read(R"({"window":6,"noMask":true,"noPositions":true,"kvGroups":2})") ==
        Interventions{.window = 6, .no_mask = true, .no_positions = true, .kv_groups = 2});
  CHECK(read(R"({"positions":[2,0,1]})") == Interventions{.positions = {Positions::listed, 0, {2, 0, 1}}});
  CHECK(read(R"({"positions":{"shift":100}})") == Interventions{.positions = {Positions::shift, 100, {}}});
  CHECK(read(R"({"positions":{"shuffle":17}})") == Interventions{.positions = {Positions::shuffle, 17, {}}});
  CHECK(read(R"({"positions":{"same":true}})") == Interventions{.positions = {Positions::same, 0, {}}});
  CHECK(read(R"({"attentionTemperature":2})") == Interventions{.temperatures = {{2.0f}}});
  CHECK(read(R"({"attentionTemperature":[{"temperature":2,"layer":0,"head":1}]})") ==
        Interventions{.temperatures = {{2.0f, 0, 1}}});
  CHECK(read(R"({"norms":[{},{"layer":3,"which":1},{"layer":"final","mode":"frozen"}]})") ==
        Interventions{.norms = {{}, {3, 1}, {Interventions::kFinalNorm, 0, NormMode::frozen}}});
  CHECK(
      read(
          R"({"patches":[{"layer":5,"token":2,"site":"z","head":1},{"layer":0,"token":0,"residual":[1]}]})") ==
      Interventions{.patches = {{5, 2, {}, Site::z, 1}, {0, 0, {1.0f}}}});
  for (const char* json : {R"({"noMask":1})",
                           R"({"heads":[{"layer":0,"head":0}]})",
                           R"({"heads":[{"layer":0,"head":0,"mean":1}]})",
                           R"({"positions":{"shift":1,"same":true}})",
                           R"({"positions":{}})",
                           R"({"positions":3})",
                           R"({"positions":[0.5]})",
                           R"({"positions":{"shuffle":-1}})",
                           R"({"attentionTemperature":"hot"})",
                           R"({"attentionTemperature":[{}]})",
                           R"({"norms":[{"layer":"first"}]})",
                           R"({"norms":[{"mode":"off"}]})",
                           R"({"norms":[{"layer":-1}]})",
                           R"({"norms":3})",
                           R"({"kvGroups":0})",
                           R"({"kvGroups":1.5})",
                           R"({"patches":[{"layer":0,"token":0,"site":"q"}]})",
                           R"({"skipMlp":[{"from":2}]})",
                           R"({"skipLayers":[1]})",
                           R"([])",
                           R"({"window":-1})"}) {
    CAPTURE(json);
    const Result<Interventions> changes = parse_interventions(json);
    REQUIRE(!changes);
    CHECK(changes.error().message.find("interventions: ") == 0);
    CHECK(changes.error().message.find('\n') == std::string::npos);
  }
}
