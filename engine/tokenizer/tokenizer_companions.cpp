// added_tokens.json, special_tokens_map.json and tokenizer_config.json, as transformers writes them beside a
// tokenizer: what of them changes ids is honoured or refused by name.
#include <nlohmann/json.hpp>

#include "tokenizer/tokenizer_files.h"

namespace vitrine {
namespace {

using nlohmann::json;

constexpr const char* kSpecialTokens = "special_tokens_map.json";
constexpr const char* kConfig = "tokenizer_config.json";
// The tokens that have a role, and the lists of further ones, in both files.
constexpr const char* kRoles[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                  "pad_token", "cls_token", "mask_token"};
constexpr const char* kLists[] = {"additional_special_tokens", "extra_special_tokens"};
// Classes of transformers whose vocab.json and merges.txt are read the way GPT-2's are.
constexpr const char* kClasses[] = {"GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast",
                                    "PreTrainedTokenizer", "TokenizersBackend"};

Result<json> parse_object(const char* file, std::string_view text) {
  if (text.empty()) return json::object();
  json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) return not_json(file, text, file);
  if (!root.is_object())
    return bad_entry(file, std::string(" is ") + root.type_name() + ", wanted an object");
  return root;
}

Error config_refused(const std::string& name, const std::string& what) {
  return Error{ErrorCode::tokenizer_kind, std::string(kConfig) + ": " + name + what, {{"name", name}}};
}

// The text of a token that is written as a string or as an object with a `content`; empty where there is none.
std::string content_of(const json& token) {
  const json& content = token.is_object() ? member(token, "content") : token;
  return content.is_string() ? content.get<std::string>() : std::string();
}

// Takes the flags of an object; a string alone has none set.
Status set_flags(const std::string& where, const json& token, AddedToken& added) {
  if (!token.is_object()) return success();
  if (is_set(token, "single_word"))
    return config_refused(where, ": " + short_quote(added.content) + " has single_word, wanted none of it");
  added.normalized = is_set(token, "normalized");
  added.strip = {is_set(token, "lstrip"), is_set(token, "rstrip")};
  return success();
}

// A special token by its text. What the draft knows of it already stands, but that it is special.
Status add_special(const char* file, const json& token, TokenizerDraft& draft) {
  AddedToken added{.content = content_of(token), .special = true};
  if (added.content.empty()) return success();
  const auto known = draft.added_index.find(added.content);
  if (known != draft.added_index.end()) {
    AddedToken& before = draft.added[known->second];
    before.special = true;
    if (!token.is_object()) return success();
    added.id = before.id;
  }
  VITRINE_TRY(set_flags(file, token, added));
  return draft.add(file, std::move(added));
}

// {"content": id}
Status read_added_tokens_file(const json& root, TokenizerDraft& draft) {
  constexpr const char* file = "added_tokens.json";
  for (auto entry = root.begin(); entry != root.end(); ++entry) {
    const Result<int64_t> id = read_id(file, entry.key(), entry.value(), draft.names.size() + root.size());
    if (!id) return id.error();
    if (entry.key().empty()) return bad_entry(file, ": id " + std::to_string(*id) + " is the empty string");
    if (draft.added_index.count(entry.key())) continue;
    VITRINE_TRY(draft.add(file, {.content = entry.key(), .id = *id, .normalized = true}));
  }
  return success();
}

// {"50257": {"content": ..., "special": ...}}
Status read_decoder(const json& tokens, bool from_tokenizer_json, TokenizerDraft& draft) {
  const std::string where = std::string(kConfig) + ": added_tokens_decoder";
  if (!tokens.is_object()) return success();
  for (auto entry = tokens.begin(); entry != tokens.end(); ++entry) {
    AddedToken added{.content = content_of(entry.value())};
    const std::string& key = entry.key();
    const bool digits =
        !key.empty() && key.size() < 9 && key.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || added.content.empty())
      return bad_entry(where,
                       " has the entry " + short_quote(key) + ", wanted {\"id\": {\"content\": \"text\"}}");
    const Result<int64_t> id =
        read_id(where, added.content, json(std::stoll(key)), draft.names.size() + tokens.size());
    if (!id) return id.error();
    added.id = *id;
    added.special = is_set(entry.value(), "special");
    VITRINE_TRY(set_flags(where, entry.value(), added));
    // tokenizer.json's own word on one of its tokens stands.
    if (from_tokenizer_json && draft.added_index.count(added.content)) continue;
    VITRINE_TRY(draft.add(where, std::move(added)));
  }
  return success();
}

