#include "cli/confine.h"

#include <cstdio>

#include "base/sandbox.h"
#include "git/repository.h"

namespace keysift {
namespace {
using Paths = std::vector<std::filesystem::path>;

// What --fix writes lies in a work tree, and the index anywhere: it takes a look at the repository to know.
void add_fixed(Paths& outputs, const Options& options) {
  const auto root = Repository::root_of(options.paths.front());
  if (!root) return;
  const auto repository = Repository::open(*root);
  if (const auto work_tree = repository.work_tree()) outputs.push_back(*work_tree);
  if (options.env.untrack) outputs.push_back(git_repository_path(repository.get()));
}

Paths outputs_of(const Options& options) {
  Paths outputs;
  for (const auto& report : options.reports) outputs.push_back(report.file);
  for (const auto& file : {options.write_baseline, options.write_replacements})
    if (!file.empty()) outputs.push_back(file);
  if (!options.env.generate.empty()) outputs.push_back(options.env.generate);  // beside it
  if (options.env.fix && !options.env.diff) add_fixed(outputs, options);
  return outputs;
}

}  // namespace

void confine(const Options& options) {
  switch (options.command) {
    case Command::allow:
    case Command::hook_install:
    case Command::hook_remove:
      return;
    default:
      break;
  }
  if (kSanitized) return;
  const auto sandbox = put_up_sandbox(outputs_of(options));
  if (sandbox.is_none() && !options.quiet)
    std::fprintf(stderr, "keysift: sandbox: %s\n", to_string(sandbox).c_str());
}

}  // namespace keysift
