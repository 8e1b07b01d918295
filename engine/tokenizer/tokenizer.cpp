#include "tokenizer/tokenizer.h"

#include <cstdio>
#include <utility>

#include "base/utf8.h"
#include "tokenizer/tokenizer_draft.h"
#include "tokenizer/tokenizer_walk.h"

namespace vitrine {
namespace {

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
};

namespace {

// The first symbols of pieces, and the tokens that they merge to.
class PieceReader {
 public:
  PieceReader(const TokenizerTables& tables, std::string_view text) : tables_(tables), text_(text) {}

  // Fills symbols() with those of a byte range of a stretch, before any merge.
  Status first_symbols(const Stretch& stretch, size_t begin, size_t end) {
    symbols_.clear();
    if (tables_.splitter == Splitter::words) return unknown_character(text_, stretch.place(begin), size());
    bool after_unknown = false;
    for (size_t at = begin; at < end;) {
      const auto [symbol, length] = symbol_at(stretch.text(), at);
      const bool unknown = symbol == TokenizerTables::kNoSymbol;
      if (unknown && tables_.unknown == TokenizerTables::kNoSymbol) {
        size_t place = stretch.place(at);  // of the character that the byte belongs to
        while (place > stretch.begin && (static_cast<uint8_t>(text_[place]) & 0xc0) == 0x80) --place;
        return unknown_character(text_, place, size());
      }
      if (!unknown || !after_unknown || !tables_.fuses_unknown)
        symbols_.push_back({unknown ? tables_.unknown : symbol, static_cast<uint32_t>(at)});
      after_unknown = unknown;
      at += length;
    }
    return success();
  }

  void merge(std::vector<BpeStep>* steps) { merge_symbols(tables_.merges, symbols_, steps); }
  const std::vector<BpeSymbol>& symbols() const { return symbols_; }

 private:
  int size() const { return tables_.vocabulary.size(); }

  std::pair<SymbolId, size_t> symbol_at(std::string_view text, size_t at) const {
    if (tables_.splitter == Splitter::byte_level)
      return {tables_.byte_symbols[static_cast<uint8_t>(text[at])], 1};
    const Utf8Symbol symbol = utf8_symbol(text, at);
    const auto found =
        tables_.character_symbols.find(text[at] == ' ' ? tables_.metaspace : symbol.code_point);
    return {found == tables_.character_symbols.end() ? TokenizerTables::kNoSymbol : found->second,
            symbol.length};
  }

  const TokenizerTables& tables_;
  std::string_view text_;
  std::vector<BpeSymbol> symbols_;
};

class Encoder final : public TextVisitor {
 public:
  Encoder(const TokenizerTables& tables, std::string_view text, std::vector<Token>& tokens)
      : reader_(tables, text), tokens_(tokens) {}

  Status word(size_t begin, size_t end, uint32_t id) override {
    tokens_.push_back({static_cast<TokenId>(id), begin, end});
    return success();
  }
  Status piece(const Stretch& stretch, size_t begin, size_t end) override {
    VITRINE_TRY(reader_.first_symbols(stretch, begin, end));
    reader_.merge(nullptr);
    const std::vector<BpeSymbol>& symbols = reader_.symbols();
    for (size_t i = 0; i < symbols.size(); ++i) {
      const size_t next = i + 1 < symbols.size() ? symbols[i + 1].begin : end;
      tokens_.push_back(
          {static_cast<TokenId>(symbols[i].id), stretch.place(symbols[i].begin), stretch.place(next)});
    }
    return success();
  }

 private:
  PieceReader reader_;
  std::vector<Token>& tokens_;
};

class Tracer final : public TextVisitor {
 public:
  Tracer(const TokenizerTables& tables, std::string_view text, MergeTrace& trace)
      : tables_(tables), reader_(tables, text), trace_(trace) {}

