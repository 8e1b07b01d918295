// Read-outs against plain float64 code, and what holds of them whatever the model is.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "readouts/attribution.h"
#include "readouts/equality.h"
#include "readouts/head_scores.h"
#include "readouts/logit_lens.h"
#include "readouts/prediction.h"
#include "readouts/rollout.h"
#include "readouts/surprise.h"
#include "reference_readouts.h"
#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

constexpr double kShareTolerance = 1e-4;  // of probabilities and of numbers from 0 to 1
// What the parts of a q8 model leave over, of the sum of their magnitudes: activations are rounded in the products, not
// in the parts.
constexpr double kQuantisedRounding = 0.02;

struct Seeded {
  const char* what;
  Config config;
  CheckpointOptions options;
  int tokens;
};

std::vector<Seeded> shapes() {
  std::vector<Seeded> all;
  all.push_back({"two heads", shape(2, 2, 32, 64, 97), {}, 17});
  Seeded odd{"odd sizes, untied, outliers", shape(3, 3, 21, 40, 101), {}, 13};
  odd.config.n_inner = 50;
  odd.options = {.seed = 2, .untied = true, .outliers = true};
  all.push_back(odd);
  Seeded full{"one layer, one head, the whole context", shape(1, 1, 5, 8, 11), {}, 8};
  full.config.n_inner = 3;
  all.push_back(full);
  all.push_back({"one token", shape(2, 1, 8, 8, 13), {}, 1});
  return all;
}

// A run of each shape in the engine and in float64.
template <class Check>
void each_run(Check check) {
  for (const Seeded& one : shapes()) {
    CAPTURE(one.what);
    const Twins twins = make_twins(one.config, one.options);
    std::vector<int32_t> tokens = some_tokens(one.config, one.tokens);
    for (size_t t = 6; t < tokens.size(); ++t) tokens[t] = tokens[t - 5];  // said again
    const ReferenceTrace trace = reference_run(twins.reference, twins.tensors, tokens);
    Session session(twins.model);
    REQUIRE(session.run(tokens));
    check(session, ReferenceRun{twins.reference, twins.tensors, trace, one.tokens}, tokens);
  }
}

double root_mean_square(const Numbers& values) {
  double squares = 0;
  for (double v : values) squares += v * v;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

void check_close(const std::vector<double>& engine, const Numbers& reference) {
  REQUIRE(engine.size() == reference.size());
  const double size = root_mean_square(reference);
  for (size_t i = 0; i < engine.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(engine[i] - reference[i]) <= kParityTolerance * size + 1e-12);
  }
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double magnitude(const Attribution& why) {
  double total = std::fabs(why.embed) + std::fabs(why.pos_embed) + std::fabs(why.constant);
  for (const auto* list : {&why.heads, &why.attention_bias, &why.mlp}) {
    for (double part : *list) total += std::fabs(part);
  }
  return total;
}

}  // namespace

TEST_CASE("read-outs: the logit lens agrees with float64, and its last point is the run") {
  each_run([](Session& session, const ReferenceRun& run, const std::vector<int32_t>&) {
    for (const int position : {0, run.tokens - 1}) {
      const auto points = logit_lens(session, {.position = position, .top = 3, .targets = {2, 0}});
      REQUIRE(points);
      const auto wanted = reference_lens(run, position);
      REQUIRE(points->size() == wanted.size());
      CHECK(points->front().name == "0.pre");
      CHECK((*points)[1].name == "0.mid");
      CHECK(points->back().name == "final");
      for (size_t i = 0; i < wanted.size(); ++i) {
        const LensPoint& point = (*points)[i];
        CAPTURE(point.name);
        REQUIRE(point.finite);
        const double size = root_mean_square(wanted[i].logits);
        CHECK(std::fabs(point.entropy - wanted[i].entropy) <= kShareTolerance * (1 + size));
        CHECK(std::fabs(point.kl - wanted[i].kl) <= kShareTolerance * (1 + size));
        REQUIRE(point.targets.size() == 2);
        CHECK(std::fabs(point.targets[0].logit - wanted[i].logits[2]) <= kParityTolerance * size);
        CHECK(std::fabs(point.targets[0].p - wanted[i].p[2]) <= kShareTolerance);
        int rank = 1;
        for (double logit : wanted[i].logits) rank += logit > wanted[i].logits[2];
        CHECK(point.targets[0].rank == rank);
        CHECK(point.top[0].p >= point.top[1].p);
      }
      CHECK(points->back().kl == 0);
      const std::vector<float> logits = tensor_named(session, "logits", {-1, position, position + 1}).data;
      CHECK(points->back().targets[0].logit == static_cast<double>(logits[2]));
      CHECK(points->back().targets[1].logit == static_cast<double>(logits[0]));
    }
  });
}

