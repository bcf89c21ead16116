#include "finding/finding.h"

#include "finding/coverage.h"
#include "support/catch.h"

using namespace keysift;

namespace {

std::string fingerprint(const std::string& id, const std::string& path, const std::string& secret) {
  Rule rule;
  rule.id = id;
  Finding finding;
  finding.rule = &rule;
  finding.location.path = path;
  finding.secret = Secret(secret);
  return finding.fingerprint();
}

}  // namespace

TEST_CASE("A fingerprint stays the same from version to version") {
  // printf 'openai-key\0a.py\0secret' | sha256sum | cut -c1-32: baselines hold such values.
  CHECK(fingerprint("openai-key", "a.py", "secret") == "e960b79465376c61c931b5070aaa694b");
}

TEST_CASE("A fingerprint is made of rule, path and secret") {
  const auto one = fingerprint("openai-key", "a.py", "secret");
  CHECK(fingerprint("openai-key2", "a.py", "secret") != one);
  CHECK(fingerprint("openai-key", "b.py", "secret") != one);
  CHECK(fingerprint("openai-key", "a.py", "secret2") != one);
  CHECK(fingerprint("openai-key", "a.pys", "ecret") != one);
}

TEST_CASE("A fingerprint outlives a move within the file and a new commit") {
  Rule rule;
  rule.id = "openai-key";
  Finding finding;
  finding.rule = &rule;
  finding.secret = Secret("secret");
  finding.location.path = "a.py";
  const auto before = finding.fingerprint();
  finding.location.begin = {40, 7};
  finding.origin = Origin::history;
  finding.provenance = Provenance{};
  CHECK(finding.fingerprint() == before);
}

TEST_CASE("The words that reports use") {
  CHECK(to_string(Origin::worktree) == "worktree");
  CHECK(to_string(Origin::index) == "index");
  CHECK(to_string(Origin::history) == "history");
  CHECK(to_string(Origin::commit_message) == "commit-message");
  CHECK(to_string(Origin::tag_message) == "tag-message");
  CHECK(to_string(Origin::note) == "note");
  CHECK(to_string(Origin::path) == "path");
  CHECK(to_string(Origin::standard_input) == "stdin");
  CHECK(to_string(BlobState::live) == "live");
  CHECK(to_string(BlobState::history_only) == "history-only");
  CHECK(to_string(BlobState::unreachable) == "unreachable");
  CHECK(to_string(Coverage::tracked) == "tracked");
  CHECK(to_string(Coverage::not_ignored) == "not-ignored");
  CHECK(to_string(Coverage::unprepared) == "unprepared");
}
