#include "cli/experiment.h"

#include "base/quote.h"
#include "cli/model_files.h"
#include "loading/loader.h"

namespace vitrine::cli {
namespace {

constexpr Option kShared[] = {
    {"--prompt", true}, {"--tokens", true}, {"--threads", true}, {"--json"}, {"--csv"},
};

std::string listed(const Tokenizer& tokenizer, const std::vector<Token>& tokens) {
  std::string text;
  for (const Token& token : tokens)
    text += (text.empty() ? "" : ", ") + json_quote(tokenizer.bytes(token.id)) + " (" +
            std::to_string(token.id) + ")";
  return text;
}

}  // namespace

int report(const Failure& failure) {
  return failure.status == 2 ? usage(failure.error.message) : fail(failure.error.message);
}

std::optional<Failure> open_experiment(Args args, const Opening& opening, Experiment& experiment) {
  const std::string where = std::string(opening.command) + ": ";
  std::vector<Option> known(std::begin(kShared), std::end(kShared));
  known.insert(known.end(), opening.own.begin(), opening.own.end());
  Result<Arguments> arguments = parse_arguments(args, with_changes(known), 1, 1);
  if (!arguments) return misused(arguments.error().within(where));
  experiment.arguments = std::move(*arguments);
  const Result<int64_t> threads =
      parse_int(experiment.arguments.value("--threads", "1"), 1, kMaxThreads, "--threads");
  if (!threads) return misused(threads.error().within(where));
  if (experiment.arguments.has("--json") && experiment.arguments.has("--csv"))
    return misused(Error{ErrorCode::request, where + "one of --json and --csv is wanted, not both"});
  Result<Changes> changes = read_changes(experiment.arguments);
  if (!changes) return misused(changes.error().within(where));
  experiment.changes = std::move(*changes);
  if (opening.wants_prompt) {
    bool wrong_usage = false;
    Result<Prompt> prompt = read_prompt(experiment.arguments, wrong_usage);
    if (!prompt) return wrong_usage ? misused(prompt.error().within(where)) : at_fault(prompt.error());
    experiment.prompt = std::move(*prompt);
  } else if (Result<Tokenizer> tokenizer = load_tokenizer(experiment.arguments.positional[0]); tokenizer) {
    experiment.prompt.tokenizer = std::move(*tokenizer);
  }
  Result<std::shared_ptr<const Model>> model = load_model(std::string(experiment.arguments.positional[0]));
  if (!model) return at_fault(model.error());
  experiment.model = std::move(*model);
  experiment.helpers = std::make_unique<Helpers>(static_cast<int>(*threads));
  for (std::unique_ptr<Session>* session : {&experiment.base, &experiment.session}) {
    *session = std::make_unique<Session>(experiment.model);
    (*session)->set_thread_pool(experiment.helpers->pool());
  }
  const Status means = load_means(experiment.changes, *experiment.base, experiment.prompt);
  if (!means) return at_fault(means.error());
  return std::nullopt;
}

std::optional<Failure> run_experiment(Experiment& experiment) {
  const Result<RunSummary> ran =
      run_changed(*experiment.session, *experiment.base, experiment.prompt.ids, experiment.changes);
  if (!ran) return at_fault(ran.error());
  return std::nullopt;
}

std::optional<Failure> start_experiment(Args args, const Opening& opening, Experiment& experiment) {
  std::optional<Failure> failure = open_experiment(args, opening, experiment);
  return failure ? failure : run_experiment(experiment);
}

Result<int> read_position(const Arguments& arguments) {
  if (!arguments.has("--position")) return -1;
  const Result<int64_t> position = parse_int(arguments.value("--position"), 0, kMaxContext, "--position");
  if (!position) return position.error();
  return static_cast<int>(*position);
}

Result<int32_t> read_token(std::string_view text, const Experiment& experiment, std::string_view option) {
  const int vocabulary = experiment.model->config().n_vocab;
  const bool is_id = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_id) {
    const Result<int64_t> id = parse_int(text, 0, vocabulary - 1, option);
    if (!id)
      return Error{ErrorCode::token_unknown,
                   id.error().message + ", a token's id",
                   {{"got", -1}, {"high", vocabulary - 1}}};
    return static_cast<int32_t>(*id);
  }
  if (!experiment.prompt.tokenizer)
    return Error{ErrorCode::request,
                 std::string(option) + " is " + in_quotes(text) +
                     "; this model has no tokenizer files, so a token is named by its id"};
  const Tokenizer& tokenizer = *experiment.prompt.tokenizer;
  const Result<std::vector<Token>> tokens = tokenizer.encode(text);
  if (!tokens) return tokens.error();
  if (tokens->size() == 1) return (*tokens)[0].id;
  std::string message = std::string(option) + " is " + in_quotes(text) + ", which is " +
                        std::to_string(tokens->size()) + " tokens: " + listed(tokenizer, *tokens);
  const Result<std::vector<Token>> spaced = tokenizer.encode(" " + std::string(text));
  message +=
      spaced && spaced->size() == 1 ? "; with a space before it, it is one token" : "; wanted exactly one";
  return Error{ErrorCode::request, message};
}

std::string token_text(const Experiment& experiment, int32_t id) {
  return token_json(experiment.prompt.tokenizer, id);
}

std::string token_label(const Experiment& experiment, int32_t id) {
  return experiment.prompt.tokenizer ? token_text(experiment, id) : std::to_string(id);
}

JsonText& open_token(JsonText& json, const Experiment& experiment, int32_t id) {
  return json.open('{').key("id").whole(id).key("text").raw(token_text(experiment, id));
}

std::string csv_text(const Experiment& experiment, int32_t id) {
  const std::string text = experiment.prompt.tokenizer ? token_text(experiment, id) : "";
  std::string field = "\"";
  for (const char character : text) {
    if (character == '"') field += '"';
    field += character;
  }
  return field + '"';
}

}  // namespace vitrine::cli
