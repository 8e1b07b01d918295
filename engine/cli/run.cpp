// `vitrine run`: one pass over a prompt.
#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/changes.h"
#include "cli/commands.h"
#include "cli/helpers.h"
#include "cli/prompt.h"
#include "cli/trace_file.h"
#include "loading/loader.h"
#include "sampling/sampler.h"
#include "session/session.h"

namespace vitrine::cli {
namespace {

constexpr Option kOptions[] = {
    {"--prompt", true}, {"--tokens", true},  {"--top", true}, {"--json"},
    {"--trace", true},  {"--threads", true}, {"--special"},
};
constexpr int kMaxTop = 1 << 24;

// The shortest of these many digits that read back as the same float.
std::string float_text(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
  return text;
}

struct Answer {
  Ranking ranking;
  Distribution distribution;
  int shown;
};

void print_json(const Prompt& prompt, const Answer& answer) {
  std::string json = "{\"tokens\":[";
  for (size_t i = 0; i < prompt.ids.size(); ++i) {
    json += i ? "," : "";
    json += "{\"id\":" + std::to_string(prompt.ids[i]) +
            ",\"text\":" + token_json(prompt.tokenizer, prompt.ids[i]) + "}";
  }
  json += "],\"top\":[";
  for (int rank = 0; rank < answer.shown; ++rank) {
    const size_t r = static_cast<size_t>(rank);
    const int32_t id = answer.ranking.id[r];
    json += rank ? "," : "";
    json += "{\"id\":" + std::to_string(id) + ",\"text\":" + token_json(prompt.tokenizer, id) +
            ",\"logit\":" + float_text(answer.ranking.logit[r]) +
            ",\"p\":" + float_text(candidate(answer.ranking, answer.distribution, rank).raw) + "}";
  }
  std::printf("%s]}\n", json.c_str());
}

void print_table(const Prompt& prompt, const Answer& answer) {
  std::printf("%zu tokens:", prompt.ids.size());
  for (int32_t id : prompt.ids) {
    std::printf(" %s",
                prompt.tokenizer ? token_json(prompt.tokenizer, id).c_str() : std::to_string(id).c_str());
  }
  std::printf("\n\n%6s %8s %12s %10s  %s\n", "rank", "id", "logit", "p", "token");
  double sum = 0;
  for (int rank = 0; rank < answer.shown; ++rank) {
    const size_t r = static_cast<size_t>(rank);
    const float raw = candidate(answer.ranking, answer.distribution, rank).raw;
    sum += raw;
    std::printf("%6d %8d %12.4f %9.3f%%  %s\n", rank + 1, answer.ranking.id[r],
                static_cast<double>(answer.ranking.logit[r]), 100.0 * static_cast<double>(raw),
                prompt.tokenizer ? token_json(prompt.tokenizer, answer.ranking.id[r]).c_str() : "");
  }
  std::printf("\ntop %d of %zu = %.2f%%\n", answer.shown, answer.ranking.id.size(), 100.0 * sum);
}

}  // namespace

int command_run(Args args) {
  const Result<Arguments> arguments = parse_arguments(args, with_changes(kOptions), 1, 1);
  if (!arguments) return usage("run: " + arguments.error().message);
  const Result<int64_t> top = parse_int(arguments->value("--top", "10"), 1, kMaxTop, "--top");
  if (!top) return usage("run: " + top.error().message);
  const Result<int64_t> threads = parse_int(arguments->value("--threads", "1"), 1, kMaxThreads, "--threads");
  if (!threads) return usage("run: " + threads.error().message);
  Result<Changes> changes = read_changes(*arguments);
  if (!changes) return usage("run: " + changes.error().message);
  bool wrong_usage = false;
  const Result<Prompt> prompt = read_prompt(*arguments, wrong_usage);
  if (!prompt) return wrong_usage ? usage("run: " + prompt.error().message) : fail(prompt.error().message);

  Result<std::shared_ptr<const Model>> model = load_model(std::string(arguments->positional[0]));
  if (!model) return fail(model.error().message);
  Helpers helpers(static_cast<int>(*threads));
  Session session(*model);
  session.set_thread_pool(helpers.pool());
  Session base(*model);
  base.set_thread_pool(helpers.pool());
  const Status means = load_means(*changes, base, *prompt);
  if (!means) return fail(means.error().message);
  const Result<RunSummary> ran = run_changed(session, base, prompt->ids, *changes);
  if (!ran) return fail(ran.error().message);

  if (arguments->has("--trace")) {
    const Status written =
        write_trace(session, std::string(arguments->value("--trace")), std::string(arguments->positional[0]));
    if (!written) return fail(written.error().message);
  }
  Result<Ranking> ranking = rank_logits(session.last_logits());
  if (!ranking) return fail(changes->any ? overflow_of(session) : ranking.error().message);
  Result<Distribution> distribution = distribute(*ranking, SamplingSettings{});
  if (!distribution) return fail(distribution.error().message);
  const int shown = static_cast<int>(std::min<int64_t>(*top, static_cast<int64_t>(ranking->id.size())));
  const Answer answer{std::move(*ranking), std::move(*distribution), shown};
  if (arguments->has("--json")) {
    print_json(*prompt, answer);
  } else {
    print_table(*prompt, answer);
  }
  return 0;
}

}  // namespace vitrine::cli
