#include "rule/rule_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "rule/built_in_files.h"
#include "rule/named_parts.h"
#include "rule/table_reader.h"

namespace keysift {
namespace {

// Reads one file: every complaint knows the file and the line it is about.
class Reader : TableReader {
 public:
  using TableReader::TableReader;

  std::vector<Rule> read(std::string_view text) {
    const auto root = parse_toml(text, file());
    allow_keys(root, {"title", "description", "minVersion", "rules"});
    std::vector<Rule> rules;
    const auto* list = root.get("rules");
    if (list == nullptr) return rules;
    for (const auto& node : tables(*list, "rules")) rules.push_back(read_rule(*node));
    return rules;
  }

  Config read_config(std::string_view text) {
    const auto root = parse_toml(text, file());
    allow_keys(root, {"title", "allowlists", "env"});
    Config config;
    if (const auto* node = root.get("allowlists"))
      for (const auto* list : tables(*node, "allowlists"))
        config.allowlists.push_back(read_wide_allowlist(*list));
    if (const auto* node = root.get("env")) {
      const auto* env = node->as_table();
      if (env == nullptr) fail(*node, "'env' must be a table: [env]");
      allow_keys(*env, {"files", "templates"});
      config.env_files = path_patterns(*env, "files");
      config.env_templates = path_patterns(*env, "templates");
    }
    return config;
  }

 private:
  // As in .gitignore, but nothing is taken back.
  std::vector<std::string> path_patterns(const toml::table& table, std::string_view key) const {
    auto patterns = texts(table, key);
    for (const auto& each : patterns) {
      if (each.empty() || each.starts_with('!') || each.ends_with('/'))
        fail(*table.get(key),
             "'" + std::string(key) + "' must be patterns of files, as in .gitignore, without '!'");
    }
    return patterns;
  }

  Confidence confidence(const toml::table& table) const {
    const auto* node = table.get("confidence");
    if (node == nullptr) return Confidence::medium;
    const auto name = text(table, "confidence");
    for (const auto level : {Confidence::low, Confidence::medium, Confidence::high}) {
      if (name == to_string(level)) return level;
    }
    fail(*node, "'confidence' must be \"high\", \"medium\" or \"low\"");
  }

  Checksum checksum(const toml::table& table) const {
    const auto* node = table.get("checksum");
    if (node == nullptr) return Checksum::none;
    const auto name = text(table, "checksum");
    if (name == "crc32-base62") return Checksum::crc32_base62;
    if (name == "crc32-hex") return Checksum::crc32_hex;
    fail(*node, "'checksum' must be \"crc32-base62\" or \"crc32-hex\"");
  }

  char padding(const toml::table& table) const {
    const auto* node = table.get("padding");
    if (node == nullptr) return '\0';
    const auto character = text(table, "padding");
    if (character.size() != 1) fail(*node, "'padding' must be one character");
    return character.front();
  }

  Allowlist read_allowlist(const toml::table& table) {
    allow_keys(table, {"description", "regexes", "regexTarget", "paths", "stopwords"});
    return read_conditions(table);
  }

  // Of a configuration, whose allowlists hold for what was found, with its commit, and not for a rule's
  // matches.
  Allowlist read_wide_allowlist(const toml::table& table) {
    allow_keys(table, {"description", "regexes", "regexTarget", "paths", "stopwords", "commits"});
    auto list = read_conditions(table);
    list.commits = texts(table, "commits");
    for (const auto& commit : list.commits) {
      if (commit.size() < 7 || commit.size() > 40 || !is_hex(commit))
        fail(*table.get("commits"),
             "'commits' must be names of commits: 7 to 40 hexadecimal digits, in lower case");
    }
    return list;
  }

  std::string spelled_out(const toml::node& node, std::string_view regex) const {
    try {
      return with_named_parts(regex);
    } catch (const Failure& failure) {
      fail(node, failure.what());
    }
  }

  Allowlist read_conditions(const toml::table& table) {
    Allowlist list;
    const auto with_parts = [this](const toml::node& at, std::string_view regex) {
      return pattern(at, spelled_out(at, regex));
    };
    list.regexes = patterns(table, "regexes", with_parts);
    list.paths = patterns(table, "paths", with_parts);
    list.stopwords = texts(table, "stopwords");
    const auto target = text(table, "regexTarget");
    if (target == "match") {
      list.target = AllowTarget::match;
    } else if (target == "line") {
      list.target = AllowTarget::line;
    } else if (!target.empty() && target != "secret") {
      fail(*table.get("regexTarget"), "'regexTarget' must be \"secret\", \"match\" or \"line\"");
    }
    return list;
  }

