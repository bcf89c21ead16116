// What `helm package` takes in: https://helm.sh/docs/chart_template_guide/helm_ignore_file/
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/work_tree.h"
#include "finding/coverage.h"
#include "rule/pattern.h"

namespace keysift {

/// A folder with a Chart.yaml. Its .helmignore is read as Helm 3 does: no `**`, the first line that fits
/// decides, and one with '!' leaves out all that does not fit it. A dotfile in templates/ never gets in.
class HelmChart {
 public:
  /// `folder` is "" or ends with '/'.
  HelmChart(const WorkTree& tree, std::string folder);

  /// How the file at `path`, relative to the work tree's root, stands; nothing if it lies elsewhere, or
  /// Helm leaves it out by itself.
  std::optional<Passage> passage_of(const std::string& path) const;

 private:
  struct Line {
    Place by;  // without a path: Helm's own
    bool negated = false;
    bool folders_only = false;
    bool whole_path = false;  // fits the path, else its last part
    std::unique_ptr<Pattern> pattern;
  };
  void add_line(std::string_view text, Place by);
  const Line* ignored_by(std::string_view path, bool is_folder) const;

  std::string folder_;
  std::string name_;
  bool has_ignore_file_ = false;
  std::vector<Line> lines_;
};

}  // namespace keysift
