#include "env/reads.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "base/path.h"
#include "base/position.h"
#include "base/text.h"
#include "env/data.h"

namespace keysift {
namespace {

// Where one of these is, programs run.
constexpr std::array<std::string_view, 12> kProjectFiles{
    "package.json", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile",      "manage.py",
    "Cargo.toml",   "go.mod",         "Gemfile",  "composer.json",    "build.gradle", "pom.xml"};

std::string_view folder_above(std::string_view folder) {
  return folder_of(folder.substr(0, folder.size() - 1));
}

// Nearly all keywords have these letters, which are rare together: one look for them spares one for each.
constexpr std::string_view kPivot = "nv";
constexpr std::size_t kMostMatches = 100;  // of one way in one file

bool has(std::string_view bytes, std::string_view word) {
  return memmem(bytes.data(), bytes.size(), word.data(), word.size()) != nullptr;
}

// Whether `word` stands in `bytes` from `begin` on; a `begin` below 0 comes as one beyond the end.
bool has_at(std::string_view bytes, std::size_t begin, std::string_view word) {
  return begin < bytes.size() && bytes.substr(begin, word.size()) == word;
}

// Whether it is a file's name as it stands.
bool is_plain_path(std::string_view path) {
  return path.find_first_of("./") != std::string_view::npos &&
         path.find_first_of("${}%<>*~\\|") == std::string_view::npos && !path.ends_with('/') &&
         path.find("://") == std::string_view::npos;
}

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with("//"); }

bool is_project_file(std::string_view name) {
  return std::find(kProjectFiles.begin(), kProjectFiles.end(), name) != kProjectFiles.end();
}

// The nearest folder, from `folder` up, that holds a project; else the root.
std::string_view project_of(std::string_view folder, const WorkTree& tree) {
  for (; !folder.empty(); folder = folder_above(folder)) {
    const auto is_there = [&](std::string_view name) {
      return tree.has_file(std::string(folder) + std::string(name));
    };
    if (std::any_of(kProjectFiles.begin(), kProjectFiles.end(), is_there)) break;
  }
  return folder;
}

std::optional<std::string> place_of(std::string_view named, std::string_view reader, const WorkTree& tree) {
  const auto folder = folder_of(reader);
  if (is_project_file(reader.substr(folder.size()))) return resolved(folder, named);
  const auto project = project_of(folder, tree);
  for (const auto base : {folder, project, std::string_view()}) {
    auto path = resolved(base, named);
    if (path && tree.has_file(*path)) return path;
  }
  return resolved(project, named);
}

std::string_view line_around(std::string_view bytes, std::size_t offset) {
  const auto begin = offset == 0 ? 0 : bytes.rfind('\n', offset - 1) + 1;
  return trimmed(bytes.substr(begin, std::min(bytes.find('\n', offset), bytes.size()) - begin));
}

}  // namespace

Reads Reads::built_in() {
  Reads reads;
  for (const auto& table : DataTable::of_file("reads.toml").tables("reads")) {
    const auto keyword = table.text("keyword");
    reads.ways_.push_back(
        std::make_unique<Way>(Way{keyword, keyword.find(kPivot),
                                  std::make_unique<Pattern>(table.text("regex")), table.text("default")}));
    for (const auto& name : table.texts("in")) {
      auto& ways = name.starts_with("*.") ? reads.by_ending_[name.substr(2)] : reads.by_name_[name];
      ways.push_back(reads.ways_.back().get());
    }
  }
  return reads;
}

std::vector<const Reads::Way*> Reads::ways_for(std::string_view path) const {
  const std::string name(name_of(path));
  std::vector<const Way*> ways;
  const auto add = [&](const auto& map, const std::string& key) {
    if (const auto found = map.find(key); found != map.end())
      ways.insert(ways.end(), found->second.begin(), found->second.end());
  };
  add(by_name_, name);
  if (const auto dot = name.rfind('.'); dot != std::string::npos) add(by_ending_, name.substr(dot + 1));
  return ways;
}

// Those whose keyword stands in the bytes.
std::vector<const Reads::Way*> Reads::ways_in(std::string_view path, std::string_view bytes) const {
  std::vector<const Way*> found;
  auto sought = ways_for(path);
  const auto take = [&](const auto& is_here) {
    const auto first = std::stable_partition(sought.begin(), sought.end(), std::not_fn(is_here));
    found.insert(found.end(), first, sought.end());
    sought.erase(first, sought.end());
  };
  take([&](const Way* way) { return way->pivot == std::string::npos && has(bytes, way->keyword); });
  std::erase_if(sought, [](const Way* way) { return way->pivot == std::string::npos; });
  for (auto v = bytes.find(kPivot[1]); v != std::string_view::npos && !sought.empty();
       v = bytes.find(kPivot[1], v + 1)) {
    if (v == 0 || bytes[v - 1] != kPivot[0]) continue;
    take([&](const Way* way) { return has_at(bytes, v - 1 - way->pivot, way->keyword); });
  }
  return found;
}

void Reads::find(std::string_view path, std::string_view bytes, const WorkTree& tree,
                 std::vector<Reference>& out) const {
  std::set<std::string> named;
  for (const auto* way : ways_in(path, bytes)) {
    Position here;
    std::size_t counted = 0;
    std::size_t at = 0;
    for (std::size_t count = 0; count < kMostMatches; ++count) {
      const auto match = way->pattern->search(bytes, at, bytes.size(), 1);
      if (!match) break;
      at = std::max(match->end, match->begin + 1);
      const bool names_one = match->group_begin != match->begin || match->group_end != match->end;
      const auto file =
          names_one ? std::string(bytes.substr(match->group_begin, match->group_end - match->group_begin))
                    : way->usual;
      const auto place = names_one ? match->group_begin : match->begin;
      if (is_comment(line_around(bytes, place)) || !is_plain_path(file) || named.contains(file)) continue;
      const auto target = place_of(file, path, tree);
      if (!target || *target == path) continue;
      named.insert(file);
      here = advance(here, bytes.substr(counted, place - counted));
      counted = place;
      out.push_back({*target, {std::string(path), here.line, file}});
    }
  }
}

}  // namespace keysift
