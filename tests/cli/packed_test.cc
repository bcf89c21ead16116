// Keys in what is compressed in base64.
#include "cli/keysift.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

const std::string kRule = "openai-project-key";

// What the findings of a scan are encoded as.
std::vector<json> decoded_of(const Scan& result) {
  std::vector<json> all;
  for (const auto& finding : result.report.at("findings"))
    all.push_back(finding.at("location").at("decoded"));
  return all;
}

// Text that does not compress to nothing, with keys in it.
std::string settings(unsigned keys) {
  std::string text;
  for (unsigned i = 1; i <= keys; ++i)
    text += "name: service-" + std::to_string(i) + "\nkey: " + openai_project_key(i) + "\n";
  return text;
}

TEST_CASE("keys in gzip in base64 stand where that does") {
  const TempDir dir;
  const auto packed = base64(compressed(settings(3), "gzip"));
  const auto lines = GENERATE(false, true);
  std::string text = "kind: ConfigMap\nbinaryData:\n  a.gz: " + packed + "\n";
  if (lines) text = "write_files:\n- content: |\n    " + base64(compressed(settings(3), "gzip"), 40);
  dir.write("a.yaml", text);
  const Scan result = scan({"files", ".", "--threads", "1"}, dir.path());
  CHECK(result.exit_code == 1);
  CHECK(result.report.at("errors") == json::array());
  const auto found = places(result.report);
  REQUIRE(found.size() == 3);
  for (const auto& place : found) {
    CHECK(place.path == "a.yaml");
    CHECK(place.line == 3);
    CHECK(place.column == (lines ? 5U : 9U));
  }
  CHECK(decoded_of(result) == std::vector<json>(3, json{"base64", "gzip"}));
  for (unsigned i = 1; i <= 3; ++i) CHECK(findings_of(result.report, openai_project_key(i)).size() == 1);
}

TEST_CASE("keys in what other programs compressed, in base64") {
  const TempDir dir;
  const auto* const filter = GENERATE("bzip2", "xz", "zstd");
  dir.write("a.yaml", "a: " + base64(compressed(settings(1), filter)) + "\n");
  const Scan result = scan({"files", dir.path()});
  CHECK(result.report.at("errors") == json::array());
  REQUIRE(places(result.report).size() == 1);
  CHECK(places(result.report)[0].column == 4);
  CHECK(decoded_of(result) == std::vector<json>{json{"base64", filter}});
}

TEST_CASE("keys in zlib's format in base64, and in a file") {
  const TempDir dir;
  const auto level = GENERATE(6, 9);
  dir.write("a.txt", "SAMLRequest=" + base64(zlib_of(settings(1), level)) + "\n");
  const Scan result = scan({"files", dir.path()});
  CHECK(result.report.at("errors") == json::array());
  REQUIRE(places(result.report).size() == 1);
  CHECK(places(result.report)[0].column == 13);
  CHECK(decoded_of(result) == std::vector<json>{json{"base64", "zlib"}});
  dir.write("a.txt", zlib_of(settings(1), level));
  CHECK(places(scan({"files", dir.path()}).report).size() == 1);
}

TEST_CASE("a release that Helm keeps: gzip in base64 in base64, long and with the key at its end") {
  const TempDir dir;
  std::string text;
  for (unsigned i = 0; i < 300; ++i) text += "# " + openai_project_key(i + 10).substr(20) + "\n";
  text += settings(1);
  dir.write("secret.yaml", "data:\n  release: " + base64(base64(compressed(text, "gzip"))) + "\n");
  const Scan result = scan({"files", dir.path()});
  const auto place = places(result.report).at(0);
  CHECK(place.line == 2);
  CHECK(place.column == 12);
  CHECK(place.rule == kRule);
  CHECK(decoded_of(result) == std::vector<json>{json{"base64", "base64", "gzip"}});
}

TEST_CASE("a zip that a mail has as its attachment") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto padding = GENERATE(0U, 1U, 2U);  // of base64
  const auto zip = archive_of(
      {{std::string("README").substr(padding), "nothing\n"}, {"conf/.env", "KEY=" + key + "\n"}}, "zip");
  dir.write("a.eml", "Content-Transfer-Encoding: base64\r\n\r\n" + base64(zip, 76) + "\r\n--x--\r\n");
  const Scan result = scan({"files", dir.path()});
  const auto place = places(result.report).at(0);
  CHECK(place.path == "a.eml");
  CHECK(place.line == 3);
  CHECK(decoded_of(result) == std::vector<json>{json{"base64", "conf/.env"}});
}

