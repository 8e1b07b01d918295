// A run under changed interventions takes over what they leave alone, and its results have the bits of a first run.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "model/first_difference.h"
#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

constexpr int kTwoBands = 75;  // two bands

const std::vector<float> kResidual(24, 0.75f), kOther(24, -0.5f);

// One of each kind and place, and some that hold two.
std::vector<Interventions> changes() {
  return {{},
          {.heads = {{0, 1, 0.0f}}},
          {.heads = {{2, 3, 0.0f}}},
          {.heads = {{2, 3, 0.0f}, {2, 3, 1.0f}}},  // the last one holds
          {.heads = {{2, 3, 1.0f}, {2, 3, 0.0f}}},
          {.skip_mlp = {1}},
          {.skip_attention = {2}},
          {.cut_edges = {{1, -1, 66, 3}}},
          {.cut_edges = {{1, -1, 66, 3}, {2, 0, 10, 10}}},
          {.patches = {{1, 5, kResidual}}},
          {.patches = {{1, 5, kResidual}, {2, 70, kOther}}},
          {.patches = {{1, 5, kOther}, {1, 5, kResidual}, {0, 0, kOther}}},
          {.skip_mlp = {2}, .patches = {{1, 5, kResidual}}},
          {.window = 9},
          {.window = 70},
          {.no_positions = true},
          {.heads = {{1, 2, 0.0f, 70}}},
          {.skip_attention = {{0, 66}}},
          {.patches = {{1, 5, kResidual, Interventions::Site::attn_out}}},
          {.no_mask = true},
          {.heads = {{2, 1, 0.0f}}, .no_mask = true},
          {.cut_edges = {{1, -1, 3, 70}}, .window = 9, .no_mask = true},
          {.positions = {Interventions::Positions::shift, 5, {}}},
          {.temperatures = {{2.0f, 1}}},
          {.norms = {{1}, {Interventions::kFinalNorm}}},
          {.kv_groups = 2}};
}

std::vector<std::vector<float>> fresh_runs(const Twins& twins, std::span<const int32_t> tokens) {
  std::vector<std::vector<float>> all;
  for (const Interventions& wanted : changes()) {
    Session session(twins.model);
    REQUIRE(session.run(tokens, wanted));
    all.push_back(all_values(session));
  }
  return all;
}

}  // namespace

TEST_CASE("a run after a run under any other interventions has the bits of a first run") {
  for (LoadAs type : {LoadAs::f32, LoadAs::q8}) {
    const Twins twins = make_twins(small_config(), {}, type);
    const std::vector<int32_t> tokens = some_tokens(small_config(), kTwoBands);
    const std::vector<Interventions> all = changes();
    const std::vector<std::vector<float>> wanted = fresh_runs(twins, tokens);
    for (size_t before = 0; before < all.size(); ++before) {
      Session session(twins.model);
      REQUIRE(session.run(tokens, all[before]));
      all_values(session);  // fills the cache of shown blocks
      for (size_t after = 0; after < all.size(); ++after) {
        CAPTURE(before);
        CAPTURE(after);
        REQUIRE(session.run(tokens, all[after]));
        CHECK(same_bits(all_values(session), wanted[after]));
        REQUIRE(session.run(tokens, all[before]));
        CHECK(same_bits(all_values(session), wanted[before]));
      }
    }
  }
}

TEST_CASE("a run that others interrupted, with other tokens and other interventions, has them too") {
  const Twins twins = make_twins(small_config(), {}, LoadAs::q8);
  const std::vector<int32_t> tokens = some_tokens(small_config(), kTwoBands);
  std::vector<int32_t> edited = tokens, longer = some_tokens(small_config(), 140);
  edited[68] ^= 1;
  std::copy(tokens.begin(), tokens.end(), longer.begin());
  const std::vector<Interventions> all = changes();
  const std::vector<std::vector<float>> wanted = fresh_runs(twins, tokens);
  const auto begin = [](Session& session, std::span<const int32_t> ids, const Interventions& other,
                        int steps) {
    REQUIRE(session.start(ids, other));
    for (int step = 0; step < steps && !*session.advance(); ++step) {}
  };
  for (size_t first = 0; first < all.size(); ++first) {
    for (size_t second = 0; second < all.size(); second += 3) {
      CAPTURE(first);
      CAPTURE(second);
      const size_t third = (first + second + 1) % all.size();
      Session session(twins.model);
      REQUIRE(session.run(tokens, all[first]));
      begin(session, tokens, all[second], static_cast<int>(first % 5) + 1);
      begin(session, first % 2 ? edited : longer, all[third], static_cast<int>(second % 7));
      begin(session, tokens, all[second], 2);
      REQUIRE(session.run(tokens, all[third]));
      CHECK(same_bits(all_values(session), wanted[third]));
      REQUIRE(session.run(longer, all[third]));
      REQUIRE(session.run(tokens, all[first]));
      CHECK(same_bits(all_values(session), wanted[first]));
    }
  }
}

TEST_CASE("the first difference of two interventions is where the later ones begin") {
  using I = Interventions;
  CHECK(first_difference(I{}, I{}) == kNowhere);
  CHECK(first_difference(I{.skip_mlp = {0, 2}}, I{.skip_mlp = {0}}) == PassPlace{2, 0});
  CHECK(first_difference(I{.heads = {{0, 1, 0.5f}, {1, 1, 0}}}, I{.heads = {{0, 1, 0.5f}, {1, 1, 1}}}) ==
        PassPlace{1, 0});
  CHECK(first_difference(I{}, I{.cut_edges = {{2, 0, 9, 1}, {1, 0, 11, 1}}}) == PassPlace{1, 9});
  CHECK(first_difference(I{}, I{.patches = {{2, 7, kResidual}}}) == PassPlace{2, 7});
  CHECK(first_difference(I{.patches = {{2, 7, kResidual}}}, I{}) == PassPlace{1, 7});
  CHECK(first_difference(I{.window = 4}, I{.window = 9}) == PassPlace{0, 4});
  CHECK(first_difference(I{.window = 4}, I{}) == PassPlace{0, 4});
  CHECK(first_difference(I{.no_positions = true}, I{}) == PassPlace{0, 0});
}
