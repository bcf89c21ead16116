#include "rule/gitleaks_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "rule/table_reader.h"

namespace keysift {
namespace {

// How a message about a rule begins.
std::string place_of(const Rule& rule) {
  return rule.file + ":" + std::to_string(rule.line) + ": rule '" + printable(rule.id) + "' ";
}

// A file that a file extends may extend a third one; gitleaks goes no further, either.
constexpr int kMostExtended = 2;

// The newest version whose configuration is known here.
constexpr std::array<int, 2> kNewest{8, 30};

// Of a pattern, in bytes: with less, RE2 forgets what it has learnt of those of gitleaks' own, and they take
// twice as long.
constexpr std::int64_t kGitleaksMemory = std::int64_t{8} << 20;

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// To gitleaks "secretGroup" and "secretgroup" are the same key.
void lower_keys(toml::node& node) {
  if (auto* list = node.as_array()) {
    for (auto& item : *list) lower_keys(item);
  } else if (auto* table = node.as_table()) {
    std::vector<std::string> names;
    for (auto&& [key, value] : *table) {
      lower_keys(value);
      if (const std::string name(key.str()); name != lower(name)) names.push_back(name);
    }
    for (const auto& name : names) {
      table->insert_or_assign(lower(name), std::move(*table->get(name)));
      table->erase(name);
    }
  }
}

// Go's (?<name>...) is RE2's (?P<name>...), which older RE2 insists on.
std::string of_go(std::string_view regex) {
  std::string result;
  bool in_class = false;
  for (std::size_t at = 0; at < regex.size(); ++at) {
    const auto rest = regex.substr(at);
    const bool escape = rest.front() == '\\' && rest.size() > 1;
    if (!escape && rest.front() == (in_class ? ']' : '[')) in_class = !in_class;
    if (!in_class && rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' && rest[3] != '!') {
      result += "(?P<";
      at += 2;
    } else {
      result += rest.substr(0, escape ? 2 : 1);
      at += escape ? 1 : 0;
    }
  }
  return result;
}

// Reads one file, all of whose keys are in lower case.
class Reader : TableReader {
 public:
  Reader(const std::string& file, const ExtendedFile& extended, int depth)
      : TableReader(file, PatternCheck::syntax), extended_(extended), depth_(depth) {}

  GitleaksConfig read(std::string_view toml) {
    auto root = parse_toml(toml, file());
    lower_keys(root);
    note_unknown(root, {"title", "description", "extend", "rules", "allowlist", "allowlists", "minversion"});
    note_newer(root);
    if (const auto* list = root.get("rules"))
      for (const auto* table : tables(*list, "rules")) add_rule(*table);
    for (const auto& rule : config_.rules) check_required(rule);
    read_allowlists(root, "allowlists", [&](const toml::table& table) { add_wide_allowlist(table); });
    if (const auto* node = root.get("extend")) extend(table_of(*node, "extend"));
    for (auto& [rule, list, node] : targeted_) target(rule, std::move(list), *node);
    return std::move(config_);
  }

 private:
  struct Targeted {
    std::string rule;
    Allowlist list;
    const toml::node* at;
  };

  void note(const toml::node& at, const std::string& words) {
    config_.notes.push_back(place(at) + ": " + printable(words));
  }

  void note_unknown(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end())
        note(node, "the key '" + std::string(key.str()) + "' is not known, and has no effect");
    }
  }

  const toml::table& table_of(const toml::node& node, const std::string& key) const {
    if (node.is_table()) return *node.as_table();
    fail(node, "'" + key + "' must be a table: [" + key + "]");
  }

