#include "env/upload.h"

#include <algorithm>
#include <utility>

#include "base/path_pattern.h"

namespace keysift {
namespace {

std::string_view own_file(Uploader uploader) {
  switch (uploader) {
    case Uploader::gcloud:
      return ".gcloudignore";
    case Uploader::vercel:
      return ".vercelignore";
    case Uploader::heroku:
      return ".slugignore";
  }
  return {};
}

std::string_view words_for(Uploader uploader) {
  switch (uploader) {
    case Uploader::gcloud:
      return "gcloud upload";
    case Uploader::vercel:
      return "Vercel upload";
    case Uploader::heroku:
      return "Heroku slug";
  }
  return {};
}

// Of those that Vercel's command always leaves out, the ones that hold secrets.
bool vercel_leaves_out(std::string_view name) {
  return name == ".env.local" || (name.starts_with(".env.") && name.ends_with(".local"));
}

}  // namespace

std::optional<Uploader> uploader_of(std::string_view name, std::string_view bytes) {
  if (name == ".gcloudignore") return Uploader::gcloud;
  if ((name == "app.yaml" || name == "app.yml") &&
      (bytes.starts_with("runtime:") || bytes.find("\nruntime:") != std::string_view::npos))
    return Uploader::gcloud;
  if (name == "vercel.json" || name == ".vercelignore") return Uploader::vercel;
  if (name == "Procfile" || name == ".slugignore") return Uploader::heroku;
  return std::nullopt;
}

Upload::Upload(const WorkTree& tree, Uploader uploader, const std::string& manifest)
    : uploader_(uploader),
      folder_(manifest.substr(0, manifest.rfind('/') + 1)),
      ignore_file_(folder_ + std::string(own_file(uploader))) {
  if (uploader != Uploader::heroku && !tree.has_file(ignore_file_)) ignore_file_ = folder_ + ".gitignore";
  auto bytes = tree.read(ignore_file_);
  at_fault_ = bytes ? ignore_file_ : manifest;
  auto text = std::move(bytes).value_or("");
  if (uploader == Uploader::gcloud) text = rules_with_included(tree, std::move(text));
  rules_.emplace(ignore_file_, std::move(text));
}

// `#!include:FILE` stands for the lines of that file.
std::string Upload::rules_with_included(const WorkTree& tree, std::string bytes) const {
  constexpr std::string_view kInclude = "#!include:";
  const auto at = bytes.starts_with(kInclude) ? 0 : bytes.find("\n" + std::string(kInclude));
  if (at == std::string::npos) return bytes;
  const auto begin = bytes.find(kInclude, at);
  const auto end = std::min(bytes.find('\n', begin), bytes.size());
  auto name = bytes.substr(begin + kInclude.size(), end - begin - kInclude.size());
  name.erase(name.find_last_not_of(" \t\r") + 1);
  auto included = tree.read(folder_ + name).value_or("");
  if (!included.empty() && !included.ends_with('\n')) included += '\n';
  return included + bytes;
}

std::optional<Passage> Upload::passage_of(const std::string& path, bool tracked) const {
  if (!path.starts_with(folder_) || (uploader_ == Uploader::heroku && !tracked)) return std::nullopt;
  const auto name = path.substr(path.rfind('/') + 1);
  if (uploader_ == Uploader::vercel && vercel_leaves_out(name)) return std::nullopt;
  Passage passage;
  passage.file = path;
  passage.door = Door::package;
  passage.into = std::string(words_for(uploader_));
  if (!folder_.empty()) passage.into += " of " + folder_;
  const auto* rule = rules_->decide(std::string_view(path).substr(folder_.size()), false);
  passage.open = rule == nullptr || rule->negated;
  passage.by =
      rule != nullptr ? Place{ignore_file_, rule->line, std::string(rule->written)} : Place{at_fault_, 0, ""};
  if (!passage.open) return passage;
  passage.ignore_file = ignore_file_;
  passage.pattern = pattern_of(name);
  return passage;
}

}  // namespace keysift
