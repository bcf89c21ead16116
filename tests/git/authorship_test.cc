#include "git/authorship.h"

#include <string>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

// A commit whose author line ends with `date`.
Authorship with_date(const std::string& date) {
  return parse_authorship("tree 0\nauthor A <a@b>" + date + "\ncommitter C <c@d> 1 +0000\n\nsummary\n");
}

std::string date_of(const std::string& date) {
  const auto result = with_date(date);
  CHECK(result.author == "A <a@b>");
  CHECK(result.summary == "summary");
  return result.date;
}

TEST_CASE("author, date and summary, as git tells them") {
  TestRepo repo;
  repo.write("file", "1");
  repo.git({"add", "file"});
  repo.git({"commit", "--quiet", "--date=1700000000 +0545", "--author=Zoë Ångström <zoe@example.com>",
            "--message=First line\n\nauthor Not Me <x@y> 1 +0000\n"});
  const auto result = parse_authorship(repo.git({"cat-file", "commit", "HEAD"}));
  CHECK(result.author == "Zoë Ångström <zoe@example.com>");
  CHECK(result.date == repo.git({"log", "-1", "--format=%aI"}));
  CHECK(result.date == "2023-11-15T03:58:20+05:45");
  CHECK(result.summary == "First line");
}

TEST_CASE("a tag's tagger and message") {
  TestRepo repo;
  repo.write("file", "1");
  repo.commit_all("start");
  repo.git({"tag", "--annotate", "--message=The tag\nmore", "v1"});
  const auto result = parse_authorship(repo.git({"cat-file", "tag", "v1"}));
  CHECK(result.author == "Carl Committer <carl@example.com>");
  CHECK(result.date == repo.git({"for-each-ref", "--format=%(taggerdate:iso-strict)", "refs/tags/v1"}));
  CHECK(result.summary == "The tag");
}

TEST_CASE("offsets east and west of Greenwich") {
  CHECK(date_of(" 0 +0000") == "1970-01-01T00:00:00+00:00");
  CHECK(date_of(" 0 -0100") == "1969-12-31T23:00:00-01:00");
  CHECK(date_of(" 1700000000 -0330") == "2023-11-14T18:43:20-03:30");
  CHECK(date_of(" 951782400 +1400") == "2000-02-29T14:00:00+14:00");
  CHECK(date_of(" 253402214399 +0000") == "9999-12-30T23:59:59+00:00");
}

TEST_CASE("a date that cannot be read is left out, and the rest is not") {
  for (const char* date :
       {"", " ", " x", " 1700000000", " 1700000000 ", " 1700000000 +01", " 1700000000 0100",
        " 1700000000+0100", " 1700000000 UTC", " -1 +0000", " 253402300799 +0000",
        " 99999999999999999999999999 +0000", " 9223372036854775807 +0000", " 1700000000 +0100 x",
        " 1700000000 +-100", " 1700000000 +01x0", " 1700000000 +9999", " 1700000000 +0060"}) {
    INFO(date);
    CHECK(date_of(date) == "");
  }
}

TEST_CASE("what is not there is empty") {
  for (const char* object :
       {"", "\n", "tree 0\n", "tree 0", "author", "author \n", "author nobody 1 +0000\n\n"}) {
    INFO(object);
    const auto result = parse_authorship(object);
    CHECK(result.author == "");
    CHECK(result.date == "");
    CHECK(result.summary == "");
  }
  CHECK(parse_authorship("tree 0\n\nonly a message").summary == "only a message");
  CHECK(parse_authorship("author A <a> 1 +0000\n").summary == "");
  const std::string line(200, 'x');
  CHECK(parse_authorship("tree 0\n\n" + line).summary == line);
  CHECK(parse_authorship("tree 0\n\n" + line + "y").summary == line + "...");
  CHECK(parse_authorship("tree 0\n\n" + line.substr(1) + "\xc3\xa4").summary == line.substr(1) + "...");
  CHECK(parse_authorship("author A <a> 1 +0000").author == "A <a>");
}

TEST_CASE("odd names are kept as they are") {
  CHECK(parse_authorship("author <> 1 +0000\n").author == "<>");
  CHECK(parse_authorship("author A > B <a>b> 1 +0000\n").author == "A > B <a>b>");
  CHECK(parse_authorship("author \xff\x1b[2J <\xfe> 1 +0000\n").author == "\xff\x1b[2J <\xfe>");
}

TEST_CASE("a signature or a merged tag in the header is not taken for the author") {
  const auto result = parse_authorship(
      "tree 0\nauthor A <a> 1 +0000\ncommitter C <c> 2 +0000\nmergetag object 0\n tagger T <t> 3 +0000\n \n "
      "message\n"
      "gpgsig x\n author Z <z> 4 +0000\n\nsummary");
  CHECK(result.author == "A <a>");
  CHECK(result.date == "1970-01-01T00:00:01+00:00");
  CHECK(result.summary == "summary");
}

TEST_CASE("a commit cut off anywhere is read as far as it goes") {
  const std::string object = "tree 0\nauthor A <a@b> 1700000000 +0100\ncommitter C <c> 2 +0000\n\nsummary\n";
  for (std::size_t length = 0; length <= object.size(); ++length) {
    const auto result = parse_authorship(std::string(object, 0, length));
    INFO(length);
    CHECK((result.author.empty() || result.author == "A <a@b>"));
    CHECK((result.date.empty() || result.date == "2023-11-14T23:13:20+01:00"));
    CHECK(std::string("summary").starts_with(result.summary));
  }
}

}  // namespace
}  // namespace keysift::test
