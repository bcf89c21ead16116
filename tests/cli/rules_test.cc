// keysift rules list, show, test.
#include <algorithm>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

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

}  // namespace
}  // namespace keysift::test
