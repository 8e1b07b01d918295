// `vitrine`: one table of commands.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/quote.h"
#include "cli/commands.h"

#ifndef VITRINE_VERSION
#define VITRINE_VERSION "0.1.0"
#endif

namespace vitrine::cli {
namespace {

struct Command {
  std::string_view name;
  int (*run)(Args);
  const char* usage;
  const char* help;
};

constexpr Command kCommands[] = {
    {"info", command_info, "info MODEL [--json]", "configuration, parameters, dtype, bytes"},
    {"tokenize", command_tokenize, "tokenize MODEL [--merges] [--special] TEXT",
     "one token a line: id, tab, JSON string; TEXT '-' reads standard input"},
    {"detokenize", command_detokenize, "detokenize MODEL ID...", "the bytes, exactly"},
    {"run", command_run,
     "run MODEL (--prompt TEXT | --tokens 1,2,3) [--top N] [--json] [--trace FILE.safetensors] [--threads "
     "N]\n"
     "              [--special] [changes]",
     "one pass over a prompt: the next token's distribution, every tensor on request"},
    {"generate", command_generate,
     "generate MODEL --prompt TEXT --max-tokens N [--temperature X] [--top-k N] [--top-p X] [--seed N]\n"
     "              [--special] [changes]",
     "continues a prompt"},
    {"lens", command_lens,
     "lens MODEL --prompt TEXT [--position P] [--points blocks|all] [--target X]... [--top N] [--json|--csv]",
     "the logit lens: every point of the residual stream read as tokens"},
    {"why", command_why,
     "why MODEL --prompt TEXT --target X [--rival Y | --over-mean] [--position P] [--sources] [--neurons L]\n"
     "              [--json|--csv]",
     "what each part of the model adds to a token's logit; the parts add up to it"},
    {"surprise", command_surprise, "surprise MODEL --prompt TEXT [--json|--csv]",
     "how unexpected each token of a prompt was, in bits"},
    {"heads", command_heads,
     "heads MODEL (--prompt TEXT [--set-first-aside] | --random N [--repeats R] [--seed S] [--start-token])\n"
     "              [--json|--csv]",
     "what every head looks at, on a text or on repeated random tokens"},
    {"rollout", command_rollout,
     "rollout MODEL --prompt TEXT [--position P] [--fuse mean|max|value] [--json|--csv]",
     "attention followed back through the layers"},
    {"compare", command_compare,
     "compare MODEL --prompt TEXT (--with TEXT | --with-tokens 1,2,3 | changes) [--target X] [--rival Y]\n"
     "              [--top N] [--json|--csv]",
     "the next token of two runs side by side, and where they first part"},
    {"sweep", command_sweep,
     "sweep MODEL --prompt TEXT --over heads|blocks|looks|words|depth --target X [--rival Y]\n"
     "              [--at last|all] [--by zero|mean --means FILE] [--json|--csv]",
     "every part off by itself, and what that does to a token"},
    {"patch", command_patch,
     "patch MODEL --clean TEXT --corrupt TEXT --target X --rival Y [--site resid|attention|mlp|head]\n"
     "              [--direction denoise|noise] [--json|--csv]",
     "activation patching: what of one prompt restores its answer in another"},
    {"cache", command_cache, "cache MODEL --prompt TEXT [--max-tokens N] [--json|--csv]",
     "multiply-adds and milliseconds of each new token, with keys and values kept and without"},
    {"quantize", command_quantize, "quantize MODEL OUT --dtype q8|f16|f32",
     "writes the model in another precision, as a folder or one .safetensors file"},
    {"bench", command_bench, "bench MODEL [--tokens 32] [--context 32] [--threads 1] [--json]",
     "milliseconds of a prompt and of one more token"},
};

void print_help() {
  std::printf("vitrine %s - GPT-2, with every number it computes\n\n", VITRINE_VERSION);
  for (const Command& command : kCommands) std::printf("vitrine %s\n    %s\n", command.usage, command.help);
  std::printf(
      "\nChanges of the pass, for run, generate and the commands that read a run out; places are named as "
      "often as wanted:\n"
      "    --ablate L.H  --scale L.H=S  --ablate-mean L.H --means FILE  --skip-attention L  --skip-mlp L  "
      "--skip-layer L\n"
      "    --from Q (these from token Q on)  --cut L.H:Q-K (H may be *)  --window W  --no-mask  "
      "--no-positions\n"
      "    --positions shift:K|shuffle:SEED|same  --attention-temperature X  --no-layernorm [L|final]\n"
      "    --freeze-layernorm  --kv-groups G\n"
      "\nMODEL is a folder (config.json, model.safetensors, tokenizer files) or one .safetensors file that "
      "carries its\n"
      "configuration. Exit 0: done; 1: the input is at fault, one line on standard error says how; 2: wrong "
      "usage.\n");
}

// Whatever a message quotes, it stays one line.
void complain(std::string_view message) {
  std::string line = "vitrine: ";
  for (const char character : message)
    line += static_cast<unsigned char>(character) < 0x20 || character == 0x7f ? ' ' : character;
  line += '\n';
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool asks_for_help(Args args) {
  for (const std::string_view arg : args) {
    if (arg == "--") return false;
    if (arg == "--help" || arg == "-h") return true;
  }
  return false;
}

int dispatch(Args args) {
  if (args.empty()) return usage("a command is missing; vitrine --help lists them");
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    print_help();
    return 0;
  }
  if (args[0] == "--version") {
    std::printf("vitrine %s\n", VITRINE_VERSION);
    return 0;
  }
  for (const Command& command : kCommands) {
    if (command.name != args[0]) continue;
    if (args.size() == 2 && asks_for_help(args.subspan(1))) {
      std::printf("usage: vitrine %s\n    %s\n", command.usage, command.help);
      return 0;
    }
    return command.run(args.subspan(1));
  }
  return usage("no command " + in_quotes(args[0]) + "; vitrine --help lists them");
}

}  // namespace

int fail(std::string_view message) {
  complain(message);
  return 1;
}

int usage(std::string_view message) {
  complain(message);
  return 2;
}

}  // namespace vitrine::cli

int main(int count, char** words) {
  const std::vector<std::string_view> args(words + (count > 0 ? 1 : 0), words + count);
  const int status = vitrine::cli::dispatch(args);
  if (std::fflush(stdout) != 0 && status == 0)
    return vitrine::cli::fail("standard output could not be written");
  return status;
}
