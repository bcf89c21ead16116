// A libFuzzer target for what says which files with secrets get out: environment files, Dockerfiles, Compose
// files and other YAML, package manifests, and the ignore files of all of them.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "env/compose_file.h"
#include "env/docker_ignore.h"
#include "env/dockerfile.h"
#include "env/env_file.h"
#include "env/fix.h"
#include "env/image_contents.h"
#include "env/image_door.h"
#include "env/near_miss.h"
#include "env/npm_pattern.h"
#include "env/package_door.h"
#include "env/reads.h"
#include "env/survey.h"
#include "env/yaml.h"
#include "fuzz/input.h"
#include "git/ignore_file.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

/// A folder, gone with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = fs::temp_directory_path() / "keysift-fuzz-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
    fs::create_directories(path_ / "sub");
  }
  ~ScratchFolder() { fs::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

const fs::path& scratch() {
  static const ScratchFolder folder;
  return folder.path();
}

std::size_t lines_in(std::string_view bytes) {
  return 1 + static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void fuzz_env_file(Input input) {
  const auto bytes = input.rest();
  std::size_t done = 0;
  std::size_t line = 0;
  const auto variables = env_variables(bytes);
  for (const auto& variable : variables) {
    require(is_within(variable.name, bytes) && is_within(variable.value, bytes), "a variable from elsewhere");
    require(!variable.name.empty() && done <= variable.begin && variable.begin <= variable.end &&
                variable.end <= bytes.size(),
            "values out of order or bounds");
    require(variable.line > line && variable.line <= lines_in(bytes), "lines out of order or bounds");
    require(variable.line == lines_in(bytes.substr(0, variable.begin)), "a value in another line");
    done = variable.end;
    line = variable.line;
  }
  const auto example = example_of(bytes);
  const auto empty = env_variables(example);
  require(empty.size() == variables.size(), "an example has other variables");
  for (std::size_t i = 0; i < empty.size(); ++i) {
    require(empty[i].name == variables[i].name, "an example has another variable");
    require(empty[i].value.empty(), "an example has a value");
  }
  require(example_of(example) == example, "an example's example is another one");
}

void fuzz_dockerfile(Input input) {
  const auto path = std::string(input.before('\n'));
  const auto bytes = input.rest();
  const auto file = parse_dockerfile(bytes);
  for (const auto& stage : file.stages) {
    for (const auto& copy : stage.copies) {
      require(copy.line > 0 && copy.line <= lines_in(bytes), "a COPY in no line");
      require(copy.text.find('\n') == std::string::npos, "an instruction of several lines");
    }
  }
  for (const auto& variable : file.variables)
    require(variable.line > 0 && variable.line <= lines_in(bytes), "a variable in no line");
  const ImageContents contents(file, "");
  const auto* copy = contents.brought_in_by(path);
  if (copy != nullptr) require(copy->line > 0 && copy->line <= lines_in(bytes), "a COPY in no line");
}

void fuzz_yaml(Input input) {
  const auto bytes = input.rest();
  if (const auto root = parse_yaml(bytes)) {
    std::vector<YamlNode::Ptr> open{root};
    for (std::size_t i = 0; i < open.size() && i < 5000; ++i) {
      const auto node = open[i];
      require(node->line > 0 && node->line <= bytes.size() + 1, "a node in no line");
      for (const auto& item : node->items) {
        require(item->kind == YamlNode::Kind::scalar || item->depth < node->depth,
                "a node that is not as deep as what is in it");
        open.push_back(item);
      }
      for (const auto& [key, value] : node->pairs) {
        require(value->kind == YamlNode::Kind::scalar || value->depth < node->depth,
                "a node that is not as deep as what is in it");
        require(node->get(key) != nullptr, "a key that is not found");
        open.push_back(value);
      }
    }
  }
  parse_compose_file(bytes);
}

/// A .dockerignore and a path.
void fuzz_docker_ignore(Input input) {
  const auto path = cleaned(input.before('\n'));
  require(cleaned(path) == path && path.find("//") == std::string::npos, "a path that is not clean");
  const auto bytes = input.rest();
  const DockerIgnore rules(bytes);
  if (path.empty() || path.starts_with("..")) return;
  if (const auto* line = rules.decide(path)) require(line->line <= lines_in(bytes), "a line too many");
  // Docker trims blanks off a line, and a pattern cannot name what begins or ends with one.
  const bool is_trimmed = path.find_first_of(" \t\r\n\v\f\x85\xa0") == std::string::npos;
  if (!is_trimmed || path.find('\0') != std::string::npos || path.find_first_of("!#") == 0) return;
  const auto own = docker_name(path);
  const DockerIgnore one("\n" + own + '\n');
  require(one.decide(path) != nullptr, "a name's own line does not fit it");
  require(one.decide(path + "x") == nullptr, "a name's own line fits another one");
}

void fuzz_npm_pattern(Input input) {
  const auto path = input.before('\n');
  const NpmPattern pattern(input.before('\n'));
  if (pattern.fits(path)) require(pattern.fits(path, true), "a pattern that fits fits nothing below");
}

/// Lines that nearly ignore a path.
void fuzz_near_miss(Input input) {
  const auto path = input.before('\n');
  const auto bytes = input.rest();
  for (const bool fold_case : {false, true}) {
    for (const auto& miss : near_misses(bytes, path, fold_case)) {
      require(miss.line > 0 && miss.line <= bytes.size() + 1, "a line too many");
      require(!miss.problem.empty() && miss.text.find('\n') == std::string::npos, "a miss of nothing");
    }
  }
}

/// A work tree with one or more of the files that say what gets out, and a way to ask each door.
void fuzz_doors(Input input) {
  constexpr std::array<std::string_view, 20> kNames{
      "package.json",   ".npmignore",    ".gitignore",    "sub/.npmignore",     "sub/package.json",
      "pyproject.toml", "MANIFEST.in",   "setup.py",      "Chart.yaml",         ".helmignore",
      "app.yaml",       ".gcloudignore", "vercel.json",   ".vercelignore",      "Procfile",
      ".slugignore",    "Dockerfile",    ".dockerignore", "docker-compose.yml", "main.py"};
  std::vector<std::string> written;
  while (!input.empty() && written.size() < 6) {
    const std::string name(kNames.at(input.byte() % kNames.size()));
    write_file(scratch() / name, input.before('\0'));
    written.push_back(name);
  }
  write_file(scratch() / ".env", "A=b\n");
  const WorkTree tree(scratch());
  const auto secret_files = SecretFiles::built_in();
  const UniqueFd root(open(scratch().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Surveyor surveyor(secret_files, tree, 1);
  for (const auto& name : written) surveyor.see({name, true, false}, root.get(), 0);
  const auto survey = surveyor.finish();
  for (const auto& each : survey.references)
    require(!each.file.empty() && !each.file.starts_with('/') && !each.file.starts_with("../"),
            "a file outside");
  const std::vector<std::string> paths{".env", "sub/.env"};
  const auto builds = image_builds(tree, survey.dockerfiles, survey.compose_files);
  auto passages = image_passages(tree, builds, paths);
  const std::vector<PackageFile> files{{".env", true}, {"sub/.env", false}};
  const auto more = package_passages(tree, survey.manifests, files);
  passages.insert(passages.end(), more.begin(), more.end());
  for (const auto& passage : passages)
    require(std::find(paths.begin(), paths.end(), passage.file) != paths.end(), "a passage of another file");
  image_variables(tree, survey.dockerfiles, [](std::string_view) { return true; });
  for (const auto& name : written) fs::remove(scratch() / name);
}

/// Lines at the end of an ignore file: it keeps what it has, and the patch names each.
void fuzz_fix(Input input) {
  FileEdit edit;
  edit.path = std::string(input.before('\n'));
  edit.lines = {std::string(input.before('\n')), "more"};
  edit.before = std::string(input.rest());
  const auto after = edit.after();
  require(after.starts_with(*edit.before), "an edit changes what was there");
  const auto rest = std::string_view(after).substr(edit.before->size());
  for (const auto& line : edit.lines) require(rest.find(line) != rest.npos, "an edit lacks a line");
  require(after.ends_with('\n'), "an edit ends in the midst of a line");
  const auto patch = unified_diff({&edit, 1});
  for (const auto& line : edit.lines) require(patch.find("\n+" + line) != patch.npos, "a patch lacks a line");
}

/// What a file of code reads.
void fuzz_reads(Input input) {
  static const auto reads = Reads::built_in();
  constexpr std::array<std::string_view, 8> kPaths{"a.py", "a.js",         "b/a.ts",     "run.sh",
                                                   "a.go", "package.json", "b/Makefile", "a.rb"};
  const std::string path(kPaths.at(input.byte() % kPaths.size()));
  const auto bytes = input.rest();
  const WorkTree tree(scratch());
  std::vector<Reference> found;
  reads.find(path, bytes, tree, found);
  for (const auto& each : found) {
    require(each.by.path == path && each.by.line <= lines_in(bytes), "a line too many");
    require(!each.file.empty() && !each.file.starts_with('/') && !each.file.starts_with("../"),
            "a file outside");
  }
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_env_file,      fuzz_dockerfile,  fuzz_yaml,
                              fuzz_docker_ignore, fuzz_npm_pattern, fuzz_near_miss,
                              fuzz_doors,         fuzz_fix,         fuzz_reads};
  return give(kParts, data, size);
}
