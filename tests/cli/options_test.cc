// The command line: what it takes, what it refuses, where reports go, and that no secret is shown unasked.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "cli/keysift.h"
#include "rule/example.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

/// A folder with one key in it.
class LeakyDir : public TempDir {
 public:
  LeakyDir() { write("k.txt", "key: " + key + "\n"); }
  const std::string key = openai_project_key();
};

Strings rules_in(const json& report) {
  Strings result;
  for (const Place& place : places(report)) result.push_back(place.rule);
  return result;
}

TEST_CASE("the exit code says what was found") {
  const LeakyDir leaky;
  const TempDir clean;
  clean.write("k.txt", "nothing\n");
  CHECK(keysift({"files", leaky.path()}).exit_code == 1);
  CHECK(keysift({"files", clean.path()}).exit_code == 0);
  CHECK(keysift({"scan", leaky.path()}).exit_code == 1);
  CHECK(keysift({"scan", clean.path()}).exit_code == 0);
  CHECK(keysift({"scan"}, leaky.path()).exit_code == 1);
}

TEST_CASE("an option that can be repeated takes one value at a time: what follows is the path") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key() + "\n" + anthropic_api_key() + "\none_1234567\ntwo_1234567\n");
  repo.commit_all("start");
  const TempDir dir;
  for (const std::string id : {"one", "two"}) {
    dir.write(id + ".toml", "[[rules]]\nid = \"" + id + "\"\ndescription = \"Token\"\nregex = '''" + id +
                                "_[0-9]{7}'''\nkeywords = [\"" + id + "_\"]\n");
  }
  for (const char* command : {"scan", "files", "history"}) {
    const auto found_with = [&](Strings arguments) {
      arguments.insert(arguments.begin(), command);
      arguments.push_back(repo.path());
      return rules_in(scan(arguments, dir.path()).report);
    };
    INFO(command);
    CHECK(found_with({"--rule", "openai-project-key"}) == Strings{"openai-project-key"});
    CHECK(found_with({"--rule", "openai-project-key", "--rule", "anthropic-api-key"}) ==
          Strings{"openai-project-key", "anthropic-api-key"});

    CHECK(found_with({"--rules", "one.toml"}) == Strings{"openai-project-key", "anthropic-api-key", "one"});
    CHECK(found_with({"--rules", "one.toml", "--rules", "two.toml"}) ==
          Strings{"openai-project-key", "anthropic-api-key", "one", "two"});

    const std::string name = command;
    CHECK(found_with({"--report", "json=" + name + "1"}).size() == 2);
    CHECK(fs::exists(dir.path() / (name + "1")));
    CHECK(found_with({"--report", "json=" + name + "2", "--report", "sarif=" + name + "3"}).size() == 2);
    CHECK(fs::exists(dir.path() / (name + "2")));
    CHECK(fs::exists(dir.path() / (name + "3")));
  }
}

