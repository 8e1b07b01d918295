// `vitrine compare`: the next token of two runs side by side: a prompt and another, or a prompt and the same as changed.
#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/commands.h"
#include "cli/experiment.h"
#include "readouts/equality.h"
#include "readouts/prediction.h"

namespace vitrine::cli {
namespace {

constexpr Option kOptions[] = {
    {"--with", true}, {"--with-tokens", true}, {"--target", true}, {"--rival", true}, {"--top", true}};
constexpr int kMaxTop = 1 << 24;

struct Sides {
  Prediction before, after;
  Comparison numbers;
  std::optional<Parting> parting;
  bool same_length = true;
  int top = 10;
};

void add_side(JsonText& json, const Experiment& experiment, const Prediction& side, int top) {
  json.open('{').key("top").open('[');
  for (const int32_t id : most_likely(side, top)) {
    open_token(json, experiment, id)
        .key("logit")
        .number(static_cast<double>(side.logits[static_cast<size_t>(id)]));
    json.key("p").number(side.p(id)).close('}');
  }
  json.close(']');
}

void print_json(const Experiment& experiment, const Sides& sides) {
  const Comparison& n = sides.numbers;
  JsonText json;
  json.open('{').key("target").whole(n.target).key("rival");
  if (n.rival >= 0) {
    json.whole(n.rival);
  } else {
    json.raw("null");
  }
  json.key("before");
  add_side(json, experiment, sides.before, sides.top);
  json.key("logit").number(n.logit_before).key("difference").number(n.difference_before);
  json.key("p").number(n.p_before).key("rank").whole(n.rank_before).close('}').key("after");
  add_side(json, experiment, sides.after, sides.top);
  json.key("logit").number(n.logit_after).key("difference").number(n.difference_after);
  json.key("p").number(n.p_after).key("rank").whole(n.rank_after).close('}');
  json.key("delta_logit").number(n.logit_after - n.logit_before);
  json.key("delta_difference").number(n.difference_after - n.difference_before);
  json.key("kl_nats").number(n.kl).key("first_same").truth(n.first_before == n.first_after);
  json.key("first_difference");
  if (sides.parting) {
    json.open('{').key("tensor").raw('"' + tensor_name(sides.parting->tensor) + '"');
    json.key("row").whole(sides.parting->row).key("largest").number(sides.parting->largest).close('}');
  } else {
    json.raw(sides.same_length ? "null" : "\"different lengths\"");
  }
  std::printf("%s\n", json.close('}').text().c_str());
}

void print_table(const Experiment& experiment, const Sides& sides) {
  const bool csv = experiment.arguments.has("--csv");
  std::printf(csv ? "id,text,p_before,p_after,rank_before,rank_after,logit_before,logit_after\n"
                  : "      id   p before    p after      ranks   delta logit  token\n");
  std::vector<int32_t> ids = most_likely(sides.before, sides.top);
  for (const int32_t id : most_likely(sides.after, sides.top)) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  for (const int32_t id : ids) {
    const double before = static_cast<double>(sides.before.logits[static_cast<size_t>(id)]),
                 after = static_cast<double>(sides.after.logits[static_cast<size_t>(id)]);
    if (csv) {
      std::printf("%d,%s,%s,%s,%d,%d,%s,%s\n", id, csv_text(experiment, id).c_str(),
                  number_text(sides.before.p(id)).c_str(), number_text(sides.after.p(id)).c_str(),
                  rank_of(sides.before, id), rank_of(sides.after, id), number_text(before).c_str(),
                  number_text(after).c_str());
    } else {
      std::printf("%8d %9.3f%% %9.3f%% %4d -> %4d %+12.4f  %s\n", id, 100 * sides.before.p(id),
                  100 * sides.after.p(id), rank_of(sides.before, id), rank_of(sides.after, id),
                  after - before, token_label(experiment, id).c_str());
    }
  }
  if (csv) return;
  std::printf("KL(before || after) = %.6f nats; the first guess %s\n", sides.numbers.kl,
              sides.numbers.first_before == sides.numbers.first_after ? "stays" : "changes");
  if (sides.parting) {
    std::printf("first difference: %s, row %d, by %.3g\n", tensor_name(sides.parting->tensor).c_str(),
                sides.parting->row, sides.parting->largest);
  } else {
    std::printf(sides.same_length ? "no difference: every tensor has the same bits\n"
                                  : "the prompts differ in length\n");
  }
}

// The second prompt, of --with TEXT or --with-tokens IDS; empty where neither is given.
Result<std::vector<int32_t>> other_prompt(const Experiment& experiment) {
  const Arguments& arguments = experiment.arguments;
  std::vector<int32_t> ids;
  if (arguments.has("--with-tokens")) return parse_id_list(arguments.value("--with-tokens"), "--with-tokens");
  if (!arguments.has("--with")) return ids;
  if (!experiment.prompt.tokenizer)
    return Error{ErrorCode::request,
                 "this model has no tokenizer files; give the other prompt as --with-tokens 1,2,3"};
  const Result<std::vector<Token>> tokens = experiment.prompt.tokenizer->encode(arguments.value("--with"));
  if (!tokens) return tokens.error();
  for (const Token& token : *tokens) ids.push_back(token.id);
  return ids;
}

}  // namespace

int command_compare(Args args) {
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"compare", kOptions}, experiment)) return report(*failure);
  const Arguments& arguments = experiment.arguments;
  const bool has_other = arguments.has("--with") || arguments.has("--with-tokens");
  if (!has_other && !experiment.changes.any)
    return usage("compare: --with TEXT, --with-tokens IDS or a change such as --ablate L.H is wanted");
  const Result<int64_t> top = parse_int(arguments.value("--top", "10"), 1, kMaxTop, "--top");
  if (!top) return usage("compare: " + top.error().message);
  Result<std::vector<int32_t>> other = other_prompt(experiment);
  if (!other) return fail(other.error().message);
  Session before(experiment.model);
  before.set_thread_pool(experiment.helpers->pool());
  const Result<RunSummary> ran = before.run(experiment.prompt.ids);
  if (!ran) return fail(ran.error().message);
  const Result<RunSummary> changed = run_changed(
      *experiment.session, *experiment.base, has_other ? *other : experiment.prompt.ids, experiment.changes);
  if (!changed) return fail(changed.error().message);

  Sides sides{predict(before.last_logits()), predict(experiment.session->last_logits()), {}, {}, true,
              static_cast<int>(*top)};
  if (!sides.before.finite) return fail(overflow_of(before));
  if (!sides.after.finite) return fail(overflow_of(*experiment.session));
  Result<int32_t> target = most_likely(sides.before, 1)[0], rival = -1;
  if (arguments.has("--target")) target = read_token(arguments.value("--target"), experiment, "--target");
  if (arguments.has("--rival")) rival = read_token(arguments.value("--rival"), experiment, "--rival");
  for (const auto* token : {&target, &rival}) {
    if (!*token) return fail(token->error().message);
  }
  sides.numbers = compare(sides.before, sides.after, *target, *rival);
  sides.same_length = before.tokens().size() == experiment.session->tokens().size();
  if (sides.same_length) {
    const auto parting = first_difference(before, *experiment.session);
    if (!parting) return fail(parting.error().message);
    sides.parting = *parting;
  }
  if (arguments.has("--json")) {
    print_json(experiment, sides);
  } else {
    print_table(experiment, sides);
  }
  return 0;
}

}  // namespace vitrine::cli