  Status word(size_t begin, size_t end, uint32_t id) override {
    trace_.pieces.push_back({begin, end, {bytes(id)}, {static_cast<TokenId>(id)}});
    return success();
  }
  Status piece(const Stretch& stretch, size_t begin, size_t end) override {
    VITRINE_TRY(reader_.first_symbols(stretch, begin, end));
    Piece piece{stretch.place(begin), stretch.place(end), {}, {}};
    for (const BpeSymbol& symbol : reader_.symbols()) piece.symbols.push_back(bytes(symbol.id));
    steps_.clear();
    reader_.merge(&steps_);
    for (const BpeSymbol& symbol : reader_.symbols()) piece.ids.push_back(static_cast<TokenId>(symbol.id));
    for (const BpeStep& step : steps_) {
      trace_.steps.push_back({static_cast<int>(trace_.pieces.size()), static_cast<int>(step.position),
                              static_cast<int>(step.rank), bytes(step.left), bytes(step.right)});
    }
    trace_.pieces.push_back(std::move(piece));
    return success();
  }

 private:
  std::string bytes(SymbolId id) const { return std::string(tables_.vocabulary.bytes(id)); }

  const TokenizerTables& tables_;
  PieceReader reader_;
  MergeTrace& trace_;
  std::vector<BpeStep> steps_;
};

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::from_files(std::span<const TokenizerFile> files) {
  const auto bytes = [&](std::string_view name) -> const std::string_view* {
    for (const TokenizerFile& file : files)
      if (file.name == name) return &file.bytes;
    return nullptr;
  };
  const auto text = [&](std::string_view name) {
    const std::string_view* found = bytes(name);
    return found ? *found : std::string_view();
  };
  const std::string_view *whole = bytes("tokenizer.json"), *vocab = bytes("vocab.json"),
                         *merges = bytes("merges.txt");
  if (!whole && !vocab) {
    const bool bert = bytes("vocab.txt") != nullptr;
    return Error{
        bert ? ErrorCode::tokenizer_kind : ErrorCode::tokenizer_none,
        std::string(bert ? "vocab.txt is the vocabulary of a BertTokenizer, which Vitrine does not read"
                         : "no tokenizer") +
            ": looked for tokenizer.json, vocab.json with merges.txt, and vocab.json alone; put one of "
            "them there, or give token ids where the command takes them",
        bert ? std::vector<Detail>{{"name", "vocab.txt"}} : std::vector<Detail>{}};
  }
  Result<TokenizerDraft> draft = whole    ? draft_tokenizer_json(*whole)
                                 : merges ? draft_vocab_and_merges(*vocab, *merges)
                                          : draft_word_list(*vocab);
  if (!draft) {
    return whole || merges ? draft.error() : draft.error().within("(there is no merges.txt beside it) ");
  }
  VITRINE_TRY(apply_companions(
      {text("added_tokens.json"), text("special_tokens_map.json"), text("tokenizer_config.json")},
      whole != nullptr, *draft));
  return Tokenizer(std::make_unique<Impl>(Impl{finish(std::move(*draft))}));
}

Result<Tokenizer> Tokenizer::from_tokenizer_json(std::string_view tokenizer_json) {
  const TokenizerFile files[] = {{"tokenizer.json", tokenizer_json}};
  return from_files(files);
}

Result<Tokenizer> Tokenizer::from_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt) {
  const TokenizerFile files[] = {{"vocab.json", vocab_json}, {"merges.txt", merges_txt}};
  return from_files(files);
}

Result<Tokenizer> Tokenizer::from_word_list(std::string_view json) {
  Result<TokenizerDraft> draft = draft_word_list(json);
  if (!draft) return draft.error();
  return Tokenizer(std::make_unique<Impl>(Impl{finish(std::move(*draft))}));
}

Result<std::vector<Token>> Tokenizer::encode(std::string_view text, Reading reading) const {
  const TokenizerTables& tables = impl_->tables;
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 4 + 1);
  for (const TokenId id : tables.beginning) tokens.push_back({id, 0, 0});
  if (reading.mark && tokens.empty() && tables.document_mark >= 0)
    tokens.push_back({tables.document_mark, 0, 0});
  Encoder encoder(tables, text, tokens);
  VITRINE_TRY(walk_text(tables, text, reading.special, encoder));
  return tokens;
}

Result<MergeTrace> Tokenizer::merges(std::string_view text, Reading reading) const {
  MergeTrace trace;
  Tracer tracer(impl_->tables, text, trace);
  VITRINE_TRY(walk_text(impl_->tables, text, reading.special, tracer));
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
TokenId Tokenizer::document_mark() const { return impl_->tables.document_mark; }
void Tokenizer::set_document_mark(TokenId id) {
  if (id < 0 || impl_->tables.vocabulary.has(id)) impl_->tables.document_mark = id;
}

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