TEST_CASE("the version and the help") {
  const Outcome version = keysift({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.out.starts_with("keysift "));
  CHECK(version.err.empty());

  const Outcome help = keysift({"--help"});
  CHECK(help.exit_code == 0);
  for (const char* command : {"scan", "files", "history", "env", "allow", "rules"})
    CHECK(contains(help.out, command));
  CHECK(keysift({"scan", "--help"}).exit_code == 0);
}

TEST_CASE("what is wrong with the command is said in one line") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  const TempDir dir;
  dir.write("file.txt", "text");
  dir.write("broken.toml", "[[rules]]\nid = \"x\"\n");
  struct Case {
    Strings arguments;
    std::string words;
  };
  const Case cases[] = {
      {{"scan", "not/there"}, "not/there"},
      {{"files", "not/there"}, "not/there"},
      {{"files", "file.txt", "not/there"}, "not/there"},
      {{"files"}, ""},
      {{"history", "not/there"}, "not/there"},
      {{"history", "."}, "repository"},
      {{"history", "file.txt"}, "repository"},
      {{"env", "not/there"}, "not/there"},
      {{"scan", ".", "--frobnicate"}, "--frobnicate"},
      {{"frobnicate"}, "frobnicate"},
      {{"scan", ".", "--format", "yaml"}, "yaml"},
      {{"scan", ".", "--format"}, "--format"},
      {{"scan", ".", "--report", "json"}, "json"},
      {{"scan", ".", "--report", "json="}, "json="},
      {{"scan", ".", "--report", "yaml=out"}, "yaml"},
      {{"scan", ".", "--report", "=out"}, "unknown format ''"},
      {{"scan", ".", "--report", "json=not/there/out.json"}, "not/there/out.json"},
      {{"scan", ".", "--rules", "not-there.toml"}, "not-there.toml"},
      {{"scan", ".", "--rules", "broken.toml"}, "broken.toml:1: rule 'x' has no 'regex'"},
      {{"scan", ".", "--rule", "no-such-rule"}, "no-such-rule"},
      {{"scan", ".", "--min-confidence", "certain"}, "certain"},
      {{"scan", ".", "--threads", "many"}, "many"},
      {{"scan", ".", "--threads", "-1"}, "-1"},
      {{"scan", ".", "--color", "mauve"}, "mauve"},
      {{"rules", "show", "no-such-rule"}, "no-such-rule"},
      {{"rules", "frobnicate"}, "frobnicate"},
  };
  for (const Case& bad : cases) {
    std::string words;
    for (const std::string& argument : bad.arguments) words += " " + argument;
    const Outcome outcome = keysift(bad.arguments, dir.path());
    INFO("keysift" << words << " -> " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("keysift: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.err.ends_with('\n'));
    CHECK(contains(outcome.err, bad.words));
  }
  CHECK(keysift({}).exit_code == 2);
}

TEST_CASE("what a bad argument holds cannot act on a terminal") {
  for (const Strings& arguments :
       {Strings{"scan", "\x1b[31mnot there"}, Strings{"scan", "--\x1b[31m"}, Strings{"\x1b[31m"},
        Strings{"scan", "--format", "\x1b[31m"}, Strings{"scan", "--report", "\x1b[31m=x"},
        Strings{"scan", "--rule", "\x1b[31m"}, Strings{"scan", "two\nlines"}}) {
    const Outcome outcome = keysift(arguments);
    INFO(arguments.back());
    CHECK(outcome.exit_code == 2);
    CHECK_FALSE(contains(outcome.err, "\x1b"));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
}

TEST_CASE("a bad option is reported before anything is scanned or written") {
  const LeakyDir dir;
  const Outcome outcome = keysift({"scan", ".", "--report", "json=out.json", "--format", "yaml"}, dir.path());
  CHECK(outcome.exit_code == 2);
  CHECK_FALSE(fs::exists(dir.path() / "out.json"));
}

TEST_CASE("no format shows the secret unless asked") {
  TestRepo repo;
  const std::string keys[] = {openai_project_key(), openai_legacy_key(), anthropic_api_key()};
  repo.write("k.txt", keys[0] + "\n" + keys[1] + "\n");
  repo.write(".env", keys[2]);
  repo.commit_all("use " + keys[0] + "\n\nand " + keys[2]);
  repo.git({"tag", "--annotate", "--message", keys[1], "v1"});
  repo.write("named-" + keys[1] + ".txt", keys[1]);

  for (const char* format : {"text", "json", "sarif", "github", "gitlab", "junit"}) {
    const std::string report = (fs::path(repo.path()) / ".git" / "report").string();
    const Outcome outcome =
        keysift({"scan", ".", "--format", format, "--report", format + ("=" + report)}, repo.path());
    INFO(format);
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out.size() > 100);
    CHECK(file_bytes(report) == outcome.out);
    const Outcome revealed = keysift({"scan", ".", "--format", format, "--reveal"}, repo.path());
    for (const std::string& key : keys) {
      CHECK_FALSE(contains(outcome.out, key));
      CHECK_FALSE(contains(outcome.err, key));
      CHECK_FALSE(contains(outcome.out, key.substr(20, 20)));
      CHECK(contains(revealed.out, key));
    }
  }
}

TEST_CASE("with --report it writes files beside what is printed, in any number") {
  const LeakyDir dir;
  const Outcome outcome = keysift(
      {"files", ".", "--report", "json=a.json", "--report", "sarif=b.sarif", "--report", "json=c.json"},
      dir.path());
  CHECK(outcome.exit_code == 1);
  CHECK(contains(outcome.out, "k.txt"));
  CHECK_FALSE(json::accept(outcome.out));
  CHECK(json::parse(file_bytes(dir.path() / "a.json")).at("findings").size() == 1);
  CHECK(json::parse(file_bytes(dir.path() / "b.sarif")).at("version") == "2.1.0");
  CHECK(file_bytes(dir.path() / "c.json") == file_bytes(dir.path() / "a.json"));

  SECTION("for nobody else to read, and nothing is left beside them") {
    struct stat status {};
    REQUIRE(::stat((dir.path() / "a.json").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 4);
  }
  SECTION("an older report is replaced") {
    fs::remove(dir.path() / "k.txt");
    CHECK(keysift({"files", "c.json", "--report", "json=a.json"}, dir.path()).exit_code == 0);
    CHECK(json::parse(file_bytes(dir.path() / "a.json")).at("findings").empty());
  }
  SECTION("an older report stays as it is when the new one cannot be made") {
    const std::string before = file_bytes(dir.path() / "a.json");
    CHECK(keysift({"files", "not-there", "--report", "json=a.json"}, dir.path()).exit_code == 2);
    CHECK(file_bytes(dir.path() / "a.json") == before);
  }
}

TEST_CASE("a report that cannot be written is an error, and nothing is left of it") {
  const LeakyDir dir;
  dir.write("folder/clean.txt", "nothing\n");
  for (const char* target : {"folder", "/dev/full", "folder/not/there"}) {
    const Outcome outcome = keysift({"files", ".", "--report", std::string("json=") + target}, dir.path());
    INFO(target << " -> " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err.starts_with("keysift: "));
    CHECK(contains(outcome.err, target));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
  CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 2);
}

TEST_CASE("two outputs of one file are refused before anything is scanned or written") {
  const LeakyDir dir;
  dir.write("folder/clean.txt", "nothing\n");
  const std::pair<Strings, std::string> cases[] = {
      {{"--report", "json=out", "--report", "html=out"}, "out"},
      {{"--report", "json=out", "--report", "json=folder/.././out"}, "folder/.././out"},
      {{"--report", "json=out", "--write-baseline", (dir.path() / "out").native()},
       (dir.path() / "out").native()},
  };
  for (const auto& [options, name] : cases) {
    Strings arguments{"files", "."};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = keysift(arguments, dir.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "keysift: " + name + " is named for two outputs; each needs a file of its own\n");
    CHECK_FALSE(fs::exists(dir.path() / "out"));
  }
  for (const char* both : {"/dev/null", "/dev/stdout"})
    CHECK(keysift(
              {"files", ".", "--report", std::string("json=") + both, "--report", std::string("csv=") + both},
              dir.path())
              .exit_code == 1);
}

TEST_CASE("what cannot be printed is an error") {
  for (const auto& arguments : {Strings{"--help"}, Strings{"--version"}, Strings{"scan", "--help"},
                                Strings{"rules", "list"}, Strings{"rules", "show", "openai-project-key"}}) {
    Strings command{"sh", "-c", "exec \"$@\" >/dev/full", "sh", keysift_binary()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Outcome outcome = run(command);
    INFO(arguments.front());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err == "keysift: cannot write to standard output\n");
  }
}

TEST_CASE("with --quiet it prints nothing: the exit code and the report files tell") {
  const LeakyDir leaky;
  const TempDir clean;
  const Outcome nothing = keysift({"files", ".", "--quiet"}, clean.path());
  CHECK(nothing.exit_code == 0);
  CHECK(nothing.out + nothing.err == "");
  const Outcome found = keysift({"files", ".", "--quiet", "--report", "json=out.json"}, leaky.path());
  CHECK(found.exit_code == 1);
  CHECK(found.out + found.err == "");
  CHECK(json::parse(file_bytes(leaky.path() / "out.json")).at("findings").size() == 1);
}

TEST_CASE("nothing is written to standard error, and no colour, when all goes well in a pipe") {
  const LeakyDir dir;
  const Outcome outcome = keysift({"files", "."}, dir.path());
  CHECK(outcome.err.empty());
  CHECK_FALSE(contains(outcome.out, "\x1b"));
  CHECK(contains(keysift({"files", ".", "--color", "always"}, dir.path()).out, "\x1b["));
  CHECK_FALSE(contains(keysift({"files", ".", "--color", "never"}, dir.path()).out, "\x1b"));
}

TEST_CASE("with --rules it adds rules of one's own") {
  const TempDir dir;
  dir.write("rules/ours.toml", R"toml([[rules]]
id = "acme-token"
description = "Acme token"
regex = '''acme_([a-z0-9]{12})'''
secretGroup = 1
keywords = ["acme_"]
)toml");
  dir.write("text/k.txt", "t = acme_0a1b2c3d4e5f\n" + openai_project_key());
  for (const char* rules : {"rules/ours.toml", "rules"}) {
    const Scan result = scan({"files", "text", "--rules", rules}, dir.path());
    CHECK(result.exit_code == 1);
    CHECK(rules_in(result.report) == Strings{"acme-token", "openai-project-key"});
    const Place own = places(result.report).at(0);
    CHECK(own.line == 1);
    CHECK(own.column == 10);
    CHECK(own.end_column == 22);
  }
  SECTION("--rule picks among all") {
    CHECK(rules_in(scan({"files", "text", "--rules", "rules", "--rule", "acme-token"}, dir.path()).report) ==
          Strings{"acme-token"});
    CHECK(rules_in(scan({"files", "text", "--rule", "openai-project-key"}, dir.path()).report) ==
          Strings{"openai-project-key"});
    CHECK(rules_in(scan({"files", "text", "--rules", "rules", "--rule", "acme-token", "--rule",
                         "openai-project-key"},
                        dir.path())
                       .report) == Strings{"acme-token", "openai-project-key"});
    CHECK(scan({"files", "text", "--rule", "anthropic-api-key"}, dir.path()).exit_code == 0);
  }
  SECTION("a rule of a name that is taken is refused") {
    dir.write("rules/again.toml",
              "\n[[rules]]\nid = \"openai-project-key\"\nregex = \"x\"\nkeywords = [\"x\"]\n");
    const Outcome outcome = keysift({"files", "text", "--rules", "rules/again.toml"}, dir.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err.starts_with(
        "keysift: rules/again.toml:2: rule id 'openai-project-key' is taken by built-in/"));
  }
}

TEST_CASE("with --min-confidence it leaves out what is less sure") {
  const TempDir dir;
  dir.write("k.txt", openai_project_key() + "\n" + expand_template("sk-proj-{{rand 48}}") + "\n");
  const auto rules_at = [&](const char* least) {
    return rules_in(scan({"files", ".", "--min-confidence", least}, dir.path()).report);
  };
  CHECK(rules_at("high") == Strings{"openai-project-key"});
  CHECK(rules_at("medium") == Strings{"openai-project-key", "openai-key-unmarked"});
  CHECK(rules_at("low") == Strings{"openai-project-key", "openai-key-unmarked"});
}

TEST_CASE("with --baseline it leaves out what an earlier report lists, wherever the line is now") {
  const TempDir dir;
  dir.write("src/k.txt", openai_project_key(1));
  CHECK(keysift({"files", "src", "--report", "json=baseline.json"}, dir.path()).exit_code == 1);
  dir.write("src/k.txt", "\n\n" + openai_project_key(1));
  const Scan known = scan({"files", "src", "--baseline", "baseline.json"}, dir.path());
  CHECK(known.exit_code == 0);
  CHECK(known.report.at("findings") == json::array());
  CHECK(known.report.at("summary").at("suppressed") == 1);

  dir.write("src/k.txt", openai_project_key(1) + "\n" + openai_project_key(2));
  const Scan fresh = scan({"files", "src", "--baseline", "baseline.json"}, dir.path());
  CHECK(fresh.exit_code == 1);
  CHECK(places(fresh.report).size() == 1);
  CHECK(places(fresh.report)[0].line == 2);

  dir.write("no-report.json", "{}");
  CHECK(keysift({"files", "src", "--baseline", "no-report.json"}, dir.path()).exit_code == 2);
  CHECK(keysift({"files", "src", "--baseline", "not-there.json"}, dir.path()).exit_code == 2);
}

TEST_CASE("SARIF names rules, places and fingerprints") {
  const LeakyDir dir;
  const json sarif = json::parse(keysift({"files", ".", "--format", "sarif"}, dir.path()).out);
  CHECK(sarif.at("version") == "2.1.0");
  const json& run = sarif.at("runs").at(0);
  CHECK(run.at("tool").at("driver").at("name") == "keysift");
  REQUIRE(run.at("results").size() == 1);
  const json& result = run.at("results").at(0);
  CHECK(result.at("ruleId") == "openai-project-key");
  CHECK(result.at("level") == "error");
  CHECK(result.contains("partialFingerprints"));
  const json& place = result.at("locations").at(0).at("physicalLocation");
  CHECK(place.at("artifactLocation").at("uri") == "k.txt");
  CHECK(place.at("region").at("startLine") == 1);
  CHECK(place.at("region").at("startColumn") == 6);
  CHECK(place.at("region").at("endColumn") == 6 + dir.key.size());
}

}  // namespace
}  // namespace keysift::test
