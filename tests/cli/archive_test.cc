// Keys in archives: files and history.
#include "support/archive.h"

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

const std::string kRule = "openai-project-key";

TEST_CASE("a key in a zip of the work tree") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto zip =
      archive_of({{"README", "nothing\n"}, {"inner/.env", "# settings\nKEY=" + key + "\n"}}, "zip");
  dir.write("lib/outer.zip", zip);
  const std::vector<Place> expected{{"lib/outer.zip!inner/.env", 2, 5, 5 + key.size(), kRule}};

  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 1);
  CHECK(result.report.at("errors") == json::array());
  CHECK(places(result.report) == expected);
  CHECK(result.report.at("summary").at("files") == 1);
  CHECK(places(scan({"files", "lib/outer.zip"}, dir.path()).report) == expected);

  const Outcome piped = keysift({"files", "-"}, dir.path(), zip);
  CHECK(piped.exit_code == 1);
  CHECK(contains(piped.out, "    Where        standard input!inner/.env:2:5  "));
}

TEST_CASE("a key in the name of an archive's member is masked while a scan tells of matches, and after it") {
  const TempDir dir;
  const auto name = openai_project_key(2);
  dir.write("a.zip", archive_of({{name + ".txt", openai_project_key(1) + "\n"}}, "zip"));
  const auto outcome = keysift({"files", ".", "--format", "jsonl"}, dir.path());
  CHECK(outcome.exit_code == 1);
  CHECK(contains(outcome.out, "\"found\""));
  CHECK_FALSE(contains(outcome.out, name.substr(name.size() - 40)));
}

TEST_CASE("a key that an archive holds as it stands is told once, in the member") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto tar = archive_of({{"a.txt", "\n" + key + "\n"}}, "gnutar");
  dir.write("o.tar", archive_of({{"i.tar", tar}}, "gnutar"));
  CHECK(places(scan({"files", dir.path()}).report) ==
        std::vector<Place>{{"o.tar!i.tar!a.txt", 2, 1, 1 + key.size(), kRule}});
}

TEST_CASE("a key that Word split in runs, in its prefix, too") {
  const TempDir dir;
  const auto key = openai_project_key();
  const std::string joint = "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">";
  const std::string head =
      "<?xml version=\"1.0\"?>\n<w:document "
      "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\n<w:p><w:r><w:t>";
  const auto split = key.substr(0, 1) + joint + key.substr(1, 9) + joint + key.substr(10);
  dir.write("a.docx", archive_of({{"word/document.xml", head + split + "</w:t></w:r></w:p>"}}, "zip"));
  const auto result = scan({"files", dir.path()});
  CHECK(places(result.report) ==
        std::vector<Place>{{"a.docx!word/document.xml", 3, 16, 16 + split.size(), kRule}});
  CHECK(finding_of(result.report, key).at("location").at("decoded") == json{"joined"});
}

TEST_CASE("a key in a tar.gz of the history, gone by now") {
  TestRepo repo;
  const auto key = openai_project_key();
  repo.write("README", "An ordinary file.\n");
  repo.commit_all("start");
  const auto archive = [&](const std::string& more) {
    return archive_of({{"./conf/app.ini", "[app]\nkey = " + key + "\n" + more}, {"x", more}}, "gnutar",
                      "gzip");
  };
  repo.write("dist/app.tar.gz", archive(""));
  repo.write("dist/note.txt.gz", compressed("note\n" + key + "\n", "gzip"));
  const auto added = repo.commit_all("release");
  repo.write("dist/app.tar.gz", archive("more\n"));
  const auto changed = repo.commit_all("another release");
  repo.git({"rm", "--quiet", "-r", "dist"});
  const auto removed = repo.commit_all("no archives");
  const std::vector<Place> expected{{"dist/app.tar.gz!conf/app.ini", 2, 7, 7 + key.size(), kRule, "history"},
                                    {"dist/note.txt.gz!note.txt", 2, 1, 1 + key.size(), kRule, "history"}};
  SECTION("packed") { repo.git({"gc", "--quiet"}); }
  SECTION("loose") {}

  const Scan result = scan({"history", repo.path()});
  CHECK(result.exit_code == 1);
  CHECK(result.report.at("errors") == json::array());
  CHECK(places(result.report) == expected);
  const json& provenance = result.report.at("findings").at(0).at("provenance");
  CHECK(provenance.at("state") == "history-only");
  CHECK(provenance.at("introduced").at("commit") == added);
  CHECK(provenance.at("removed").at("commit") == removed);
  CHECK(provenance.at("commits") == 2);

  CHECK(places(scan({"history", repo.path(), "--range", added + "~.." + added}).report) == expected);
  const Scan later = scan({"history", repo.path(), "--range", added + ".." + changed});
  CHECK(places(later.report).empty());
  CHECK(later.exit_code == 0);
}