  // gitleaks warns, and goes on.
  void note_newer(const toml::table& root) {
    const auto version = text(root, "minversion");
    std::array<int, 2> numbers{};
    std::string_view rest = version;
    if (rest.starts_with('v')) rest.remove_prefix(1);
    for (auto& number : numbers) {
      while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest.front())) != 0 &&
             number < 10'000) {
        number = number * 10 + (rest.front() - '0');
        rest.remove_prefix(1);
      }
      if (!rest.empty() && rest.front() == '.') rest.remove_prefix(1);
    }
    if (numbers > kNewest)
      note(*root.get("minversion"),
           "it asks for gitleaks " + version + "; what is known here is that of 8.30");
  }

  // An old [key] or new [[keys]], one of which there may be.
  template <typename Read>
  void read_allowlists(const toml::table& table, const std::string& many, Read&& read) {
    const auto one = many.substr(0, many.size() - 1);
    const auto* old = table.get(one);
    const auto* lists = table.get(many);
    if (old != nullptr && lists != nullptr)
      fail(*old, "[" + one + "] cannot be used beside [[" + many + "]]; make it one of those");
    if (old != nullptr && old->is_table()) return read(*old->as_table());
    const auto* node = old != nullptr ? old : lists;  // in 8.25 the singular may be a list, too
    if (node == nullptr) return;
    for (const auto* each : tables(*node, old != nullptr ? one : many)) read(*each);
  }

  std::unique_ptr<Pattern> go_pattern(const toml::node& at, const std::string& regex) {
    return pattern(at, of_go(regex), kGitleaksMemory);
  }

  Allowlist read_conditions(const toml::table& table) {
    Allowlist list;
    const auto make = [this](const toml::node& at, const std::string& regex) {
      return go_pattern(at, regex);
    };
    list.regexes = patterns(table, "regexes", make);
    list.paths = patterns(table, "paths", make);
    list.stopwords = texts(table, "stopwords");
    for (const auto& commit : texts(table, "commits"))
      list.commits.push_back(lower(std::string(trimmed(commit))));
    const auto condition = lower(text(table, "condition"));
    list.all = condition == "and" || condition == "&&";
    if (!list.all && !condition.empty() && condition != "or" && condition != "||")
      fail(*table.get("condition"), "'condition' must be \"AND\" or \"OR\"");
    const auto target = text(table, "regextarget");
    if (target == "match") {
      list.target = AllowTarget::match;
    } else if (target == "line") {
      list.target = AllowTarget::line;
    } else if (!target.empty() && target != "secret") {
      fail(*table.get("regextarget"), "'regexTarget' must be \"match\", \"line\" or \"secret\"");
    }
    if (!list.names_content() && !list.names_place())
      note(table, "this allowlist has no commits, paths, regexes or stopwords, and allows nothing");
    return list;
  }

  void add_wide_allowlist(const toml::table& table) {
    note_unknown(table, {"description", "condition", "commits", "paths", "regextarget", "regexes",
                         "stopwords", "targetrules"});
    set_rule("");
    const auto rules = texts(table, "targetrules");
    if (rules.empty()) config_.allowlists.push_back(read_conditions(table));
    for (const auto& rule : rules)
      targeted_.push_back({rule, read_conditions(table), table.get("targetrules")});
  }

  void target(const std::string& id, Allowlist list, const toml::node& at) {
    const auto rule = rule_called(id);
    if (rule != config_.rules.end()) {
      rule->allowlists.push_back(std::move(list));
    } else if (config_.use_default) {
      add_change(id, at).allowlists.push_back(std::move(list));
    } else {
      fail(at, "'targetRules' names '" + id + "', and there is no such rule");
    }
  }

  std::vector<Rule>::iterator rule_called(const std::string& id) {
    return std::find_if(config_.rules.begin(), config_.rules.end(),
                        [&](const Rule& rule) { return rule.id == id; });
  }

  // A rule without a pattern, which may yet change one that is extended.
  Rule& add_change(const std::string& id, const toml::node& at) {
    auto& rule = config_.rules.emplace_back();
    rule.judge = Judge::gitleaks;
    rule.id = id;
    rule.file = file();
    rule.line = static_cast<int>(at.source().begin.line);
    return rule;
  }

  void read_patterns(const toml::table& table, Rule& rule) {
    if (const auto regex = text(table, "regex"); !regex.empty()) {
      rule.pattern = go_pattern(*table.get("regex"), regex);
    }
    if (const auto path = text(table, "path"); !path.empty())
      rule.path = go_pattern(*table.get("path"), path);
    const auto* group = table.get("secretgroup");
    if (group == nullptr) group = table.get("entropygroup");  // as it was called in 8.0
    if (group == nullptr) return;
    const auto number = group->value<std::int64_t>();
    if (!number || *number < 0) fail(*group, "'secretGroup' must be a whole number from 0 on");
    if (rule.pattern && *number > rule.pattern->groups())
      fail(*group, "rule '" + rule.id + "': 'secretGroup' is " + std::to_string(*number) +
                       ", but the pattern has " +
                       counted(static_cast<unsigned>(rule.pattern->groups()), "group"));
    rule.secret_group = static_cast<int>(*number);
  }

  void read_entropy(const toml::table& table, Rule& rule) const {
    const auto* node = table.get("entropy");
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value)) fail(*node, "'entropy' must be a number, in bits per character");
    rule.entropy = *value;
  }

  std::optional<std::size_t> distance(const toml::table& table, const std::string& key) const {
    const auto* node = table.get(lower(key));
    if (node == nullptr) return std::nullopt;
    const auto number = node->value<std::int64_t>();
    if (!number || *number < 0) fail(*node, "'" + key + "' must be a whole number from 0 on");
    return static_cast<std::size_t>(*number);
  }

  void read_required(const toml::table& table, Rule& rule) {
    const auto* list = table.get("required");
    if (list == nullptr) return;
    for (const auto* each : tables(*list, "rules.required")) {
      note_unknown(*each, {"id", "withinlines", "withincolumns"});
      Required required{text(*each, "id"), distance(*each, "withinLines"), distance(*each, "withinColumns")};
      if (required.rule.empty()) fail(*each, "rule '" + rule.id + "': what it requires has no 'id'");
      rule.required.push_back(std::move(required));
    }
  }

  void check_required(const Rule& rule) {
    for (const auto& required : rule.required) {
      if (rule_called(required.rule) == config_.rules.end())
        throw Failure(place_of(rule) + "requires '" + printable(required.rule) +
                      "', and there is no such rule");
    }
  }

  void add_rule(const toml::table& table) {
    note_unknown(table,
                 {"id", "description", "path", "regex", "secretgroup", "entropygroup", "entropy", "keywords",
                  "tags", "allowlist", "allowlists", "required", "skipreport", "secretgroupname"});
    const auto id = text(table, "id");
    if (trimmed(id).empty()) fail(table, "a rule has no 'id'");
    if (const auto same = rule_called(id); same != config_.rules.end()) {
      note(table, "rule '" + id + "' is there twice; the first has no effect");
      config_.rules.erase(same);
    }
    auto& rule = add_change(id, table);
    set_rule(id);
    rule.description = text(table, "description");
    read_patterns(table, rule);
    read_entropy(table, rule);
    for (const auto& keyword : texts(table, "keywords")) {
      if (keyword.empty()) fail(*table.get("keywords"), "rule '" + id + "' has an empty keyword");
      rule.keywords.push_back(lower(keyword));
    }
    rule.tags = texts(table, "tags");
    rule.reported = !flag(table, "skipreport");
    read_required(table, rule);
    read_allowlists(table, "allowlists", [&](const toml::table& list) {
      note_unknown(list,
                   {"description", "condition", "commits", "paths", "regextarget", "regexes", "stopwords"});
      rule.allowlists.push_back(read_conditions(list));
    });
  }

  void extend(const toml::table& table) {
    note_unknown(table, {"path", "url", "usedefault", "disabledrules"});
    const auto path = text(table, "path");
    const bool use_default = flag(table, "usedefault");
    auto disabled = texts(table, "disabledrules");
    if (!path.empty() && use_default) fail(table, "'path' and 'useDefault' cannot both be given in [extend]");
    if (depth_ == kMostExtended) return;
    if (use_default) {
      config_.use_default = true;
      config_.disabled_rules = std::move(disabled);
    } else if (!path.empty()) {
      const auto bytes = extended_(path);
      if (!bytes) fail(*table.get("path"), "there is no file '" + path + "' to extend");
      merge(Reader(path, extended_, depth_ + 1).read(*bytes), disabled, *table.get("path"));
    }
  }

  // What this file says goes before what the other one says.
  void merge(GitleaksConfig base, const std::vector<std::string>& disabled, const toml::node& at) {
    for (const auto& id : disabled) {
      if (std::erase_if(base.rules, [&](const Rule& rule) { return rule.id == id; }) == 0 &&
          !base.use_default)
        note(at, "'disabledRules' names '" + id + "', and there is no such rule");
    }
    for (auto& rule : base.rules) {
      const auto own = rule_called(rule.id);
      if (own == config_.rules.end()) {
        config_.rules.push_back(std::move(rule));
      } else {
        change(rule, std::move(*own));
        *own = std::move(rule);
      }
    }
    std::move(base.allowlists.begin(), base.allowlists.end(), std::back_inserter(config_.allowlists));
    std::move(base.notes.begin(), base.notes.end(), std::back_inserter(config_.notes));
    config_.use_default = base.use_default;
    config_.disabled_rules = std::move(base.disabled_rules);
    config_.disabled_rules.insert(config_.disabled_rules.end(), disabled.begin(), disabled.end());
  }

  static void change(Rule& base, Rule own);
  friend void keysift::take_rules(GitleaksConfig& config, std::vector<Rule>& rules);

  const ExtendedFile& extended_;
  int depth_;
  GitleaksConfig config_;
  std::vector<Targeted> targeted_;
};

