#include "io/foreign_format.h"

#include <cstdint>

namespace vitrine {
namespace {

constexpr std::string_view kConvert =
    "load it with transformers and write it with save_pretrained, which makes a model.safetensors";

constexpr ForeignFormat kGguf{"GGUF", "llama.cpp's; take the safetensors files that it was made from"};
constexpr ForeignFormat kHdf5{"HDF5", kConvert};
constexpr ForeignFormat kZip{"zip",
                             "unpack it; a PyTorch checkpoint, which is one too, is turned into "
                             "model.safetensors by save_pretrained or scripts/nanogpt/convert.py"};
constexpr ForeignFormat kPickle{"pickle",
                                "PyTorch's, which may run code when read; turn it into "
                                "model.safetensors by save_pretrained or scripts/nanogpt/convert.py"};
constexpr ForeignFormat kOnnx{"ONNX", "take the safetensors files that it was exported from"};
constexpr ForeignFormat kMsgpack{"msgpack", kConvert};
constexpr ForeignFormat kLfs{"git-lfs", "a pointer that git leaves in place of the file; run git lfs pull"};
constexpr ForeignFormat kHtml{"web page", "download the file itself, by the page's download button"};
constexpr ForeignFormat kJson{"JSON", "take model.safetensors, which holds the weights"};
constexpr ForeignFormat kLora{"LoRA",
                              "an adapter, which holds changes to a model alone; merge it into its model "
                              "with merge_and_unload and write that with save_pretrained"};

struct Magic {
  std::string_view bytes;
  const ForeignFormat& format;
};
constexpr Magic kMagics[] = {
    {"GGUF", kGguf},       {"\x89HDF", kHdf5},    {"PK\x03\x04", kZip},  {"PK\x05\x06", kZip},
    {"version ", kLfs},    {"<!", kHtml},         {"<html", kHtml},      {"<HTML", kHtml},
    {"<head", kHtml},      {"\x80\x02", kPickle}, {"\x80\x03", kPickle}, {"\x80\x04", kPickle},
    {"\x80\x05", kPickle}, {"{", kJson},          {"[", kJson},
};

struct Ending {
  std::string_view text;
  const ForeignFormat& format;
};
constexpr Ending kEndings[] = {
    {".gguf", kGguf},   {".ggml", kGguf},  {".onnx", kOnnx},       {".h5", kHdf5},    {".hdf5", kHdf5},
    {".keras", kZip},   {".zip", kZip},    {".pt", kPickle},       {".pth", kPickle}, {".bin", kPickle},
    {".ckpt", kPickle}, {".pkl", kPickle}, {".msgpack", kMsgpack},
};

bool starts_with(std::string_view text, std::string_view part) { return text.substr(0, part.size()) == part; }

}  // namespace

std::optional<ForeignFormat> foreign_by_bytes(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Magic& magic : kMagics)
    if (starts_with(text, magic.bytes)) return magic.format;
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; };
  // Protobuf's first field of an ONNX model, its version; then the producer's name or the graph.
  if (byte(0) == 0x08 && byte(1) < 0x20 && (byte(2) == 0x12 || byte(2) == 0x3a)) return kOnnx;
  // Flax writes a map whose first key is a string.
  const bool map = (byte(0) & 0xf0) == 0x80 || byte(0) == 0xde || byte(0) == 0xdf;
  const size_t key = byte(0) == 0xde ? 3 : byte(0) == 0xdf ? 5 : 1;
  if (map && ((byte(key) & 0xe0) == 0xa0 || byte(key) == 0xd9)) return kMsgpack;
  return std::nullopt;
}

std::optional<ForeignFormat> foreign_by_name(std::string_view name) {
  if (starts_with(name, "adapter_")) return kLora;
  for (const Ending& ending : kEndings) {
    if (name.size() > ending.text.size() && name.substr(name.size() - ending.text.size()) == ending.text)
      return ending.format;
  }
  return std::nullopt;
}

}  // namespace vitrine
