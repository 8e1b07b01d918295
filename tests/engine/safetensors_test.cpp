#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "io/dtype.h"
#include "io/safetensors.h"

using namespace vitrine;

namespace {

std::vector<std::byte> to_bytes(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

// A file with that header and that many bytes of data.
std::vector<std::byte> file(const std::string& header, size_t data_bytes) {
  std::string out(8, '\0');
  for (size_t i = 0; i < 8; ++i)
    out[i] = static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i) & 0xff);
  return to_bytes(out + header + std::string(data_bytes, '\0'));
}

Result<SafetensorsHeader> parse(const std::string& header, size_t data_bytes) {
  const std::vector<std::byte> bytes = file(header, data_bytes);
  return parse_safetensors_header(bytes, bytes.size());
}

std::string nested(size_t depth) {
  return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

}  // namespace

TEST_CASE("a header that was built is parsed back") {
  std::vector<TensorEntry> entries{{"b", DType::f32, {2, 3}, 0, 0},
                                   {"a \"\n", DType::i8, {5}, 0, 0},
                                   {"empty", DType::f16, {0, 7}, 0, 0},
                                   {"scalar", DType::bf16, {}, 0, 0}};
  const std::string built = build_safetensors_header(entries, {{"format", "pt"}, {"config", "{\"n\":1}"}});
  CHECK(built.size() % 64 == 0);
  const std::vector<std::byte> bytes = to_bytes(built + std::string(24 + 5 + 2, '\0'));
  const auto header = parse_safetensors_header(bytes, bytes.size());
  REQUIRE(header.ok());
  CHECK(header->data_begin == built.size());
  CHECK(header->data_size == 31);
  CHECK(header->metadata.at("config") == "{\"n\":1}");
  REQUIRE(header->tensors.size() == 4);
  CHECK(header->tensors[0].name == "b");
  CHECK(header->find("a \"\n")->begin == 24);
  CHECK(header->find("scalar")->end == 31);
  CHECK(header->find("c") == nullptr);
}

TEST_CASE("tensors come in the order of their bytes, whatever the order of their names") {
  const auto header = parse(
      R"({"x":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"y":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})",
      5);
  REQUIRE(header.ok());
  CHECK(header->tensors[0].name == "y");
  CHECK(header->tensors[1].name == "x");
}

TEST_CASE("a dtype not known here is carried, for tensors that nobody asks for") {
  const auto header = parse(R"({"x":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}})", 3);
  REQUIRE(header.ok());
  CHECK(header->tensors[0].dtype == DType::other);
}

TEST_CASE("hostile headers are refused by name") {
  struct Row {
    const char* what;
    std::string header;
    size_t data_bytes;
    const char* says;
  };
  const std::string x = R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  const Row rows[] = {
      {"truncated data", x + "}", 7, "truncated"},
      {"bytes appended", x + "}", 9, "appended"},
      {"overlap", x + R"(,"y":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", 8,
       "inside the tensor before it"},
      {"gap", x + R"(,"y":{"dtype":"U8","shape":[4],"data_offsets":[12,16]}})", 16, "gap"},
      {"gap at the front", R"({"x":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", 3, "gap"},
      {"shape and range differ", R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8,
       "takes 12 bytes"},
      {"not a whole number of elements", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,7]}})", 7,
       "takes 8 bytes"},
      {"end before begin", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, "not before it"},
      {"one offset", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8, "data_offsets"},
      {"three offsets", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})", 8, "more than 2"},
      {"negative offset", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}})", 8, "-8"},
      {"negative shape", R"({"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "-2"},
      {"fraction", R"({"x":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8, "2.0"},
      {"number beyond 64 bits",
       R"({"x":{"dtype":"F32","shape":[99999999999999999999999],"data_offsets":[0,8]}})", 8, "99999"},
      {"number beyond 63 bits",
       R"({"x":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", 8,
       "18446744073709551615"},
      {"product overflows", R"({"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
       0, "overflows"},
      {"offset near the end of 63 bits",
       R"({"x":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}})", 8,
       "truncated"},
      {"too many dimensions", R"({"x":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1,
       "more than 8"},
      {"a name twice", x + R"(,"x":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", 16, "given twice"},
      {"a field twice", R"({"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8,
       "given twice"},
      {"an unknown field", R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"z":1}})", 8, "\"z\""},
      {"no dtype", R"({"x":{"shape":[2],"data_offsets":[0,8]}})", 8, "no dtype"},
      {"no shape", R"({"x":{"dtype":"F32","data_offsets":[0,8]}})", 8, "no shape"},
      {"no offsets", R"({"x":{"dtype":"F32","shape":[2]}})", 8, "no data_offsets"},
      {"dtype is a number", R"({"x":{"dtype":32,"shape":[2],"data_offsets":[0,8]}})", 8,
       "dtype of tensor \"x\""},
      {"shape is a string", R"({"x":{"dtype":"F32","shape":"2","data_offsets":[0,8]}})", 8,
       "shape of tensor \"x\""},
      {"shape holds a list", R"({"x":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})", 8, "a list"},
      {"a tensor is null", R"({"x":null})", 0, "null"},
      {"a tensor is a list", R"({"x":[1]})", 0, "a list"},
      {"an object too deep", R"({"x":{"dtype":{},"shape":[2],"data_offsets":[0,8]}})", 8, "an object"},
      {"metadata is a string", R"({"__metadata__":"x"})", 0, "__metadata__"},
      {"metadata holds a number", R"({"__metadata__":{"x":1}})", 0, "wanted a string"},
      {"metadata holds an object", R"({"__metadata__":{"x":{}}})", 0, "an object"},
      {"metadata key twice", R"({"__metadata__":{"x":"1","x":"2"}})", 0, "two entries"},
      {"metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "given twice"},
      {"cut off", R"({"x":{"dtype":"F32",)", 0, "not JSON"},
      {"two values", "{} {}", 0, "not JSON"},
      {"invalid UTF-8", "{\"\xff\":1}", 0, "not JSON"},
      {"a list", "[1,2]", 0, "wanted '{'"},
      {"zeros", std::string(16, '\0'), 0, "wanted '{'"},
      {"deep nesting", nested(1000000), 0, "a list"},
      {"a terminal's escape in a name", "{\"\\u001b[2J\\n\":1}", 0, "\\x1b"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto header = parse(row.header, row.data_bytes);
    REQUIRE_FALSE(header.ok());
    CAPTURE(header.error().message);
    CHECK(header.error().message.find(row.says) != std::string::npos);
    CHECK(header.error().message.find('\n') == std::string::npos);
    CHECK(header.error().message.size() < 400);
  }
}

