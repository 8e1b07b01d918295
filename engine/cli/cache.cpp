// `vitrine cache`: what a new token costs with keys and values kept, and when all of the text is computed again.
#include <chrono>
#include <cstdio>
#include <cstring>

#include "cli/commands.h"
#include "cli/experiment.h"
#include "readouts/prediction.h"

namespace vitrine::cli {
namespace {

// Multiply-adds of `count` more tokens after `before`: products with weights, queries by keys and weights by values, one row
// of logits. LayerNorm, softmax and GELU are not counted.
double products(const Config& config, int64_t before, int64_t count) {
  const double layers = config.n_layer, width = config.n_embd, inner = config.n_inner,
               rows = static_cast<double>(count);
  const double seen = rows * static_cast<double>(before) + rows * (rows + 1) / 2;  // keys that the rows see
  return layers * (rows * (4 * width * width + 2 * width * inner) + 2 * width * seen) +
         config.n_vocab * width;
}

double milliseconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

struct Step {
  int tokens;
  double kept_products, kept_ms, anew_products, anew_ms;
};

}  // namespace

int command_cache(Args args) {
  constexpr Option kOptions[] = {{"--max-tokens", true}};
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"cache", kOptions}, experiment)) return report(*failure);
  const Config& config = experiment.model->config();
  const Result<int64_t> count =
      parse_int(experiment.arguments.value("--max-tokens", "16"), 1, kMaxContext, "--max-tokens");
  if (!count) return usage("cache: " + count.error().message);
  std::vector<int32_t> ids = experiment.prompt.ids;
  Session kept(experiment.model);
  kept.set_thread_pool(experiment.helpers->pool());
  const Result<RunSummary> ran = kept.run(ids);
  if (!ran) return fail(ran.error().message);
  std::vector<Step> steps;
  for (int64_t i = 0; i < *count && static_cast<int>(ids.size()) < config.n_ctx; ++i) {
    const Prediction next = predict(kept.last_logits());
    if (!next.finite) return fail(overflow_of(kept));
    ids.push_back(most_likely(next, 1)[0]);
    const int tokens = static_cast<int>(ids.size());
    Step step{tokens, products(config, tokens - 1, 1), 0, products(config, 0, tokens), 0};
    auto begun = std::chrono::steady_clock::now();
    if (const auto one = kept.run(ids); !one) return fail(one.error().message);
    step.kept_ms = milliseconds_since(begun);
    Session anew(experiment.model);
    anew.set_thread_pool(experiment.helpers->pool());
    begun = std::chrono::steady_clock::now();
    if (const auto all = anew.run(ids); !all) return fail(all.error().message);
    step.anew_ms = milliseconds_since(begun);
    if (std::memcmp(kept.last_logits().data(), anew.last_logits().data(), kept.last_logits().size_bytes()) !=
        0)
      return fail("the two ways give different logits at " + std::to_string(tokens) +
                  " tokens: a defect of the engine");
    steps.push_back(step);
  }
  if (experiment.arguments.has("--json")) {
    JsonText json;
    json.open('{').key("steps").open('[');
    for (const Step& step : steps) {
      json.open('{').key("tokens").whole(step.tokens);
      json.key("kept")
          .open('{')
          .key("products")
          .number(step.kept_products)
          .key("ms")
          .number(step.kept_ms)
          .close('}');
      json.key("anew")
          .open('{')
          .key("products")
          .number(step.anew_products)
          .key("ms")
          .number(step.anew_ms)
          .close('}')
          .close('}');
    }
    const double bytes = 2.0 * config.n_layer * config.n_embd * 4;
    json.close(']').key("equal_logits").truth(true).key("cache_bytes_a_token_f32").number(bytes);
    std::printf("%s\n", json.close('}').text().c_str());
    return 0;
  }
  const bool csv = experiment.arguments.has("--csv");
  std::printf(
      csv ? "tokens,kept_products,kept_ms,anew_products,anew_ms\n"
          : "tokens  kept: products       ms   anew: products       ms   (the logits are the same bits)\n");
  for (const Step& step : steps)
    std::printf(csv ? "%d,%.0f,%.3f,%.0f,%.3f\n" : "%6d %15.0f %8.3f  %15.0f %8.3f\n", step.tokens,
                step.kept_products, step.kept_ms, step.anew_products, step.anew_ms);
  return 0;
}

}  // namespace vitrine::cli
