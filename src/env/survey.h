// What a walk of a work tree finds that coverage looks at.
#pragma once
#include <string>
#include <vector>

#include "env/reads.h"
#include "env/reference.h"
#include "env/secret_files.h"
#include "env/work_tree.h"

namespace keysift {

/// A file that is there.
struct SurveyedFile {
  std::string path;  ///< relative to the work tree's root
  bool tracked = false;
  bool ignored = false;
  auto operator<=>(const SurveyedFile&) const = default;
};

/// Each list sorted.
struct Survey {
  std::vector<SurveyedFile>
      secrets;  ///< named like files with secrets; where that is not enough, they hold some
  std::vector<SurveyedFile> templates;
  std::vector<std::string> dockerfiles;
  std::vector<std::string> compose_files;
  std::vector<std::string> manifests;  ///< of packages, and files that say what gets into them
  std::vector<Reference> references;   ///< files with secrets that code reads, templates apart
};

/// Takes what a walk comes to. Its arguments outlive it.
class Surveyor {
 public:
  Surveyor(const SecretFiles& secret_files, const WorkTree& tree, unsigned workers);

  /// Looks at a file that a walk came to, and into it where that matters. `root` is the walk's open root
  /// folder. Workers may call at the same time.
  void see(const SurveyedFile& file, int root, unsigned worker);

  /// All that the workers saw. Call it once.
  Survey finish();

 private:
  const SecretFiles& secret_files_;
  const WorkTree& tree_;
  const Reads reads_;
  std::vector<Survey> shares_;  // by worker
};

}  // namespace keysift
