// Every tensor of the engine against the float64 reference, on seeded models of several shapes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "twins.h"

using namespace vitrine;
using namespace vitrine::test;

namespace {

// F32 keeps 6e-8 of a number; sums over channels with outliers and a few layers leave room for about a thousand
// roundings. Any slip of formula or order is far larger.

struct Case {
  const char* what;
  Config config;
  CheckpointOptions options;
  int tokens;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({"two heads", shape(2, 2, 32, 32, 97), {}, 17});

  Case odd{"odd sizes, erf, untied", shape(3, 3, 21, 40, 101), {}, 13};
  odd.config.n_inner = 50;
  odd.config.activation = Activation::gelu_erf;
  odd.options.seed = 2;
  odd.options.untied = true;
  all.push_back(odd);

  Case outliers{"outlier channels, BF16", shape(4, 4, 64, 64, 130), {}, 33};
  outliers.config.scale_attn_by_inverse_layer_idx = true;
  outliers.options.seed = 3;
  outliers.options.outliers = true;
  outliers.options.dtype = DType::bf16;
  all.push_back(outliers);

  Case tiny{"one head of five channels, one token", shape(1, 1, 5, 8, 11), {}, 1};
  tiny.config.scale_attn_weights = false;
  tiny.config.n_inner = 3;
  all.push_back(tiny);

  Case wide{"more tokens than a band, prefix, outliers", shape(3, 8, 128, 200, 257), {}, 150};
  wide.options.seed = 5;
  wide.options.prefix = true;
  wide.options.outliers = true;
  all.push_back(wide);

  all.push_back({"more keys than one block of them", shape(2, 4, 48, 320, 61), {}, 290});
  return all;
}

}  // namespace

TEST_CASE("F32 agrees with the float64 reference at every stage") {
  std::map<std::string, double> worst;  // by name without its layer
  std::vector<std::string> order;
  for (const Case& test : cases()) {
    CAPTURE(test.what);
    const Twins twins = make_twins(test.config, test.options);
    const std::vector<int32_t> tokens = some_tokens(test.config, test.tokens);
    Session session(twins.model);
    REQUIRE(session.run(tokens));
    const ReferenceTrace reference = reference_run(twins.reference, twins.tensors, tokens);
    const std::vector<std::string> names = tensor_names(test.config.n_layer);
    CHECK(names.size() == reference.size());
    for (const std::string& name : names) {
      CAPTURE(name);
      REQUIRE(reference.count(name) == 1);
      const double error = relative_error(tensor_named(session, name).data, reference.at(name));
      CHECK(error <= kParityTolerance);
      const std::string kind = name.substr(name.find("blocks.") == 0 ? name.find('.', 7) + 1 : 0);
      if (!worst.count(kind)) order.push_back(kind);
      worst[kind] = std::max(worst[kind], error);
    }
    // the last position's logits, which the run made, are the last row of the tensor
    const std::span<const float> last = session.last_logits();
    const TensorData logits = tensor_named(session, "logits");
    CHECK(std::equal(last.begin(), last.end(), logits.data.end() - test.config.n_vocab));
  }
  std::printf("worst error against the float64 reference, of the tensor's RMS\n");
  for (const std::string& kind : order) std::printf("  %-26s %.1e\n", kind.c_str(), worst[kind]);
}

TEST_CASE("the reference itself: a model of zeros gives even probabilities") {
  // Logits of a model whose token table is zero are all zero, and attention without keys is even.
  const Config config = shape(1, 1, 4, 8, 6);
  ReferenceTensors tensors;
  for (const CheckpointTensor& tensor : checkpoint_tensors(config)) {
    tensors[tensor.name] =
        std::vector<float>(tensor.values.size(), tensor.name.find("ln_") != std::string::npos ? 1.0f : 0.0f);
  }
  const ReferenceConfig shape_of{1, 1, 4, config.n_inner, 6};
  const ReferenceTrace trace = reference_run(shape_of, tensors, {1, 2, 3});
  for (double logit : trace.at("logits")) CHECK(logit == 0.0);
  const std::vector<double>& pattern = trace.at("blocks.0.attn.hook_pattern");
  const double wanted[] = {1, 0, 0, 0.5, 0.5, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0};
  for (size_t i = 0; i < 9; ++i) CHECK(pattern[i] == doctest::Approx(wanted[i]));
}

TEST_CASE("q8 stays close to F32 on a seeded model with outlier channels") {
  // Largest error of any logit; it is about half of that. Outlier channels of random weights take 1/127 of the largest
  // weight of their group as the step for all. What matters on real text is asserted in quantised_test.cpp.
  constexpr double kQuantisedTolerance = 0.15;
  CheckpointOptions options;
  options.outliers = true;
  const Config config = shape(3, 4, 128, 64, 257);
  const std::vector<int32_t> tokens = some_tokens(config, 40);
  const Twins twins = make_twins(config, options, LoadAs::q8);
  Session session(twins.model);
  REQUIRE(session.run(tokens));
  const ReferenceTrace reference = reference_run(twins.reference, twins.tensors, tokens);
  const double error = relative_error(tensor_named(session, "logits").data, reference.at("logits"));
  MESSAGE("q8 logits: worst error " << error << " of their RMS");
  CHECK(error < kQuantisedTolerance);
  CHECK(error > 1e-6);  // it really was quantised
}
