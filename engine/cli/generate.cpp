// `vitrine generate`: continues a prompt, printing each token as it is drawn.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/changes.h"
#include "cli/commands.h"
#include "cli/helpers.h"
#include "cli/prompt.h"
#include "loading/loader.h"
#include "sampling/sampler.h"
#include "session/session.h"

namespace vitrine::cli {
namespace {

constexpr Option kOptions[] = {
    {"--prompt", true},      {"--tokens", true},  {"--max-tokens", true},
    {"--temperature", true}, {"--top-k", true},   {"--top-p", true},
    {"--seed", true},        {"--threads", true}, {"--special"},
};

struct Settings {
  SamplingSettings sampling;
  int64_t max_tokens, seed, threads;
};

Result<Settings> read_settings(const Arguments& arguments) {
  Settings settings;
  const auto whole = [&](std::string_view name, std::string_view otherwise, int64_t least, int64_t most) {
    return parse_int(arguments.value(name, otherwise), least, most, name);
  };
  const Result<int64_t> count = whole("--max-tokens", "20", 1, kMaxContext),
                        top_k = whole("--top-k", "0", 0, kMaxVocabulary),
                        seed = whole("--seed", "0", 0, int64_t{1} << 53),
                        threads = whole("--threads", "1", 1, kMaxThreads);
  for (const auto* number : {&count, &top_k, &seed, &threads}) {
    if (!*number) return number->error();
  }
  const Result<double> temperature =
      parse_number(arguments.value("--temperature", "1"), 0, 5, "--temperature");
  if (!temperature) return temperature.error();
  const Result<double> top_p = parse_number(arguments.value("--top-p", "1"), 0, 1, "--top-p");
  if (!top_p) return top_p.error();
  return Settings{{*temperature, static_cast<int>(*top_k), *top_p}, *count, *seed, *threads};
}

// The ids that end a text: what config.json and generation_config.json say, else the tokenizer's one.
std::vector<int32_t> end_tokens(const Config& config, const Prompt& prompt) {
  if (!config.end_tokens.empty()) return config.end_tokens;
  const int32_t end = prompt.tokenizer ? prompt.tokenizer->end_of_text() : -1;
  return end < 0 ? std::vector<int32_t>{} : std::vector<int32_t>{end};
}

// Draws and prints until the count, the end of the text or the end of the context is reached.
Status generate(Session& session, Session& base, const Prompt& prompt, const Changes& changes,
                const Settings& settings) {
  std::vector<int32_t> ids = prompt.ids;
  const std::vector<int32_t> stop = end_tokens(session.model().config(), prompt);
  for (int64_t i = 0; i < settings.max_tokens; ++i) {
    if (static_cast<int>(ids.size()) > session.model().config().n_ctx) {
      return Error{ErrorCode::request, "stopped after " + std::to_string(i) +
                                           " tokens: the model's context of " +
                                           std::to_string(session.model().config().n_ctx) + " is full"};
    }
    const Result<RunSummary> ran = run_changed(session, base, ids, changes);
    if (!ran) return ran.error();
    const Result<Ranking> ranking = rank_logits(session.last_logits());
    if (!ranking)
      return changes.any ? Error{ErrorCode::logits_broken, overflow_of(session)} : ranking.error();
    const Result<Distribution> distribution = distribute(*ranking, settings.sampling);
    if (!distribution) return distribution.error();
    const Draw drawn = draw(*ranking, *distribution,
                            uniform(static_cast<uint64_t>(settings.seed), static_cast<uint64_t>(i)));
    if (std::find(stop.begin(), stop.end(), drawn.id) != stop.end()) break;
    ids.push_back(drawn.id);
    if (prompt.tokenizer) {
      const std::string_view bytes = prompt.tokenizer->bytes(drawn.id);
      std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    } else {
      std::printf(i ? " %d" : "%d", drawn.id);
    }
    std::fflush(stdout);
  }
  return success();
}

}  // namespace

int command_generate(Args args) {
  const Result<Arguments> arguments = parse_arguments(args, with_changes(kOptions), 1, 1);
  if (!arguments) return usage("generate: " + arguments.error().message);
  const Result<Settings> settings = read_settings(*arguments);
  if (!settings) return usage("generate: " + settings.error().message);
  Result<Changes> changes = read_changes(*arguments);
  if (!changes) return usage("generate: " + changes.error().message);
  bool wrong_usage = false;
  const Result<Prompt> prompt = read_prompt(*arguments, wrong_usage);
  if (!prompt)
    return wrong_usage ? usage("generate: " + prompt.error().message) : fail(prompt.error().message);

  Result<std::shared_ptr<const Model>> model = load_model(std::string(arguments->positional[0]));
  if (!model) return fail(model.error().message);
  Helpers helpers(static_cast<int>(settings->threads));
  Session session(*model), base(*model);
  session.set_thread_pool(helpers.pool());
  base.set_thread_pool(helpers.pool());
  const Status means = load_means(*changes, base, *prompt);
  if (!means) return fail(means.error().message);
  const Status done = generate(session, base, *prompt, *changes, *settings);
  std::printf("\n");
  return done ? 0 : fail(done.error().message);
}

}  // namespace vitrine::cli