  void read_pattern(const toml::table& table, Rule& rule) {
    const auto* regex = table.get("regex");
    if (regex == nullptr) fail(table, "rule '" + rule.id + "' has no 'regex'");
    const auto body = text(table, "regex");
    if (body.empty()) fail(*regex, "the pattern of rule '" + rule.id + "' is empty");
    rule.pattern = pattern(*regex, spelled_out(*regex, body));
    if (compiles_patterns() && rule.pattern->found_in("")) {
      fail(*regex,
           "the pattern of rule '" + rule.id + "' matches the empty string; ask for at least one character");
    }
    if (const auto* width = table.get("maxWidth")) {
      const auto most = width->value_exact<std::int64_t>();
      if (!most || *most < 1) fail(*width, "'maxWidth' must be a whole number of bytes, from 1 on");
      rule.pattern->limit_width(static_cast<std::size_t>(*most));
    }
    if (const auto* group = table.get("secretGroup")) {
      const auto number = group->value_exact<std::int64_t>();
      if (!number || *number < 0) fail(*group, "'secretGroup' must be a whole number from 0 on");
      if (*number > 1000 || (compiles_patterns() && *number > rule.pattern->groups())) {
        fail(*group, "'secretGroup' is " + std::to_string(*number) + ", but the pattern has " +
                         counted(static_cast<unsigned>(rule.pattern->groups()), "group"));
      }
      rule.secret_group = static_cast<int>(*number);
    }
  }

  // What a file holds and nothing else needs none, if its path tells what it is.
  void read_keywords(const toml::table& table, Rule& rule) const {
    rule.keywords = texts(table, "keywords");
    if (rule.keywords.empty() && !rule.path) {
      fail(table, "rule '" + rule.id + "' has no 'keywords'; name a literal that every match contains");
    }
    for (const auto& keyword : rule.keywords) {
      if (keyword.empty()) fail(*table.get("keywords"), "rule '" + rule.id + "' has an empty keyword");
    }
  }

  void read_entropy(const toml::table& table, Rule& rule) const {
    const auto* node = table.get("entropy");
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value) || *value < 0 || *value > 8) {
      fail(*node, "'entropy' must be a number from 0 to 8, in bits per byte");
    }
    rule.entropy = *value;
  }

  Rule read_rule(const toml::table& table) {
    allow_keys(table, {"id",       "aliases",        "description", "provider", "confidence",    "console",
                       "regex",    "maxWidth",       "secretGroup", "keywords", "exactKeywords", "entropy",
                       "checksum", "padding",        "words",       "path",     "allowlists",    "tags",
                       "examples", "counterexamples"});
    Rule rule;
    rule.file = file();
    rule.line = static_cast<int>(table.source().begin.line);
    rule.id = text(table, "id");
    if (rule.id.empty()) fail(table, "a rule has no 'id'");
    set_rule(rule.id);
    rule.aliases = texts(table, "aliases");
    rule.description = text(table, "description");
    if (rule.description.empty()) rule.description = rule.id;
    rule.provider = text(table, "provider");
    rule.console = text(table, "console");
    rule.confidence = confidence(table);
    read_pattern(table, rule);
    if (const auto* path = table.get("path")) rule.path = pattern(*path, text(table, "path"));
    read_keywords(table, rule);
    read_entropy(table, rule);
    rule.checksum = checksum(table);
    rule.padding = padding(table);
    rule.words = flag(table, "words");
    rule.exact_keywords = flag(table, "exactKeywords");
    if (const auto* lists = table.get("allowlists")) {
      for (const auto* list : tables(*lists, "rules.allowlists"))
        rule.allowlists.push_back(read_allowlist(*list));
    }
    rule.examples = texts(table, "examples");
    rule.counterexamples = texts(table, "counterexamples");
    return rule;
  }
};

void append(std::vector<Rule>& rules, std::vector<Rule> more) {
  for (auto& rule : more) {
    const auto same =
        std::find_if(rules.begin(), rules.end(), [&](const Rule& other) { return other.id == rule.id; });
    if (same != rules.end()) {
      throw Failure(rule.file + ":" + std::to_string(rule.line) + ": rule id '" + printable(rule.id) +
                    "' is taken by " + same->file + ":" + std::to_string(same->line) +
                    "; give each rule an id of its own");
    }
    rules.push_back(std::move(rule));
  }
}

std::vector<std::filesystem::path> rule_files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".toml") files.push_back(entry->path());
  }
  if (error) throw Failure("cannot read " + printable(folder.native()) + ": " + error.message());
  if (files.empty()) throw Failure("no rule file (*.toml) in " + printable(folder.native()));
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Config parse_config(std::string_view toml, const std::string& file) {
  return Reader(file, PatternCheck::compile).read_config(toml);
}

std::vector<Rule> parse_rules(std::string_view toml, const std::string& file) {
  std::vector<Rule> rules;
  append(rules, Reader(file, PatternCheck::compile).read(toml));
  return rules;
}

// The test suite checks these patterns; compiling them all again would cost every run its first milliseconds.
std::vector<Rule> built_in_rules() {
  std::vector<Rule> rules;
  for (const auto& file : built_in_files())
    append(rules, Reader(std::string(file.name), PatternCheck::none).read(file.text));
  return rules;
}

void add_rules(std::vector<Rule>& rules, const std::filesystem::path& file_or_folder) {
  std::vector<std::filesystem::path> files{file_or_folder};
  if (std::filesystem::is_directory(file_or_folder)) files = rule_files_in(file_or_folder);
  for (const auto& file : files) append(rules, parse_rules(read_file(file), printable(file.native())));
}

}  // namespace keysift
