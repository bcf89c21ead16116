// How the page is put together; tests/page/ looks at it in a browser.
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;
using nlohmann::json;

namespace {

/// What stands between `begin` and `end`, which are there once.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin);
  REQUIRE(from != std::string::npos);
  CHECK(text.find(begin, from + 1) == std::string::npos);
  const auto to = text.find(end, from + begin.size());
  REQUIRE(to != std::string::npos);
  return text.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

TEST_CASE("The page holds the JSON report, and lets nothing but its own script run") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.findings[0].location.path = "</script><script>alert(1)</script><!--";
  const auto page = rendered(report, Format::html, {.ended = 1'714'564'800});
  const auto data = between(page, "<script type=\"application/json\" id=\"report\">", "</script>");
  CHECK(data.find('<') == std::string::npos);
  CHECK(json::parse(data) ==
        json({{"made", "2024-05-01T12:00:00Z"}, {"report", json::parse(rendered(report, Format::json))}}));
  const auto policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
  CHECK(policy.starts_with("default-src 'none'; "));
  CHECK(policy.find("script-src 'sha256-" + sha256_base64(between(page, "<script>", "</script>")) + "'") !=
        std::string::npos);
  CHECK(policy.find("style-src 'sha256-" + sha256_base64(between(page, "<style>", "</style>")) + "'") !=
        std::string::npos);
}

TEST_CASE("The page may hold what stands for its parts") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.target = "{{report}}{{script}}{{style}}{{script_hash}}";
  const auto page = rendered(report, Format::html);
  const auto data = between(page, "<script type=\"application/json\" id=\"report\">", "</script>");
  CHECK(json::parse(data).at("report").at("target") == report.target);
}

TEST_CASE("The page has the first refs of each finding") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  std::vector<std::string> refs;
  for (int i = 10; i < 35; ++i) refs.push_back("refs/heads/b" + std::to_string(i));
  report.findings[0].provenance->refs = refs;
  const auto page = rendered(report, Format::html);
  const auto data = between(page, "<script type=\"application/json\" id=\"report\">", "</script>");
  const auto findings = json::parse(data).at("report").at("findings");
  CHECK(findings.at(0).at("provenance").at("refs").size() == 20);
  CHECK(findings.at(0).at("provenance").at("refs").back() == "refs/heads/b29");
  CHECK(findings.at(0).at("provenance").at("more_refs") == 5);
  CHECK_FALSE(findings.at(1).at("provenance").contains("more_refs"));
}

TEST_CASE("Hashes in base64") {
  // As `printf '' | openssl dgst -sha256 -binary | base64` has them.
  CHECK(sha256_base64("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  CHECK(sha256_base64("abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}
