#include "tokenizer/tokenizer_files.h"

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/utf8.h"
#include "tokenizer/tokenizer.h"

namespace vitrine {
namespace {

using nlohmann::json;

// Published vocabularies skip few ids; a hostile one must not make us allocate by its highest id.
constexpr int64_t kUnusedIds = 65536;
constexpr std::string_view kEndOfText = "<|endoftext|>";
constexpr uint32_t kSymbolCount = 256 + 68;  // code points that stand for bytes are below this

// byte_of[code point]: the byte it stands for, or -1.
std::array<int16_t, kSymbolCount> make_byte_table() {
  std::array<int16_t, kSymbolCount> byte_of;
  byte_of.fill(-1);
  uint32_t next = 256;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const bool visible = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    byte_of[visible ? byte : next++] = static_cast<int16_t>(byte);
  }
  return byte_of;
}

std::string number(int64_t value) { return std::to_string(value); }

// The id of `name`, checked against the number of tokens there are.
Result<int64_t> read_id(const std::string& file, std::string_view name, const json& value, size_t tokens) {
  const int64_t limit = static_cast<int64_t>(tokens) + kUnusedIds;
  const bool fits =
      value.is_number_integer() && (!value.is_number_unsigned() || value.get<uint64_t>() < uint64_t(limit));
  if (!fits || value.get<int64_t>() < 0 || value.get<int64_t>() >= limit) {
    return Error{ErrorCode::tokenizer_entry,
                 file + ": the id of " + short_quote(name) + " is " +
                     (value.is_number() ? value.dump() : value.type_name()) +
                     ", wanted a whole number from 0 to " + number(limit - 1),
                 {{"name", file}}};
  }
  return value.get<int64_t>();
}

using SymbolNames = std::unordered_map<std::string_view, SymbolId>;

// Fills the vocabulary and byte_symbols; the names view `vocab`.
Result<SymbolNames> read_vocab(const std::string& file, const json& vocab, TokenizerTables& tables) {
  if (!vocab.is_object() || vocab.empty()) {
    return Error{ErrorCode::tokenizer_entry,
                 file + ": wanted an object of tokens and their ids, got " +
                     (vocab.is_object() ? "an empty object" : vocab.type_name()),
                 {{"name", file}}};
  }
  SymbolNames names;
  names.reserve(vocab.size());
  tables.byte_symbols.fill(TokenizerTables::kNoSymbol);
  std::string bytes;
  for (auto entry = vocab.begin(); entry != vocab.end(); ++entry) {
    const Result<int64_t> id = read_id(file, entry.key(), entry.value(), vocab.size());
    if (!id) return id.error();
    if (tables.vocabulary.has(*id)) {
      return Error{ErrorCode::tokenizer_entry,
                   file + ": id " + number(*id) + " belongs to " + short_quote(entry.key()) +
                       " and to another token; ids must be unique",
                   {{"name", file}}};
    }
    const bool mapped = symbols_to_bytes(entry.key(), bytes);
    tables.vocabulary.set(*id, mapped ? bytes : entry.key());
    names.emplace(entry.key(), static_cast<SymbolId>(*id));
    if (mapped && bytes.size() == 1)
      tables.byte_symbols[static_cast<uint8_t>(bytes[0])] = static_cast<SymbolId>(*id);
  }
  return names;
}

// `where` names the line or entry in errors.
Status add_merge(const std::string& where, std::string_view left, std::string_view right, uint32_t rank,
                 const SymbolNames& names, TokenizerTables& tables) {
  SymbolId ids[3];
  const std::string joined = std::string(left).append(right);
  const std::string_view parts[3] = {left, right, joined};
  for (int i = 0; i < 3; ++i) {
    const auto found = names.find(parts[i]);
    if (found == names.end()) {
      return Error{
          ErrorCode::tokenizer_merges,
          where + " merges " + short_quote(left) + " and " + short_quote(right) + ", but " +
              short_quote(parts[i]) +
              " is not in the vocabulary; the merges must come from the same model as the vocabulary",
          {{"left", std::string(left)}, {"right", std::string(right)}}};
    }
    ids[i] = found->second;
  }
  if (!tables.merges.add(ids[0], ids[1], rank, ids[2])) {
    return Error{ErrorCode::tokenizer_entry,
                 where + " merges " + short_quote(left) + " and " + short_quote(right) +
                     " a second time; each pair may merge once",
                 {{"name", where}}};
  }
  return success();
}

// "left right", neither empty and no further space.
Status add_merge_line(const std::string& where, std::string_view line, uint32_t rank,
                      const SymbolNames& names, TokenizerTables& tables) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
      line.find(' ', space + 1) != std::string_view::npos) {
    return Error{ErrorCode::tokenizer_entry,
                 where + " is " + short_quote(line) + ", wanted two symbols with one space between them",
                 {{"name", where}}};
  }
  return add_merge(where, line.substr(0, space), line.substr(space + 1), rank, names, tables);
}

