#include "tokenizer/tokenizer_files.h"

#include <array>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "tokenizer/tokenizer.h"

namespace vitrine {
namespace {

using nlohmann::json;

// Published vocabularies skip few ids; a hostile one must not make us allocate by its highest id.
constexpr int64_t kUnusedIds = 65536;
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

// `text` with each `space` a space.
std::string with_spaces(std::string_view text, std::string_view space) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool is_space = text.substr(at, space.size()) == space;
    out += is_space ? ' ' : text[at];
    at += is_space ? space.size() : 1;
  }
  return out;
}

void set_symbol(std::string_view name, std::string_view space, int64_t id, TokenizerTables& tables) {
  tables.vocabulary.set(id, with_spaces(name, space));
  if (name.empty()) return;
  const Utf8Symbol symbol = utf8_symbol(name, 0);
  if (symbol.length == name.size() && symbol.code_point != kInvalidCodePoint)
    tables.character_symbols.emplace(symbol.code_point, static_cast<SymbolId>(id));
}

}  // namespace

Error bad_entry(const std::string& file, const std::string& what) {
  return Error{ErrorCode::tokenizer_entry, file + what, {{"name", file}}};
}

Error not_json(const std::string& file, std::string_view text, const std::string& name) {
  return Error{
      ErrorCode::tokenizer_not_json,
      file + ": " + std::to_string(text.size()) + " bytes that are not JSON; copy or download the file again",
      {{"name", name}}};
}

Result<int64_t> read_id(const std::string& file, std::string_view name, const json& value, size_t tokens) {
  const int64_t limit = static_cast<int64_t>(tokens) + kUnusedIds;
  const bool fits =
      value.is_number_integer() && (!value.is_number_unsigned() || value.get<uint64_t>() < uint64_t(limit));
  if (!fits || value.get<int64_t>() < 0 || value.get<int64_t>() >= limit) {
    return bad_entry(file, ": the id of " + short_quote(name) + " is " +
                               (value.is_number() ? value.dump() : value.type_name()) +
                               ", wanted a whole number from 0 to " + std::to_string(limit - 1));
  }
  return value.get<int64_t>();
}

Status read_vocab(const std::string& file, const json& vocab, std::string_view space, TokenizerDraft& draft) {
  if (!vocab.is_object() || vocab.empty()) {
    return bad_entry(file, std::string(": wanted an object of tokens and their ids, got ") +
                               (vocab.is_object() ? "an empty object" : vocab.type_name()));
  }
  TokenizerTables& tables = draft.tables;
  draft.names.reserve(vocab.size());
  tables.byte_symbols.fill(TokenizerTables::kNoSymbol);
  std::string bytes;
  for (auto entry = vocab.begin(); entry != vocab.end(); ++entry) {
    const Result<int64_t> id = read_id(file, entry.key(), entry.value(), vocab.size());
    if (!id) return id.error();
    if (tables.vocabulary.has(*id)) {
      return bad_entry(file, ": id " + std::to_string(*id) + " belongs to " + short_quote(entry.key()) +
                                 " and to another token; ids must be unique");
    }
    draft.names.emplace(entry.key(), static_cast<SymbolId>(*id));
    if (tables.splitter == Splitter::metaspace) {
      set_symbol(entry.key(), space, *id, tables);
      continue;
    }
    const bool mapped = symbols_to_bytes(entry.key(), bytes);
    tables.vocabulary.set(*id, mapped ? bytes : entry.key());
    if (mapped && bytes.size() == 1)
      tables.byte_symbols[static_cast<uint8_t>(bytes[0])] = static_cast<SymbolId>(*id);
  }
  return success();
}

Status add_merge(const std::string& where, std::string_view left, std::string_view right, uint32_t rank,
                 TokenizerDraft& draft) {
  SymbolId ids[3];
  const std::string joined = std::string(left).append(right);
  const std::string_view parts[3] = {left, right, joined};
  for (int i = 0; i < 3; ++i) {
    const auto found = draft.names.find(parts[i]);
    if (found == draft.names.end()) {
      return Error{
          ErrorCode::tokenizer_merges,
          where + " merges " + short_quote(left) + " and " + short_quote(right) + ", but " +
              short_quote(parts[i]) +
              " is not in the vocabulary; the merges must come from the same model as the vocabulary",
          {{"left", std::string(left)}, {"right", std::string(right)}}};
    }
    ids[i] = found->second;
  }
  if (!draft.tables.merges.add(ids[0], ids[1], rank, ids[2])) {
    return bad_entry(where, " merges " + short_quote(left) + " and " + short_quote(right) +
                                " a second time; each pair may merge once");
  }
  return success();
}

Status add_merge_line(const std::string& where, std::string_view line, uint32_t rank, TokenizerDraft& draft) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
      line.find(' ', space + 1) != std::string_view::npos) {
    return bad_entry(where, " is " + short_quote(line) + ", wanted two symbols with one space between them");
  }
  return add_merge(where, line.substr(0, space), line.substr(space + 1), rank, draft);
}

const json& member(const json& object, const char* key) {
  static const json null;
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

bool is_set(const json& object, const char* key) {
  const json& value = member(object, key);
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0.0;
  return !value.is_null() && !(value.is_string() && value.get_ref<const std::string&>().empty());
}

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

}  // namespace vitrine
