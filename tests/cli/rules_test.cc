// keysift rules list, show, test.
#include <algorithm>
#include <sstream>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

const std::string kRule = R"toml([[rules]]
id = "acme-token"
description = "Acme token"
confidence = "low"
regex = '''acme_[a-f0-9]{12}'''
keywords = ["acme_"]
entropy = 1.5
)toml";

TEST_CASE("rules list names every rule once") {
  const Outcome outcome = keysift({"rules", "list"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  for (const char* id :
       {"openai-project-key", "openai-service-account-key", "openai-admin-key", "openai-user-key",
        "openai-legacy-key", "openai-key-unmarked", "anthropic-api-key", "anthropic-admin-key",
        "anthropic-oauth-token", "anthropic-session-key", "anthropic-key-other"}) {
    INFO(id);
    CHECK(contains("\n" + outcome.out, "\n" + std::string(id) + " "));
  }
  const TempDir dir;
  dir.write("ours.toml", kRule);
  CHECK(contains(keysift({"rules", "list", "--rules", "ours.toml"}, dir.path()).out, "acme-token"));
}

TEST_CASE("rules show tells all about one rule") {
  const Outcome outcome = keysift({"rules", "show", "openai-project-key"});
  CHECK(outcome.exit_code == 0);
  for (const char* part : {"openai-project-key", "OpenAI project API key", "high", "T3BlbkFJ", "sk-proj-",
                           "https://platform.openai.com/api-keys"}) {
    INFO(part);
    CHECK(contains(outcome.out, part));
  }
  CHECK(contains(keysift({"rules", "show", "aws-access-key-id"}).out, "alias:          aws-access-token\n"));
}

TEST_CASE("rules test passes for the rules that keysift brings") {
  const Outcome outcome = keysift({"rules", "test"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
}

TEST_CASE("rules test names an example that is not found, and a counterexample that is") {
  const TempDir dir;
  const auto test_with = [&](const std::string& lines) {
    dir.write("ours.toml", kRule + lines);
    return keysift({"rules", "test", "--rules", "ours.toml"}, dir.path());
  };
  CHECK(test_with("examples = [\"acme_{{rand 12 hex}}\"]\ncounterexamples = [\"acme_{{repeat 12 0}}\"]\n")
            .exit_code == 0);

  const Outcome missed = test_with("examples = [\"acme_{{rand 11 hex}}\"]\n");
  CHECK(missed.exit_code == 1);
  CHECK(contains(missed.out + missed.err, "acme-token"));
  CHECK(contains(missed.out + missed.err, "acme_{{rand 11 hex}}"));

  const Outcome hit = test_with("counterexamples = [\"acme_{{rand 12 hex}}\"]\n");
  CHECK(hit.exit_code == 1);
  CHECK(contains(hit.out + hit.err, "acme_{{rand 12 hex}}"));

  const Outcome placeholder = test_with("examples = [\"acme_{{repeat 12 a}}\"]\n");
  CHECK(placeholder.exit_code == 1);

  const Outcome unknown = test_with("examples = [\"acme_{{random}}\"]\n");
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.err, "{{random}}"));
}

// The first fields of the line about a rule or a keyword in what `rules test --profile` prints.
std::string line_of(const std::string& text, std::size_t fields, const std::string& word) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string field;
    std::string first;
    for (std::size_t i = 0; i < fields && words >> field; ++i) first += (first.empty() ? "" : " ") + field;
    if ((" " + first + " ").find(" " + word + " ") != std::string::npos) return first;
  }
  return "nothing about " + word;
}

TEST_CASE("rules test --profile tells what each rule cost in a scan") {
  const TempDir rules;
  rules.write("ours.toml", kRule + R"toml([[rules]]
id = "emca-token"
regex = "emca_[0-9]{4}"
keywords = ["emca_", "unseen_"]
[[rules]]
id = "idle"
regex = "idle_[0-9]{4}"
keywords = ["idle_"]
)toml");
  const auto profiled = [&](const std::filesystem::path& path) {
    return keysift({"rules", "test", "--rules", rules.path() / "ours.toml", "--rule", "acme-token", "--rule",
                    "emca-token", "--rule", "idle", "--profile", path});
  };
  const std::string text =
      "acme_ acme_0123456789ab\n" + std::string(1000, '\n') + "acme_ emca_1234 emca_12\n";
  const TempDir dir;
  dir.write("a.txt", text);
  const auto folder = profiled(dir.path());
  CHECK(folder.exit_code == 0);
  CHECK(folder.err.empty());
  // Keywords, bytes at which a match may begin, matches.
  CHECK(line_of(folder.out, 5, "acme-token") == "acme-token 3 3 B 1");
  CHECK(line_of(folder.out, 5, "emca-token") == "emca-token 2 2 B 1");
  CHECK(line_of(folder.out, 1, "idle") == "nothing about idle");
  CHECK(line_of(folder.out, 3, "acme_") == "3 acme_ (acme-token)");
  CHECK(line_of(folder.out, 3, "emca_") == "2 emca_ (emca-token)");
  CHECK(contains(folder.out, "3 rules, 0 examples, 0 failures\n"));

  // A repository with its history.
  TestRepo repo;
  repo.write("a.txt", text);
  repo.commit_all("all");
  CHECK(line_of(profiled(repo.path()).out, 2, "emca-token") == "emca-token 4");

  const auto absent = profiled(dir.path() / "absent");
  CHECK(absent.exit_code == 2);
  CHECK(contains(absent.err, "absent: No such file or directory"));
}

}  // namespace
}  // namespace keysift::test
