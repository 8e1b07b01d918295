// `vitrine surprise`, `vitrine heads` and `vitrine rollout`: what a run tells of its tokens and its heads.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/commands.h"
#include "cli/experiment.h"
#include "readouts/head_scores.h"
#include "readouts/rollout.h"
#include "readouts/surprise.h"

namespace vitrine::cli {
namespace {

void print_surprise(const Experiment& experiment, const std::vector<Surprise>& all) {
  const double bits = mean_bits(all);
  if (experiment.arguments.has("--json")) {
    JsonText json;
    json.open('{').key("tokens").open('[');
    for (const Surprise& one : all) {
      open_token(json, experiment, one.id).key("bits").number(one.bits).key("p").number(one.p);
      json.key("rank").whole(one.rank).key("best");
      open_token(json, experiment, one.best).key("p").number(one.p_best).close('}').close('}');
    }
    json.close(']').key("mean_bits").number(bits).key("perplexity").number(std::exp2(bits)).close('}');
    std::printf("%s\n", json.text().c_str());
    return;
  }
  const bool csv = experiment.arguments.has("--csv");
  std::printf(csv ? "position,id,text,bits,p,rank,best_id,best_text,best_p\n"
                  : "position      bits          p     rank  token; the best guess\n");
  for (size_t i = 0; i < all.size(); ++i) {
    const Surprise& one = all[i];
    if (csv) {
      std::printf("%zu,%d,%s,%s,%s,%d,%d,%s,%s\n", i + 1, one.id, csv_text(experiment, one.id).c_str(),
                  number_text(one.bits).c_str(), number_text(one.p).c_str(), one.rank, one.best,
                  csv_text(experiment, one.best).c_str(), number_text(one.p_best).c_str());
    } else {
      std::printf("%8zu %9.3f %9.3f%% %8d  %s (%d); %s (%d) %.1f%%\n", i + 1, one.bits, 100 * one.p, one.rank,
                  token_label(experiment, one.id).c_str(), one.id, token_label(experiment, one.best).c_str(),
                  one.best, 100 * one.p_best);
    }
  }
  if (!csv) std::printf("mean %.4f bits a token, perplexity %.3f\n", bits, std::exp2(bits));
}

// The columns of a head's scores; duplicate and induction are none where no token came twice.
struct Column {
  const char* name;
  double HeadScores::*value;
  bool of_repeats;
};
constexpr Column kColumns[] = {
    {"previous", &HeadScores::previous, false},  {"first", &HeadScores::first, false},
    {"self", &HeadScores::self, false},          {"duplicate", &HeadScores::duplicate, true},
    {"induction", &HeadScores::induction, true}, {"broad", &HeadScores::broad, false},
};

void print_heads(const Experiment& experiment, const std::vector<HeadScores>& scores,
                 const char* measured_on) {
  const size_t heads = static_cast<size_t>(experiment.model->config().n_head);
  const auto value = [](const HeadScores& score, const Column& column) {
    return column.of_repeats && score.repeats == 0 ? std::nan("") : score.*column.value;
  };
  if (experiment.arguments.has("--json")) {
    JsonText json;
    json.open('{').key("on").raw('"' + std::string(measured_on) + '"').key("heads").open('[');
    for (size_t i = 0; i < scores.size(); ++i) {
      json.open('{')
          .key("layer")
          .whole(static_cast<int64_t>(i / heads))
          .key("head")
          .whole(static_cast<int64_t>(i % heads));
      for (const Column& column : kColumns) json.key(column.name).number(value(scores[i], column));
      json.key("rows_with_a_repeat").whole(scores[i].repeats).close('}');
    }
    std::printf("%s\n", json.close(']').close('}').text().c_str());
    return;
  }
  const bool csv = experiment.arguments.has("--csv");
  if (!csv) std::printf("measured on %s\n", measured_on);
  std::printf(csv ? "layer,head" : "%6s %5s", "layer", "head");
  for (const Column& column : kColumns) std::printf(csv ? ",%s" : " %10s", column.name);
  std::printf("\n");
  for (size_t i = 0; i < scores.size(); ++i) {
    std::printf(csv ? "%zu,%zu" : "%6zu %5zu", i / heads, i % heads);
    for (const Column& column : kColumns) {
      const double score = value(scores[i], column);
      if (csv) {
        std::printf(",%s", std::isfinite(score) ? number_text(score).c_str() : "");
      } else if (std::isfinite(score)) {
        std::printf(" %10.4f", score);
      } else {
        std::printf(" %10s", "none");
      }
    }
    std::printf("\n");
  }
}

void print_rollout(const Experiment& experiment, const std::vector<float>& rows) {
  const size_t tokens = experiment.prompt.ids.size(), layers = rows.size() / tokens;
  const auto share = [&](size_t layer, size_t token) {
    return static_cast<double>(rows[layer * tokens + token]);
  };
  if (experiment.arguments.has("--json")) {
    JsonText json;
    json.open('{').key("tokens").open('[');
    for (const int32_t id : experiment.prompt.ids) open_token(json, experiment, id).close('}');
    json.close(']').key("rollout").open('[');
    for (size_t l = 0; l < layers; ++l) {
      json.open('[');
      for (size_t t = 0; t < tokens; ++t) json.number(share(l, t));
      json.close(']');
    }
    std::printf("%s\n", json.close(']').close('}').text().c_str());
    return;
  }
  const bool csv = experiment.arguments.has("--csv");
  std::printf(csv ? "token,id,text" : "token");
  for (size_t l = 0; l < layers; ++l) std::printf(csv ? ",after_%zu" : " after %2zu", l);
  std::printf("\n");
  for (size_t t = 0; t < tokens; ++t) {
    const int32_t id = experiment.prompt.ids[t];
    if (csv) {
      std::printf("%zu,%d,%s", t, id, csv_text(experiment, id).c_str());
    } else {
      std::printf("%5zu", t);
    }
    for (size_t l = 0; l < layers; ++l) {
      if (csv) {
        std::printf(",%s", number_text(share(l, t)).c_str());
      } else {
        std::printf(" %8.4f", share(l, t));
      }
    }
    if (!csv) std::printf("  %s", token_label(experiment, id).c_str());
    std::printf("\n");
  }
}

}  // namespace

int command_surprise(Args args) {
  Experiment experiment;
  if (const auto failure = start_experiment(args, {"surprise", {}}, experiment)) return report(*failure);
  const Result<std::vector<Surprise>> all = surprise(*experiment.session);
  if (!all) return fail(all.error().message);
  print_surprise(experiment, *all);
  return 0;
}

int command_heads(Args args) {
  constexpr Option kOptions[] = {
      {"--random", true}, {"--repeats", true}, {"--seed", true}, {"--set-first-aside"}, {"--start-token"}};
  const bool is_random = std::find_if(args.begin(), args.end(), [](std::string_view word) {
                           return word == "--random" || word.substr(0, 9) == "--random=";
                         }) != args.end();
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"heads", kOptions, !is_random}, experiment))
    return report(*failure);
  const Arguments& arguments = experiment.arguments;
  if (!is_random) {
    for (const char* name : {"--repeats", "--seed", "--start-token"}) {
      if (arguments.has(name)) return usage("heads: " + std::string(name) + " goes with --random N");
    }
    if (const auto failure = run_experiment(experiment)) return report(*failure);
    const auto scores = head_scores(*experiment.session, {1, arguments.has("--set-first-aside")});
    if (!scores) return fail(scores.error().message);
    print_heads(experiment, *scores, "this text");
    return 0;
  }
  if (arguments.has("--prompt") || arguments.has("--tokens"))
    return usage("heads: --random N takes the place of --prompt and --tokens");
  if (experiment.changes.any) return usage("heads: --random N runs the model unchanged");
  const int context = experiment.model->config().n_ctx, vocabulary = experiment.model->config().n_vocab;
  const Result<int64_t> length = parse_int(arguments.value("--random"), 2, context, "--random"),
                        repeats = parse_int(arguments.value("--repeats", "2"), 2, context, "--repeats"),
                        seed = parse_int(arguments.value("--seed", "0"), 0, int64_t{1} << 53, "--seed");
  for (const auto* number : {&length, &repeats, &seed}) {
    if (!*number) return usage("heads: " + number->error().message);
  }
  RandomTest test{static_cast<int>(*length), static_cast<int>(*repeats), static_cast<uint64_t>(*seed)};
  if (arguments.has("--start-token"))
    test.start_token = vocabulary - 1;  // GPT-2's <|endoftext|> is its last id
  const auto scores = random_head_scores(*experiment.session, test);
  if (!scores) return fail(scores.error().message);
  print_heads(experiment, *scores, "repeated random tokens");
  return 0;
}

int command_rollout(Args args) {
  constexpr Option kOptions[] = {{"--position", true}, {"--fuse", true}};
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"rollout", kOptions}, experiment)) return report(*failure);
  const Arguments& arguments = experiment.arguments;
  const Result<int> position = read_position(arguments);
  if (!position) return usage("rollout: " + position.error().message);
  const std::string_view fuse = arguments.value("--fuse", "mean");
  if (fuse != "mean" && fuse != "max" && fuse != "value")
    return usage("rollout: --fuse wants mean, max or value");
  if (const auto failure = run_experiment(experiment)) return report(*failure);
  const auto rows = rollout(*experiment.session, *position,
                            fuse == "mean"  ? Fuse::mean
                            : fuse == "max" ? Fuse::max
                                            : Fuse::value);
  if (!rows) return fail(rows.error().message);
  print_rollout(experiment, *rows);
  return 0;
}

}  // namespace vitrine::cli
