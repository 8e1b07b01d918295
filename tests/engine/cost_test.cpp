// What a run costs: memory, steps, and time, the last only as ratios within one test.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "allocations.h"
#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

using Tokens = std::vector<int32_t>;

Config small() { return shape(3, 4, 24, 200, 61); }

// Blocks of bands of tokens that a run goes through, and the logits at its end.
int steps_of(Session& session, std::span<const int32_t> tokens) {
  REQUIRE(session.start(tokens));
  for (int steps = 1;; ++steps) {
    const Result<bool> done = session.advance();
    REQUIRE(done);
    if (*done) return steps;
  }
}

template <class Body>
double milliseconds(Body&& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// The least time of several: what else the machine does only adds to it.
struct Least {
  double ms = std::numeric_limits<double>::infinity();
  template <class Body>
  void time(Body&& body) {
    ms = std::min(ms, milliseconds(body));
  }
};
constexpr int kTries = 12;

}  // namespace

TEST_CASE("no step of a run asks the heap for memory, and within the room it has no run does" *
          doctest::skip(!kAllocationsCounted)) {
  Tokens something;
  CHECK(allocations_of([&] { something = some_tokens(small(), 100); }).calls > 0);
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(small(), {}, type);
    const Tokens tokens = some_tokens(small(), 150), others = some_tokens(small(), 150, 8);
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
  const Twins twins = make_twins(small(), {});
  Tokens tokens = some_tokens(small(), 150);
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

TEST_CASE("time: a token more is a fraction of its prompt, an edit what lies behind it") {
  const Config config = shape(3, 4, 96, 200, 61);
  const Twins twins = make_twins(config, {});
  Tokens tokens = some_tokens(config, 150);
  Session session(twins.model);
  Least whole, edit, more;
  for (int i = 0; i < kTries; ++i) {
    tokens[0] ^= 1;
    whole.time([&] { REQUIRE(session.run(tokens)); });
    tokens[100] ^= 1;
    edit.time([&] { REQUIRE(session.run(tokens)); });
    REQUIRE(session.run(std::span(tokens).first(149)));
    more.time([&] { REQUIRE(session.run(tokens)); });
  }
  MESSAGE("of a prompt of 150 tokens: an edit at 100 " << edit.ms / whole.ms << ", one token more "
                                                       << more.ms / whole.ms);
  CHECK(edit.ms < 0.6 * whole.ms);
  CHECK(more.ms < 0.1 * whole.ms);
}

TEST_CASE("time: a block again is its share of the run, and kept the second time") {
  const Config config = shape(6, 4, 96, 64, 61);
  const Twins twins = make_twins(config, {});
  Tokens tokens = some_tokens(config, 64);
  Session session(twins.model);
  Least run, block, kept;
  for (int i = 0; i < kTries; ++i) {
    tokens[0] ^= 1;
    run.time([&] { REQUIRE(session.run(tokens)); });
    block.time([&] { REQUIRE(session.tensor({TensorId::mlp_out, 3})); });
    // Another tensor of it, which came along.
    kept.time([&] { REQUIRE(session.tensor({TensorId::attn_out, 3})); });
  }
  MESSAGE("of a run through six blocks: one again " << block.ms / run.ms << ", once more "
                                                    << kept.ms / run.ms);
  CHECK(block.ms < 2 * run.ms / 6);
  CHECK(kept.ms < block.ms / 3);
}
