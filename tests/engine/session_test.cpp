// What a session promises: reuse of prefixes, interruption, and that what is shown is what ran, bit for bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "model/lens.h"
#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

constexpr double kSumTolerance = 1e-6;  // a few F32 roundings in a row of probabilities

std::vector<float> fresh_run(const std::shared_ptr<const Model>& model, std::span<const int32_t> tokens,
                             const Interventions& changes = {}) {
  Session session(model);
  REQUIRE(session.run(tokens, changes));
  return all_values(session);
}

// run(a + b) equals run(a) then run(b), for each length of a in `cuts`.
void check_continued(const std::shared_ptr<const Model>& model, const std::vector<int32_t>& tokens,
                     std::initializer_list<int> cuts) {
  const std::vector<float> wanted = fresh_run(model, tokens);
  for (int cut : cuts) {
    CAPTURE(cut);
    Session session(model);
    REQUIRE(session.run(std::span(tokens).first(cut)));
    const Result<RunSummary> second = session.run(tokens);
    REQUIRE(second);
    CHECK(second->reused == cut);
    CHECK(second->tokens == static_cast<int>(tokens.size()));
    CHECK(same_bits(all_values(session), wanted));
  }
}

std::string error_of(const Result<RunSummary>& result) { return result ? "" : result.error().message; }
bool says(const std::string& message, const char* words) { return message.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("rows of a pattern sum to one, and nothing looks ahead") {
  const Twins twins = make_twins(small_config(), {});
  Session session(twins.model);
  const int count = 71;
  REQUIRE(session.run(some_tokens(small_config(), count)));
  for (int layer = 0; layer < 3; ++layer) {
    const std::string prefix = "blocks." + std::to_string(layer) + ".attn.";
    const TensorData pattern = tensor_named(session, prefix + "hook_pattern"),
                     scores = tensor_named(session, prefix + "hook_attn_scores");
    CHECK(pattern.shape == std::vector<int64_t>{4, count, count});
    for (int line = 0; line < 4 * count; ++line) {
      double sum = 0;
      for (int key = 0; key < count; ++key) {
        const float weight = pattern.data[line * count + key];
        sum += weight;
        if (key > line % count) {
          CHECK(weight == 0.0f);
          CHECK(scores.data[line * count + key] == -std::numeric_limits<float>::infinity());
        }
      }
      CHECK(sum == doctest::Approx(1.0).epsilon(kSumTolerance));
    }
  }
}

TEST_CASE("a block's exit is the next one's entry, and sums are sums") {
  const Twins twins = make_twins(small_config(), {});
  Session session(twins.model);
  REQUIRE(session.run(some_tokens(small_config(), 9)));
  CHECK(same_bits(tensor_named(session, "blocks.0.hook_resid_post").data,
                  tensor_named(session, "blocks.1.hook_resid_pre").data));
  CHECK(same_bits(tensor_named(session, "blocks.1.hook_resid_post").data,
                  tensor_named(session, "blocks.2.hook_resid_pre").data));
  const auto sum = [&](const char* a, const char* b) {
    std::vector<float> total = tensor_named(session, a).data;
    const std::vector<float> other = tensor_named(session, b).data;
    for (size_t i = 0; i < total.size(); ++i) total[i] += other[i];
    return total;
  };
  CHECK(
      same_bits(tensor_named(session, "blocks.0.hook_resid_pre").data, sum("hook_embed", "hook_pos_embed")));
  CHECK(same_bits(tensor_named(session, "blocks.1.hook_resid_mid").data,
                  sum("blocks.1.hook_resid_pre", "blocks.1.hook_attn_out")));
  CHECK(same_bits(tensor_named(session, "blocks.1.hook_resid_post").data,
                  sum("blocks.1.hook_resid_mid", "blocks.1.hook_mlp_out")));
}

TEST_CASE("run(a + b) equals run(a) then run(b), for F32 and q8") {
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(small_config(), {}, type);
    const std::vector<int32_t> tokens = some_tokens(small_config(), 150);
    check_continued(twins.model, tokens, {1, 2, 63, 64, 65, 149});
    Session session(twins.model);  // one token at a time
    for (size_t count = 1; count <= 20; ++count) REQUIRE(session.run(std::span(tokens).first(count)));
    CHECK(same_bits(all_values(session), fresh_run(twins.model, std::span(tokens).first(20))));
  }
}

TEST_CASE("run(a + b) equals run(a) then run(b) also where keys are taken by blocks") {
  const Config config = shape(2, 4, 24, 320, 61);
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    check_continued(make_twins(config, {}, type).model, some_tokens(config, 300),
                    {1, 200, 255, 256, 257, 299});
  }
}

