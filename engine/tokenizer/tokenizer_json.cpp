// tokenizer.json: what changes ids is honoured or refused by name. What it may hold besides is settings of training
// and `truncation` and `padding`, which transformers sets anew with every call.
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_files.h"

namespace vitrine {
namespace {

using nlohmann::json;

const std::string kFile = "tokenizer.json: ";
constexpr const char* kOnly = "; Vitrine reads byte-level and metaspace BPE, with Unicode's normal forms";

Error refused(const std::string& name, const std::string& what) {
  return Error{ErrorCode::tokenizer_kind, kFile + name + what + kOnly, {{"name", name}}};
}

// The name of a step, such as the pre_tokenizer; "nothing" where it is null or absent.
std::string step_type(const json& step) {
  if (step.is_null()) return "nothing";
  if (step.is_object() && member(step, "type").is_string())
    return short_quote(member(step, "type").get_ref<const std::string&>());
  return "something without a type";
}

// Calls each(step) for `step`, or for the steps of a Sequence, whose member `list` holds them.
template <class Each>
Status for_steps(const json& step, const char* list, Each each, int depth = 0) {
  constexpr int kDeepest = 8;
  if (step.is_null()) return success();
  const json& steps = member(step, list);
  if (step_type(step) != "\"Sequence\"" || !steps.is_array() || depth == kDeepest) return each(step);
  for (const json& inner : steps) VITRINE_TRY(for_steps(inner, list, each, depth + 1));
  return success();
}

Status read_normalizer(const json& normalizer, TokenizerTables& tables) {
  return for_steps(normalizer, "normalizers", [&](const json& step) -> Status {
    constexpr struct {
      const char* type;
      NormalForm form;
    } kForms[] = {{"\"NFC\"", NormalForm::nfc},
                  {"\"NFD\"", NormalForm::nfd},
                  {"\"NFKC\"", NormalForm::nfkc},
                  {"\"NFKD\"", NormalForm::nfkd}};
    const std::string type = step_type(step);
    for (const auto& known : kForms) {
      if (type != known.type) continue;
      tables.forms.push_back(known.form);
      return success();
    }
    return refused("normalizer", " is " + type + ", wanted NFC, NFD, NFKC, NFKD or none");
  });
}

// `space`: what stands for a space in the vocabulary.
Status read_metaspace(const json& step, TokenizerTables& tables, std::string& space) {
  tables.splitter = Splitter::metaspace;
  const json &replacement = member(step, "replacement"), &scheme = member(step, "prepend_scheme"),
             &split = member(step, "split"), &prefix = member(step, "add_prefix_space");
  if (!replacement.is_string() || replacement.get_ref<const std::string&>().empty())
    return refused("pre_tokenizer.replacement", " is missing, wanted the character that stands for a space");
  space = replacement.get<std::string>();
  tables.metaspace = utf8_symbol(space, 0).code_point;
  tables.splits_at_spaces = !split.is_boolean() || split.get<bool>();
  if ((prefix.is_boolean() && !prefix.get<bool>()) || scheme == "never") {
    tables.prefix_space = PrefixSpace::never;
  } else if (scheme == "first") {
    tables.prefix_space = PrefixSpace::at_start;
  } else if (scheme.is_null() || scheme == "always") {
    tables.prefix_space = PrefixSpace::always;
  } else {
    return refused("pre_tokenizer.prepend_scheme", " is unknown, wanted \"always\", \"first\" or \"never\"");
  }
  return success();
}

Status read_splitter(const json& pre_tokenizer, TokenizerTables& tables, std::string& space) {
  const json* splitter = &pre_tokenizer;
  if (step_type(*splitter) == "\"Sequence\"") {
    const json& steps = member(*splitter, "pretokenizers");
    if (steps.is_array() && steps.size() == 1) splitter = &steps[0];
  }
  if (step_type(*splitter) == "\"Metaspace\"") return read_metaspace(*splitter, tables, space);
  if (step_type(*splitter) != "\"ByteLevel\"")
    return refused("pre_tokenizer",
                   " is " + step_type(*splitter) + ", wanted \"ByteLevel\" or \"Metaspace\"");
  if (splitter->contains("use_regex") && !is_set(*splitter, "use_regex"))
    return refused("pre_tokenizer.use_regex", " is off, wanted true");
  tables.prefix_space = is_set(*splitter, "add_prefix_space") ? PrefixSpace::always : PrefixSpace::never;
  return success();
}

Status check_decoder(const json& decoder) {
  return for_steps(decoder, "decoders", [](const json& step) -> Status {
    const std::string type = step_type(step);
    for (const char* known : {"\"ByteLevel\"", "\"Metaspace\"", "\"Fuse\"", "\"BPEDecoder\""})
      if (type == known) return success();
    return refused("decoder", " is " + type + ", wanted \"ByteLevel\" or \"Metaspace\"");
  });
}

// The ids that a template puts before a text. What it puts after one would part the text from what follows it.
Status read_template(const json& step, TokenizerDraft& draft) {
  const json &single = member(step, "single"), &tokens = member(step, "special_tokens");
  if (!single.is_array())
    return refused("post_processor.single", " is missing, wanted a list of tokens and the text");
  bool seen_text = false;
  for (const json& part : single) {
    if (part.is_object() && part.contains("Sequence")) {
      if (seen_text) return refused("post_processor.single", " holds the text twice");
      seen_text = true;
      continue;
    }
    const json& name = member(member(part, "SpecialToken"), "id");
    if (!name.is_string())
      return refused("post_processor.single", " has a part that is neither a token nor the text");
    const std::string& content = name.get_ref<const std::string&>();
    if (seen_text)
      return refused("post_processor",
                     " puts " + short_quote(content) +
                         " after the text, where the model is to go on; wanted nothing there");
    const json& ids = member(member(tokens, content.c_str()), "ids");
    if (!ids.is_array() || ids.empty())
      return refused("post_processor.special_tokens", " gives no ids for " + short_quote(content));
    for (const json& value : ids) {
      const Result<int64_t> id =
          read_id("tokenizer.json: post_processor", content, value, draft.names.size() + draft.added.size());
      if (!id) return id.error();
      if (!draft.tables.vocabulary.has(*id))
        return bad_entry("tokenizer.json: post_processor", ": " + short_quote(content) + " has id " +
                                                               std::to_string(*id) +
                                                               ", which no token of the vocabulary has");
      draft.tables.beginning.push_back(static_cast<int32_t>(*id));
    }
  }
  if (!seen_text) return refused("post_processor.single", " leaves the text out");
  return success();
}

Status read_post_processor(const json& processor, TokenizerDraft& draft) {
  return for_steps(processor, "processors", [&](const json& step) -> Status {
    const std::string type = step_type(step);
    if (type == "\"ByteLevel\"") return success();
    if (type == "\"TemplateProcessing\"") return read_template(step, draft);
    return refused("post_processor", " is " + type + ", wanted \"TemplateProcessing\" or \"ByteLevel\"");
  });
}

Status check_model(const json& model) {
  if (!model.is_object())
    return Error{ErrorCode::tokenizer_entry,
                 kFile + "has no model, wanted an object with vocab and merges",
                 {{"name", "tokenizer.json"}}};
  if (model.contains("type") && step_type(model) != "\"BPE\"")
    return refused("model.type", " is " + step_type(model) + ", wanted \"BPE\"");
  for (const char* option :
       {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"}) {
    if (is_set(model, option)) return refused(std::string("model.") + option, " is set, wanted none");
  }
  if (!model.contains("vocab") || !model.contains("merges"))
    return Error{ErrorCode::tokenizer_entry,
                 "tokenizer.json: model has no vocab or no merges, wanted both",
                 {{"name", "tokenizer.json: model"}}};
  return success();
}

Status read_merge_array(const json& merges, TokenizerDraft& draft) {
  if (!merges.is_array())
    return bad_entry("tokenizer.json: model.merges",
                     std::string(" is ") + merges.type_name() + ", wanted an array");
  draft.tables.merges.reserve(merges.size());
  uint32_t rank = 0;
  for (const json& merge : merges) {
    const std::string where = "tokenizer.json: merge " + std::to_string(rank);
    if (merge.is_string()) {
      VITRINE_TRY(add_merge_line(where, merge.get_ref<const std::string&>(), rank, draft));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      VITRINE_TRY(add_merge(where, merge[0].get_ref<const std::string&>(),
                            merge[1].get_ref<const std::string&>(), rank, draft));
    } else {
      return bad_entry(where, std::string(" is ") + merge.type_name() +
                                  ", wanted \"left right\" or [\"left\", \"right\"]");
    }
    ++rank;
  }
  return success();
}

// Added tokens are looked for in the text as they are written, before anything else happens to it.
Status read_added_token_list(const json& added, TokenizerDraft& draft) {
  const std::string where = "tokenizer.json: added_tokens";
  if (added.is_null()) return success();
  if (!added.is_array())
    return bad_entry(where, std::string(" is ") + added.type_name() + ", wanted an array");
  for (const json& token : added) {
    if (!member(token, "content").is_string() || !token.contains("id") ||
        token["content"].get_ref<const std::string&>().empty()) {
      return bad_entry(where,
                       " has an entry without id or content, wanted {\"id\": number, \"content\": \"text\"}");
    }
    const std::string& content = token["content"].get_ref<const std::string&>();
    const Result<int64_t> id = read_id(where, content, token["id"], draft.names.size() + added.size());
    if (!id) return id.error();
    if (is_set(token, "single_word"))
      return refused("added_tokens", ": " + short_quote(content) + " has single_word, wanted none of it");
    if (draft.added_index.count(content))
      return bad_entry(where, " lists " + short_quote(content) + " twice");
    VITRINE_TRY(draft.add(where, {content,
                                  *id,
                                  is_set(token, "special"),
                                  is_set(token, "normalized"),
                                  {is_set(token, "lstrip"), is_set(token, "rstrip")}}));
  }
  return success();
}

}  // namespace

Result<TokenizerDraft> draft_tokenizer_json(std::string_view text) {
  const auto parsed = std::make_shared<const json>(json::parse(text, nullptr, false));
  const json& root = *parsed;
  if (root.is_discarded()) return not_json("tokenizer.json", text, "tokenizer.json");
  if (!root.is_object())
    return Error{ErrorCode::tokenizer_not_json,
                 kFile + "wanted an object, got " + root.type_name(),
                 {{"name", "tokenizer.json"}}};
  TokenizerDraft draft;
  draft.root = parsed;
  std::string space;
  const json& model = member(root, "model");
  VITRINE_TRY(check_model(model));
  VITRINE_TRY(read_normalizer(member(root, "normalizer"), draft.tables));
  VITRINE_TRY(read_splitter(member(root, "pre_tokenizer"), draft.tables, space));
  VITRINE_TRY(check_decoder(member(root, "decoder")));
  VITRINE_TRY(read_vocab("tokenizer.json: model.vocab", model["vocab"], space, draft));
  VITRINE_TRY(read_merge_array(model["merges"], draft));
  VITRINE_TRY(read_added_token_list(member(root, "added_tokens"), draft));
  VITRINE_TRY(read_post_processor(member(root, "post_processor"), draft));
  if (const json& unknown = member(model, "unk_token"); unknown.is_string()) {
    const int64_t id = draft.find(unknown.get_ref<const std::string&>());
    if (id >= 0) draft.tables.unknown = static_cast<SymbolId>(id);
    draft.tables.fuses_unknown = is_set(model, "fuse_unk");
  }
  return draft;
}

}  // namespace vitrine
