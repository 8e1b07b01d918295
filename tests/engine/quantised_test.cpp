// The bundled int8 model against its F32 original on held-out text. The original is not in the repository: what it
// says of the text is (tests/fixtures/bundled_f32.safetensors, written by scripts/quantised-fixture.mjs).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "io/safetensors.h"
#include "loading/loader.h"
#include "twins.h"

using namespace vitrine;

namespace {

// What int8 may cost. The test prints what it does cost, about a sixth of that.
constexpr double kLeastAgreement = 0.97;
constexpr double kMostDivergence = 0.003;  // mean KL(F32 | q8), nats

struct Fixture {
  std::string bytes;
  SafetensorsHeader header;

  template <class T>
  std::vector<T> values(const char* name) const {
    const TensorEntry* entry = header.find(name);
    REQUIRE(entry);
    std::vector<T> values((entry->end - entry->begin) / sizeof(T));
    std::memcpy(values.data(), bytes.data() + header.data_begin + entry->begin, values.size() * sizeof(T));
    return values;
  }
};

Fixture read_fixture() {
  std::ifstream file(VITRINE_SOURCE_DIR "/tests/fixtures/bundled_f32.safetensors", std::ios::binary);
  Fixture fixture{std::string(std::istreambuf_iterator<char>(file), {}), {}};
  const auto header = parse_safetensors_header(std::as_bytes(std::span(fixture.bytes)), fixture.bytes.size());
  if (!header) FAIL(header.error().message);
  fixture.header = *header;
  return fixture;
}

// log of the softmax over a row of logits, in double precision.
std::vector<double> log_softmax(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits) sum += std::exp(logit - top);
  std::vector<double> logs;
  for (float logit : logits) logs.push_back(logit - top - std::log(sum));
  return logs;
}

}  // namespace

TEST_CASE("the bundled int8 model says what its F32 original says") {
  const Fixture fixture = read_fixture();
  const std::vector<int32_t> tokens = fixture.values<int32_t>("tokens");
  const std::vector<int16_t> ids = fixture.values<int16_t>("ids");
  const std::vector<float> logs = fixture.values<float>("log_probabilities"),
                           rest = fixture.values<float>("rest");
  const size_t window = static_cast<size_t>(fixture.header.find("tokens")->shape[1]);
  const size_t kept = static_cast<size_t>(fixture.header.find("ids")->shape[1]);
  REQUIRE(tokens.size() == 768);

  const auto model = load_model(VITRINE_SOURCE_DIR "/web/public/models/vitrine-19m");
  if (!model) FAIL(model.error().message);
  CHECK((*model)->weight_type() == WeightType::q8);
  const size_t vocabulary = static_cast<size_t>((*model)->config().n_vocab);

  double divergence = 0, agreed = 0;
  for (size_t begin = 0; begin < tokens.size(); begin += window) {
    Session session(*model);
    REQUIRE(session.run(std::span(tokens).subspan(begin, window)));
    const TensorData logits = test::tensor_named(session, "logits");
    for (size_t t = 0; t < window; ++t) {
      const std::vector<double> q = log_softmax(std::span(logits.data).subspan(t * vocabulary, vocabulary));
      // Exact over the ids that are kept, largest first; the rest as one outcome, so that the sum is a lower bound of
      // the divergence (merging outcomes never adds to it), here four fifths of it.
      const size_t place = begin + t;
      double q_rest = 1;
      for (size_t rank = 0; rank < kept; ++rank) {
        const double p_log = logs[place * kept + rank],
                     q_log = q[static_cast<size_t>(ids[place * kept + rank] + 32768)];
        divergence += std::exp(p_log) * (p_log - q_log);
        q_rest -= std::exp(q_log);
      }
      divergence += rest[place] * std::log(rest[place] / q_rest);
      const size_t best = static_cast<size_t>(std::max_element(q.begin(), q.end()) - q.begin());
      agreed += best == static_cast<size_t>(ids[place * kept] + 32768) ? 1 : 0;
    }
  }
  const double count = static_cast<double>(tokens.size());
  MESSAGE("q8 against F32 on " << tokens.size() << " positions of held-out text: top-1 agreement "
                               << 100 * agreed / count << " %, mean KL " << divergence / count
                               << " nats (exact, when the fixture was made: "
                               << fixture.header.metadata.at("kl_exact") << ")");
  CHECK(agreed / count >= kLeastAgreement);
  CHECK(divergence / count <= kMostDivergence);
  CHECK(divergence > 0);
}
