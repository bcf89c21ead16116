#include "env/python_sdist.h"

#include <algorithm>
#include <utility>

#include "base/failure.h"
#include "base/path.h"
#include "base/text.h"
#include "env/docker_ignore.h"
#include "rule/toml.h"

namespace keysift {
namespace {

constexpr std::size_t kMostPatterns = 10'000;  // of one MANIFEST.in
constexpr std::string_view kBlanks = " \t\r";

// `*` and `?` stop at '/', `**` is for any folders, and `[!a]` is a set's opposite.
std::unique_ptr<Pattern> python_glob(std::string glob) {
  for (auto at = glob.find("[!"); at != std::string::npos; at = glob.find("[!", at + 2)) glob[at + 1] = '^';
  return std::make_unique<Pattern>(docker_regex(glob));
}

std::string below(std::string_view folder, std::string_view glob) {
  auto path = cleaned(folder);
  if (!path.empty()) path += '/';
  return path + std::string(glob);
}

}  // namespace

// A parsed pyproject.toml.
struct PythonSdist::Project {
  toml::table table;
};

PythonSdist::PythonSdist(const WorkTree& tree, std::string folder)
    : tree_(tree), folder_(std::move(folder)), project_(folder_ + "pyproject.toml") {
  read_project();
  read_manifest();
}

void PythonSdist::read_project() {
  const auto bytes = tree_.read(project_);
  if (!bytes) return;
  Project parsed;
  const auto& project = parsed.table;
  try {
    parsed.table = parse_toml(*bytes, project_);
  } catch (const Failure&) {
    uses_other_ = true;  // nobody can build it
    return;
  }
  name_ = project["project"]["name"].value_or(std::string());
  const auto backend = project["build-system"]["build-backend"].value_or(std::string("setuptools"));
  uses_hatch_ = backend.starts_with("hatchling");
  uses_other_ = !uses_hatch_ && !backend.starts_with("setuptools");
  if (const auto* needed = project["build-system"]["requires"].as_array()) {
    for (const auto& each : *needed) {
      const auto text = each.value_or(std::string());
      if (text.starts_with("setuptools-scm") || text.starts_with("setuptools_scm")) uses_git_ = true;
    }
  }
  if (uses_hatch_) read_hatch(parsed);
}

void PythonSdist::read_hatch(const Project& project) {
  const auto build = project.table["tool"]["hatch"]["build"];
  const auto sdist = build["targets"]["sdist"];
  const auto add = [&](Patterns& patterns, const char* key, std::string_view before) {
    const auto* list = sdist[key].as_array() ? sdist[key].as_array() : build[key].as_array();
    if (list == nullptr) return false;
    std::string text;
    for (const auto& each : *list) {
      auto line = each.value_or(std::string());
      if (line.find('\n') != std::string::npos) line.clear();  // a line cannot hold one
      text.append(before).append(line).push_back('\n');
      patterns.lines.push_back(each.source().begin.line);
    }
    patterns.file = std::make_unique<IgnoreFile>(project_, std::move(text));
    return !patterns.lines.empty();
  };
  // Paths, not patterns; and where there are some, `include` does not count.
  if (!add(hatch_includes_, "only-include", "/") && !add(hatch_includes_, "packages", "/"))
    add(hatch_includes_, "include", "");
  add(hatch_excludes_, "exclude", "");
  add(hatch_artifacts_, "artifacts", "");
  const auto ignores_vcs = sdist["ignore-vcs"].value<bool>();
  if (!ignores_vcs.value_or(build["ignore-vcs"].value_or(false))) locate_git_rules();
}

// The nearest .gitignore from the project's folder up.
void PythonSdist::locate_git_rules() {
  for (auto folder = std::string_view(folder_);; folder = folder.substr(0, folder.size() - 1)) {
    folder = folder_of(folder);
    const auto file = std::string(folder) + ".gitignore";
    if (auto bytes = tree_.read(file)) {
      git_rules_ = std::make_unique<IgnoreFile>(file, std::move(*bytes));
      return;
    }
    if (folder.empty()) return;
  }
}

void PythonSdist::read_manifest() {
  const auto bytes = tree_.read(folder_ + "MANIFEST.in");
  if (!bytes) return;
  std::string_view rest = *bytes;
  std::string joined;
  std::size_t first = 0;
  for (std::size_t number = 1; !rest.empty() && patterns_ < kMostPatterns; ++number) {
    auto line = take_line(rest);
    line = line.substr(0, line.find('#'));
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    if (joined.empty()) first = number;
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.remove_suffix(1);
    joined += line;
    if (goes_on) continue;
    add_command(joined, first);
    joined.clear();
  }
}

void PythonSdist::add_command(std::string_view line, std::size_t number) {
  auto parts = words_of(line);
  if (parts.size() < 2) return;
  const auto name = parts[0];
  parts.erase(parts.begin());
  Command command;
  command.by = {folder_ + "MANIFEST.in", number, name};
  for (const auto& part : parts) command.by.text += ' ' + part;
  command.takes_in = name.ends_with("include") || name == "graft";
  std::string folder;
  if (name.starts_with("recursive-")) {
    folder = parts[0];
    parts.erase(parts.begin());
  }
  if (parts.size() > kMostPatterns - patterns_) parts.resize(kMostPatterns - patterns_);
  patterns_ += parts.size();
  for (const auto& part : parts) {
    if (name == "include") {  // for this one alone, setuptools takes `**` for `*`
      command.patterns.push_back(python_glob(with_single_stars(cleaned(part))));
    } else if (name == "exclude") {
      command.patterns.push_back(python_glob(cleaned(part)));
    } else if (name == "graft" || name == "prune") {
      command.patterns.push_back(python_glob(below(part, "**")));
    } else if (name == "global-include" || name == "global-exclude") {
      command.patterns.push_back(python_glob("**/" + part));
    } else if (name == "recursive-include" || name == "recursive-exclude") {
      command.patterns.push_back(python_glob(below(folder, "**/" + part)));
    }
  }
  commands_.push_back(std::move(command));
}

std::optional<PythonSdist::Verdict> PythonSdist::verdict_of(const Patterns& patterns,
                                                            std::string_view within) const {
  const auto* found = patterns.file ? patterns.file->decide(within, false) : nullptr;
  if (found == nullptr) return std::nullopt;
  return Verdict{!found->negated,
                 {project_, patterns.lines.at(found->line - 1), std::string(found->written)}};
}

// To hatchling the rules of the .gitignore come first, as if it lay in the project's folder; what comes last
// decides.
std::optional<PythonSdist::Verdict> PythonSdist::hatch_exclusion(std::string_view within) const {
  if (auto verdict = verdict_of(hatch_excludes_, within)) return verdict;
  const auto* rule = git_rules_ ? git_rules_->decide(within, false) : nullptr;
  if (rule == nullptr) return std::nullopt;
  return Verdict{!rule->negated, {git_rules_->source(), rule->line, std::string(rule->written)}};
}

std::optional<Passage> PythonSdist::passage_of(const std::string& path, bool tracked) const {
  if (!path.starts_with(folder_) || uses_other_) return std::nullopt;
  Passage passage;
  passage.file = path;
  passage.door = Door::package;
  passage.into = "Python sdist " + (name_.empty() ? "of " + (folder_.empty() ? "." : folder_) : name_);
  const auto within = std::string_view(path).substr(folder_.size());
  uses_hatch_ ? ask_hatch(within, passage) : ask_setuptools(within, tracked, passage);
  if (passage.by.path.empty()) return std::nullopt;
  return passage;
}

// Leaves the passage without a place where nothing would take the file in.
void PythonSdist::ask_setuptools(std::string_view within, bool tracked, Passage& passage) const {
  if (uses_git_ && tracked) {
    passage.open = true;
    passage.by = {project_, 0, "setuptools-scm"};
  }
  for (const auto& command : commands_) {
    const auto fits = [&](const auto& pattern) { return pattern->found_in(within); };
    if (std::none_of(command.patterns.begin(), command.patterns.end(), fits)) continue;
    if (!command.takes_in && !passage.open) continue;
    passage.open = command.takes_in;
    passage.by = command.by;
  }
  if (!passage.open) return;
  passage.ignore_file = folder_ + "MANIFEST.in";
  passage.pattern = "global-exclude " + std::string(name_of(within));
  if (passage.pattern.find_first_of(" *?[\\", sizeof "global-exclude") == std::string::npos) return;
  passage.ignore_file.clear();
  passage.pattern.clear();
  passage.advice = "Take the file out of MANIFEST.in.";
}

void PythonSdist::ask_hatch(std::string_view within, Passage& passage) const {
  const auto artifact = verdict_of(hatch_artifacts_, within);
  passage.open = artifact && artifact->fits;
  if (passage.open) {
    passage.by = artifact->by;
    passage.advice = R"(Take it out of "artifacts" in the pyproject.toml.)";
    return;
  }
  const auto exclusion = hatch_exclusion(within);
  if (exclusion && exclusion->fits) {
    passage.by = exclusion->by;
    return;
  }
  const auto inclusion = verdict_of(hatch_includes_, within);
  if (hatch_includes_.file && !(inclusion && inclusion->fits)) return;
  passage.open = true;
  passage.by = exclusion ? exclusion->by : inclusion ? inclusion->by : Place{project_, 0, ""};
  passage.advice = R"(Add it to "exclude" in [tool.hatch.build.targets.sdist] of the pyproject.toml.)";
}

}  // namespace keysift