TEST_CASE("read-outs: block entries alone are the same points") {
  const Config config = shape(3, 2, 16, 16, 31);
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  REQUIRE(session.run(some_tokens(config, 9)));
  const auto all = logit_lens(session, {}), blocks = logit_lens(session, {.every_point = false});
  REQUIRE(all);
  REQUIRE(blocks);
  REQUIRE(all->size() == 7);
  REQUIRE(blocks->size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    CHECK((*blocks)[i].name == (*all)[2 * i].name);
    CHECK((*blocks)[i].entropy == (*all)[2 * i].entropy);
  }
}

TEST_CASE("read-outs: attribution agrees with float64, and its parts add up to the difference") {
  double worst = 0;
  each_run([&](Session& session, const ReferenceRun& run, const std::vector<int32_t>&) {
    const std::vector<double> mean_row = mean_unembedding(session.model());
    for (const int position : {0, run.tokens - 1}) {
      for (const int rival : {kNoRival, kAverageToken, 4}) {
        CAPTURE(rival);
        const auto why = attribute(session, position, 1, rival, mean_row);
        REQUIRE(why);
        const ReferenceWhy wanted = reference_why(run, position, 1, rival);
        std::vector<double> parts = {why->embed, why->pos_embed, why->constant, why->difference};
        Numbers references = {wanted.embed, wanted.pos_embed, wanted.constant, wanted.difference};
        for (const auto* list : {&why->heads, &why->attention_bias, &why->mlp})
          parts.insert(parts.end(), list->begin(), list->end());
        for (const auto* list : {&wanted.heads, &wanted.attention_bias, &wanted.mlp})
          references.insert(references.end(), list->begin(), list->end());
        check_close(parts, references);
        CHECK(why->sum + why->rounding == doctest::Approx(why->difference).epsilon(1e-12));
        CHECK(std::fabs(why->rounding) <= kParityTolerance * magnitude(*why));
        worst = std::max(worst, std::fabs(why->rounding) / magnitude(*why));
        for (int layer = 0; layer < run.config.layers; ++layer) {
          const auto sources = attribute_sources(session, *why, layer);
          REQUIRE(sources);
          check_close(*sources, reference_sources(run, wanted, position, layer));
          for (int head = 0; head < run.config.heads; ++head) {
            const auto begin = sources->begin() + static_cast<ptrdiff_t>(head) * run.tokens;
            const double part = why->heads[static_cast<size_t>(layer) * run.config.heads + head];
            CHECK(std::accumulate(begin, begin + run.tokens, 0.0) ==
                  doctest::Approx(part).epsilon(1e-3).scale(magnitude(*why) * 1e-3));
          }
          const auto neurons = attribute_neurons(session, *why, layer);
          REQUIRE(neurons);
          check_close(*neurons, reference_neurons(run, wanted, position, layer));
          CHECK(sum(*neurons) ==
                doctest::Approx(why->mlp[layer]).epsilon(1e-4).scale(magnitude(*why) * 1e-2));
        }
      }
    }
  });
  MESSAGE("largest rounding of an attribution in F32: " << worst << " of the sum of its parts' magnitudes");
}

