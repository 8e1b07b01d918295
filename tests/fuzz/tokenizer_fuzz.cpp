// libFuzzer: hostile tokenizer files, and arbitrary bytes as text. The first byte of the input says which.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

using namespace vitrine;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// What holds for any tokenizer and any text: pieces and tokens add up to the text, and decode to it.
void check_text(const Tokenizer& tokenizer, std::string_view text, bool exact) {
  for (const bool allow_special : {false, true}) {
    const auto tokens = tokenizer.encode(text, {.special = allow_special});
    if (!tokens) {
      require(!exact && !tokens.error().message.empty());
      continue;
    }
    std::vector<TokenId> ids;
    size_t end = 0;
    for (const Token& token : *tokens) {
      require(token.begin == end && token.end >= token.begin);
      ids.push_back(token.id);
      end = token.end;
    }
    require(end == text.size());
    const auto decoded = tokenizer.decode(ids);
    require(decoded.ok() && (!exact || *decoded == text));
  }
  const auto trace = tokenizer.merges(text);
  if (!trace) return require(!exact);
  size_t end = 0;
  for (const Piece& piece : trace->pieces) {
    require(piece.begin == end && piece.end >= piece.begin);
    end = piece.end;
  }
  require(end == text.size());
  for (const MergeStep& step : trace->steps)
    require(step.position >= 0 && step.piece < static_cast<int>(trace->pieces.size()));
}

// All bytes, and merges of letters, of a space and a letter, and of the bytes of Hangul and emoji.
Tokenizer small_tokenizer() {
  const auto visible = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
  std::vector<std::string> symbols;
  int next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const int point = visible(byte) ? byte : next++;
    symbols.push_back(point < 128 ? std::string(1, static_cast<char>(point))
                                  : std::string{static_cast<char>(0xc0 | point >> 6),
                                                static_cast<char>(0x80 | (point & 63))});
  }
  std::string vocab = "{", merges;
  int id = 0;
  const auto add = [&](const std::string& token) {
    std::string escaped;
    for (const char c : token) escaped += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    vocab += (id ? ",\"" : "\"") + escaped + "\":" + std::to_string(id);
    ++id;
  };
  const auto merge = [&](const std::string& left, const std::string& right) {
    add(left + right);
    merges += left + " " + right + "\n";
  };
  for (const std::string& symbol : symbols) add(symbol);
  for (std::string a = "a"; a.size() < 32; a += a) merge(a, a);
  merge(symbols[' '], "a");
  merge("'", "s");
  merge("0", "1");
  merge(symbols[0xed], symbols[0x95]);
  merge(symbols[0xed] + symbols[0x95], symbols[0x9c]);
  merge(symbols[0xf0], symbols[0x9f]);
  merge(symbols[' '], symbols[' ']);
  add("<|endoftext|>");
  auto tokenizer = Tokenizer::from_vocab_and_merges(vocab + "}", merges);
  require(tokenizer.ok());
  return std::move(tokenizer).value();
}

constexpr std::string_view kText = "a ab's <|endoftext|>  \n\xed\x95\x9c\xff";

void check_parsed(const Result<Tokenizer>& tokenizer) {
  if (!tokenizer) return require(!tokenizer.error().message.empty());
  require(tokenizer->size() > 0);
  check_text(*tokenizer, kText, false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tokenizer tokenizer = small_tokenizer();
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      check_text(tokenizer, input, true);
      break;
    case 1:
      check_parsed(Tokenizer::from_tokenizer_json(input));
      break;
    case 2:
      check_parsed(Tokenizer::from_word_list(input));
      break;
    case 3: {  // vocab.json, a zero byte, merges.txt
      const size_t cut = input.find('\0');
      check_parsed(Tokenizer::from_vocab_and_merges(
          input.substr(0, cut), cut == std::string_view::npos ? "" : input.substr(cut + 1)));
      break;
    }
  }
  return 0;
}
