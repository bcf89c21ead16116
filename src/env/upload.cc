#include "env/upload.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "base/path_pattern.h"
#include "base/text.h"

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

constexpr std::size_t kMostIncludes = 100;
constexpr std::string_view kInclude = "!include:";

// Of what Vercel leaves out by itself, what can hold secrets:
// https://vercel.com/docs/deployments/build-features#ignored-files-and-folders
constexpr std::string_view kVercelRules = ".env.local\n.env.*.local\n";

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
      folder_(folder_of(manifest)),
      ignore_file_(folder_ + std::string(own_file(uploader))) {
  // The .gcloudignore that gcloud makes includes the .gitignore, and no file that this one includes.
  const bool includes = uploader == Uploader::gcloud && tree.has_file(ignore_file_);
  if (uploader == Uploader::gcloud && !includes) ignore_file_ = folder_ + ".gitignore";
  const auto bytes = tree.read(ignore_file_);
  at_fault_ = bytes ? ignore_file_ : manifest;
  if (uploader == Uploader::vercel) add_rules("", kVercelRules, nullptr);
  add_rules(ignore_file_, bytes ? std::string_view(*bytes) : std::string_view(), includes ? &tree : nullptr);
  rules_.emplace(ignore_file_, std::move(text_));
}

void Upload::add_rules(const std::string& source, std::string_view bytes, const WorkTree* includes) {
  bytes = without_byte_order_mark(bytes);
  const auto index = static_cast<std::uint32_t>(sources_.size());
  sources_.push_back(source);
  for (std::uint32_t number = 1; !bytes.empty(); ++number) {
    auto line = take_line(bytes);
    if (includes != nullptr && include(line, *includes)) continue;
    if (uploader_ == Uploader::vercel && line.starts_with("./")) line.remove_prefix(2);
    if (uploader_ == Uploader::heroku && line.starts_with('!')) line = {};
    text_.append(line).push_back('\n');
    origins_.push_back({index, number});
  }
}

// `#!include:FILE` stands for the lines of that file, which is to lie in the same folder. Whether `line` is
// one.
bool Upload::include(std::string_view line, const WorkTree& tree) {
  if (!line.starts_with('#')) return false;
  const auto at = line.find_first_not_of(" \t", 1);
  if (at == std::string_view::npos || !line.substr(at).starts_with(kInclude)) return false;
  auto name = line.substr(at + kInclude.size());
  name = name.substr(0, name.find_last_not_of(" \t\r") + 1);
  if (name.find('/') != std::string_view::npos || ++includes_ > kMostIncludes) return true;
  const auto file = folder_ + std::string(name);
  const auto bytes = tree.read(file);
  if (bytes && text_.size() + bytes->size() < kMaxIgnoreFile) add_rules(file, *bytes, nullptr);
  return true;
}

std::optional<Passage> Upload::passage_of(const std::string& path, bool tracked) const {
  if (!path.starts_with(folder_) || (uploader_ == Uploader::heroku && !tracked)) return std::nullopt;
  const auto* rule = rules_->decide(std::string_view(path).substr(folder_.size()), false);
  Passage passage;
  passage.file = path;
  passage.door = Door::package;
  passage.into = std::string(words_for(uploader_));
  if (!folder_.empty()) passage.into += " of " + folder_;
  passage.open = rule == nullptr || rule->negated;
  passage.by = {at_fault_, 0, ""};
  if (rule != nullptr) {
    const auto& origin = origins_.at(rule->line - 1);
    passage.by = {sources_[origin.source], origin.line, std::string(rule->written)};
    if (passage.by.path.empty()) return std::nullopt;
  }
  if (!passage.open) return passage;
  passage.ignore_file = ignore_file_;
  passage.pattern = pattern_of(name_of(path));
  return passage;
}

}  // namespace keysift