Status read_merge_lines(std::string_view text, const SymbolNames& names, TokenizerTables& tables) {
  uint32_t rank = 0;
  size_t line_number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || (line_number == 1 && line.substr(0, 8) == "#version")) continue;
    VITRINE_TRY(
        add_merge_line("merges.txt: line " + std::to_string(line_number), line, rank++, names, tables));
  }
  return success();
}

Status read_merge_array(const json& merges, const SymbolNames& names, TokenizerTables& tables) {
  if (!merges.is_array())
    return Error{ErrorCode::tokenizer_entry,
                 std::string("tokenizer.json: model.merges is ") + merges.type_name() + ", wanted an array",
                 {{"name", "tokenizer.json: model.merges"}}};
  tables.merges.reserve(merges.size());
  uint32_t rank = 0;
  for (const json& merge : merges) {
    const std::string where = "tokenizer.json: merge " + std::to_string(rank);
    if (merge.is_string()) {
      VITRINE_TRY(add_merge_line(where, merge.get_ref<const std::string&>(), rank, names, tables));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      VITRINE_TRY(add_merge(where, merge[0].get_ref<const std::string&>(),
                            merge[1].get_ref<const std::string&>(), rank, names, tables));
    } else {
      return Error{ErrorCode::tokenizer_entry,
                   where + " is " + merge.type_name() + ", wanted \"left right\" or [\"left\", \"right\"]",
                   {{"name", where}}};
    }
    ++rank;
  }
  return success();
}

// Added tokens are looked for in the text as they are written. lstrip, rstrip and single_word, which no
// GPT-2 uses, are not acted on.
Status read_added_tokens(const json& added, const SymbolNames& names, TokenizerTables& tables) {
  const std::string file = "tokenizer.json";
  if (!added.is_array())
    return Error{ErrorCode::tokenizer_entry,
                 file + ": added_tokens is " + added.type_name() + ", wanted an array",
                 {{"name", file}}};
  for (const json& token : added) {
    const std::string where = file + ": added_tokens";
    if (!token.is_object() || !token.contains("id") || !token.contains("content") ||
        !token["content"].is_string() || token["content"].get_ref<const std::string&>().empty()) {
      return Error{
          ErrorCode::tokenizer_entry,
          where + " has an entry without id or content, wanted {\"id\": number, \"content\": \"text\"}",
          {{"name", where}}};
    }
    const std::string& content = token["content"].get_ref<const std::string&>();
    const Result<int64_t> id = read_id(where, content, token["id"], names.size() + added.size());
    if (!id) return id.error();
    const auto known = names.find(content);
    if (known != names.end() ? known->second != *id : tables.vocabulary.has(*id)) {
      return Error{
          ErrorCode::tokenizer_entry,
          where + ": " + short_quote(content) + " has id " + number(*id) + ", but model.vocab " +
              (known != names.end() ? "gives it " + number(known->second) : "gives that id to another token"),
          {{"name", where}}};
    }
    const bool special =
        token.contains("special") && token["special"].is_boolean() && token["special"].get<bool>();
    if (!tables.words.add(content, static_cast<uint32_t>(*id), special)) {
      return Error{
          ErrorCode::tokenizer_entry, where + " lists " + short_quote(content) + " twice", {{"name", where}}};
    }
    tables.vocabulary.set(*id, content);
    if (content == kEndOfText) tables.end_of_text = static_cast<int32_t>(*id);
  }
  return success();
}

