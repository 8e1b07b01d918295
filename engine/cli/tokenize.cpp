// `vitrine tokenize` and `vitrine detokenize`.
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

#include "cli/commands.h"
#include "cli/model_files.h"
#include "tokenizer/tokenizer.h"

namespace vitrine::cli {
namespace {

// Standard streams carry bytes, not lines, here.
void set_binary(std::FILE* stream) {
#ifdef _WIN32
  _setmode(_fileno(stream), _O_BINARY);
#else
  (void)stream;
#endif
}

Result<std::string> read_standard_input() {
  set_binary(stdin);
  std::string bytes;
  char buffer[1 << 16];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, stdin)) bytes.append(buffer, count);
  if (std::ferror(stdin))
    return Error{ErrorCode::file_access,
                 std::string("standard input cannot be read: ") + std::strerror(errno) +
                     "; give the text as an argument, or pipe it in",
                 {{"name", "standard input"}}};
  return bytes;
}

int write_all(const std::string& bytes) {
  const bool written =
      std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0;
  return written ? 0 : fail("standard output could not be written");
}

void append_field(std::string& out, const std::string& field) {
  out += '\t';
  out += field;
}

// merge <TAB> piece <TAB> position <TAB> rank <TAB> left <TAB> right, the last two as JSON strings.
std::string merge_lines(const MergeTrace& trace) {
  std::string out;
  for (const MergeStep& step : trace.steps) {
    out += "merge";
    for (const int value : {step.piece, step.position, step.rank}) append_field(out, std::to_string(value));
    append_field(out, json_quote(step.left));
    append_field(out, json_quote(step.right));
    out += '\n';
  }
  return out;
}

}  // namespace

int command_tokenize(Args args) {
  bool merges = false, special = false, options = true;
  std::vector<std::string_view> names;
  for (const std::string_view arg : args) {
    if (options && arg == "--") {
      options = false;
    } else if (options && arg == "--merges") {
      merges = true;
    } else if (options && arg == "--special") {
      special = true;
    } else {
      names.push_back(arg);
    }
  }
  if (names.size() != 2) {
    return usage(
        "usage: vitrine tokenize MODEL [--merges] [--special] [--] TEXT   (TEXT '-' reads standard input)");
  }
  const Result<Tokenizer> tokenizer = load_tokenizer(names[0]);
  if (!tokenizer) return fail(tokenizer.error().message);
  const Result<std::string> read =
      options && names[1] == "-" ? read_standard_input() : Result<std::string>(std::string(names[1]));
  if (!read) return fail(read.error().message);
  const std::string& text = *read;

  std::string out;
  if (merges) {
    const Result<MergeTrace> trace = tokenizer->merges(text, {.special = special});
    if (!trace) return fail(trace.error().message);
    out = merge_lines(*trace);
  }
  const Result<std::vector<Token>> tokens = tokenizer->encode(text, {.special = special});
  if (!tokens) return fail(tokens.error().message);
  for (const Token& token : *tokens) {
    out += std::to_string(token.id);
    append_field(out, json_quote(tokenizer->bytes(token.id)));
    out += '\n';
  }
  return write_all(out);
}

int command_detokenize(Args args) {
  if (args.empty()) return usage("usage: vitrine detokenize MODEL ID...");
  std::vector<TokenId> ids;
  for (const std::string_view arg : args.subspan(1)) {
    TokenId id = 0;
    const auto [end, status] = std::from_chars(arg.data(), arg.data() + arg.size(), id);
    if (status != std::errc() || end != arg.data() + arg.size()) {
      return fail("ID is " + json_quote(arg) + ", wanted a whole number that is a token's id");
    }
    ids.push_back(id);
  }
  const Result<Tokenizer> tokenizer = load_tokenizer(args[0]);
  if (!tokenizer) return fail(tokenizer.error().message);
  const Result<std::string> bytes = tokenizer->decode(ids);
  if (!bytes) return fail(bytes.error().message);
  set_binary(stdout);
  return write_all(*bytes);
}

}  // namespace vitrine::cli
