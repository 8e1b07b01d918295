// Tokenizers in every form that Hugging Face writes, against the ids of its own Rust core: tests/fixtures/tokenizers.json,
// which tests/tokenizer/hugging-face.mjs makes.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tokenizer/normalizer.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer_fixture.h"

using namespace vitrine;
using namespace vitrine::fixture;

namespace {

nlohmann::json fixture_cases() {
  std::ifstream file(VITRINE_SOURCE_DIR "/tests/fixtures/tokenizers.json", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  nlohmann::json root = nlohmann::json::parse(text.str(), nullptr, false);
  REQUIRE(root.is_object());
  return root["cases"];
}

Result<Tokenizer> from_json_files(const nlohmann::json& files) {
  std::vector<std::pair<std::string, std::string>> contents;
  for (const auto& [name, text] : files.items()) contents.emplace_back(name, text.get<std::string>());
  std::vector<TokenizerFile> views;
  for (const auto& [name, text] : contents) views.push_back({name, text});
  return Tokenizer::from_files(views);
}

std::vector<TokenId> read_ids(const Tokenizer& tokenizer, const std::string& text, Reading reading) {
  const auto tokens = tokenizer.encode(text, reading);
  REQUIRE_MESSAGE(tokens.ok(), tokens.error().message);
  return ids_of(*tokens);
}

const nlohmann::json& case_of(const nlohmann::json& cases, const std::string& name) {
  for (const auto& one : cases)
    if (one["name"].get_ref<const std::string&>().find(name) != std::string::npos) return one;
  FAIL("no case " << name);
  return cases;
}

}  // namespace

TEST_CASE("Hugging Face's ids for every form of tokenizer it writes") {
  int compared = 0;
  const nlohmann::json cases = fixture_cases();
  for (const auto& one : cases) {
    CAPTURE(one["name"].get<std::string>());
    const auto tokenizer = from_json_files(one["files"]);
    REQUIRE_MESSAGE(tokenizer.ok(), tokenizer.error().message);
    for (const auto& wanted : one["texts"]) {
      const std::string text = wanted["text"];
      CAPTURE(text);
      const auto tokens = tokenizer->encode(text, {.special = true});
      REQUIRE_MESSAGE(tokens.ok(), tokens.error().message);
      CHECK(ids_of(*tokens) == wanted["ids"].get<std::vector<TokenId>>());
      size_t end = 0;
      for (const Token& token : *tokens) {
        CHECK(token.begin == end);
        CHECK(token.end >= token.begin);
        end = token.end;
      }
      CHECK(end == text.size());
      // What is told of the merges is told of the same tokens, those before the text apart.
      const auto trace = tokenizer->merges(text, {.special = true});
      REQUIRE(trace.ok());
      std::vector<TokenId> traced;
      for (const Piece& piece : trace->pieces)
        traced.insert(traced.end(), piece.ids.begin(), piece.ids.end());
      const std::vector<TokenId> all = ids_of(*tokens);
      REQUIRE(all.size() >= traced.size());
      CHECK(std::vector<TokenId>(all.end() - std::ptrdiff_t(traced.size()), all.end()) == traced);
      ++compared;
    }
  }
  CHECK(compared >= 90);
}

TEST_CASE("Korean text of KoGPT2's kind reads as it is written, and special tokens only where asked for") {
  const nlohmann::json cases = fixture_cases();
  const auto tokenizer = from_json_files(case_of(cases, "KoGPT2")["files"]);
  REQUIRE(tokenizer.ok());
  const auto tokens = tokenizer->encode("모델은 글을 읽고");
  REQUIRE(tokens.ok());
  CHECK(*tokenizer->decode(ids_of(*tokens)) == " 모델은 글을 읽고");
  CHECK(read_ids(*tokenizer, "</s>", {.special = true}) == std::vector<TokenId>{1});
  CHECK(read_ids(*tokenizer, "</s>", {}).size() > 1);
}

TEST_CASE("the document mark goes first once, where it is asked for") {
  const nlohmann::json cases = fixture_cases();
  const auto old_form = from_json_files(case_of(cases, "what lies beside")["files"]);
  REQUIRE(old_form.ok());
  const TokenId mark = old_form->document_mark();
  CHECK(mark == old_form->end_of_text());
  CHECK(old_form->bytes(mark) == "<|endoftext|>");
  std::vector<TokenId> marked = read_ids(*old_form, "hello", {.mark = true});
  CHECK(marked.front() == mark);
  marked.erase(marked.begin());
  CHECK(marked == read_ids(*old_form, "hello", {}));
  // A tokenizer that begins with a token by itself is not given a second one.
  const auto begins = from_json_files(case_of(cases, "the same in the newer form")["files"]);
  REQUIRE(begins.ok());
  CHECK(read_ids(*begins, "hello", {.mark = true}) == read_ids(*begins, "hello", {}));
}

TEST_CASE("one order of preference: tokenizer.json, vocab.json with merges.txt, vocab.json alone") {
  const Files hello = files(kHello);
  nlohmann::json root = fixture::tokenizer_json(kHello);
  root["added_tokens"].push_back({{"id", 300}, {"content", "[user]"}, {"special", false}});
  const std::string whole = root.dump();
  const TokenizerFile all[] = {
      {"merges.txt", hello.merges_txt}, {"vocab.json", hello.vocab_json}, {"tokenizer.json", whole}};
  const auto best = Tokenizer::from_files(all);
  REQUIRE(best.ok());
  CHECK(best->size() == 301);
  const auto pair = Tokenizer::from_files(std::span(all, 2));
  REQUIRE(pair.ok());
  CHECK(pair->size() == 265);
  const auto list = Tokenizer::from_files(std::span(all + 1, 1));
  REQUIRE(list.ok());
  CHECK(read_ids(*list, "hello", {}) == std::vector<TokenId>{259});
}

TEST_CASE("without tokenizer files the error says what was looked for") {
  const auto none = Tokenizer::from_files({});
  REQUIRE(!none.ok());
  CHECK(none.error().code == ErrorCode::tokenizer_none);
  CHECK(contains(none.error().message,
                 "looked for tokenizer.json, vocab.json with merges.txt, and vocab.json alone"));
  const TokenizerFile bert[] = {{"vocab.txt", "[PAD]\n[UNK]\n"}};
  CHECK(contains(message(Tokenizer::from_files(bert)), "vocab.txt is the vocabulary of a BertTokenizer"));
}

TEST_CASE("what would change ids is honoured or refused by name") {
  const auto error = [](const char* path, const nlohmann::json& value) {
    nlohmann::json root = fixture::tokenizer_json(kHello);
    root["added_tokens"].push_back({{"id", 265}, {"content", "</s>"}, {"special", true}});
    root[nlohmann::json::json_pointer(path)] = value;
    return message(Tokenizer::from_tokenizer_json(root.dump()));
  };
  const nlohmann::json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                       end = {{"SpecialToken", {{"id", "</s>"}, {"type_id", 0}}}},
                       tokens = {{"</s>", {{"id", "</s>"}, {"ids", {265}}, {"tokens", {"</s>"}}}}};
  const auto with_template = [&](const nlohmann::json& single, const nlohmann::json& special) {
    return error("/post_processor",
                 {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", special}});
  };
  CHECK(with_template({end, text}, tokens) == "no error");
  CHECK(contains(with_template({text, end}, tokens), "post_processor puts \"</s>\" after the text"));
  CHECK(contains(with_template({end, text}, nlohmann::json::object()), "gives no ids for \"</s>\""));
  CHECK(contains(with_template({end, text}, {{"</s>", {{"ids", {266}}}}}),
                 "which no token of the vocabulary has"));
  CHECK(contains(with_template(nlohmann::json::array({end}), tokens), "leaves the text out"));
  CHECK(contains(error("/post_processor", {{"type", "RobertaProcessing"}}), "is \"RobertaProcessing\""));

  const Files hello = files(kHello);
  const auto with_config = [&](const char* name, const std::string& text) {
    const TokenizerFile all[] = {
        {"vocab.json", hello.vocab_json}, {"merges.txt", hello.merges_txt}, {name, text}};
    return message(Tokenizer::from_files(all));
  };
  CHECK(with_config("tokenizer_config.json", R"({"model_max_length": 1024})") == "no error");
  CHECK(contains(with_config("tokenizer_config.json", R"({"tokenizer_class": "CLIPTokenizer"})"),
                 "tokenizer_class is \"CLIPTokenizer\""));
  CHECK(contains(with_config("tokenizer_config.json", R"({"add_eos_token": true})"), "add_eos_token"));
  CHECK(contains(with_config("tokenizer_config.json", "<html>"),
                 "tokenizer_config.json: 6 bytes that are not JSON"));
  CHECK(
      contains(with_config("tokenizer_config.json", R"({"added_tokens_decoder": {"3": {"content": "x y"}}})"),
               "gives that id to another token"));
  CHECK(contains(
      with_config("special_tokens_map.json", R"({"mask_token": {"content": "<m>", "single_word": true}})"),
      "\"<m>\" has single_word"));
  CHECK(contains(with_config("added_tokens.json", R"({"[user]": -1})"), "the id of \"[user]\" is -1"));
}

TEST_CASE("normal forms: the text's own place of every byte") {
  const AlignedText joined = normalize("e\u0301x", NormalForm::nfc);
  CHECK(joined.text == "\u00e9x");
  CHECK(joined.origin == std::vector<uint32_t>{0, 3, 3});
  const AlignedText apart = normalize("한", NormalForm::nfd);
  CHECK(apart.text == "\u1112\u1161\u11ab");
  CHECK(apart.origin.front() == 0);
  CHECK(apart.origin[3] == 3);
  CHECK(normalize("㈜①ﬁ", NormalForm::nfkc).text == "(주)1fi");
  CHECK(normalize("a\xff\xe2\x82z", NormalForm::nfkd).text == "a\xff\xe2\x82z");
  CHECK(normalize("", NormalForm::nfc).text.empty());
  CHECK(normalize("\u0301\u0323", NormalForm::nfd).text == "\u0323\u0301");
}
