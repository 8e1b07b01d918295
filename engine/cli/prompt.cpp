#include "cli/prompt.h"

#include "cli/model_files.h"

namespace vitrine::cli {

Result<Prompt> read_prompt(const Arguments& arguments, bool& wrong_usage) {
  wrong_usage = arguments.has("--prompt") == arguments.has("--tokens");
  if (wrong_usage)
    return Error{ErrorCode::request, "exactly one of --prompt TEXT and --tokens 1,2,3 is wanted"};
  wrong_usage = arguments.has("--special") && arguments.has("--tokens");
  if (wrong_usage) return Error{ErrorCode::request, "--special goes with --prompt, not with --tokens"};
  Prompt prompt;
  Result<Tokenizer> tokenizer = load_tokenizer(arguments.positional[0]);
  if (tokenizer) prompt.tokenizer = std::move(*tokenizer);
  if (arguments.has("--tokens")) {
    Result<std::vector<int32_t>> ids = parse_id_list(arguments.value("--tokens"), "--tokens");
    wrong_usage = !ids;
    if (!ids) return ids.error();
    prompt.ids = std::move(*ids);
    return prompt;
  }
  if (!tokenizer) return tokenizer.error();
  const Result<std::vector<Token>> tokens =
      prompt.tokenizer->encode(arguments.value("--prompt"), {.special = arguments.has("--special")});
  if (!tokens) return tokens.error();
  for (const Token& token : *tokens) prompt.ids.push_back(token.id);
  return prompt;
}

std::string token_json(const std::optional<Tokenizer>& tokenizer, int32_t id) {
  return tokenizer ? json_quote(tokenizer->bytes(id)) : "null";
}

}  // namespace vitrine::cli
