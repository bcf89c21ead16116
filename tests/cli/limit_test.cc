// What lies beyond a limit is told, and what lies within it is found.
#include <fstream>

#include "cli/keysift.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

struct Told {
  std::string cause;
  std::string path;
  std::string message;
};

// A scan that comes to one limit, once; its report.
json scan_beyond(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                 const Told& told, int exit_code) {
  const Scan result = scan(arguments, folder);
  CHECK(result.exit_code == exit_code);
  CHECK(result.report.at("errors") ==
        json::array({{{"repository", result.report.at("repositories")[0]["name"]},
                      {"path", told.path},
                      {"message", told.message},
                      {"cause", told.cause}}}));
  CHECK(result.report.at("summary").at("skipped") == json{{told.cause, 1}});
  CHECK(result.report.at("summary").at("complete") == false);
  return result.report;
}

std::string raise(const std::string& limit) { return "; to raise this limit: --limit " + limit + "=N"; }

TEST_CASE("a file larger than the limit is searched up to there") {
  const TempDir dir;
  const auto key = openai_project_key();
  dir.write("a.txt", key + "\n" + std::string(300, 'x') + "\n" + openai_project_key(2) + "\n");
  const auto report = scan_beyond(
      {"files", ".", "--limit", "blob-size=256"}, dir.path(),
      {"blob-size", "a.txt", "is larger than 256 B; the rest was not searched" + raise("blob-size")}, 1);
  CHECK(places(report) == std::vector<Place>{{"a.txt", 1, 1, 1 + key.size(), "openai-project-key"}});
  CHECK(scan({"files", "."}, dir.path()).report.at("findings").size() == 2);

  const auto size = std::filesystem::file_size(dir.path() / "a.txt");
  const Scan whole = scan({"files", ".", "--limit", "blob-size=" + std::to_string(size)}, dir.path());
  CHECK(whole.report.at("errors") == json::array());
  CHECK(whole.report.at("findings").size() == 2);
}

TEST_CASE("more matches of a rule than the limit are not told") {
  const TempDir dir;
  dir.write("a.txt", openai_project_key(1) + "\n" + openai_project_key(2) + "\n" + openai_project_key(3) +
                         "\n" + anthropic_api_key() + "\n");
  const auto report = scan_beyond(
      {"files", ".", "--limit", "matches=2"}, dir.path(),
      {"matches", "a.txt", "has more than 2 matches of a rule; the others are not told" + raise("matches")},
      1);
  CHECK(findings_of(report, openai_project_key(1)).size() == 1);
  CHECK(findings_of(report, openai_project_key(3)).empty());
  CHECK(findings_of(report, anthropic_api_key()).size() == 1);
}

TEST_CASE("what is encoded deeper than --decode-depth is told") {
  const TempDir dir;
  auto text = "KEY=" + openai_project_key() + "\n";
  for (int i = 0; i < 3; ++i) text = base64(text);
  dir.write("a.txt", text);
  CHECK(scan({"files", "."}, dir.path()).report.at("findings").size() == 1);
  const auto words = [](const std::string& times) {
    return "is encoded more than " + times +
           "; what is inside was not searched; to look deeper: --decode-depth N";
  };
  scan_beyond({"files", ".", "--decode-depth", "2"}, dir.path(), {"decode-depth", "a.txt", words("2 times")},
              3);
  scan_beyond({"files", ".", "--decode-depth", "1"}, dir.path(), {"decode-depth", "a.txt", words("1 time")},
              3);
  CHECK(scan({"files", ".", "--decode-depth", "0"}, dir.path()).exit_code == 0);
}

TEST_CASE("what is escaped over and over is told, what is escaped in several ways is found") {
  const TempDir dir;
  auto key = openai_project_key();
  std::string hyphen = "%2D";
  for (int i = 0; i < 4; ++i) hyphen.insert(1, "25");
  auto escaped = key;
  escaped.replace(2, 1, hyphen);
  dir.write("a.txt", "KEY=" + escaped + "\n");
  scan_beyond(
      {"files", "."}, dir.path(),
      {"decode-depth", "a.txt",
       "is encoded more than 4 times; what is inside was not searched; to look deeper: --decode-depth N"},
      3);
  CHECK(scan({"files", ".", "--decode-depth", "5"}, dir.path()).report.at("findings").size() == 1);
  dir.write("a.txt",
            "<a&amp;b> %41 =3D \\u0041 'a' + 'b'\n" + key.replace(2, 1, "\\u002d") + " %42 &lt; =3D\n");
  const Scan mixed = scan({"files", "."}, dir.path());
  CHECK(mixed.report.at("findings").size() == 1);
  CHECK(mixed.report.at("errors") == json::array());
}

TEST_CASE("encodings that come to more than so many times a file's size are told") {
  const TempDir dir;
  // Four layers, which come to twice the size.
  auto line = std::string("just some words of a text that says nothing");
  for (int i = 0; i < 4; ++i) line = base64(line);
  std::string text;
  while (text.size() < 4'000'000) text += line + '\n';
  const auto key = openai_project_key();
  dir.write("a.txt", key + "\n" + text + base64("KEY=" + openai_project_key(2)) + "\n");
  const auto report = scan_beyond(
      {"files", ".", "--limit", "decode-ratio=1"}, dir.path(),
      {"decode-ratio", "a.txt",
       "decodes to more than 1 times its size; the rest was not searched" + raise("decode-ratio")},
      1);
  CHECK(findings_of(report, key).size() == 1);
  const Scan whole = scan({"files", "."}, dir.path());
  CHECK(whole.report.at("findings").size() == 2);
  CHECK(whole.report.at("errors") == json::array());
}

