#include "tokenizer/tokenizer_draft.h"

#include <nlohmann/json.hpp>

#include "base/quote.h"
#include "base/utf8.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_files.h"

namespace vitrine {
namespace {

using nlohmann::json;

Status read_merge_lines(std::string_view text, TokenizerDraft& draft) {
  uint32_t rank = 0;
  size_t line_number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || (line_number == 1 && line.substr(0, 8) == "#version")) continue;
    VITRINE_TRY(add_merge_line("merges.txt: line " + std::to_string(line_number), line, rank++, draft));
  }
  return success();
}

Status add_word(const std::string& file, const std::string& word, int64_t id, TokenizerDraft& draft) {
  TokenizerTables& tables = draft.tables;
  const auto fault = [&](const std::string& what) {
    return Error{ErrorCode::tokenizer_entry, file + ": " + what, {{"name", "vocab.json"}}};
  };
  if (word.empty())
    return fault("id " + std::to_string(id) + " is the empty string, wanted at least one character");
  if (tables.vocabulary.has(id))
    return fault("id " + std::to_string(id) + " belongs to " + short_quote(word) +
                 " and to another word; ids must be unique");
  if (!tables.words.add(word, static_cast<uint32_t>(id), word == kEndOfText))
    return fault(short_quote(word) + " is there twice");
  tables.vocabulary.set(id, word);
  draft.names.emplace(word, static_cast<SymbolId>(id));
  if (word == kEndOfText) tables.end_of_text = tables.document_mark = static_cast<int32_t>(id);
  return success();
}

}  // namespace

int64_t TokenizerDraft::find(std::string_view content) const {
  if (const auto known = added_index.find(std::string(content)); known != added_index.end())
    return added[known->second].id;
  const auto name = names.find(content);
  return name == names.end() ? -1 : static_cast<int64_t>(name->second);
}

Status TokenizerDraft::add(const std::string& where, AddedToken token) {
  const int64_t known = find(token.content);
  if (token.id < 0) token.id = known >= 0 ? known : tables.vocabulary.size();
  if (known >= 0 ? known != token.id : tables.vocabulary.has(token.id)) {
    const auto name = names.find(token.content);
    return bad_entry(where, ": " + short_quote(token.content) + " has id " + std::to_string(token.id) +
                                ", but model.vocab " +
                                (name != names.end() ? "gives it " + std::to_string(name->second)
                                                     : "gives that id to another token"));
  }
  const auto [place, is_new] = added_index.emplace(token.content, added.size());
  tables.vocabulary.set(token.id, token.content);
  if (is_new) {
    added.push_back(std::move(token));
  } else {
    added[place->second] = std::move(token);
  }
  return success();
}

Result<TokenizerDraft> draft_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt) {
  const auto vocab = std::make_shared<const json>(json::parse(vocab_json, nullptr, false));
  if (vocab->is_discarded()) return not_json("vocab.json", vocab_json, "vocab.json");
  TokenizerDraft draft;
  draft.root = vocab;
  VITRINE_TRY(read_vocab("vocab.json", *vocab, "", draft));
  VITRINE_TRY(read_merge_lines(merges_txt, draft));
  if (draft.find(kEndOfText) >= 0)
    VITRINE_TRY(draft.add("vocab.json", {.content = std::string(kEndOfText), .special = true}));
  return draft;
}

Result<TokenizerDraft> draft_word_list(std::string_view text) {
  const std::string file = "word list", name = "vocab.json";
  const auto root = std::make_shared<const json>(json::parse(text, nullptr, false));
  const json& list = *root;
  if (list.is_discarded()) return not_json(file, text, name);
  if ((!list.is_array() && !list.is_object()) || list.empty()) {
    return Error{ErrorCode::tokenizer_entry,
                 file + ": wanted an array of strings or an object of strings and ids, got " +
                     (list.is_structured() ? "an empty one" : list.type_name()),
                 {{"name", name}}};
  }
  TokenizerDraft draft;
  draft.root = root;
  draft.tables.splitter = Splitter::words;
  draft.tables.byte_symbols.fill(TokenizerTables::kNoSymbol);
  if (list.is_array()) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (!list[i].is_string())
        return Error{
            ErrorCode::tokenizer_entry,
            file + ": entry " + std::to_string(i) + " is " + list[i].type_name() + ", wanted a string",
            {{"name", name}}};
      VITRINE_TRY(add_word(file, list[i].get_ref<const std::string&>(), static_cast<int64_t>(i), draft));
    }
    return draft;
  }
  for (auto entry = list.begin(); entry != list.end(); ++entry) {
    const Result<int64_t> id = read_id(file, entry.key(), entry.value(), list.size());
    if (!id) return id.error();
    VITRINE_TRY(add_word(file, entry.key(), *id, draft));
  }
  return draft;
}

TokenizerTables finish(TokenizerDraft&& draft) {
  TokenizerTables& tables = draft.tables;
  for (AddedToken& token : draft.added) {
    std::string content = token.content;
    if (token.normalized) {
      for (const NormalForm form : tables.forms) content = normalize(content, form).text;
    }
    const auto id = static_cast<uint32_t>(token.id);
    // Of two that read the same once normalised, the first is found.
    (token.normalized ? tables.normal_words : tables.words).add(content, id, token.special);
    if (token.strip.left || token.strip.right) tables.strips[id] = token.strip;
  }
  const int64_t end = draft.find(kEndOfText);
  if (tables.end_of_text < 0 && end >= 0) tables.end_of_text = static_cast<int32_t>(end);
  if (tables.document_mark < 0 && end >= 0) tables.document_mark = static_cast<int32_t>(end);
  return std::move(tables);
}

}  // namespace vitrine