TEST_CASE("what is packed in other encodings, too") {
  const TempDir dir;
  const auto packed = base64(compressed(settings(1), "gzip"));
  std::string wide;
  for (const char c : "$x = '" + packed + "'\r\n") wide += {c, '\0'};
  dir.write("a.ps1", wide);
  const Scan result = scan({"files", dir.path()});
  CHECK(decoded_of(result) == std::vector<json>{json{"utf-16le", "base64", "gzip"}});
}

TEST_CASE("what is packed in a large file, in a piece of it that is not the first") {
  const TempDir dir;
  const auto line = "a: " + base64(compressed(settings(1), "gzip")) + "\n";
  dir.write("a.yaml", line + std::string(9'000'000, '\n') + line);
  const auto found = places(scan({"files", dir.path()}).report);
  REQUIRE(found.size() == 2);
  CHECK(found[1].line == 9'000'002);
  CHECK(found[1].column == 4);
}

TEST_CASE("what only begins like compressed data is no error; nor is it opened if nothing is decoded") {
  const TempDir dir;
  dir.write("a.md",
            "H4sIAAAAAAAAA6tWKkktLlGyUlAqS8wpTtVRSi1KVbJSUAIAbqkzcBgAAAA\nand UEsDBBQAAAAIAA==, "
            "SDRzSUFB,\neJwAAAAAAAAA6tWKkktLlGyUlAqS8wpTtVRSi1KVbJSUAIA\n");
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 0);
  CHECK(result.report.at("errors") == json::array());
  dir.write("b.yaml", base64(compressed(settings(1), "gzip")));
  CHECK(scan({"files", dir.path(), "--decode-depth", "0"}).exit_code == 0);
}

TEST_CASE("what is one run is decoded once, however often compressed data seems to begin in it") {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "H4sI\\n";
  dir.write("a.txt", text);
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 0);
  CHECK(result.report.at("errors") == json::array());
}

TEST_CASE("what unpacks to too much is told") {
  const TempDir dir;
  dir.write("a.txt", base64(compressed(std::string(2'000'000, '\0'), "gzip")));
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 3);
  REQUIRE(result.report.at("errors").size() == 1);
  CHECK(result.report.at("errors").at(0).at("cause") == "archive-ratio");
}

TEST_CASE("a mark in the line of what is packed allows what is in it") {
  const TempDir dir;
  dir.write("a.yaml", "a: " + base64(compressed(settings(1), "gzip")) + " # keysift:allow\n");
  CHECK(scan({"files", dir.path()}).exit_code == 0);
}

TEST_CASE("what is packed in history: each version is searched, and a range tells what it adds") {
  TestRepo repo;
  const auto text = [](unsigned keys, const std::string& note) {
    return "note: " + note + "\nrelease: " + base64(compressed(settings(keys), "gzip")) + "\n" +
           std::string(4000, '\n');
  };
  repo.write("a.yaml", text(0, "first"));
  repo.commit_all("first");
  repo.write("a.yaml", text(1, "first"));
  const auto added = repo.commit_all("a key");
  repo.write("a.yaml", text(1, "second"));
  const auto noted = repo.commit_all("a note");
  repo.write("a.yaml", text(2, "second"));
  const auto last = repo.commit_all("another key");
  SECTION("packed") { repo.git({"gc", "--quiet"}); }
  SECTION("loose") {}

  const Scan result = scan({"history", repo.path()});
  CHECK(places(result.report).size() == 2);
  const json provenance = finding_of(result.report, openai_project_key(1)).at("provenance");
  CHECK(provenance.at("introduced").at("commit") == added);
  CHECK(provenance.at("state") == "live");
  CHECK(provenance.at("commits") == 3);
  CHECK(scan({"history", repo.path(), "--range", added + ".." + noted}).exit_code == 0);
  const Scan range = scan({"history", repo.path(), "--range", noted + ".." + last});
  CHECK(places(range.report).size() == 1);
  CHECK(findings_of(range.report, openai_project_key(2)).size() == 1);

  repo.write("a.yaml", text(2, "third"));
  repo.git({"add", "-A"});
  CHECK(scan({"staged", repo.path()}).exit_code == 0);
  repo.write("a.yaml", text(3, "third"));
  repo.git({"add", "-A"});
  CHECK(places(scan({"staged", repo.path()}).report).size() == 1);
}

}  // namespace
}  // namespace keysift::test
