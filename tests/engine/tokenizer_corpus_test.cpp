// GPT-2's own vocabulary against tiktoken's ids. tests/tokenizer/compare.mjs makes the files and runs this.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tokenizer/tokenizer.h"
#include "tokenizer_fixture.h"

using namespace vitrine;
using vitrine::fixture::ids_of;

namespace {

const char* corpus_path() { return std::getenv("VITRINE_TOKENIZER_CORPUS"); }

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Tokenizer gpt2() {
  const char* folder = std::getenv("VITRINE_TOKENIZER_VOCABULARY");
  REQUIRE(folder != nullptr);
  auto tokenizer = Tokenizer::from_vocab_and_merges(contents(std::string(folder) + "/vocab.json"),
                                                    contents(std::string(folder) + "/merges.txt"));
  REQUIRE_MESSAGE(tokenizer.ok(), tokenizer.error().message);
  return std::move(tokenizer).value();
}

double seconds_to_encode(const Tokenizer& tokenizer, const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  const auto tokens = tokenizer.encode(text);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(tokens.ok());
  const auto decoded = tokenizer.decode(ids_of(*tokens));
  CHECK((decoded.ok() && *decoded == text));
  return seconds;
}

}  // namespace

TEST_CASE("tiktoken gives the same ids" * doctest::skip(corpus_path() == nullptr)) {
  const Tokenizer tokenizer = gpt2();
  CHECK(tokenizer.size() == 50257);
  CHECK(tokenizer.end_of_text() == 50256);
  const auto next_line = tokenizer.encode(" \u0085a"), mark = tokenizer.encode("\ufeffa");
  REQUIRE((next_line.ok() && mark.ok()));
  CHECK(ids_of(*next_line) == std::vector<TokenId>{220, 126, 227, 64});
  CHECK(ids_of(*mark) == std::vector<TokenId>{171, 119, 123, 64});

  std::ifstream corpus(corpus_path());
  std::string line, all_text;
  int compared = 0, different = 0;
  while (std::getline(corpus, line)) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    REQUIRE(entry.is_object());
    const std::string text = entry["text"];
    const auto tokens = tokenizer.encode(text);
    REQUIRE(tokens.ok());
    const std::vector<TokenId> ids = ids_of(*tokens);
    ++compared;
    if (ids != entry["ids"].get<std::vector<TokenId>>()) {
      if (++different <= 5) CHECK_MESSAGE(false, "other ids for " << json_quote(text));
    }
    size_t end = 0;
    for (const Token& token : *tokens) {
      if (token.begin != end ||
          text.substr(token.begin, token.end - token.begin) != tokenizer.bytes(token.id))
        ++different;
      end = token.end;
    }
    if (end != text.size()) ++different;
    all_text += text;
  }
  CHECK(different == 0);
  CHECK(compared >= 20000);
  std::printf("tokenizer: %d strings compared with tiktoken, %d differ\n", compared, different);

  // A quadratic encoder needs minutes for the run; the limit leaves room for sanitizers and busy machines.
  constexpr double kSecondsLimit = 10.0;
  const size_t megabyte = 1000000;
  while (all_text.size() < megabyte) all_text += all_text;
  const double mixed = seconds_to_encode(tokenizer, all_text.substr(0, megabyte));
  const double run = seconds_to_encode(tokenizer, std::string(megabyte, 'a'));
  std::printf("tokenizer: 1 MB of mixed text in %.3f s, 1 MB of one letter in %.3f s\n", mixed, run);
  CHECK(mixed < kSecondsLimit);
  CHECK(run < kSecondsLimit);
}
