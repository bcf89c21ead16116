#include "env/npm_package.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/path_pattern.h"

namespace keysift {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostRules = 10'000;  // of one ignore file

// What npm leaves out unless a rule says otherwise ...
constexpr std::array kDefaults{".npmignore",
                               ".gitignore",
                               "**/.git",
                               "**/.svn",
                               "**/.hg",
                               "**/CVS",
                               "**/.git/**",
                               "**/.svn/**",
                               "**/.hg/**",
                               "**/CVS/**",
                               "/.lock-wscript",
                               "/.wafpickle-*",
                               "/build/config.gypi",
                               "npm-debug.log",
                               "**/.npmrc",
                               ".*.swp",
                               ".DS_Store",
                               "**/.DS_Store/**",
                               "._*",
                               "**/._*/**",
                               "*.orig",
                               "/archived-packages/**"};
// ... and what no rule changes, at the package's root.
constexpr std::array kStrict{"/.git",
                             "!/package.json",
                             "!/readme{,.*[^~$]}",
                             "!/copying{,.*[^~$]}",
                             "!/license{,.*[^~$]}",
                             "!/licence{,.*[^~$]}",
                             "/.git",
                             "/node_modules",
                             ".npmrc",
                             "/package-lock.json",
                             "/yarn.lock",
                             "/pnpm-lock.yaml",
                             "/bun.lockb"};

std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/') + 1)); }

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> all;
  if (!list.is_array()) return all;
  for (const auto& item : list)
    if (item.is_string()) all.push_back(item.get<std::string>());
  return all;
}

// A list of patterns, or an object that has one.
std::vector<std::string> workspaces_of(const Json& package) {
  const auto found = package.find("workspaces");
  if (found == package.end()) return {};
  return found->is_object() ? texts(found->value("packages", Json::array())) : texts(*found);
}

std::string_view without_dot(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

// Whether one of the patterns of a package.json in the folder `root` names `folder`.
bool is_workspace(const std::vector<std::string>& patterns, const std::string& root,
                  const std::string& folder) {
  if (!folder.starts_with(root) || folder.size() == root.size()) return false;
  const auto within = folder.substr(root.size(), folder.size() - root.size() - 1);
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    auto text = without_dot(pattern);
    if (text.ends_with('/')) text.remove_suffix(1);
    return NpmPattern('/' + std::string(text)).fits('/' + within);
  });
}