TEST_CASE("read-outs: a q8 model's attribution says what rounding left over") {
  const Config config = shape(3, 4, 128, 64, 257);
  const Twins twins = make_twins(config, {.outliers = true}, LoadAs::q8);
  Session session(twins.model);
  REQUIRE(session.run(some_tokens(config, 20)));
  const auto why = attribute(session, -1, 3, 5);
  REQUIRE(why);
  CHECK(std::fabs(why->rounding) <= kQuantisedRounding * magnitude(*why));
  CHECK(why->rounding != 0);
  MESSAGE("rounding of a q8 attribution: " << std::fabs(why->rounding) / magnitude(*why)
                                           << " of its parts' magnitudes");
}

TEST_CASE("read-outs: parts add up under changes too") {
  const Config config = shape(3, 3, 24, 64, 61);
  const Twins twins = make_twins(config, {});
  const std::vector<float> residual(24, 0.25f);
  const Interventions changes[] = {
      {.heads = {{1, 2, 0.0f}, {2, 0, -1.5f}}},
      {.skip_mlp = {1}, .skip_attention = {0, 2}},
      {.window = 2, .no_positions = true},
      {.patches = {{1, 8, residual}}},
  };
  for (const Interventions& change : changes) {
    Session session(twins.model);
    REQUIRE(session.run(some_tokens(config, 9), change));
    const auto why = attribute(session, -1, 3, 5);
    REQUIRE(why);
    CHECK(std::fabs(why->rounding) <= kParityTolerance * magnitude(*why));
    for (int layer = 0; layer < 3; ++layer) {
      const auto sources = attribute_sources(session, *why, layer);
      REQUIRE(sources);
      double heads = 0;
      for (int h = 0; h < 3; ++h) heads += why->heads[static_cast<size_t>(layer) * 3 + h];
      if (change.patches.empty() || layer >= 1) {
        CHECK(sum(*sources) == doctest::Approx(heads).epsilon(1e-3).scale(magnitude(*why) * 1e-3));
      }
    }
  }
}

TEST_CASE("read-outs: surprise is what the logits say of the token that came") {
  each_run([](Session& session, const ReferenceRun& run, const std::vector<int32_t>& ids) {
    const auto all = surprise(session);
    REQUIRE(all);
    REQUIRE(static_cast<int>(all->size()) == run.tokens - 1);
    double total = 0;
    for (int t = 1; t < run.tokens; ++t) {
      const Numbers logits = reference_row(run, "logits", t - 1);
      double weights = 0;
      for (double logit : logits) weights += std::exp(logit);
      const double bits = -std::log2(std::exp(logits[ids[t]]) / weights);
      const Surprise& one = (*all)[static_cast<size_t>(t) - 1];
      CHECK(one.id == ids[t]);
      CHECK(one.bits == doctest::Approx(bits).epsilon(1e-3));
      total += bits;
    }
    if (run.tokens > 1) CHECK(mean_bits(*all) == doctest::Approx(total / (run.tokens - 1)).epsilon(1e-3));
  });
}

TEST_CASE("read-outs: scores of heads agree with float64") {
  each_run([](Session& session, const ReferenceRun& run, const std::vector<int32_t>& ids) {
    const auto scores = head_scores(session);
    REQUIRE(scores);
    const Numbers wanted = reference_scores(run, ids);
    if (run.tokens < 2) {
      for (const HeadScores& score : *scores) CHECK(score.repeats == 0);
      return;
    }
    for (size_t i = 0; i < scores->size(); ++i) {
      const HeadScores& s = (*scores)[i];
      const double got[] = {s.previous, s.first, s.self, s.duplicate, s.induction, s.broad};
      for (size_t column = 0; column < 6; ++column) {
        CAPTURE(column);
        CHECK(std::fabs(got[column] - wanted[6 * i + column]) <= kShareTolerance);
        CHECK(got[column] >= 0);
        CHECK(got[column] <= 1 + 1e-9);
      }
    }
  });
}

