// What a run costs, in numbers that no other work on the machine moves: memory, steps and multiply-adds. What those take
// in time is `npm run bench`'s to say.
#include <doctest/doctest.h>

#include "allocations.h"
#include "twins.h"
#include "work.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

using Tokens = std::vector<int32_t>;

// Blocks of bands of tokens that a run goes through, and the logits at its end.
int steps_of(Session& session, std::span<const int32_t> tokens) {
  REQUIRE(session.start(tokens));
  for (int steps = 1;; ++steps) {
    const Result<bool> done = session.advance();
    REQUIRE(done);
    if (*done) return steps;
  }
}

// Pairs of a query and a key up to its own among so many tokens.
int64_t pairs_below(int64_t tokens) { return tokens * (tokens + 1) / 2; }

// Tokens [begin, end) through a block: its four products, F = 4C, and a query's scores and weighted values of all keys up
// to its own.
Work through_block(const Config& config, int begin, int end) {
  const int64_t c = config.n_embd, f = 4 * c, rows = end - begin;
  const int64_t products = c * 3 * c + c * c + c * f + f * c;
  return {rows * products, 2 * c * (pairs_below(end) - pairs_below(begin))};
}

Work through_blocks(const Config& config, int begin, int end) {
  return through_block(config, begin, end) * config.n_layer;
}

// The logits of so many positions.
Work logits(const Config& config, int positions = 1) {
  return {int64_t{positions} * config.n_embd * config.n_vocab, 0};
}

const Work kNothing{};

}  // namespace

TEST_CASE("no step of a run asks the heap for memory, and within the room it has no run does" *
          doctest::skip(!kAllocationsCounted)) {
  Tokens something;
  CHECK(allocations_of([&] { something = some_tokens(small_config(), 100); }).calls > 0);
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(small_config(), {}, type);
    const Tokens tokens = some_tokens(small_config(), 150), others = some_tokens(small_config(), 150, 8);
    Interventions changes;
    changes.heads = {{1, 2, 0.5f}};
    changes.cut_edges = {{2, -1, 70, 3}};
    changes.window = 50;
    for (const Interventions& wanted : {Interventions{}, changes}) {
      CAPTURE(wanted.window);
      Session session(twins.model);
      REQUIRE(session.start(tokens, wanted));
      // The very first run's steps, too.
      CHECK(allocations_of([&] {
              while (!*session.advance()) {}
            }).calls == 0);
      const auto again = [&](std::span<const int32_t> ids) {
        return allocations_of([&] { REQUIRE(session.run(ids, wanted)); }).calls;
      };
      CHECK(again(others) == 0);                        // another prompt
      CHECK(again(std::span(others).first(120)) == 0);  // the end deleted
      CHECK(again(std::span(others).first(121)) == 0);  // one more token
      CHECK(again(tokens) == 0);
    }
  }
}

TEST_CASE("a run makes the logits of its last position alone" * doctest::skip(!kAllocationsCounted)) {
  const Config config = shape(1, 2, 8, 64, 5000);
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  const Tokens tokens = some_tokens(config, 60);
  const size_t row = sizeof(float) * static_cast<size_t>(config.n_vocab);
  // All memory of a first run: less than the logits of a third of its positions.
  const Allocations taken = allocations_of([&] { REQUIRE(session.run(tokens)); });
  CHECK(taken.bytes > row);
  CHECK(taken.bytes < 20 * row);
  CHECK(session.last_logits().size() == 5000);
}

TEST_CASE("an edit goes through the blocks from where it is on, a letter more through each of them once") {
  const Twins twins = make_twins(small_config(), {});
  Tokens tokens = some_tokens(small_config(), 150);
  Session session(twins.model);
  const auto run = [&](size_t count) { return steps_of(session, std::span(tokens).first(count)); };
  // Three blocks a band of 64 tokens, and the logits.
  CHECK(run(149) == 3 * 3 + 1);
  CHECK(run(150) == 3 + 1);
  tokens[100] ^= 1;
  CHECK(run(150) == 3 + 1);  // 50 tokens
  tokens[40] ^= 1;
  CHECK(run(150) == 2 * 3 + 1);  // 110 tokens
  CHECK(run(60) == 1);           // nothing but the logits
}

TEST_CASE("a prompt's cost grows with its tokens, but for attention, which grows with its pairs of tokens") {
  const Config config = shape(2, 4, 24, 400, 61);
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(config, {}, type);
    const auto cost = [&](int tokens) {
      Session session(twins.model);
      return work_of([&] { REQUIRE(session.run(some_tokens(config, tokens))); });
    };
    const Work one = cost(1) - logits(config);
    CHECK(one == through_blocks(config, 0, 1));
    for (int tokens : {2, 3, 63, 64, 65, 128, 150, 400}) {
      CAPTURE(tokens);
      const Work all = cost(tokens) - logits(config);
      CHECK(all.products == tokens * one.products);
      CHECK(all.attention == pairs_below(tokens) * one.attention);
    }
  }
}

