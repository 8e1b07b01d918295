// Parts that the readers of tokenizer files share. The files are untrusted: errors name the file, the token or the
// line, what was found and what was wanted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tokenizer/tokenizer_draft.h"

namespace vitrine {

inline constexpr std::string_view kEndOfText = "<|endoftext|>";

// The id of `name`, a whole number that `tokens` tokens can have.
Result<int64_t> read_id(const std::string& file, std::string_view name, const nlohmann::json& value,
                        size_t tokens);

// Fills vocabulary, symbols and names, for the draft's splitter. `space` stands for a space where that is metaspace.
Status read_vocab(const std::string& file, const nlohmann::json& vocab, std::string_view space,
                  TokenizerDraft& draft);

// One merge; `where` names the line or entry in errors. A line is "left right".
Status add_merge(const std::string& where, std::string_view left, std::string_view right, uint32_t rank,
                 TokenizerDraft& draft);
Status add_merge_line(const std::string& where, std::string_view line, uint32_t rank, TokenizerDraft& draft);

// The value of a key; null where there is none. Values are never copied: hostile ones nest too deeply for that.
const nlohmann::json& member(const nlohmann::json& object, const char* key);
// Whether a member is true, or a number or text that is neither 0 nor empty.
bool is_set(const nlohmann::json& object, const char* key);

// `file` says where in the message, `name` is that of the file on the disk.
Error not_json(const std::string& file, std::string_view text, const std::string& name);
Error bad_entry(const std::string& file, const std::string& what);

// GPT-2's vocabularies write each byte as a printable character (its bytes_to_unicode): visible ASCII and
// Latin-1 stand for themselves and the other 68 bytes, in order, for U+0100 and up. False, with `bytes`
// unspecified, where `symbols` has any other character.
bool symbols_to_bytes(std::string_view symbols, std::string& bytes);

// `text` as a JSON string, cut after some 40 bytes: names from untrusted files can be long.
std::string short_quote(std::string_view text);

}  // namespace vitrine
