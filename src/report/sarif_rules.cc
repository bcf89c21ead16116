#include "report/sarif_rules.h"

#include <array>
#include <string>

#include "base/version.h"
#include "report/advice.h"

namespace keysift {
namespace {

/// What SARIF and its best known reader, GitHub's code scanning, want to know of a confidence.
struct Grade {
  const char* level;
  const char* precision;
  const char* severity;  ///< out of 10, as CVSS counts
};

Grade grade(Confidence confidence) {
  switch (confidence) {
    case Confidence::high:
      return {"error", "very-high", "9.5"};
    case Confidence::medium:
      return {"warning", "medium", "6.5"};
    case Confidence::low:
      return {"note", "low", "3.0"};
  }
  return {};
}

/// Severity, as above, of a level.
const char* severity(std::string_view level) {
  return level == "error" ? "8.0" : level == "warning" ? "5.0" : "1.0";
}

struct EnvRule {
  Coverage coverage;
  const char* id;
  const char* level;
  const char* description;
};

constexpr std::array kEnvRules{
    EnvRule{Coverage::tracked, "env-tracked", "error", "A file with secrets that git tracks"},
    EnvRule{Coverage::tracked_ignored, "env-tracked-ignored", "error",
            "A file with secrets that git tracks although a rule would ignore it"},
    EnvRule{Coverage::staged, "env-staged", "error", "A file with secrets that the next commit adds"},
    EnvRule{Coverage::in_history, "env-in-history", "error", "A file with secrets that is in the history"},
    EnvRule{Coverage::expected, "env-expected", "warning",
            "A file with secrets that something reads and git would not ignore"},
    EnvRule{Coverage::not_ignored, "env-not-ignored", "warning",
            "A file with secrets that git does not ignore"},
    EnvRule{Coverage::reincluded, "env-reincluded", "warning",
            "A file with secrets that is ignored, and then is not"},
    EnvRule{Coverage::wrong_pattern, "env-wrong-pattern", "warning",
            "A rule that looks as if it ignored a file with secrets"},
    EnvRule{Coverage::partly_ignored, "env-partly-ignored", "warning",
            "A file with secrets that is ignored in another folder only"},
    EnvRule{Coverage::personal_rule, "env-personal-rule", "warning",
            "A file with secrets that only a personal rule ignores"},
    EnvRule{Coverage::in_image, "env-in-image", "error", "A file with secrets that gets into an image"},
    EnvRule{Coverage::in_package, "env-in-package", "error", "A file with secrets that gets into a package"},
    EnvRule{Coverage::image_variable, "env-image-variable", "error", "A secret that an image keeps"},
    EnvRule{Coverage::public_variable, "env-public-variable", "error", "A secret that a front end publishes"},
    EnvRule{Coverage::readable, "env-readable", "note", "A file with secrets that everybody can read"},
    EnvRule{Coverage::unreachable, "env-unreachable", "note",
            "A file with secrets in a commit that no ref reaches"},
    EnvRule{Coverage::unprepared, "env-unprepared", "note",
            "A .env file would not be ignored if there were one"},
};
static_assert(kEnvRules.size() == kCoverages);

/// A rule's name as SARIF wants it, one word that begins with a capital: "OpenaiProjectKey".
std::string rule_name(std::string_view id) {
  std::string name;
  bool begins = true;
  for (const char c : id) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (kept) name += static_cast<char>(begins && lower ? c - 'a' + 'A' : c);
    begins = !kept;
  }
  return name;
}

/// What to do about a key of `rule`.
std::string help(const Rule& rule, bool markdown) {
  std::string page;
  if (!rule.console.empty())
    page = markdown && is_link(rule.console) ? " Page: <" + rule.console + ">" : " Page: " + rule.console;
  auto text = numbered_steps(page);
  text.pop_back();
  return text;
}

class Driver {
 public:
  explicit Driver(JsonWriter& json) : json_(json) {}

  void write(const Report& report) {
    json_.field("name", "keysift");
    json_.field("fullName", std::string("keysift ") + kVersion);
    json_.field("version", kVersion);
    json_.field("semanticVersion", kVersion);
    json_.array("rules", [&] {
      for (const auto* rule : report.rules) json_.element([&] { write_rule(*rule); });
      for (const auto& rule : kEnvRules) json_.element([&] { write_rule(rule); });
    });
  }

 private:
  void write_text(std::string_view key, std::string_view text) {
    json_.object(key, [&] { json_.field("text", text); });
  }

  void write_rule(const Rule& rule) {
    const auto [level, precision, severity] = grade(rule.confidence);
    json_.field("id", rule.id);
    json_.field("name", rule_name(rule.id));
    write_text("shortDescription", rule.description);
    write_text("fullDescription", rule.description + " in a file, in the history, or in a message.");
    json_.object("help", [&] {
      json_.field("text", help(rule, false));
      json_.field("markdown", help(rule, true));
    });
    if (is_link(rule.console)) json_.field("helpUri", rule.console);
    json_.object("defaultConfiguration", [&, level = level] { json_.field("level", level); });
    json_.object("properties", [&, precision = precision, severity = severity] {
      write_tags("secret");
      json_.field("precision", precision);
      json_.field("security-severity", severity);
      json_.field("provider", rule.provider);
    });
  }

  void write_rule(const EnvRule& rule) {
    json_.field("id", rule.id);
    json_.field("name", rule_name(rule.id));
    write_text("shortDescription", rule.description);
    write_text("fullDescription", coverage_words(rule.coverage));
    write_text("help", coverage_words(rule.coverage));
    json_.object("defaultConfiguration", [&] { json_.field("level", rule.level); });
    json_.object("properties", [&] {
      write_tags("env");
      json_.field("precision", "very-high");
      json_.field("security-severity", severity(rule.level));
    });
  }

  void write_tags(const char* second) {
    json_.array("tags", [&] {
      json_.value("security");
      json_.value(second);
    });
  }

  JsonWriter& json_;
};

}  // namespace

void write_sarif_driver(JsonWriter& json, const Report& report) { Driver(json).write(report); }

const char* sarif_level(Confidence confidence) { return grade(confidence).level; }

SarifEnvRule sarif_rule(Coverage coverage) {
  const auto number = static_cast<std::size_t>(coverage);  // kEnvRules has the order of Coverage
  return {kEnvRules[number].id, kEnvRules[number].level, number};
}

}  // namespace keysift