TEST_CASE("an edit in the middle recomputes from there on; deleting at the end recomputes nothing") {
  const Twins twins = make_twins(small_config(), {});
  std::vector<int32_t> tokens = some_tokens(small_config(), 90);
  Session session(twins.model);
  REQUIRE(session.run(tokens));
  all_values(session);  // fills the cache of shown blocks
  tokens[40] = (tokens[40] + 1) % 61;
  Result<RunSummary> again = session.run(tokens);
  REQUIRE(again);
  CHECK(again->reused == 40);
  CHECK(same_bits(all_values(session), fresh_run(twins.model, tokens)));

  again = session.run(tokens);
  CHECK(again->reused == 90);
  tokens.resize(30);
  again = session.run(tokens);
  CHECK(again->reused == 30);
  CHECK(same_bits(all_values(session), fresh_run(twins.model, tokens)));
}

TEST_CASE("an interrupted run leaves a valid prefix, and the next one is right") {
  const Twins twins = make_twins(small_config(), {});
  const std::vector<int32_t> tokens = some_tokens(small_config(), 150),
                             others = some_tokens(small_config(), 80, 8);
  for (int steps : {0, 1, 2, 3, 4, 5, 7}) {
    CAPTURE(steps);
    Session session(twins.model);
    REQUIRE(session.run(others));
    REQUIRE(session.start(tokens));
    CHECK(session.last_logits().empty());
    CHECK(!session.tensor({TensorId::embed, 0}));
    for (int i = 0; i < steps; ++i) {
      const Result<bool> done = session.advance();
      REQUIRE(done);
      CHECK(!*done);
    }
    const Result<RunSummary> next = session.run(tokens);
    REQUIRE(next);
    CHECK(next->reused == steps / 3 * 64);  // whole bands of 64 tokens through all three layers
    CHECK(same_bits(all_values(session), fresh_run(twins.model, tokens)));
    REQUIRE(session.run(others));
    CHECK(same_bits(all_values(session), fresh_run(twins.model, others)));
  }
}

TEST_CASE("what is recomputed for display is what ran, and a slice is a slice") {
  const Twins twins = make_twins(small_config(), {}, LoadAs::q8);
  const std::vector<int32_t> tokens = some_tokens(small_config(), 75);
  Session session(twins.model);
  REQUIRE(session.run(tokens));
  const std::vector<float> kept = tensor_named(session, "blocks.2.attn.hook_q").data;
  // slices first, in a session that has computed nothing else for display
  for (const std::string& name : tensor_names(3)) {
    CAPTURE(name);
    const TensorRow& row = tensor_table()[static_cast<size_t>(parse_tensor_name(name, small_config())->id)];
    const bool square = row.axes[0] == Axis::H, heads = square || row.axes[1] == Axis::H;
    const TensorSlice slice{heads ? 2 : -1, 5, 69};
    const TensorData part = tensor_named(session, name, slice), all = tensor_named(session, name);
    const int64_t width = part.shape.back();
    CHECK(part.shape[0] == 64);
    std::vector<float> cut;
    for (int64_t r = 5; r < 69; ++r) {
      const int64_t line = square ? 2 * 75 + r : heads ? r * 4 + 2 : r;
      cut.insert(cut.end(), all.data.begin() + line * width, all.data.begin() + (line + 1) * width);
    }
    CHECK(same_bits(part.data, cut));
  }
  CHECK(same_bits(tensor_named(session, "blocks.2.attn.hook_q").data, kept));
  // resid_post is recomputed by the same code that wrote the next block's entry
  const int64_t n = 75 * 24;
  CHECK(tensor_named(session, "blocks.1.hook_resid_post").data.size() == n);
}

TEST_CASE("logits of many rows at once have the bits of each row alone") {
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(small_config(), {}, type);
    Session session(twins.model);
    REQUIRE(session.run(some_tokens(small_config(), 2 * kUnembedRows + 3)));
    const TensorData logits = tensor_named(session, "logits");
    const TensorData residual = tensor_named(session, "blocks.2.hook_resid_post");
    for (size_t t = 0; t < static_cast<size_t>(logits.shape[0]); ++t) {
      const Result<std::vector<float>> alone = session.unembed({residual.data.data() + t * 24, 24}, true);
      REQUIRE(alone);
      CHECK(same_bits(*alone, {logits.data.begin() + static_cast<ptrdiff_t>(t * 61),
                               logits.data.begin() + static_cast<ptrdiff_t>((t + 1) * 61)}));
    }
  }
}

TEST_CASE("every tensor has the shape that the table says, and the activations of a block their sum") {
  const Config config = shape(2, 3, 12, 50, 61);
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  REQUIRE(session.run(some_tokens(config, 7)));
  for (const TensorRow& row : tensor_table()) {
    CAPTURE(row.name);
    const TensorData tensor = tensor_named(session, tensor_name({row.id, 1}));
    std::vector<int64_t> wanted;
    size_t values = 1;
    for (int i = 0; i < row.rank; ++i) {
      wanted.push_back(axis_extent(row.axes[i], config, 7));
      values *= static_cast<size_t>(wanted.back());
    }
    CHECK(tensor.shape == wanted);
    CHECK(tensor.data.size() == values);
  }
  CHECK(activation_floats(config) == 2 + 6 * 12 + 2 * 48);  // of LayerNorms, of C and of F
}