TEST_CASE("archives: depth, members, size, ratio, and those in others") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto text = "KEY=" + key + "\n";
  SECTION("depth") {
    dir.write("o.zip", archive_of({{"i.zip", archive_of({{"a", text}}, "zip")}, {"b", text}}, "zip"));
    const auto report =
        scan_beyond({"files", ".", "--limit", "archive-depth=1"}, dir.path(),
                    {"archive-depth", "o.zip!i.zip",
                     "is an archive inside 1 other; its members were not searched" + raise("archive-depth")},
                    1);
    CHECK(finding_of(report, key).at("location").at("path") == "o.zip!b");
  }
  SECTION("members") {
    dir.write("o.zip", archive_of({{"a", text}, {"b", text}, {"c", text}}, "zip"));
    const auto report =
        scan_beyond({"files", ".", "--limit", "archive-members=2"}, dir.path(),
                    {"archive-members", "o.zip",
                     "archive has more than 2 members; the rest was not searched" + raise("archive-members")},
                    1);
    CHECK(findings_of(report, key).size() == 2);
  }
  SECTION("size") {
    dir.write("o.zip", archive_of({{"a", text}, {"b", std::string(5000, 'b')}}, "zip"));
    const auto report =
        scan_beyond({"files", ".", "--limit", "archive-size=1000"}, dir.path(),
                    {"archive-size", "o.zip!b",
                     "unpacks to more than 1.0 kB; the rest was not searched" + raise("archive-size")},
                    1);
    CHECK(findings_of(report, key).size() == 1);
  }
  SECTION("nested") {
    const auto inner = archive_of({{"a", text}}, "zip");
    dir.write("o.zip", archive_of({{"i.zip", inner}, {"b", text}}, "zip"));
    const auto report = scan_beyond({"files", ".", "--limit", "archive-nested=100"}, dir.path(),
                                    {"archive-nested", "o.zip!i.zip",
                                     "is an archive of more than 100 B inside another; its members were not "
                                     "searched" +
                                         raise("archive-nested")},
                                    1);
    CHECK(finding_of(report, key).at("location").at("path") == "o.zip!b");
  }
}

TEST_CASE("folders: depth, entries, lengths of paths") {
  const TempDir dir;
  const auto key = openai_project_key();
  SECTION("depth") {
    dir.write("a/key", key);
    dir.write("a/b/key", key);
    const auto report = scan_beyond(
        {"files", ".", "--limit", "tree-depth=1"}, dir.path(),
        {"tree-depth", "a/b/",
         "folders are nested deeper than 1; what is below was not searched" + raise("tree-depth")},
        1);
    CHECK(finding_of(report, key).at("location").at("path") == "a/key");
  }
  SECTION("entries") {
    for (const auto* name : {"1", "2", "3"}) dir.write(std::string("a/") + name, key);
    const auto report =
        scan_beyond({"files", ".", "--limit", "tree-entries=2"}, dir.path(),
                    {"tree-entries", "a/",
                     "folder has more than 2 entries; the rest was not searched" + raise("tree-entries")},
                    1);
    CHECK(findings_of(report, key).size() == 2);
  }
  SECTION("paths") {
    dir.write("a/short", key);
    dir.write("a/much-longer", key);
    const auto report =
        scan_beyond({"files", ".", "--limit", "path-length=10"}, dir.path(),
                    {"path-length", "a/much-longer",
                     "path has more than 10 bytes; what it names was not searched" + raise("path-length")},
                    1);
    CHECK(finding_of(report, key).at("location").at("path") == "a/short");
  }
}

TEST_CASE("a history of more commits than the limit") {
  TestRepo repo;
  const auto key = openai_project_key();
  repo.write("a.txt", key);
  repo.commit_all("one");
  repo.write("a.txt", key + "\n" + key);
  repo.commit_all("two");
  repo.write("b.txt", "nothing");
  repo.commit_all("three");
  const auto report = scan_beyond(
      {"history", "--limit", "commits=2", "--threads", "1"}, repo.path(),
      {"commits", "commits",
       "there are more than 2 commits; not all of them were looked through for where keys were added" +
           raise("commits")},
      1);
  CHECK(report.at("findings").size() >= 1);
}

TEST_CASE("a limit in a history names the object") {
  TestRepo repo;
  repo.write("a.txt", openai_project_key(1) + "\n" + openai_project_key(2) + "\n");
  repo.commit_all("one");
  const auto blob = repo.git({"rev-parse", "HEAD:a.txt"});
  scan_beyond(
      {"history", "--limit", "matches=1"}, repo.path(),
      {"matches", blob, "has more than 1 matches of a rule; the others are not told" + raise("matches")}, 1);
}

TEST_CASE("a wrong limit and a wrong time are refused") {
  const Outcome limit = keysift({"scan", "--limit", "depth=3"});
  CHECK(limit.exit_code == 2);
  CHECK(limit.err.starts_with("keysift: --limit: 'depth=3' is not NAME=VALUE, such as blob-size=16G, "));
  CHECK(lines_of(limit.err).size() == 1);
  for (const auto* time : {"1d", "0", "-1", "s", "1.5s", "10000000h"}) {
    CAPTURE(time);
    const Outcome outcome = keysift({"scan", "--timeout", time});
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err ==
          "keysift: --timeout: '" + std::string(time) + "' is no time; write 90s, 10m or 2h\n");
  }
}

TEST_CASE("limits are listed in the help") {
  const Outcome help = keysift({"files", "--help"});
  CHECK(contains(help.out, "archive-depth=4"));
  CHECK(contains(help.out, "--timeout"));
}

}  // namespace
}  // namespace keysift::test
