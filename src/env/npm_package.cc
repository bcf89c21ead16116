#include "env/npm_package.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/path.h"
#include "base/path_pattern.h"
#include "base/position.h"
#include "base/text.h"

namespace keysift {
namespace {

using Json = nlohmann::json;

// Far more than people write.
constexpr std::size_t kMostRules = 10'000;      // of one ignore file, or of `files`
constexpr std::size_t kMostCost = 20'000;       // of one package's patterns
constexpr std::size_t kMostWorkspaces = 2'000;  // patterns of one work tree
constexpr int kMostTries = 3;                   // of lines that might keep a file out
constexpr auto kReplace = Json::error_handler_t::replace;

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

// As the globs that npm finds workspaces with: no `*` is for a dot at the beginning of a name, but where it
// takes one back.
struct WorkspacePattern {
  explicit WorkspacePattern(std::string_view text) : takes_back(text.starts_with('!')), glob(path_of(text)) {
    names_dot = path_of(text).find("/.") != std::string::npos;
  }

  static std::string path_of(std::string_view text) {
    if (text.starts_with('!')) text.remove_prefix(1);
    text = without_dot(text);
    if (text.ends_with('/')) text.remove_suffix(1);
    return '/' + std::string(text);
  }

  bool fits(const std::string& path) const {
    return (takes_back || names_dot || path.find("/.") == std::string::npos) && glob.fits(path);
  }

  bool takes_back;
  bool names_dot = false;
  NpmPattern glob;
};

struct WorkspaceRoot {
  // What lies below, as a path from there on.
  bool has(const std::string& other) const {
    if (!other.starts_with(folder) || other.size() == folder.size()) return false;
    const auto within = '/' + other.substr(folder.size(), other.size() - folder.size() - 1);
    const auto last = std::find_if(patterns.rbegin(), patterns.rend(),
                                   [&](const auto& pattern) { return pattern.fits(within); });
    return last != patterns.rend() && !last->takes_back;
  }