// The value of a key; null where there is none. Values are never copied: hostile ones nest too deeply for that.
const json& member(const json& object, const char* key) {
  static const json null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

// The name of a step of tokenizer.json, such as its pre_tokenizer; "nothing" where it is null or absent.
std::string step_type(const json& step) {
  if (step.is_null()) return "nothing";
  if (step.is_object() && member(step, "type").is_string())
    return short_quote(member(step, "type").get_ref<const std::string&>());
  return "something without a type";
}

bool is_set(const json& object, const char* key) {
  const json& value = member(object, key);
  if (value.is_boolean()) return value.get<bool>();
  return !value.is_null() && !(value.is_string() && value.get_ref<const std::string&>().empty());
}

// Everything that would make the ids differ from those of a byte-level BPE with GPT-2's pattern is refused.
Status check_kind(const json& root, TokenizerTables& tables) {
  const std::string file = "tokenizer.json: ", only = "; Vitrine reads GPT-2's byte-level BPE only";
  const json& model = member(root, "model");
  const json& normalizer = member(root, "normalizer");
  const json* splitter = &member(root, "pre_tokenizer");
  if (!model.is_object())
    return Error{ErrorCode::tokenizer_entry,
                 file + "has no model, wanted an object with vocab and merges",
                 {{"name", "tokenizer.json"}}};
  if (model.contains("type") && step_type(model) != "\"BPE\"") {
    return Error{ErrorCode::tokenizer_kind,
                 file + "model.type is " + step_type(model) + ", wanted \"BPE\"" + only,
                 {{"name", "model.type"}}};
  }
  for (const char* option :
       {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"}) {
    if (is_set(model, option))
      return Error{ErrorCode::tokenizer_kind,
                   file + "model." + option + " is set, wanted none" + only,
                   {{"name", std::string("model.") + option}}};
  }
  if (!normalizer.is_null())
    return Error{ErrorCode::tokenizer_kind,
                 file + "normalizer is " + step_type(normalizer) + ", wanted none" + only,
                 {{"name", "normalizer"}}};
  if (step_type(*splitter) == "\"Sequence\"") {
    const json& steps = member(*splitter, "pretokenizers");
    if (steps.is_array() && steps.size() == 1) splitter = &steps[0];
  }
  if (step_type(*splitter) != "\"ByteLevel\"") {
    return Error{ErrorCode::tokenizer_kind,
                 file + "pre_tokenizer is " + step_type(*splitter) + ", wanted \"ByteLevel\"" + only,
                 {{"name", "pre_tokenizer"}}};
  }
  if (splitter->contains("use_regex") && !is_set(*splitter, "use_regex")) {
    return Error{ErrorCode::tokenizer_kind,
                 file + "pre_tokenizer.use_regex is off, wanted true" + only,
                 {{"name", "pre_tokenizer.use_regex"}}};
  }
  tables.prefix_space = is_set(*splitter, "add_prefix_space");
  return success();
}

// `name` is that of the file on the disk.
Error not_json(const std::string& file, std::string_view text, const std::string& name) {
  return Error{
      ErrorCode::tokenizer_not_json,
      file + ": " + std::to_string(text.size()) + " bytes that are not JSON; copy or download the file again",
      {{"name", name}}};
}

}  // namespace

bool symbols_to_bytes(std::string_view symbols, std::string& bytes) {
  static const std::array<int16_t, kSymbolCount> byte_of = make_byte_table();
  bytes.clear();
  for (size_t i = 0; i < symbols.size();) {
    const Utf8Symbol symbol = utf8_symbol(symbols, i);
    if (symbol.code_point >= kSymbolCount || byte_of[symbol.code_point] < 0) return false;
    bytes.push_back(static_cast<char>(static_cast<uint8_t>(byte_of[symbol.code_point])));
    i += symbol.length;
  }
  return true;
}

std::string short_quote(std::string_view text) {
  constexpr size_t kShown = 40;
  if (text.size() <= kShown) return json_quote(text);
  size_t end = 0;
  while (end < kShown) end += utf8_symbol(text, end).length;
  std::string shown = json_quote(text.substr(0, end));
  return end < text.size() ? shown + "..." : shown;
}

Result<TokenizerTables> read_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt) {
  const json vocab = json::parse(vocab_json, nullptr, false);
  if (vocab.is_discarded()) return not_json("vocab.json", vocab_json, "vocab.json");
  TokenizerTables tables;
  const Result<SymbolNames> names = read_vocab("vocab.json", vocab, tables);
  if (!names) return names.error();
  VITRINE_TRY(read_merge_lines(merges_txt, *names, tables));
  const auto end_of_text = names->find(kEndOfText);
  if (end_of_text != names->end()) {
    tables.words.add(kEndOfText, end_of_text->second, true);
    tables.end_of_text = static_cast<int32_t>(end_of_text->second);
  }
  return tables;
}