TEST_CASE("thumbnails are the largest weights of their cells") {
  const Twins twins = make_twins(small_config(), {});
  Session session(twins.model);
  REQUIRE(session.run(some_tokens(small_config(), 50)));
  const Result<TensorData> small_maps = session.thumbnails(7), whole = session.thumbnails(100);
  REQUIRE(small_maps);
  REQUIRE(whole);
  CHECK(small_maps->shape == std::vector<int64_t>{3, 4, 7, 7});
  CHECK(whole->shape == std::vector<int64_t>{3, 4, 50, 50});
  std::vector<float> patterns;
  for (int layer = 0; layer < 3; ++layer) {
    const TensorData p = tensor_named(session, "blocks." + std::to_string(layer) + ".attn.hook_pattern");
    patterns.insert(patterns.end(), p.data.begin(), p.data.end());
  }
  CHECK(same_bits(whole->data, patterns));
  std::vector<float> largest(3 * 4 * 7 * 7, 0.0f);
  for (int map = 0; map < 12; ++map) {
    for (int q = 0; q < 50; ++q) {
      for (int k = 0; k < 50; ++k) {
        float& cell = largest[(map * 7 + q * 7 / 50) * 7 + k * 7 / 50];
        cell = std::max(cell, patterns[(map * 50 + q) * 50 + k]);
      }
    }
  }
  CHECK(same_bits(small_maps->data, largest));
  CHECK(!session.thumbnails(0));
}

TEST_CASE("unembedding a residual gives its logits; the nearest token to a token is itself") {
  const Twins twins = make_twins(small_config(), {});
  Session session(twins.model);
  REQUIRE(session.run(some_tokens(small_config(), 6)));
  const TensorData exit = tensor_named(session, "blocks.2.hook_resid_post", {-1, 5, 6});
  const Result<std::vector<float>> logits = session.unembed(exit.data, true);
  REQUIRE(logits);
  CHECK(std::equal(logits->begin(), logits->end(), session.last_logits().begin()));
  const TensorData normalized = tensor_named(session, "ln_final.hook_normalized", {-1, 5, 6});
  CHECK(same_bits(*session.unembed(normalized.data, false), *logits));
  CHECK(!session.unembed(std::vector<float>(3), false));

  const TensorData embed = tensor_named(session, "hook_embed", {-1, 2, 3});
  const std::vector<Neighbour> near = nearest_tokens(*twins.model, embed.data, 5);
  REQUIRE(near.size() == 5);
  CHECK(near[0].id == session.tokens()[2]);
  CHECK(near[0].cosine == doctest::Approx(1.0).epsilon(kSumTolerance));
  CHECK(near[1].cosine >= near[2].cosine);
  CHECK(nearest_tokens(*twins.model, embed.data, 1000).size() == 61);
}

TEST_CASE("bad prompts are refused in one line, and the last run stays") {
  const Twins twins = make_twins(shape(1, 2, 8, 16, 20), {});
  Session session(twins.model);
  CHECK(says(error_of(session.run({})), "empty"));
  CHECK(!session.advance());
  CHECK(!session.tensor({TensorId::embed, 0}));
  CHECK(!session.thumbnails(8));
  REQUIRE(session.run(std::vector<int32_t>{1, 2, 3}));
  const std::vector<float> before = all_values(session);

  CHECK(says(error_of(session.run(std::vector<int32_t>(19, 1))), "3 more than this model's context of 16"));
  CHECK(says(error_of(session.run(std::vector<int32_t>(17, 1))), "shorten it by 1 token"));
  CHECK(says(error_of(session.run(std::vector<int32_t>{1, 20})), "token 1 has id 20"));
  CHECK(says(error_of(session.run(std::vector<int32_t>{-1})), "id -1"));
  CHECK(error_of(session.run(std::vector<int32_t>(17, 1))).find('\n') == std::string::npos);
  CHECK(same_bits(all_values(session), before));

  CHECK(!session.tensor({TensorId::embed, 0}, {0, 0, -1}));    // no heads
  CHECK(!session.tensor({TensorId::pattern, 0}, {2, 0, -1}));  // no such head
  CHECK(!session.tensor({TensorId::pattern, 1}));              // no such layer
  CHECK(!session.tensor({TensorId::embed, 0}, {-1, 0, 4}));    // no such row
  CHECK(!session.tensor({TensorId::embed, 0}, {-1, 3, 2}));
  CHECK(session.tensor({TensorId::embed, 0}, {-1, 2, 2})->shape[0] == 3);  // empty means all
  REQUIRE(session.run(std::vector<int32_t>(16, 1)));                       // exactly the context
}