TEST_CASE("the length before the header is not believed") {
  const auto with_length = [](uint64_t length, size_t bytes) {
    std::vector<std::byte> out(bytes);
    for (size_t i = 0; i < 8 && i < bytes; ++i) out[i] = static_cast<std::byte>(length >> (8 * i) & 0xff);
    return out;
  };
  for (const size_t bytes : {0, 1, 7}) CHECK_FALSE(safetensors_header_size(with_length(2, bytes)).ok());
  for (const uint64_t length :
       {uint64_t{0}, uint64_t{1}, kMaxHeaderBytes + 1, uint64_t{1} << 63, ~uint64_t{0}}) {
    CAPTURE(length);
    CHECK_FALSE(safetensors_header_size(with_length(length, 64)).ok());
    CHECK_FALSE(parse_safetensors_header(with_length(length, 64), 64).ok());
  }
  const std::vector<std::byte> longer = with_length(1000, 64);
  CHECK_FALSE(parse_safetensors_header(longer, 64).ok());
  CHECK_FALSE(parse_safetensors_header(longer, 2000).ok());
  CHECK_FALSE(parse_safetensors_header(longer, std::nullopt).ok());
}

TEST_CASE("every cut of a file is refused") {
  std::vector<TensorEntry> entries{{"x", DType::f32, {3}, 0, 0}};
  const std::vector<std::byte> whole =
      to_bytes(build_safetensors_header(entries, {}) + std::string(12, '\0'));
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    REQUIRE_FALSE(parse_safetensors_header(std::span(whole).first(size), size).ok());
  }
  CHECK(parse_safetensors_header(whole, whole.size()).ok());
}

TEST_CASE("all 65,536 halves widen to their value and narrow back to themselves") {
  for (uint32_t half = 0; half < 65536; ++half) {
    const uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
    const double sign = half & 0x8000 ? -1.0 : 1.0;
    const float value = half_to_float(static_cast<uint16_t>(half));
    if (exponent == 31) {
      if (fraction) {
        REQUIRE(std::isnan(value));
        continue;
      }
      REQUIRE(value == sign * std::numeric_limits<double>::infinity());
    } else {
      const double expected = exponent ? std::ldexp(1024.0 + fraction, static_cast<int>(exponent) - 25)
                                       : std::ldexp(fraction, -24);
      REQUIRE(value == sign * expected);
      REQUIRE(std::signbit(value) == (sign < 0));
    }
    REQUIRE(float_to_half(value) == half);
  }
}

TEST_CASE("narrowing to a half rounds to the nearest, ties to even") {
  // Between each pair of neighbours: just below the middle, the middle, just above.
  for (uint32_t half = 0; half < 0x7bff; ++half) {
    const float low = half_to_float(static_cast<uint16_t>(half)),
                high = half_to_float(static_cast<uint16_t>(half + 1));
    const float middle = low + (high - low) / 2;
    REQUIRE(float_to_half(std::nextafter(middle, low)) == half);
    REQUIRE(float_to_half(middle) == (half & 1 ? half + 1 : half));
    REQUIRE(float_to_half(std::nextafter(middle, high)) == half + 1);
    REQUIRE(float_to_half(-middle) == (0x8000 | (half & 1 ? half + 1 : half)));
  }
  CHECK(float_to_half(65519.996f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(std::numeric_limits<float>::infinity()) == 0x7c00);
  CHECK(float_to_half(-1e30f) == 0xfc00);
  CHECK(float_to_half(1e-30f) == 0);
  CHECK((float_to_half(std::nanf("")) & 0x7fff) == 0x7e00);
}

TEST_CASE("widening works at any alignment") {
  const uint16_t halves[] = {0x3c00, 0xc000}, bfloats[] = {0x3f80, 0xc000};
  const float floats[] = {1.0f, -2.0f};
  for (size_t shift = 0; shift < 4; ++shift) {
    std::byte bytes[16];
    float out[2];
    std::memcpy(bytes + shift, halves, sizeof halves);
    widen(DType::f16, bytes + shift, out, 2);
    CHECK((out[0] == 1.0f && out[1] == -2.0f));
    std::memcpy(bytes + shift, bfloats, sizeof bfloats);
    widen(DType::bf16, bytes + shift, out, 2);
    CHECK((out[0] == 1.0f && out[1] == -2.0f));
    std::memcpy(bytes + shift, floats, sizeof floats);
    widen(DType::f32, bytes + shift, out, 2);
    CHECK((out[0] == 1.0f && out[1] == -2.0f));
  }
}
