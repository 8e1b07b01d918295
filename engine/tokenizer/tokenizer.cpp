#include "tokenizer/tokenizer.h"

#include <cstdio>
#include <utility>

#include "base/utf8.h"
#include "tokenizer/pretokenizer.h"
#include "tokenizer/tokenizer_files.h"

namespace vitrine {
namespace {

// Indices of symbols are 32 bits, and no prompt is near this.
constexpr size_t kLongestText = size_t{1} << 30;

// Calls word(begin, end, id) for each whole token found in the text and piece(begin, end) for each piece
// of what lies between, in order. Both return a Status.
template <class OnWord, class OnPiece>
Status walk(const TokenizerTables& tables, std::string_view text, bool allow_special, OnWord word,
            OnPiece piece) {
  if (text.size() > kLongestText) {
    return Error{ErrorCode::text_too_long,
                 "the text has " + std::to_string(text.size()) + " bytes, wanted at most " +
                     std::to_string(kLongestText),
                 {{"got", text.size()}, {"most", kLongestText}}};
  }
  const bool search = !tables.words.empty(allow_special);
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = begin;
    WordTrie::Match match;
    if (search) {
      while (end < text.size() && (match = tables.words.longest(text, end, allow_special)).length == 0) ++end;
    } else {
      end = text.size();
    }
    // The pattern sees what lies between two whole tokens as a text of its own.
    const std::string_view between = text.substr(begin, end - begin);
    for (size_t at = 0; at < between.size();) {
      const size_t next = piece_end(between, at);
      VITRINE_TRY(piece(begin + at, begin + next, at == 0));
      at = next;
    }
    if (match.length) VITRINE_TRY(word(end, end + match.length, static_cast<TokenId>(match.id)));
    begin = end + match.length;
  }
  return success();
}

std::string code_point_name(uint32_t point) {
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(point));
  return name;
}

Error unknown_character(std::string_view text, size_t position, int vocabulary_size) {
  size_t index = 1;
  for (size_t i = 0; i < position; i += utf8_symbol(text, i).length) ++index;
  const Utf8Symbol symbol = utf8_symbol(text, position);
  const std::string name = symbol.code_point == kInvalidCodePoint ? "a byte that is not UTF-8"
                                                                  : code_point_name(symbol.code_point);
  return Error{ErrorCode::character_unknown,
               "character " + std::to_string(index) + " of the text, " +
                   json_quote(text.substr(position, symbol.length)) + " (" + name +
                   "), is not in this model's vocabulary of " + std::to_string(vocabulary_size) +
                   " tokens; remove or replace it",
               {{"at", index},
                {"text", std::string(text.substr(position, symbol.length))},
                {"vocabulary", vocabulary_size}}};
}

}  // namespace

struct Tokenizer::Impl {
  TokenizerTables tables;

  // The bytes of text[begin, end) as symbols, after a space where the vocabulary asks for one.
  Status first_symbols(std::string_view text, size_t begin, size_t end, bool with_space,
                       std::vector<BpeSymbol>& symbols) const {
    symbols.clear();
    if (with_space) symbols.push_back({tables.byte_symbols[' '], 0});
    for (size_t i = begin; i < end; ++i) {
      symbols.push_back(
          {tables.byte_symbols[static_cast<uint8_t>(text[i])], static_cast<uint32_t>(symbols.size())});
    }
    for (const BpeSymbol& symbol : symbols) {
      if (symbol.id != TokenizerTables::kNoSymbol) continue;
      const size_t at = begin + symbol.begin - (with_space && symbol.begin > 0 ? 1 : 0);
      size_t start = at;  // of the character that the byte belongs to
      while (start > begin && at - start < 3 && (static_cast<uint8_t>(text[start]) & 0xc0) == 0x80) --start;
      return unknown_character(text, start, tables.vocabulary.size());
    }
    return success();
  }

  bool needs_space(std::string_view text, size_t begin, bool first) const {
    return tables.prefix_space && first && text[begin] != ' ';
  }
};

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::from_tokenizer_json(std::string_view tokenizer_json) {
  Result<TokenizerTables> tables = read_tokenizer_json(tokenizer_json);
  if (!tables) return tables.error();
  return Tokenizer(std::make_unique<Impl>(Impl{std::move(*tables)}));
}

