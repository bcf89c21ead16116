#include "env/helm_chart.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "env/docker_ignore.h"
#include "env/yaml.h"

namespace keysift {
namespace {

constexpr std::size_t kMostLines = 10'000;
constexpr std::string_view kOwnRule = "templates/.?*";  // after those of the .helmignore

}  // namespace

HelmChart::HelmChart(const WorkTree& tree, std::string folder) : folder_(std::move(folder)) {
  if (const auto chart = parse_yaml(tree.read(folder_ + "Chart.yaml").value_or("")))
    if (const auto name = chart->get("name")) name_ = name->text;
  const auto file = folder_ + ".helmignore";
  const auto bytes = tree.read(file);
  has_ignore_file_ = bytes.has_value();
  std::string_view rest = bytes ? std::string_view(*bytes) : std::string_view();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    if (number > kMostLines) {  // better to say too much than to trust half a file
      lines_.clear();
      return;
    }
    const auto text = trimmed(take_line(rest));
    // Helm refuses the whole chart for a `**`.
    if (text.empty() || text.starts_with('#') || text.find("**") != std::string_view::npos) continue;
    add_line(text, {file, number, std::string(text)});
  }
  add_line(kOwnRule, {});
}

void HelmChart::add_line(std::string_view text, Place by) {
  auto& added = lines_.emplace_back();
  added.by = std::move(by);
  added.negated = text.starts_with('!');
  if (added.negated) text.remove_prefix(1);
  added.folders_only = text.ends_with('/');
  if (added.folders_only) text.remove_suffix(1);
  added.whole_path = text.find('/') != std::string_view::npos;
  if (text.starts_with('/')) text.remove_prefix(1);
  added.pattern = std::make_unique<Pattern>(docker_regex(text));
}

const HelmChart::Line* HelmChart::ignored_by(std::string_view path, bool is_folder) const {
  const auto name = name_of(path);
  for (const auto& line : lines_) {
    const bool fits = line.pattern->found_in(line.whole_path ? path : name);
    if (line.negated) {
      if ((line.folders_only && !is_folder) || !fits) return &line;
    } else if (fits && (is_folder || !line.folders_only)) {
      return &line;
    }
  }
  return nullptr;
}

std::optional<Passage> HelmChart::passage_of(const std::string& path) const {
  if (!path.starts_with(folder_)) return std::nullopt;
  const auto within = std::string_view(path).substr(folder_.size());
  const Line* rule = nullptr;
  for (auto slash = within.find('/'); slash != std::string_view::npos && rule == nullptr;
       slash = within.find('/', slash + 1))
    rule = ignored_by(within.substr(0, slash), true);
  if (rule == nullptr) rule = ignored_by(within, false);
  if (rule != nullptr && rule->by.path.empty()) return std::nullopt;
  Passage passage;
  passage.file = path;
  passage.door = Door::package;
  passage.into = "Helm chart " + (name_.empty() ? folder_ : name_);
  passage.open = rule == nullptr;
  if (rule != nullptr) {
    passage.by = rule->by;
    return passage;
  }
  passage.by = {folder_ + (has_ignore_file_ ? ".helmignore" : "Chart.yaml"), 0, ""};
  passage.ignore_file = folder_ + ".helmignore";
  passage.pattern = docker_name(name_of(within));
  return passage;
}

}  // namespace keysift