TEST_CASE("read-outs: a pattern a person can check: even attention over three tokens") {
  // A model of zero weights looks evenly at all it sees: rows (1), (1/2, 1/2), (1/3, 1/3, 1/3).
  const Config config = shape(1, 1, 4, 8, 6);
  auto tensors = checkpoint_tensors(config);
  for (CheckpointTensor& tensor : tensors) {
    if (tensor.name.find("ln_") == std::string::npos)
      std::fill(tensor.values.begin(), tensor.values.end(), 0.0f);
  }
  Loader loader(config_json(config), LoadAs::f32);
  REQUIRE(loader.write(safetensors_file(tensors, DType::f32)));
  const auto model = loader.finish();
  REQUIRE(model);
  Session session(*model);
  REQUIRE(session.run(std::vector<int32_t>{2, 3, 2}));
  const auto scores = head_scores(session);
  REQUIRE(scores);
  CHECK((*scores)[0].previous == doctest::Approx((0.5 + 1 / 3.0) / 2));
  CHECK((*scores)[0].first == doctest::Approx((0.5 + 1 / 3.0) / 2));
  CHECK((*scores)[0].self == doctest::Approx((0.5 + 1 / 3.0) / 2));
  CHECK((*scores)[0].repeats == 1);  // the second 2
  CHECK((*scores)[0].duplicate == doctest::Approx(1 / 3.0));
  CHECK((*scores)[0].induction == doctest::Approx(1 / 3.0));
  CHECK((*scores)[0].broad == doctest::Approx(1));
  const auto aside = head_scores(session, {1, true});
  REQUIRE(aside);
  CHECK((*aside)[0].self == doctest::Approx((1.0 + 0.5) / 2));
  CHECK((*aside)[0].duplicate == doctest::Approx(0));
  const auto rolled = rollout(session, 2, Fuse::mean);
  REQUIRE(rolled);
  CHECK((*rolled)[0] == doctest::Approx(1 / 6.0));
  CHECK((*rolled)[2] == doctest::Approx(1 / 6.0 + 0.5));
}

TEST_CASE("read-outs: the standard test says a sequence twice and refuses what the context does not hold") {
  const Config config = shape(2, 2, 16, 40, 300);
  const Twins twins = make_twins(config, {});
  const RandomTest test{10, 2, 5};
  const std::vector<int32_t> tokens = random_sequence(test, 1, 300);
  REQUIRE(tokens.size() == 20);
  for (size_t i = 0; i < 10; ++i) {
    CHECK(tokens[i] == tokens[i + 10]);
    CHECK(tokens[i] >= 100);
    CHECK(tokens[i] < 300);
  }
  CHECK(random_sequence(test, 0, 300) != tokens);
  Session session(twins.model);
  const auto scores = random_head_scores(session, test);
  REQUIRE(scores);
  for (const HeadScores& score : *scores) CHECK(score.repeats == 40);
  CHECK(!random_head_scores(session, {30, 2, 5}));
  CHECK(!random_head_scores(session, {10, 1, 5}));
}

TEST_CASE("read-outs: rollout agrees with float64, and its rows sum to one") {
  each_run([](Session& session, const ReferenceRun& run, const std::vector<int32_t>&) {
    for (const Fuse fuse : {Fuse::mean, Fuse::max, Fuse::value}) {
      const auto rows = rollout(session, -1, fuse);
      REQUIRE(rows);
      const Numbers wanted = reference_rollout(run, run.tokens - 1, static_cast<int>(fuse));
      REQUIRE(rows->size() == wanted.size());
      for (size_t i = 0; i < wanted.size(); ++i)
        CHECK(std::fabs(static_cast<double>((*rows)[i]) - wanted[i]) <= kShareTolerance);
      for (int layer = 0; layer < run.config.layers; ++layer) {
        const auto begin = rows->begin() + static_cast<ptrdiff_t>(layer) * run.tokens;
        CHECK(std::accumulate(begin, begin + run.tokens, 0.0) == doctest::Approx(1).epsilon(1e-6));
      }
    }
  });
}

TEST_CASE("read-outs: the geometry of the stream ends at itself, and along the target it ends at the logit") {
  each_run([](Session& session, const ReferenceRun& run, const std::vector<int32_t>&) {
    const auto why = attribute(session, -1, 1, kNoRival);
    REQUIRE(why);
    const auto points = stream_geometry(session, -1, why->direction);
    REQUIRE(points);
    REQUIRE(static_cast<int>(points->size()) == run.config.layers + 1);
    CHECK(points->back().cosine_final == doctest::Approx(1));
    CHECK(points->back().along + why->constant ==
          doctest::Approx(why->difference).epsilon(1e-3).scale(magnitude(*why) * 1e-2));
    const Numbers first = reference_row(run, "blocks.0.hook_resid_pre", run.tokens - 1);
    CHECK(points->front().length ==
          doctest::Approx(std::sqrt(static_cast<double>(first.size())) * root_mean_square(first))
              .epsilon(1e-5));
  });
}

