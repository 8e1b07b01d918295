// `vitrine sweep` and `vitrine patch`: many passes, each with one thing changed.
#include <cstdio>

#include "cli/commands.h"
#include "cli/experiment.h"
#include "readouts/sweep.h"

namespace vitrine::cli {
namespace {

template <class T>
struct Named {
  std::string_view name;
  T value;
};
constexpr Named<SweepOver> kOver[] = {{"heads", SweepOver::heads},
                                      {"blocks", SweepOver::blocks},
                                      {"looks", SweepOver::looks},
                                      {"words", SweepOver::words},
                                      {"depth", SweepOver::depth}};
constexpr Named<Interventions::Site> kSites[] = {{"resid", Interventions::Site::resid_pre},
                                                 {"attention", Interventions::Site::attn_out},
                                                 {"mlp", Interventions::Site::mlp_out},
                                                 {"head", Interventions::Site::z}};

template <class T, size_t N>
const T* named(const Named<T> (&all)[N], std::string_view name) {
  for (const Named<T>& one : all) {
    if (one.name == name) return &one.value;
  }
  return nullptr;
}

void print_cells(const Experiment& experiment, const std::vector<SweepCell>& cells, std::string_view over) {
  if (experiment.arguments.has("--json")) {
    JsonText json;
    json.open('{').key("over").raw('"' + std::string(over) + '"').key("cells").open('[');
    for (const SweepCell& cell : cells) {
      json.open('{').key("layer").whole(cell.layer).key(over == "heads" ? "head" : "index").whole(cell.index);
      json.key("delta").number(cell.delta_difference).key("delta_logit").number(cell.delta_logit);
      json.key("kl_nats").number(cell.kl).key("p").number(cell.p).key("top").whole(cell.first).close('}');
    }
    std::printf("%s\n", json.close(']').close('}').text().c_str());
    return;
  }
  const bool csv = experiment.arguments.has("--csv");
  std::printf(csv ? "layer,index,delta,delta_logit,kl_nats,p,top\n"
                  : " layer index        delta  delta logit     KL nats         p  first guess\n");
  for (const SweepCell& cell : cells) {
    if (csv) {
      std::printf("%d,%d,%s,%s,%s,%s,%d\n", cell.layer, cell.index,
                  number_text(cell.delta_difference).c_str(), number_text(cell.delta_logit).c_str(),
                  number_text(cell.kl).c_str(), number_text(cell.p).c_str(), cell.first);
    } else {
      std::printf("%6d %5d %+12.5f %+12.5f %11.6f %8.3f%%  %s\n", cell.layer, cell.index,
                  cell.delta_difference, cell.delta_logit, cell.kl, 100 * cell.p,
                  token_label(experiment, cell.first).c_str());
    }
  }
}

void print_grid(const Experiment& experiment, const PatchGrid& grid, std::string_view site) {
  const auto at = [&](int row, int column) {
    return grid.values[static_cast<size_t>(row * grid.columns + column)];
  };
  if (experiment.arguments.has("--json")) {
    JsonText json;
    json.open('{').key("site").raw('"' + std::string(site) + '"').key("clean").number(grid.clean);
    json.key("corrupt").number(grid.corrupt).key("restored").open('[');
    for (int row = 0; row < grid.rows; ++row) {
      json.open('[');
      for (int column = 0; column < grid.columns; ++column) json.number(at(row, column));
      json.close(']');
    }
    std::printf("%s\n", json.close(']').close('}').text().c_str());
    return;
  }
  const bool csv = experiment.arguments.has("--csv");
  if (csv) {
    std::printf("layer,%s,restored\n", site == "head" ? "head" : "token");
  } else {
    std::printf("logit difference: clean %+.4f, corrupt %+.4f; restored share, 0 nothing, 1 all\n",
                grid.clean, grid.corrupt);
  }
  for (int row = 0; row < grid.rows; ++row) {
    if (!csv) std::printf("%5d", row);
    for (int column = 0; column < grid.columns; ++column) {
      if (csv) {
        std::printf("%d,%d,%s\n", row, column, number_text(at(row, column)).c_str());
      } else {
        std::printf(" %7.3f", at(row, column));
      }
    }
    if (!csv) std::printf("\n");
  }
}

// The tokens of `--name TEXT` or `--name-tokens IDS`.
Result<std::vector<int32_t>> prompt_of(const Experiment& experiment, const std::string& name) {
  const Arguments& arguments = experiment.arguments;
  if (arguments.has(name) == arguments.has(name + "-tokens"))
    return Error{ErrorCode::request,
                 "exactly one of " + name + " TEXT and " + name + "-tokens 1,2,3 is wanted"};
  if (arguments.has(name + "-tokens"))
    return parse_id_list(arguments.value(name + "-tokens"), name + "-tokens");
  if (!experiment.prompt.tokenizer)
    return Error{ErrorCode::request,
                 "this model has no tokenizer files; give the prompt as " + name + "-tokens 1,2,3"};
  const Result<std::vector<Token>> tokens = experiment.prompt.tokenizer->encode(arguments.value(name));
  if (!tokens) return tokens.error();
  std::vector<int32_t> ids;
  for (const Token& token : *tokens) ids.push_back(token.id);
  return ids;
}

}  // namespace

int command_sweep(Args args) {
  constexpr Option kOptions[] = {
      {"--over", true}, {"--at", true}, {"--by", true}, {"--target", true}, {"--rival", true}};
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"sweep", kOptions}, experiment)) return report(*failure);
  const Arguments& arguments = experiment.arguments;
  const std::string_view over = arguments.value("--over", "heads"), at = arguments.value("--at", "last"),
                         by = arguments.value("--by", "zero");
  SweepRequest request;
  const SweepOver* kind = named(kOver, over);
  if (!kind) return usage("sweep: --over wants heads, blocks, looks, words or depth");
  if (at != "last" && at != "all") return usage("sweep: --at wants last or all");
  if (by != "zero" && by != "mean") return usage("sweep: --by wants zero or mean");
  if ((by == "mean") != arguments.has("--means"))
    return usage("sweep: --by mean and --means FILE go together");
  if (by == "mean" && *kind != SweepOver::heads) return usage("sweep: --by mean is of heads");
  if (!arguments.has("--target")) return usage("sweep: --target is missing; it wants a token's id or text");
  request.over = *kind;
  request.only_last = at == "last";
  request.means = experiment.changes.fixed.means;
  const Result<int32_t> target = read_token(arguments.value("--target"), experiment, "--target"),
                        rival = arguments.has("--rival")
                                    ? read_token(arguments.value("--rival"), experiment, "--rival")
                                    : -1;
  for (const auto* token : {&target, &rival}) {
    if (!*token) return fail(token->error().message);
  }
  request.target = *target;
  request.rival = *rival;
  const Result<RunSummary> ran = experiment.base->run(experiment.prompt.ids);
  if (!ran) return fail(ran.error().message);
  Result<Sweep> sweep = Sweep::begin(*experiment.base, request);
  if (!sweep) return fail(sweep.error().message);
  sweep->set_thread_pool(experiment.helpers->pool());
  std::vector<SweepCell> cells;
  while (sweep->done() < sweep->cells()) {
    const Result<SweepCell> cell = sweep->next();
    if (!cell) return fail(cell.error().message);
    cells.push_back(*cell);
  }
  print_cells(experiment, cells, over);
  return 0;
}

