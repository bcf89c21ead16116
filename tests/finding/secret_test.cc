#include "finding/secret.h"

#include "support/catch.h"
#include "support/support.h"

using keysift::Secret;
using namespace keysift::test;

namespace {

std::string redacted(const std::string& bytes) { return Secret(bytes).redacted(); }

std::string last_four(const std::string& bytes) { return bytes.substr(bytes.size() - 4); }

}  // namespace

TEST_CASE("A redacted key shows whose it is and its last four characters") {
  const auto project = openai_project_key(), legacy = openai_legacy_key(), anthropic = anthropic_api_key();
  CHECK(redacted(project) == "sk-proj-****" + last_four(project));
  CHECK(redacted(legacy) == "sk-****" + last_four(legacy));
  CHECK(redacted(anthropic) == "sk-ant-api03-****" + last_four(anthropic));
  CHECK(redacted("sk-None-" + std::string(40, 'x')) == "sk-None-****xxxx");
}

TEST_CASE("A short secret shows less") {
  CHECK(redacted("") == "****");
  CHECK(redacted("hunter2") == "****");
  CHECK(redacted(std::string(31, 'x')) == "****");
  CHECK(redacted(std::string(32, 'x')) == "****xxxx");
  CHECK(redacted("sk-" + std::string(19, 'x')) == "****");
  CHECK(redacted("sk-" + std::string(20, 'x')) == "sk-****");
}

TEST_CASE("Random characters do not pass for a prefix") {
  CHECK(redacted("aB3-" + std::string(40, 'x')) == "****xxxx");
  CHECK(redacted("sk-proj-7q_" + std::string(40, 'x')) == "sk-proj-****xxxx");
  CHECK(redacted("sk-proj-a123_" + std::string(40, 'x')) == "sk-proj-****xxxx");
  CHECK(redacted("averyverylongword-" + std::string(40, 'x')) == "****xxxx");
}

TEST_CASE("Bytes that are not printable never pass") {
  CHECK(redacted(std::string(40, 'x') + "a\x1b\xff\n") == "****a???");
}

TEST_CASE("A secret's hash and length are those of its bytes") {
  CHECK(Secret("abc").sha256() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Secret("abc").length() == 3);
}

TEST_CASE("A PEM block is told from others by what stands before its last line") {
  const std::string body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
  const auto block = [&](const std::string& line_break) {
    return "-----BEGIN PRIVATE KEY-----" + line_break + body + line_break + "-----END PRIVATE KEY-----";
  };
  for (const char* line_break : {"\n", "\r\n", "\\n", " \n", "\\n\" +\n  \"", "\\n'\n    '", "\",\n  \""})
    CHECK(Secret(block(line_break)).redacted() == "****AASC");
}