TEST_CASE("an edit costs what lies behind it, a token more itself alone, a token less its logits") {
  const Config config = small_config();
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(config, {}, type);
    Tokens tokens = some_tokens(config, 150);
    Session session(twins.model);
    const auto cost = [&](int count) {
      return work_of([&] { REQUIRE(session.run(std::span(tokens).first(static_cast<size_t>(count)))); });
    };
    const auto from = [&](int begin, int end) { return through_blocks(config, begin, end) + logits(config); };
    CHECK(cost(149) == from(0, 149));
    CHECK(cost(150) == from(149, 150));
    CHECK(cost(150) == kNothing);
    // In a band and at its ends.
    for (int edit : {100, 149, 128, 127, 64, 63, 1, 0}) {
      CAPTURE(edit);
      tokens[static_cast<size_t>(edit)] ^= 1;
      CHECK(cost(150) == from(edit, 150));
    }
    CHECK(cost(60) == logits(config));
    CHECK(cost(61) == from(60, 61));  // forgotten with the rest of the old prompt
    CHECK(cost(60) == logits(config));

    Interventions changes;
    changes.skip_mlp = {1};
    const auto changed = [&] { REQUIRE(session.run(session.tokens(), changes)); };
    CHECK(work_of(changed) == through_block(config, 0, 60) * 2 + logits(config));
    CHECK(work_of(changed) == kNothing);
  }
}

TEST_CASE("a change in the pass costs the blocks from its layer on, of the tokens from its own on") {
  const Config config = small_config();
  const int count = 150, layers = config.n_layer;
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(config, {}, type);
    const Tokens tokens = some_tokens(config, count);
    Session session(twins.model);
    const auto cost = [&](const Interventions& changes) {
      return work_of([&] { REQUIRE(session.run(tokens, changes)); });
    };
    const auto blocks = [&](int layer, int token) {
      return through_block(config, token, count) * (layers - layer) + logits(config);
    };
    const Work whole = cost({});
    CHECK(whole == blocks(0, 0));
    for (int layer = 0; layer < layers; ++layer) {
      CAPTURE(layer);
      CHECK(cost({.heads = {{layer, 1, 0.0f}}}) == blocks(layer, 0));
      CHECK(cost({.heads = {{layer, 1, 0.5f}}}) == blocks(layer, 0));  // a slider is drawn
      CHECK(cost({.heads = {{layer, 1, 0.5f}}}) == kNothing);
      CHECK(cost({.heads = {{layer, 1, 0.5f}}, .skip_mlp = {2}}) == blocks(2, 0));
      CHECK(cost({}) == blocks(layer, 0));
      CHECK(cost({.skip_attention = {layer}}) == blocks(layer, 0));
      CHECK(cost({}) == blocks(layer, 0));
      CHECK(cost({.cut_edges = {{layer, -1, 100, 3}}}) == blocks(layer, 100));
      CHECK(cost({}) == blocks(layer, 100));
      CHECK(cost({.patches = {{layer, 70, std::vector<float>(24, 0.5f)}}}) == blocks(layer, 70));
      CHECK(cost({}) == blocks(layer > 0 ? layer - 1 : 0, 70));  // its row is the block before's
    }
    CHECK(cost({.window = 40}) == blocks(0, 40));
    CHECK(cost({.window = 30}) == blocks(0, 30));
    CHECK(cost({.window = 0}) == blocks(0, 30));
    CHECK(cost({.no_positions = true}) == whole);
  }
}

TEST_CASE("the steps of a run that takes blocks over are as many as it says") {
  const Twins twins = make_twins(small_config(), {});
  const Tokens tokens = some_tokens(small_config(), 150);
  Session session(twins.model);
  const auto check = [&](int count, const Interventions& changes, int steps) {
    const Result<RunSummary> summary =
        session.start(std::span(tokens).first(static_cast<size_t>(count)), changes);
    REQUIRE(summary);
    CHECK(summary->steps == steps);
    for (int step = 0; step < steps; ++step) CHECK(!*session.advance());
    CHECK(*session.advance());
  };
  check(130, {}, 3 * 3);
  check(130, {}, 0);
  check(130, {.skip_mlp = {2}}, 3);
  check(131, {.skip_mlp = {1}}, 3 * 2 + 3);  // the token more goes through all blocks, in a band of its own
  check(140, {.skip_mlp = {1}, .cut_edges = {{2, 0, 100, 0}}}, 1 + 3);
}

TEST_CASE("a prompt typed token by token costs its reading at once, and the logits of each") {
  const Config config = small_config();
  const Twins twins = make_twins(config, {});
  const Tokens tokens = some_tokens(config, 90);
  Session session(twins.model);
  const Work typed = work_of([&] {
    for (size_t count = 1; count <= 90; ++count) REQUIRE(session.run(std::span(tokens).first(count)));
  });
  CHECK(typed == through_blocks(config, 0, 90) + logits(config, 90));
}

