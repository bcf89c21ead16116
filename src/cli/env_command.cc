#include <cstdio>
#include <string>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/prepared.h"
#include "detect/detector.h"
#include "env/env_file.h"
#include "env/work_tree.h"

namespace keysift {
namespace {

// A comment may hold what no assignment does.
std::string without_keys(const std::string& text, const Options& options) {
  const auto rules = chosen_rules(options);
  const Detector detector(rules, {options.decode_depth, prepared_keywords(), false});
  Detector::Scratch scratch(detector);
  std::string kept;
  std::size_t at = 0;
  for (const auto& match : detector.scan(text, scratch)) {
    if (match.begin < at) continue;
    kept += text.substr(at, match.begin - at);
    at = match.end;
  }
  return kept + text.substr(at);
}

}  // namespace

int run_generate(const Options& options) {
  const auto& file = options.env.generate;
  const auto bytes = read_if_there(file, WorkTree::kMaxFile);
  if (!bytes) throw Failure("cannot read " + printable(file.native()) + ": No such file or directory");
  const auto example = std::filesystem::path(file.native() + ".example");
  const auto name = printable(example.native());
  if (std::filesystem::exists(std::filesystem::symlink_status(example)))
    throw Failure(name + " is there already; to write it anew, remove it first");
  write_file(example, without_keys(example_of(*bytes), options), Access::usual);
  std::printf("Wrote %s: the names and comments of %s, without its values. Look at it, then commit it.\n",
              name.c_str(), printable(file.native()).c_str());
  return 0;
}

}  // namespace keysift