TEST_CASE("read-outs: two predictions compared by hand") {
  // Logits ln 1, ln 2, ln 1 against ln 2, ln 1, ln 1: p (1/4, 1/2, 1/4), q (1/2, 1/4, 1/4).
  const float two = std::log(2.0f);
  const std::vector<float> a = {0, two, 0}, b = {two, 0, 0};
  const Prediction p = predict(a), q = predict(b);
  const Comparison c = compare(p, q, 1, 0);
  CHECK(c.p_before == doctest::Approx(0.5));
  CHECK(c.p_after == doctest::Approx(0.25));
  CHECK(c.rank_before == 1);
  CHECK(c.rank_after == 2);
  CHECK(c.kl == doctest::Approx(0.25 * std::log(0.5) + 0.5 * std::log(2.0)));
  CHECK(c.difference_before == doctest::Approx(std::log(2.0)));
  CHECK(c.difference_after == doctest::Approx(-std::log(2.0)));
  CHECK(c.first_before == 1);
  CHECK(c.first_after == 0);
  CHECK(entropy(p) == doctest::Approx(1.5 * std::log(2.0)));
  const std::vector<float> broken = {0, std::numeric_limits<float>::infinity()};
  CHECK(!predict(broken).finite);
}

TEST_CASE("read-outs: equal runs are equal by bits, and others part where they were changed") {
  const Config config = shape(3, 2, 16, 32, 31);
  const Twins twins = make_twins(config, {});
  const std::vector<int32_t> tokens = some_tokens(config, 9);
  Session base(twins.model), changed(twins.model);
  REQUIRE(base.run(tokens));
  REQUIRE(changed.run(tokens, {.heads = {{1, 0, 1.0f}}}));
  auto parting = first_difference(base, changed);
  REQUIRE(parting);
  CHECK(!parting->has_value());
  REQUIRE(changed.run(tokens, {.heads = {{1, 0, 0.0f}}}));
  parting = first_difference(base, changed);
  REQUIRE(parting);
  REQUIRE(parting->has_value());
  CHECK(tensor_name((*parting)->tensor) == "blocks.1.attn.hook_z");
  CHECK((*parting)->row == 0);
  CHECK((*parting)->largest > 0);
  std::vector<int32_t> other = tokens;
  other[5] = other[5] == 3 ? 4 : 3;
  REQUIRE(changed.run(other));
  parting = first_difference(base, changed);
  REQUIRE(parting);
  REQUIRE(parting->has_value());
  CHECK(tensor_name((*parting)->tensor) == "hook_embed");
  CHECK((*parting)->row == 5);
  REQUIRE(changed.run(std::span(tokens).first(4)));
  CHECK(!first_difference(base, changed));
}

TEST_CASE("read-outs refuse places and tokens that do not exist") {
  const Config config = shape(2, 2, 8, 16, 20);
  const Twins twins = make_twins(config, {});
  Session session(twins.model);
  REQUIRE(session.run(std::vector<int32_t>{1, 2, 3}));
  for (const int position : {3, -2, 100}) {
    CHECK(!logit_lens(session, {.position = position}));
    CHECK(!attribute(session, position, 1, kNoRival));
    CHECK(!rollout(session, position, Fuse::mean));
    CHECK(!stream_geometry(session, position, {}));
  }
  for (const int32_t id : {20, -1, -3}) {
    CHECK(!logit_lens(session, {.targets = {id}}));
    CHECK(!attribute(session, 0, id, kNoRival));
  }
  CHECK(!attribute(session, 0, 1, 20));
  Session fresh(twins.model);
  CHECK(!logit_lens(fresh, {}));
  CHECK(!attribute(fresh, -1, 1, kNoRival));
}