Result<Tokenizer> Tokenizer::from_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt) {
  Result<TokenizerTables> tables = read_vocab_and_merges(vocab_json, merges_txt);
  if (!tables) return tables.error();
  return Tokenizer(std::make_unique<Impl>(Impl{std::move(*tables)}));
}

Result<Tokenizer> Tokenizer::from_word_list(std::string_view json) {
  Result<TokenizerTables> tables = read_word_list(json);
  if (!tables) return tables.error();
  return Tokenizer(std::make_unique<Impl>(Impl{std::move(*tables)}));
}

Result<std::vector<Token>> Tokenizer::encode(std::string_view text, bool allow_special) const {
  const TokenizerTables& tables = impl_->tables;
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 4 + 1);
  std::vector<BpeSymbol> symbols;
  const auto on_word = [&](size_t begin, size_t end, TokenId id) -> Status {
    tokens.push_back({id, begin, end});
    return success();
  };
  const auto on_piece = [&](size_t begin, size_t end, bool first) -> Status {
    if (!tables.byte_level) return unknown_character(text, begin, size());
    const bool with_space = impl_->needs_space(text, begin, first);
    VITRINE_TRY(impl_->first_symbols(text, begin, end, with_space, symbols));
    merge_symbols(tables.merges, symbols, nullptr);
    for (size_t i = 0; i < symbols.size(); ++i) {
      const auto place = [&](size_t at) { return begin + at - (with_space && at > 0 ? 1 : 0); };
      tokens.push_back({static_cast<TokenId>(symbols[i].id), place(symbols[i].begin),
                        i + 1 < symbols.size() ? place(symbols[i + 1].begin) : end});
    }
    return success();
  };
  VITRINE_TRY(walk(tables, text, allow_special, on_word, on_piece));
  return tokens;
}

Result<MergeTrace> Tokenizer::merges(std::string_view text) const {
  const TokenizerTables& tables = impl_->tables;
  MergeTrace trace;
  std::vector<BpeSymbol> symbols;
  std::vector<BpeStep> steps;
  const auto on_word = [&](size_t begin, size_t end, TokenId) -> Status {
    trace.pieces.push_back({begin, end});
    return success();
  };
  const auto on_piece = [&](size_t begin, size_t end, bool first) -> Status {
    if (!tables.byte_level) return unknown_character(text, begin, size());
    VITRINE_TRY(impl_->first_symbols(text, begin, end, impl_->needs_space(text, begin, first), symbols));
    steps.clear();
    merge_symbols(tables.merges, symbols, &steps);
    for (const BpeStep& step : steps) {
      trace.steps.push_back({static_cast<int>(trace.pieces.size()), static_cast<int>(step.position),
                             static_cast<int>(step.rank), std::string(tables.vocabulary.bytes(step.left)),
                             std::string(tables.vocabulary.bytes(step.right))});
    }
    trace.pieces.push_back({begin, end});
    return success();
  };
  VITRINE_TRY(walk(tables, text, false, on_word, on_piece));
  return trace;
}

std::string_view Tokenizer::bytes(TokenId id) const { return impl_->tables.vocabulary.bytes(id); }

Result<std::string> Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!impl_->tables.vocabulary.has(ids[i])) {
      return Error{ErrorCode::token_unknown,
                   "token " + std::to_string(i + 1) + " has id " + std::to_string(ids[i]) +
                       ", which is not in the vocabulary; wanted 0 to " + std::to_string(size() - 1),
                   {{"got", ids[i]}, {"high", size() - 1}}};
    }
    text.append(impl_->tables.vocabulary.bytes(ids[i]));
  }
  return text;
}

int Tokenizer::size() const { return impl_->tables.vocabulary.size(); }
TokenId Tokenizer::end_of_text() const { return impl_->tables.end_of_text; }

std::string json_quote(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (size_t i = 0; i < bytes.size();) {
    const Utf8Symbol symbol = utf8_symbol(bytes, i);
    switch (symbol.code_point) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case kInvalidCodePoint:
        append_utf8(out, 0xfffd);
        break;
      default:
        if (symbol.code_point < 0x20) {
          out += "\\u00";
          out += kHex[symbol.code_point >> 4];
          out += kHex[symbol.code_point & 15];
        } else {
          out.append(bytes.substr(i, symbol.length));
        }
    }
    i += symbol.length;
  }
  return out + "\"";
}

}  // namespace vitrine
