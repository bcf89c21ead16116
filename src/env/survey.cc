#include "env/survey.h"

#include <fcntl.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/file.h"
#include "env/compose_file.h"
#include "env/image_door.h"
#include "env/package_door.h"

namespace keysift {
namespace {

template <typename T>
void move_to(std::vector<T>& all, std::vector<T>& some) {
  std::move(some.begin(), some.end(), std::back_inserter(all));
}

}  // namespace

Surveyor::Surveyor(const SecretFiles& secret_files, const WorkTree& tree, unsigned workers)
    : secret_files_(secret_files), tree_(tree), reads_(Reads::built_in()), shares_(workers) {}

void Surveyor::see(const SurveyedFile& file, int root, unsigned worker) {
  auto& share = shares_[worker];
  const auto& path = file.path;
  // The walk has just come down this way without a link.
  const auto read = [&] { return read_regular_file(root, path, WorkTree::kMaxFile, O_NOFOLLOW); };
  if (secret_files_.is_template(path)) {
    share.templates.push_back(file);
  } else if (secret_files_.holds_secret(path, read)) {
    share.secrets.push_back(file);
  }
  if (is_dockerfile(path)) share.dockerfiles.push_back(path);
  if (is_compose_file(path)) share.compose_files.push_back(path);
  if (is_package_manifest(path)) share.manifests.push_back(path);
  if (file.ignored || !reads_.wants(path)) return;
  if (const auto bytes = read()) reads_.find(path, *bytes, tree_, share.references);
}

Survey Surveyor::finish() {
  Survey all;
  for (auto& share : shares_) {
    move_to(all.secrets, share.secrets);
    move_to(all.templates, share.templates);
    move_to(all.dockerfiles, share.dockerfiles);
    move_to(all.compose_files, share.compose_files);
    move_to(all.manifests, share.manifests);
    move_to(all.references, share.references);
  }
  const auto references = compose_references(tree_, all.compose_files);
  all.references.insert(all.references.end(), references.begin(), references.end());
  std::erase_if(all.references, [&](const Reference& each) { return secret_files_.is_template(each.file); });
  std::sort(all.secrets.begin(), all.secrets.end());
  std::sort(all.templates.begin(), all.templates.end());
  std::sort(all.references.begin(), all.references.end());
  for (auto* paths : {&all.dockerfiles, &all.compose_files, &all.manifests})
    std::sort(paths->begin(), paths->end());
  return all;
}

}  // namespace keysift