TEST_CASE("a key in an archive that is in history and in the work tree is told once") {
  TestRepo repo;
  const auto key = openai_project_key();
  repo.write("o.zip", archive_of({{"a", key + "\n"}}, "zip"));
  const auto added = repo.commit_all("add");
  const Scan result = scan({"scan", repo.path()});
  CHECK(places(result.report) == std::vector<Place>{{"o.zip!a", 1, 1, 1 + key.size(), kRule}});
  CHECK(finding_of(result.report, key).at("provenance").at("introduced").at("commit") == added);
}

TEST_CASE("an archive that cannot be read is no silence") {
  const TempDir dir;
  dir.write("o.zip", archive_of({{"a", openai_project_key()}}, "zip", "", "zip:encryption=aes256"));
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 3);
  CHECK(errors_of(result.report) == Errors{{"o.zip!a", "is encrypted"}});
}

TEST_CASE("a small gzip file that is cut short is no silence") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto with_key = compressed("k='" + key + "'\n", "gzip");
  const auto without = compressed("k='v'\n", "gzip");
  dir.write("a.gz", with_key.substr(0, with_key.size() - 1));
  const Scan found = scan({"files", dir.path()});
  CHECK(found.exit_code == 1);
  CHECK(places(found.report) == std::vector<Place>{{"a.gz!a", 1, 4, 4 + key.size(), kRule}});
  const Errors expected{
      {"a.gz!a", "cannot be read to its end, nor what follows it (gzip data is cut short)"}};
  CHECK(errors_of(found.report) == expected);

  dir.write("a.gz", without.substr(0, without.size() - 1));
  const Scan nothing = scan({"files", dir.path()});
  CHECK(nothing.exit_code == 3);
  CHECK(errors_of(nothing.report) == expected);
}

TEST_CASE("a key in a zip archive behind a program, in the work tree and in history") {
  TestRepo repo;
  const auto key = openai_project_key();
  const std::string text(5000, '#');
  const auto zip = archive_of({{"__main__.py", text + "\nkey = '" + key + "'\n"}}, "zip");
  repo.write("app.pyz", "#!/usr/bin/env python3\n" + zip);
  repo.commit_all("add");
  const Scan files = scan({"files", repo.path()});
  CHECK(files.exit_code == 1);
  CHECK(errors_of(files.report) == Errors{});
  CHECK(places(files.report) == std::vector<Place>{{"app.pyz!__main__.py", 2, 8, 8 + key.size(), kRule}});
  const Scan history = scan({"history", repo.path()});
  CHECK(places(history.report) ==
        std::vector<Place>{{"app.pyz!__main__.py", 2, 8, 8 + key.size(), kRule, "history"}});
}

TEST_CASE("an archive in history that is larger than memory allows is told") {
  TestRepo repo;
  const auto key = openai_project_key();
  repo.write("o.tar", archive_of({{"zeros", std::string(5'000'000, '\0')}, {"a", key + "\n"}}, "gnutar"));
  repo.commit_all("add");
  const auto blob = repo.git({"rev-parse", "HEAD:o.tar"});
  const Scan result = scan({"history", repo.path(), "--memory", "1"});
  CHECK(result.exit_code == 1);
  CHECK(result.report.at("findings").at(0).at("location").at("path") == "o.tar");
  CHECK(errors_of(result.report) ==
        Errors{{blob, "archive is larger than --memory allows; its members were not searched"}});
  CHECK(places(scan({"history", repo.path()}).report).at(0).path == "o.tar!a");
}

}  // namespace
}  // namespace keysift::test