  std::string folder;
  std::vector<WorkspacePattern> patterns;
};

bool is_npm_manifest(std::string_view path) { return name_of(path) == "package.json"; }

Json parsed(const std::optional<std::string>& bytes) {
  auto json = Json::parse(bytes.value_or(""), nullptr, false);
  return json.is_object() ? json : Json::object();
}

}  // namespace

NpmWorkspaces::NpmWorkspaces(const WorkTree& tree, std::span<const std::string> manifests) {
  std::vector<WorkspaceRoot> roots;
  std::size_t count = 0;
  for (const auto& manifest : manifests) {
    if (!is_npm_manifest(manifest)) continue;
    WorkspaceRoot root{std::string(folder_of(manifest)), {}};
    for (const auto& text : workspaces_of(parsed(tree.read(manifest))))
      if (++count <= kMostWorkspaces) root.patterns.emplace_back(text);
    if (!root.patterns.empty()) roots.push_back(std::move(root));
  }
  for (const auto& manifest : manifests) {
    if (!is_npm_manifest(manifest)) continue;
    const std::string folder(folder_of(manifest));
    for (const auto& root : roots) {
      if (!root.has(folder)) continue;
      roots_.insert(root.folder);
      root_of_.try_emplace(folder, root.folder);
    }
  }
}

std::optional<std::string> NpmWorkspaces::root_of(const std::string& folder) const {
  const auto found = root_of_.find(folder);
  return found == root_of_.end() ? std::nullopt : std::optional(found->second);
}

NpmPackage::NpmPackage(const WorkTree& tree, const std::string& manifest, const NpmWorkspaces& workspaces)
    : tree_(tree), manifest_(manifest), folder_(folder_of(manifest)) {
  const auto bytes = tree.read(manifest);
  if (!bytes) return;
  for (const auto* rule : kDefaults) defaults_.push_back({NpmPattern(rule), {}});
  has_workspaces_ = workspaces.is_root(folder_);
  read_manifest(*bytes);
  if (const auto root = workspaces.root_of(folder_); root && is_published_) add_workspace_rules(*root);
}

void NpmPackage::read_manifest(const std::string& bytes) {
  const auto package = Json::parse(bytes, nullptr, false);
  if (!package.is_object()) return;
  const auto is_private = package.find("private");
  is_published_ = is_private == package.end() || *is_private != Json(true);
  name_ = text_of(package, "name");
  for (const auto* rule : kStrict) strict_.push_back({NpmPattern(rule), {}});
  if (const auto files = package.find("files"); files != package.end() && files->is_array())
    add_files_rules(bytes, texts(*files));
  const auto require = [&](const std::string& path) {
    NpmPattern pattern("!/" + path);
    if (!path.empty() && has_room_for(pattern)) strict_.push_back({std::move(pattern), {manifest_, 0, path}});
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
  const Place whole{manifest_, advance({}, std::string_view(bytes).substr(0, at)).line, "\"files\""};
  files_.emplace();
  files_->push_back({NpmPattern("*"), whole});
  Rules exact;
  Position here{whole.line, 1};
  for (auto file : std::span(files).first(std::min(files.size(), kMostRules))) {
    const auto quoted = Json(file).dump(-1, ' ', false, kReplace);
    // Whoever writes one in another way than JSON has to, is told the whole from there on.
    const auto found = std::min(bytes.find(quoted, at), bytes.size());
    here = advance(here, std::string_view(bytes).substr(at, found - at));
    at = found;
    const auto by = at < bytes.size() ? Place{manifest_, here.line, quoted} : whole;
    if (file.starts_with("./")) file.erase(0, 1);
    if (file.ends_with("/*")) file += '*';
    auto named = file.substr(std::min(file.find_first_not_of("!/"), file.size()));
    std::replace(named.begin(), named.end(), '\\', '/');
    const auto path = resolved(folder_, without_dot(named));
    NpmPattern pattern('!' + std::string(trimmed(file)));
    if (!has_room_for(pattern)) break;
    if (path && tree_.has_file(*path)) {
      exact.push_back({std::move(pattern), by});
      required_.emplace_back(without_dot(file));
    } else if (path && tree_.has_folder(*path)) {
      files_->push_back({std::move(pattern), by});
      files_->push_back({NpmPattern('!' + std::string(trimmed(file)) + "/**"), by});
    } else if (!path || !tree_.has(*path)) {
      files_->push_back({std::move(pattern), by});
    }
  }
  std::reverse(exact.begin(), exact.end());
  std::move(strict_.begin(), strict_.end(), std::back_inserter(exact));
  strict_ = std::move(exact);
}

std::string NpmPackage::ignore_file_of(const std::string& folder) const {
  return folder + (tree_.has_file(folder + ".npmignore") ? ".npmignore" : ".gitignore");
}

// npm also goes by the ignore files from the workspaces' root to the package.
void NpmPackage::add_workspace_rules(const std::string& root) {
  for (auto end = root.size(); end < folder_.size(); end = folder_.find('/', end) + 1) {
    auto rules = rules_in(ignore_file_of(folder_.substr(0, end)));
    std::move(rules.begin(), rules.end(), std::back_inserter(defaults_));
  }
}

// Patterns for which there is no room any more do not count.
bool NpmPackage::has_room_for(const NpmPattern& pattern) {
  cost_ += pattern.cost();
  return cost_ <= kMostCost;
}

NpmPackage::Rules NpmPackage::rules_in(const std::string& ignore_file) {
  Rules rules;
  const auto bytes = tree_.read(ignore_file);
  std::string_view rest = bytes ? std::string_view(*bytes) : std::string_view();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    if (number > kMostRules) return {};  // better to say too much than to trust half a file
    const auto text = trimmed(take_line(rest));
    if (text.empty() || text.starts_with('#')) continue;
    NpmPattern pattern(text);
    if (!has_room_for(pattern)) break;
    rules.push_back({std::move(pattern), {ignore_file, number, std::string(text)}});
  }
  return rules;
}

NpmPackage::Rules* NpmPackage::rules_of(const std::string& ignore_file) {
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
  if (!has_own_rules) level.rules.push_back(rules_of(ignore_file_of(folder)));
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

NpmPackage::Decision NpmPackage::decide(const std::string& path) {
  auto rest = std::string_view(path).substr(folder_.size());
  std::vector<Level> levels;
  enter(levels, "", folder_, false);
  for (auto slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    const std::string name(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    const auto decision = filter(levels, name, true, "");
    if (!decision.included) return decision;
    const bool exact =
        filter(levels, name, false, "").included || filter(levels, name + '/', false, "").included;
    enter(levels, name, path.substr(0, path.size() - rest.size()), exact);
  }
  return filter(levels, std::string(rest), false, "");
}

std::optional<Passage> NpmPackage::passage_of(const std::string& path) {
  if (!path.starts_with(folder_) || path.find('*') != std::string::npos) return std::nullopt;
  const auto decision = decide(path);
  const auto by = decision.rule != nullptr ? decision.rule->by : Place{};
  if (!decision.included && by.path.empty()) return std::nullopt;
  Passage passage;
  passage.file = path;
  passage.door = Door::package;
  passage.into = "npm package " + (name_.empty() ? "in " + (folder_.empty() ? "." : folder_) : name_);
  passage.open = decision.included;
  passage.by = by;
  if (passage.open) close(passage);
  return passage;
}

// Tries the lines: one in an ignore file counts only where `files` and npm itself say nothing, and rules of a
// folder below may come after it. A new .npmignore would put the .gitignore beside it out of force, now or
// once somebody makes one.
void NpmPackage::close(Passage& passage) {
  const auto name = std::string(name_of(passage.file));
  const auto own_file = ignore_file_of(folder_);
  if (passage.by.path.empty()) passage.by = {tree_.has_file(own_file) ? own_file : manifest_, 0, ""};
  auto last = passage.by;
  const auto pattern = pattern_of(name);
  for (int tries = 0; tries < kMostTries && (tries == 0 || !last.path.empty()); ++tries) {
    if (last.path == manifest_ && !last.text.empty()) break;
    const bool is_own = last.path != manifest_ && last.path.starts_with(folder_);
    const auto file = is_own ? last.path : own_file;
    auto& rules = *rules_of(file);
    rules.push_back({NpmPattern(pattern), {file, 0, pattern}});
    const auto decision = decide(passage.file);
    last = decision.rule != nullptr ? decision.rule->by : Place{};
    rules.pop_back();
    if (decision.included) continue;
    passage.ignore_file = file;
    passage.pattern = pattern;
    return;
  }
  if (last.path == manifest_) passage.by = last;
  passage.advice = advice_on(last, name);
}

// What lets a file in that no line keeps out.
std::string NpmPackage::advice_on(const Place& by, const std::string& name) const {
  if (by.path != manifest_) return "npm packs every file of this name: call it something else, or move it.";
  if (by.line == 0) return "Take it out of package.json.";
  const std::string advice = R"(Take it out of "files" in package.json)";
  const auto named = without_dot(std::string_view(by.text).substr(1, by.text.size() - 2));
  const bool is_exact = std::find(required_.begin(), required_.end(), named) != required_.end();
  return is_exact ? advice + '.' : advice + R"(, or add "!**/)" + name + R"(" at its end.)";
}

}  // namespace keysift