template <typename T>
void append(std::vector<T>& list, std::vector<T>& more) {
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

// As gitleaks puts a rule on top of another of the same id.
void Reader::change(Rule& base, Rule own) {
  if (!own.description.empty()) base.description = std::move(own.description);
  if (own.entropy != 0) base.entropy = own.entropy;
  if (own.secret_group != 0) base.secret_group = own.secret_group;
  if (own.pattern) base.pattern = std::move(own.pattern);
  if (own.path) base.path = std::move(own.path);
  append(base.tags, own.tags);
  append(base.keywords, own.keywords);
  append(base.allowlists, own.allowlists);
}

}  // namespace

bool is_gitleaks_config(std::string_view toml) {
  try {
    auto root = parse_toml(toml, "");
    lower_keys(root);
    const auto has_target = [](const toml::node& list) {
      return list.is_table() && list.as_table()->contains("targetrules");
    };
    const auto* lists = root.get_as<toml::array>("allowlists");
    return root.contains("rules") || root.contains("extend") || root.contains("allowlist") ||
           root.contains("minversion") ||
           (lists != nullptr && std::any_of(lists->begin(), lists->end(), has_target));
  } catch (const Failure&) {
    return false;
  }
}

GitleaksConfig parse_gitleaks_config(std::string_view toml, const std::string& file,
                                     const ExtendedFile& extended) {
  auto config = Reader(file, extended, 0).read(toml);
  for (auto& rule : config.rules) {
    if (!rule.pattern && !rule.path && !config.use_default)
      throw Failure(place_of(rule) + "has neither 'regex' nor 'path', and would have no effect");
    if (rule.description.empty() && (rule.pattern || rule.path)) rule.description = rule.id;
  }
  return config;
}

