// Folders that a command uploads as they are: gcloud, Vercel, Heroku.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/work_tree.h"
#include "finding/coverage.h"
#include "git/ignore_file.h"

namespace keysift {

/// Who takes a folder in, and by which rules:
/// https://cloud.google.com/sdk/gcloud/reference/topic/gcloudignore,
/// https://vercel.com/docs/deployments/vercel-ignore,
/// https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore
enum class Uploader { gcloud, vercel, heroku };

/// One folder that is uploaded. Each uploader has an ignore file of its own, in git's syntax, in that folder
/// alone. Where there is none, gcloud goes by the folder's .gitignore; Vercel and Heroku do not. Vercel
/// leaves some files out unless a '!' takes them back, and to Heroku a '!' says nothing.
class Upload {
 public:
  /// `manifest` lies in that folder, and tells who uploads it.
  Upload(const WorkTree& tree, Uploader uploader, const std::string& manifest);

  /// How the file at `path`, relative to the work tree's root, stands; nothing if it is never uploaded.
  std::optional<Passage> passage_of(const std::string& path, bool tracked) const;

 private:
  // Where a line of the rules stands.
  struct Origin {
    std::uint32_t source = 0;
    std::uint32_t line = 0;
  };

  void add_rules(const std::string& source, std::string_view bytes, const WorkTree* includes);
  bool include(std::string_view line, const WorkTree& tree);

  Uploader uploader_;
  std::string folder_;
  std::string ignore_file_;           // that counts, or would if it were there
  std::string at_fault_;              // what lets a file out that no line decides about
  std::string text_;                  // of all rules, until they are read
  std::vector<std::string> sources_;  // "": the uploader itself
  std::vector<Origin> origins_;       // of each line
  std::size_t includes_ = 0;
  std::optional<IgnoreFile> rules_;
};

/// Who uploads a folder in which a file of this name lies; nothing if the name does not tell. `bytes` is what
/// the file holds, which matters for app.yaml.
std::optional<Uploader> uploader_of(std::string_view name, std::string_view bytes);

}  // namespace keysift