TEST_CASE("a run that is interrupted leaves what it has passed: less than a band is passed again") {
  const Config config = small_config();
  const Twins twins = make_twins(config, {});
  Tokens tokens = some_tokens(config, 150);
  Session session(twins.model);
  const Work begun = work_of([&] {
    REQUIRE(session.start(tokens));
    for (int step = 0; step < 3 + 2; ++step) REQUIRE(session.advance());
  });
  const Work first_band = through_blocks(config, 0, 64), second_band = through_blocks(config, 64, 128);
  // Two of three blocks.
  CHECK(begun.products == first_band.products + second_band.products / 3 * 2);
  tokens[140] ^= 1;
  CHECK(work_of([&] { REQUIRE(session.run(tokens)); }) == through_blocks(config, 64, 150) + logits(config));
}

TEST_CASE("a block computed again for display is its share of the run, and kept from then on") {
  const int layers = 6;
  const Config config = shape(layers, 4, 24, 64, 61);
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(config, {}, type);
    Tokens tokens = some_tokens(config, 64);
    Session session(twins.model);
    const auto pull = [&](TensorId id, int layer, TensorSlice slice = {}) {
      return work_of([&] { REQUIRE(session.tensor({id, layer}, slice)); });
    };
    const auto rows = [&](int begin, int end) { return through_block(config, begin, end); };
    const Work run = work_of([&] { REQUIRE(session.run(tokens)); });
    const Work block = pull(TensorId::mlp_out, 3);
    CHECK(block * layers + logits(config) == run);

    // All else of it came along; of other blocks nothing did.
    for (const TensorRow& row : tensor_table()) {
      CAPTURE(tensor_name({row.id, 3}));
      if (row.per_layer) CHECK(pull(row.id, 3) == kNothing);
    }
    CHECK(pull(TensorId::attn_out, 2) == block);
    CHECK(pull(TensorId::mlp_post, 3) == kNothing);  // the other block took no one's place

    // Only the rows that are wanted, each once.
    CHECK(pull(TensorId::mlp_pre, 4, {-1, 20, 30}) == rows(20, 30));
    CHECK(pull(TensorId::mlp_pre, 4, {-1, 10, 30}) == rows(10, 20));
    CHECK(pull(TensorId::z, 4, {2, 15, 25}) == kNothing);
    CHECK(pull(TensorId::z, 4) == rows(0, 10) + rows(30, 64));

    // An edit forgets what lies behind it.
    tokens[40] ^= 1;
    REQUIRE(session.run(tokens));
    CHECK(pull(TensorId::mlp_out, 3) == rows(40, 64));
    CHECK(pull(TensorId::mlp_out, 2, {-1, 0, 40}) == kNothing);
  }
}

TEST_CASE("what a run keeps is shown without any block, logits of each position for their own products") {
  const Config config = small_config();
  const Twins twins = make_twins(config, {});
  const Tokens tokens = some_tokens(config, 70);
  Session session(twins.model);
  REQUIRE(session.run(tokens));
  for (TensorId id : {TensorId::embed, TensorId::pos_embed, TensorId::resid_pre, TensorId::q, TensorId::k,
                      TensorId::v, TensorId::attn_scores, TensorId::pattern, TensorId::resid_post,
                      TensorId::ln_final_scale, TensorId::ln_final_normalized}) {
    CAPTURE(tensor_name({id, 1}));
    CHECK(work_of([&] { REQUIRE(session.tensor({id, 1})); }) == kNothing);
  }
  CHECK(work_of([&] { REQUIRE(session.thumbnails(16)); }) == kNothing);
  CHECK(work_of([&] { REQUIRE(session.tensor({TensorId::logits, 0}, {-1, 10, 15})); }) == logits(config, 5));
}

TEST_CASE("the kernels multiply what they are asked for, up to whole tiles") {
  namespace kernels = vitrine_scalar::calls;
  for (int rows : {1, 2, 3, 4, 7, 64, 129}) {
    CAPTURE(rows);
    for (int outputs : {8, 61, 96}) {
      const int64_t whole = int64_t{rows} * static_cast<int64_t>(panels(outputs)) * kPanel;
      CHECK(kernels::multiplied_by_product(false, rows, outputs, 65) == whole * 65);
      CHECK(kernels::multiplied_by_product(true, rows, outputs, 65) == whole * 66);  // pairs of inputs
    }
  }
  // A tile of four queries takes the keys of its last, scores in panels of 8 of them: at most 3 more values a query than it
  // sees, and 3 + 7 more scores. A query alone takes four panels at a time.
  const int head_size = 32;
  for (bool rounded : {false, true}) {
    CAPTURE(rounded);
    for (int tokens : {4, 64, 128, 320, 512}) {
      CAPTURE(tokens);
      for (int first : {0, tokens / 8 * 4, tokens - 4}) {
        CAPTURE(first);
        const int64_t all = kernels::multiplied_by_attention(rounded, first, tokens, head_size);
        const int64_t seen = 2 * head_size * (pairs_below(tokens) - pairs_below(first));
        CHECK(all >= seen);
        CHECK(all <= seen + (3 + 3 + 7) * head_size * (tokens - first));
      }
      const int64_t one = kernels::multiplied_by_attention(rounded, tokens - 1, tokens, head_size);
      CHECK(one >= 2 * head_size * tokens);
      CHECK(one <= 2 * head_size * (tokens + 31));
    }
  }
}
