#include "env/package_door.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/path.h"
#include "env/helm_chart.h"
#include "env/npm_package.h"
#include "env/python_sdist.h"
#include "env/upload.h"

namespace keysift {
namespace {

bool is_python(std::string_view name) {
  return name == "pyproject.toml" || name == "setup.py" || name == "setup.cfg";
}

template <typename Package>
void add(Package&& package, std::span<const PackageFile> files, std::vector<Passage>& passages) {
  for (const auto& file : files)
    if (auto passage = package(file)) passages.push_back(std::move(*passage));
}

}  // namespace

bool is_package_manifest(std::string_view path) {
  static constexpr std::string_view kNames[] = {"package.json", "pyproject.toml", "setup.py", "setup.cfg",
                                                "Chart.yaml",   ".gcloudignore",  "app.yaml", "app.yml",
                                                "vercel.json",  ".vercelignore",  "Procfile", ".slugignore"};
  const auto name = name_of(path);
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::vector<Passage> package_passages(const WorkTree& tree, std::span<const std::string> manifests,
                                      std::span<const PackageFile> files) {
  std::vector<Passage> passages;
  const NpmWorkspaces workspaces(tree, manifests);
  std::set<std::string> python_folders;
  std::map<std::pair<Uploader, std::string>, std::string> uploads;  // by folder, with a manifest
  for (const auto& manifest : manifests) {
    const auto name = name_of(manifest);
    if (name == "package.json") {
      NpmPackage package(tree, manifest, workspaces);
      if (package.is_published())
        add([&](const PackageFile& file) { return package.passage_of(file.path); }, files, passages);
    } else if (is_python(name)) {
      python_folders.emplace(folder_of(manifest));
    } else if (name == "Chart.yaml") {
      const HelmChart chart(tree, std::string(folder_of(manifest)));
      add([&](const PackageFile& file) { return chart.passage_of(file.path); }, files, passages);
    } else if (const auto uploader = uploader_of(name, tree.read(manifest).value_or(""))) {
      uploads.emplace(std::pair(*uploader, folder_of(manifest)), manifest);
    }
  }
  for (const auto& folder : python_folders) {
    const PythonSdist sdist(tree, folder);
    add([&](const PackageFile& file) { return sdist.passage_of(file.path, file.tracked); }, files, passages);
  }
  for (const auto& [upload_of, manifest] : uploads) {
    const Upload upload(tree, upload_of.first, manifest);
    add([&](const PackageFile& file) { return upload.passage_of(file.path, file.tracked); }, files, passages);
  }
  return passages;
}

}  // namespace keysift