namespace {

bool has(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Changes keysift's rules that find what one of gitleaks' does. Theirs have patterns of their own: what is to
// be left out is left out of these, too, and nothing else is taken. Returns their ids.
std::vector<std::string> change_aliased(std::vector<Rule>& rules, const Rule& change) {
  std::vector<std::string> changed;
  for (auto& rule : rules) {
    if (!has(rule.aliases, change.id)) continue;
    rule.allowlists.insert(rule.allowlists.end(), change.allowlists.begin(), change.allowlists.end());
    changed.push_back(rule.id);
  }
  return changed;
}

std::string joined(const std::vector<std::string>& ids) {
  std::string all;
  for (const auto& id : ids) all.append(all.empty() ? "" : ", ").append(id);
  return all;
}

}  // namespace

void take_rules(GitleaksConfig& config, std::vector<Rule>& rules) {
  const auto& disabled = config.disabled_rules;
  std::erase_if(rules, [&](const Rule& rule) {
    const bool leaves =
        !config.use_default || has(disabled, rule.id) ||
        (!rule.aliases.empty() && std::all_of(rule.aliases.begin(), rule.aliases.end(),
                                              [&](const auto& alias) { return has(disabled, alias); }));
    if (leaves) config.changed.push_back(rule.id);
    return leaves;
  });
  for (auto& rule : config.rules) {
    const auto same =
        std::find_if(rules.begin(), rules.end(), [&](const Rule& other) { return other.id == rule.id; });
    if (same != rules.end()) config.changed.push_back(rule.id);
    if (rule.pattern || rule.path) {
      if (same != rules.end()) rules.erase(same);
      rules.push_back(std::move(rule));
      continue;
    }
    const auto place = place_of(rule);
    const bool more = rule.entropy != 0 || rule.secret_group != 0 || !rule.keywords.empty();
    auto aliased = change_aliased(rules, rule);
    if (same != rules.end()) {
      Reader::change(*same, std::move(rule));
    } else if (aliased.empty()) {
      config.notes.push_back(place +
                             "changes one of gitleaks' own that keysift has none for; it has no effect");
    } else if (more) {
      config.notes.push_back(place + "changes one of gitleaks' own; keysift has " + joined(aliased) +
                             " for it, and takes its allowlists alone");
    }
    append(config.changed, aliased);
  }
  config.rules.clear();
  auto& changed = config.changed;
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
}

}  // namespace keysift
