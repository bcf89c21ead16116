// JUnit's XML as Jenkins reads it:
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/mask.h"
#include "report/message.h"
#include "report/renderers.h"

namespace keysift {
namespace {

/// `text`, which is printable(), for a value in quotes. XML 1.0 has no U+FFFE and no U+FFFF.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\xef': {
        const auto character = text.substr(i, 3);
        out += character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf" ? "\xef\xbf\xbd" : character;
        i += 2;
        break;
      }
      default:
        out += text[i];
    }
  }
  return out;
}

class TestSuite {
 public:
  TestSuite(const Report& report, bool reveal) : report_(report), mask_(report, reveal) {}

  std::string write() {
    for (const auto& finding : report_.findings) write_finding(finding);
    for (const auto& file : report_.env) {
      if (file.is_problem()) write_env(file);
    }
    for (const auto& error : report_.errors) write_error(error);
    auto tests = failures_ + report_.errors.size();
    if (tests == 0) {
      ++tests;
      cases_ = "    <testcase classname=\"keysift\" name=\"nothing found\" time=\"0\"/>\n";
    }
    const auto counts = "tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures_) +
                        "\" errors=\"" + std::to_string(report_.errors.size()) + "\" time=\"0\">\n";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"keysift\" " +
           counts + cases_ + "  </testsuite>\n</testsuites>\n";
  }

 private:
  void write_finding(const Finding& finding) {
    const auto& begin = finding.location.begin;
    const auto position = finding.origin == Origin::path ? std::string(", the file's name")
                                                         : ", line " + std::to_string(begin.line) +
                                                               ", column " + std::to_string(begin.column);
    ++failures_;
    write(mask_.printable(finding.place()), printable(finding.rule->description) + position, "failure",
          to_string(finding.confidence), printable(finding_message(finding, mask_, "")));
  }

  void write_env(const EnvFinding& file) {
    ++failures_;
    write(mask_.printable(file.path), "file with secrets", "failure", to_string(file.coverage),
          env_message(file, mask_));
  }

  void write_error(const ScanError& error) {
    write(mask_.printable(error.path), "not searched", "error", to_string(error.cause),
          mask_.printable(error.message));
  }

  void write(std::string_view place, std::string_view name, const std::string& outcome, std::string_view type,
             std::string_view message) {
    cases_ += "    <testcase classname=\"" + escaped(place) + "\" name=\"" + escaped(name) +
              "\" time=\"0\">\n      <" + outcome + " type=\"" + escaped(type) + "\" message=\"" +
              escaped(message) + "\"/>\n    </testcase>\n";
  }

  const Report& report_;
  Mask mask_;
  std::string cases_;
  std::size_t failures_ = 0;
};

}  // namespace

std::string render_junit(const Report& report, bool reveal) { return TestSuite(report, reveal).write(); }

}  // namespace keysift