// The id of a role: what tokenizer_config.json says, else special_tokens_map.json; -1 where neither does.
int64_t role(const char* name, const json& config, const json& map, const TokenizerDraft& draft) {
  for (const json* file : {&config, &map}) {
    const std::string content = content_of(member(*file, name));
    if (!content.empty()) return draft.find(content);
  }
  return -1;
}

Status apply_settings(const json& config, bool from_tokenizer_json, TokenizerDraft& draft) {
  TokenizerTables& tables = draft.tables;
  const json &kind = member(config, "tokenizer_class"), &space = member(config, "add_prefix_space");
  if (kind.is_string() && !from_tokenizer_json && tables.splitter == Splitter::byte_level) {
    const std::string& name = kind.get_ref<const std::string&>();
    bool known = false;
    for (const char* one : kClasses) known |= name == one;
    if (!known)
      return config_refused(
          "tokenizer_class",
          " is " + short_quote(name) + ", wanted GPT2Tokenizer; save the tokenizer as tokenizer.json");
  }
  if (space.is_boolean() && tables.splitter != Splitter::words) {
    const bool on = space.get<bool>(), is_on = tables.prefix_space != PrefixSpace::never;
    if (on != is_on) tables.prefix_space = on ? PrefixSpace::always : PrefixSpace::never;
  }
  if (is_set(config, "add_eos_token"))
    return config_refused("add_eos_token",
                          " puts a token after the text, where the model is to go on; wanted false");
  const json& begins = member(config, "add_bos_token");
  if (!begins.is_boolean()) return success();
  if (!begins.get<bool>()) {
    tables.beginning.clear();
  } else if (tables.document_mark >= 0) {
    tables.beginning = {tables.document_mark};
  } else {
    return config_refused("add_bos_token", " is true, but no bos_token of the vocabulary is named");
  }
  return success();
}

}  // namespace

Status apply_companions(const TokenizerCompanions& files, bool from_tokenizer_json, TokenizerDraft& draft) {
  const Result<json> config = parse_object(kConfig, files.tokenizer_config);
  if (!config) return config.error();
  const Result<json> map = parse_object(kSpecialTokens, files.special_tokens_map);
  if (!map) return map.error();
  if (!from_tokenizer_json) {
    const Result<json> added = parse_object("added_tokens.json", files.added_tokens);
    if (!added) return added.error();
    VITRINE_TRY(read_added_tokens_file(*added, draft));
  }
  VITRINE_TRY(read_decoder(member(*config, "added_tokens_decoder"), from_tokenizer_json, draft));
  for (const auto& [file, root] : {std::pair{kSpecialTokens, &*map}, std::pair{kConfig, &*config}}) {
    for (const char* name : kRoles) VITRINE_TRY(add_special(file, member(*root, name), draft));
    for (const char* name : kLists) {
      const json& list = member(*root, name);
      for (auto entry = list.begin(); list.is_structured() && entry != list.end(); ++entry)
        VITRINE_TRY(add_special(file, *entry, draft));
    }
  }
  const int64_t begin = role("bos_token", *config, *map, draft),
                end = role("eos_token", *config, *map, draft);
  if (begin >= 0) draft.tables.document_mark = static_cast<int32_t>(begin);
  if (end >= 0) draft.tables.end_of_text = static_cast<int32_t>(end);
  // GPT2Tokenizer's bos_token, where no file names one.
  if (draft.tables.document_mark < 0) {
    const int64_t mark = draft.find(kEndOfText);
    if (mark >= 0) draft.tables.document_mark = static_cast<int32_t>(mark);
  }
  return apply_settings(*config, from_tokenizer_json, draft);
}

}  // namespace vitrine