int command_patch(Args args) {
  constexpr Option kOptions[] = {{"--clean", true},          {"--clean-tokens", true}, {"--corrupt", true},
                                 {"--corrupt-tokens", true}, {"--target", true},       {"--rival", true},
                                 {"--site", true},           {"--direction", true}};
  Experiment experiment;
  if (const auto failure = open_experiment(args, {"patch", kOptions, false}, experiment))
    return report(*failure);
  const Arguments& arguments = experiment.arguments;
  const std::string_view site = arguments.value("--site", "resid"),
                         direction = arguments.value("--direction", "denoise");
  const Interventions::Site* place = named(kSites, site);
  if (!place) return usage("patch: --site wants resid, attention, mlp or head");
  if (direction != "denoise" && direction != "noise")
    return usage("patch: --direction wants denoise or noise");
  if (!arguments.has("--target") || !arguments.has("--rival"))
    return usage("patch: --target and --rival are wanted, two tokens by id or text");
  Result<std::vector<int32_t>> clean_ids = prompt_of(experiment, "--clean"),
                               corrupt_ids = prompt_of(experiment, "--corrupt");
  for (const auto* ids : {&clean_ids, &corrupt_ids}) {
    if (!*ids) return fail(ids->error().message);
  }
  const Result<int32_t> target = read_token(arguments.value("--target"), experiment, "--target"),
                        rival = read_token(arguments.value("--rival"), experiment, "--rival");
  for (const auto* token : {&target, &rival}) {
    if (!*token) return fail(token->error().message);
  }
  for (const auto& [session, ids] :
       {std::pair{&experiment.base, &clean_ids}, std::pair{&experiment.session, &corrupt_ids}}) {
    const Result<RunSummary> ran = (*session)->run(**ids);
    if (!ran) return fail(ran.error().message);
  }
  const Result<PatchGrid> grid =
      patch_grid(*experiment.base, *experiment.session, {*place, direction == "noise", *target, *rival},
                 experiment.helpers->pool());
  if (!grid) return fail(grid.error().message);
  print_grid(experiment, *grid, site);
  return 0;
}

}  // namespace vitrine::cli
