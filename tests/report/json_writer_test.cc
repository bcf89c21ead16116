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

TEST_CASE("JSON has nothing that a CI system takes for a command") {
  const auto text = in_line([](JsonWriter& writer) {
    writer.field("a", "##vso[b]##[c]");
    writer.field("d", "# ## e #[ ##");
  });
  CHECK(text == "{\"a\":\"#\\u0023vso[b]#\\u0023[c]\",\"d\":\"# ## e #[ ##\"}\n");
  CHECK(json::parse(text).at("a") == "##vso[b]##[c]");
}

TEST_CASE("JSON may be an array, with one blank a level") {
  std::string text;
  const keysift::Output out = [&](std::string_view bytes) { text += bytes; };
  JsonWriter writer(out, JsonWriter::Layout::narrow);
  writer.list([&] { writer.element([&] { writer.array("a", [&] { writer.value("b"); }); }); });
  CHECK(text == "[\n {\n  \"a\": [\n   \"b\"\n  ]\n }\n]\n");
}

TEST_CASE("Numbers of floating point in JSON have the fewest digits that tell them") {
  const auto shown = [](float value) {
    const auto text = in_line([&](JsonWriter& writer) { writer.field("n", value); });
    return text.substr(5, text.size() - 7);
  };
  CHECK(shown(0) == "0");
  CHECK(shown(4) == "4");
  CHECK(shown(0.1F) == "0.1");
  CHECK(shown(-2.5F) == "-2.5");
  CHECK(shown(4.8341837F) == "4.8341837");
  CHECK(shown(1e-6F) == "0.000001");
  CHECK(shown(1.5e-16F) == "1.5e-16");
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
