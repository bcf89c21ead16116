#include "report/json_writer.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using keysift::JsonWriter;
using nlohmann::json;

namespace {

std::string written(JsonWriter::Layout layout, const auto& inside) {
  std::string text;
  const keysift::Output out = [&](std::string_view bytes) { text += bytes; };
  JsonWriter writer(out, layout);
  writer.document([&] { inside(writer); });
  return text;
}

std::string in_line(const auto& inside) { return written(JsonWriter::Layout::line, inside); }

}  // namespace

TEST_CASE("JSON in lines and in one") {
  const auto inside = [](JsonWriter& writer) {
    writer.field("a", "x");
    writer.object("b", [&] { writer.field("c", 1U); });
    writer.array("d", [&] {
      writer.value("e");
      writer.element([&] { writer.field("f", true); });
    });
    writer.array("g", [] {});
    writer.field("h", std::optional<std::size_t>());
    writer.field("i", std::optional<std::size_t>(7));
  };
  CHECK(in_line(inside) ==
        "{\"a\":\"x\",\"b\":{\"c\":1},\"d\":[\"e\",{\"f\":true}],\"g\":[],\"h\":null,\"i\":7}\n");
  CHECK(
      written(JsonWriter::Layout::indented, inside) ==
      "{\n  \"a\": \"x\",\n  \"b\": {\n    \"c\": 1\n  },\n  \"d\": [\n    \"e\",\n    {\n      \"f\": true\n"
      "    }\n  ],\n  \"g\": [],\n  \"h\": null,\n  \"i\": 7\n}\n");
}

TEST_CASE("Strings in JSON are ASCII, and what they were") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\xc3\xbc\xe2\x80\xae\xf0\x9f\x98\x80";
  const auto text = in_line([&](JsonWriter& writer) { writer.field("s", all); });
  CHECK(text.find_first_not_of("\n ", 0) == 0);
  for (const char c : text) CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
  CHECK(json::parse(text).at("s") == all);
  CHECK(text.find("\\u00fc\\u202e\\ud83d\\ude00") != std::string::npos);
  CHECK(in_line([](JsonWriter& writer) { writer.field("s", "a\xff\xc3"); }) ==
        "{\"s\":\"a\\ufffd\\ufffd\"}\n");
}

TEST_CASE("Long JSON comes in pieces") {
  std::size_t pieces = 0;
  std::string text;
  const keysift::Output out = [&](std::string_view bytes) {
    text += bytes;
    ++pieces;
  };
  JsonWriter writer(out, JsonWriter::Layout::indented);
  writer.document([&] {
    writer.array("all", [&] {
      for (int i = 0; i < 10'000; ++i)
        writer.element([&] { writer.field("name", "something of some length"); });
    });
  });
  CHECK(pieces > 3);
  CHECK(json::parse(text).at("all").size() == 10'000);
}