Json parsed(const std::optional<std::string>& bytes) {
  auto json = Json::parse(bytes.value_or(""), nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::size_t line_at(std::string_view bytes, std::size_t offset) {
  return 1 + static_cast<std::size_t>(
                 std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\v\f";
  const auto begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

}  // namespace

NpmPackage::NpmPackage(const WorkTree& tree, const std::string& manifest,
                       std::span<const std::string> manifests)
    : tree_(tree), manifest_(manifest), folder_(folder_of(manifest)) {
  const auto bytes = tree.read(manifest);
  if (!bytes) return;
  for (const auto* rule : kDefaults) defaults_.push_back({NpmPattern(rule), {}});
  read_manifest(*bytes, manifests);
  if (is_published_) add_workspace_rules(manifests);
}

void NpmPackage::read_manifest(const std::string& bytes, std::span<const std::string> manifests) {
  const auto package = Json::parse(bytes, nullptr, false);
  if (!package.is_object()) return;
  const auto is_private = package.find("private");
  is_published_ = is_private == package.end() || *is_private != Json(true);
  name_ = text_of(package, "name");
  const auto workspaces = workspaces_of(package);
  has_workspaces_ = std::any_of(manifests.begin(), manifests.end(), [&](const std::string& other) {
    return is_workspace(workspaces, folder_, folder_of(other));
  });
  for (const auto* rule : kStrict) strict_.push_back({NpmPattern(rule), {}});
  if (const auto files = package.find("files"); files != package.end() && files->is_array())
    add_files_rules(bytes, texts(*files));
  const auto require = [&](const std::string& path) {
    if (!path.empty()) strict_.push_back({NpmPattern("!/" + path), {manifest_, 0, path}});
  };
  const auto require_program = [&](const std::string& path) { require(std::string(without_dot(path))); };
  require(text_of(package, "browser"));
  require(text_of(package, "main"));
  require_program(text_of(package, "bin"));
  if (const auto bins = package.find("bin"); bins != package.end() && bins->is_object())
    for (const auto& bin : *bins)
      if (bin.is_string()) require_program(bin.get<std::string>());
}

void NpmPackage::add_files_rules(const std::string& bytes, const std::vector<std::string>& files) {
  auto at = std::min(bytes.find("\"files\""), bytes.size());
  const Place whole{manifest_, line_at(bytes, at), "\"files\""};
  files_.emplace();
  files_->push_back({NpmPattern("*"), whole});
  Rules exact;
  for (auto file : files) {
    const auto quoted = Json(file).dump(-1, ' ', false, Json::error_handler_t::replace);
    const auto found = bytes.find(quoted, at);
    Place by = whole;
    if (found != std::string::npos) by = {manifest_, line_at(bytes, at = found), quoted};
    if (file.starts_with("./")) file.erase(0, 1);
    if (file.ends_with("/*")) file += '*';
    auto named = file.substr(std::min(file.find_first_not_of("!/"), file.size()));
    std::replace(named.begin(), named.end(), '\\', '/');
    const auto path = resolved(folder_, without_dot(named));
    if (path && tree_.has_file(*path)) {
      exact.insert(exact.begin(), {NpmPattern('!' + std::string(trimmed(file))), by});
      required_.emplace_back(without_dot(file));
    } else if (path && tree_.has_folder(*path)) {
      files_->push_back({NpmPattern('!' + std::string(trimmed(file))), by});
      files_->push_back({NpmPattern('!' + std::string(trimmed(file)) + "/**"), by});
    } else if (!path || !tree_.has(*path)) {
      files_->push_back({NpmPattern('!' + std::string(trimmed(file))), by});
    }
  }
  std::move(strict_.begin(), strict_.end(), std::back_inserter(exact));
  strict_ = std::move(exact);
}

// npm then also goes by the ignore files between the workspaces' root and the package.
void NpmPackage::add_workspace_rules(std::span<const std::string> manifests) {
  for (const auto& other : manifests) {
    const auto root = folder_of(other);
    if (!other.ends_with("package.json") || !folder_.starts_with(root) || folder_ == root ||
        !is_workspace(workspaces_of(parsed(tree_.read(other))), root, folder_))
      continue;
    for (auto end = root.size(); end != std::string::npos && end < folder_.size();) {
      const auto folder = folder_.substr(0, end);
      for (const char* name : {".npmignore", ".gitignore"}) {
        if (!tree_.has_file(folder + name)) continue;
        auto rules = rules_in(folder + name);
        std::move(rules.begin(), rules.end(), std::back_inserter(defaults_));
        break;
      }
      const auto slash = folder_.find('/', end);
      end = slash + 1 < folder_.size() ? slash + 1 : std::string::npos;
    }
    return;
  }
}

NpmPackage::Rules NpmPackage::rules_in(const std::string& ignore_file) const {
  Rules rules;
  const auto bytes = tree_.read(ignore_file);
  std::string_view rest = bytes ? std::string_view(*bytes) : std::string_view();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    if (number > kMostRules) return {};  // better to say too much than to trust half a file
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto text = trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    rules.push_back({NpmPattern(text), {ignore_file, number, std::string(text)}});
  }
  return rules;
}

const NpmPackage::Rules* NpmPackage::rules_of(const std::string& ignore_file) {
  const auto [entry, is_new] = ignore_files_.try_emplace(ignore_file);
  if (is_new) entry->second = rules_in(ignore_file);
  return &entry->second;
}

// What no rule changes in a folder of the package's root: npm hands what is required down by one level.
const NpmPackage::Rules* NpmPackage::strict_below(const std::string& name) {
  const auto [entry, is_new] = strict_below_.try_emplace(name);
  if (!is_new) return &entry->second;
  entry->second.push_back({NpmPattern("/.git"), {}});
  for (const auto& path : required_) {
    const auto slash = path.find('/');
    if (slash == std::string::npos || path.find('/', slash + 1) != std::string::npos) continue;
    if (path.substr(0, slash) == name)
      entry->second.push_back({NpmPattern('!' + path.substr(slash + 1)), {manifest_, 0, path}});
  }
  return &entry->second;
}

// `folder` is the path of the new level, "" or ending with '/'.
void NpmPackage::enter(std::vector<Level>& levels, const std::string& name, const std::string& folder,
                       bool exact) {
  const bool is_root = levels.empty();
  auto& level = levels.emplace_back();
  level.name = name;
  level.exact = exact;
  level.rules.push_back(&defaults_);
  // With workspaces, npm takes any package.json below for one with `files`, and for no more than that.
  const bool has_own_rules =
      is_root ? files_.has_value() : has_workspaces_ && tree_.has_file(folder + "package.json");
  if (is_root && files_) level.rules.push_back(&*files_);
  if (!has_own_rules) {
    const auto* own = tree_.has_file(folder + ".npmignore") ? ".npmignore" : ".gitignore";
    if (tree_.has_file(folder + own)) level.rules.push_back(rules_of(folder + own));
  }
  level.rules.push_back(is_root ? &strict_ : strict_below(levels.size() == 2 ? name : ""));
}

// As npm's walker asks: first the folders above, then the rules of the last level, of which each that says
// something else than what was said until then is tried. `entry` is a path from the last level on; `name` its
// last part, if there are levels below.
NpmPackage::Decision NpmPackage::filter(std::span<const Level> levels, const std::string& entry,
                                        bool is_folder, const std::string& name) const {
  const auto& level = levels.back();
  Decision decision;
  if (levels.size() > 1) {
    decision = filter(levels.first(levels.size() - 1), level.name + '/' + entry, is_folder,
                      name.empty() ? entry : name);
    if (!decision.included && !level.exact) return decision;
  }
  const auto fits_folder = [&](const NpmPattern& pattern, const std::string& path) {
    return pattern.fits('/' + path + '/') || pattern.fits(path + '/') ||
           (pattern.negated() && (pattern.fits('/' + path, true) || pattern.fits(path, true)));
  };
  for (const auto* rules : level.rules) {
    for (const auto& rule : *rules) {
      const auto& pattern = rule.pattern;
      if (pattern.negated() == decision.included) continue;
      const bool fits = pattern.fits('/' + entry) || pattern.fits(entry) ||
                        (is_folder && (fits_folder(pattern, entry) ||
                                       (!name.empty() && pattern.is_name() && fits_folder(pattern, name))));
      if (fits) decision = {pattern.negated(), &rule};
    }
  }
  return decision;
}

std::optional<Passage> NpmPackage::passage_of(const std::string& path) {
  if (!path.starts_with(folder_) || path.find('*') != std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(path).substr(folder_.size());
  std::vector<Level> levels;
  enter(levels, "", folder_, false);
  Decision decision;
  for (auto slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    const std::string name(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    decision = filter(levels, name, true, "");
    if (!decision.included) break;
    const bool exact =
        filter(levels, name, false, "").included || filter(levels, name + '/', false, "").included;
    enter(levels, name, path.substr(0, path.size() - rest.size()), exact);
  }
  if (decision.included) decision = filter(levels, std::string(rest), false, "");
  if (!decision.included && (decision.rule == nullptr || decision.rule->by.path.empty())) return std::nullopt;
  Passage passage;
  passage.file = path;
  passage.door = Door::package;
  passage.into = "npm package " + (name_.empty() ? "in " + (folder_.empty() ? "." : folder_) : name_);
  passage.open = decision.included;
  passage.by = decision.rule != nullptr ? decision.rule->by : Place{manifest_, 0, ""};
  if (passage.open) close(passage, decision);
  return passage;
}

// A line in an ignore file counts only where `files` says nothing, and a new .npmignore would put a
// .gitignore beside it out of force.
void NpmPackage::close(Passage& passage, const Decision& decision) {
  const auto name = passage.file.substr(passage.file.rfind('/') + 1);
  const auto& by = passage.by;
  const bool is_named = decision.rule != nullptr && by.path == manifest_;
  if (is_named) {
    passage.advice =
        files_ ? R"(Take it out of "files" in package.json, or add "!**/)" + name + R"(" at its end.)"
               : "Take it out of package.json.";
    return;
  }
  if (decision.rule != nullptr) {
    passage.ignore_file = by.path;
  } else if (tree_.has_file(folder_ + ".gitignore") && !tree_.has_file(folder_ + ".npmignore")) {
    passage.ignore_file = folder_ + ".gitignore";
  } else {
    passage.ignore_file = folder_ + ".npmignore";
  }
  passage.pattern = pattern_of(name);
  if (decision.rule == nullptr && tree_.has_file(passage.ignore_file))
    passage.by = {passage.ignore_file, 0, ""};
}

}  // namespace keysift