Result<TokenizerTables> read_tokenizer_json(std::string_view text) {
  const json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) return not_json("tokenizer.json", text, "tokenizer.json");
  if (!root.is_object())
    return Error{ErrorCode::tokenizer_not_json,
                 std::string("tokenizer.json: wanted an object, got ") + root.type_name(),
                 {{"name", "tokenizer.json"}}};
  TokenizerTables tables;
  VITRINE_TRY(check_kind(root, tables));
  const json& model = root["model"];
  if (!model.contains("vocab") || !model.contains("merges"))
    return Error{ErrorCode::tokenizer_entry,
                 "tokenizer.json: model has no vocab or no merges, wanted both",
                 {{"name", "tokenizer.json: model"}}};
  const Result<SymbolNames> names = read_vocab("tokenizer.json: model.vocab", model["vocab"], tables);
  if (!names) return names.error();
  VITRINE_TRY(read_merge_array(model["merges"], *names, tables));
  if (root.contains("added_tokens") && !root["added_tokens"].is_null()) {
    VITRINE_TRY(read_added_tokens(root["added_tokens"], *names, tables));
  }
  return tables;
}

Result<TokenizerTables> read_word_list(std::string_view text) {
  const std::string file = "word list", name = "vocab.json";
  const json list = json::parse(text, nullptr, false);
  if (list.is_discarded()) return not_json(file, text, name);
  if ((!list.is_array() && !list.is_object()) || list.empty()) {
    return Error{ErrorCode::tokenizer_entry,
                 file + ": wanted an array of strings or an object of strings and ids, got " +
                     (list.is_structured() ? "an empty one" : list.type_name()),
                 {{"name", name}}};
  }
  TokenizerTables tables;
  tables.byte_level = false;
  tables.byte_symbols.fill(TokenizerTables::kNoSymbol);
  const auto add = [&](const std::string& word, int64_t id) -> Status {
    if (word.empty())
      return Error{ErrorCode::tokenizer_entry,
                   file + ": id " + number(id) + " is the empty string, wanted at least one character",
                   {{"name", name}}};
    if (tables.vocabulary.has(id))
      return Error{ErrorCode::tokenizer_entry,
                   file + ": id " + number(id) + " belongs to " + short_quote(word) +
                       " and to another word; ids must be unique",
                   {{"name", name}}};
    if (!tables.words.add(word, static_cast<uint32_t>(id), word == kEndOfText))
      return Error{
          ErrorCode::tokenizer_entry, file + ": " + short_quote(word) + " is there twice", {{"name", name}}};
    tables.vocabulary.set(id, word);
    if (word == kEndOfText) tables.end_of_text = static_cast<int32_t>(id);
    return success();
  };
  if (list.is_array()) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (!list[i].is_string())
        return Error{
            ErrorCode::tokenizer_entry,
            file + ": entry " + std::to_string(i) + " is " + list[i].type_name() + ", wanted a string",
            {{"name", name}}};
      VITRINE_TRY(add(list[i].get_ref<const std::string&>(), static_cast<int64_t>(i)));
    }
    return tables;
  }
  for (auto entry = list.begin(); entry != list.end(); ++entry) {
    const Result<int64_t> id = read_id(file, entry.key(), entry.value(), list.size());
    if (!id) return id.error();
    VITRINE_TRY(add(entry.key(), *id));
  }
  return tables;
}

}  // namespace vitrine
