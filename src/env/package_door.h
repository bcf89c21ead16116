// Whether a file with secrets gets into a package, or an upload, that is made from the work tree.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "env/work_tree.h"
#include "finding/coverage.h"

namespace keysift {

/// A file with secrets; it need not be there.
struct PackageFile {
  std::string path;  ///< relative to the work tree's root
  bool tracked = false;
};

/// Whether a file of this name says that its folder is packed or uploaded, or what of it.
bool is_package_manifest(std::string_view path);

/// How each file stands at each package and upload that would be made of a folder above it. `manifests` are
/// those of the work tree.
std::vector<Passage> package_passages(const WorkTree& tree, std::span<const std::string> manifests,
                                      std::span<const PackageFile> files);

}  // namespace keysift
