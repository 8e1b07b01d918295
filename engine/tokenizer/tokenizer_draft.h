// A tokenizer while its files are read: the tables, and the names that later files refer to.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "tokenizer/tokenizer_tables.h"

namespace vitrine {

using SymbolNames = std::unordered_map<std::string_view, SymbolId>;

// A token that is looked for in the text itself.
struct AddedToken {
  std::string content;
  int64_t id = -1;
  bool special = false;     // only where special tokens are asked for
  bool normalized = false;  // looked for in the normalised text
  Strip strip{};
};

struct TokenizerDraft {
  TokenizerTables tables;
  std::shared_ptr<const nlohmann::json> root;  // whose strings `names` views
  SymbolNames names;                           // of the model's vocabulary, as it writes them
  std::vector<AddedToken> added;
  std::unordered_map<std::string, size_t> added_index;  // content -> index in `added`

  // The id of a token by its content, -1 where there is none.
  int64_t find(std::string_view content) const;
  // Adds a token, or replaces what is known of it. The error begins with `where`: an id that is another token's,
  // or another id for this one. id -1: the next free one, where the vocabulary has none for it.
  Status add(const std::string& where, AddedToken token);
};

// The draft's tables, complete.
TokenizerTables finish(TokenizerDraft&& draft);

Result<TokenizerDraft> draft_tokenizer_json(std::string_view json);
Result<TokenizerDraft> draft_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt);
Result<TokenizerDraft> draft_word_list(std::string_view json);

// What lies beside them: special tokens, and settings that change ids. Empty where there is no such file.
struct TokenizerCompanions {
  std::string_view added_tokens, special_tokens_map, tokenizer_config;
};
Status apply_companions(const TokenizerCompanions& files, bool from_tokenizer_json, TokenizerDraft& draft);

}  // namespace vitrine
