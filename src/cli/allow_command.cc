#include <algorithm>
#include <iostream>

#include "base/date.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/allowing_files.h"
#include "cli/commands.h"
#include "finding/exposure.h"
#include "finding/ignore_list.h"
#include "git/repository.h"

namespace keysift {
namespace {

// What is wrong is not quoted: it may be a key in place of its fingerprint.
IgnoreEntry entry_of(const AllowRequest& request) {
  if (!is_fingerprint(request.fingerprint)) {
    throw Failure("a fingerprint has 32 digits, 0-9 and a-f; reports print that of each finding");
  }
  if (request.reason.find_first_of("\r\n") != std::string::npos)
    throw Failure("--reason: it has a line break; an entry is one line");
  if (request.reason.find_first_not_of(" \t") == std::string::npos)
    throw Failure("a reason is missing; add: --reason \"why this is no leak\"");
  IgnoreEntry entry{request.fingerprint, request.until, request.reason, 0};
  if (!request.until.empty() && !end_of_day(request.until))
    throw Failure("--until: '" + printable(request.until) + "' is no day; write it as 2030-12-31");
  if (entry.expired(time_of_report())) throw Failure("--until: " + request.until + " is over");
  return entry;
}

// The folder that a scan of `path` looks for the file in.
std::filesystem::path folder_for(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path))
    throw Failure("cannot read " + printable(path.native()) + ": No such file or directory");
  const auto root = Repository::root_of(path);
  if (!root && !std::filesystem::is_directory(path))
    throw Failure(printable(path.native()) + " is in no git repository, and no folder");
  if (root && !Repository::open(*root).work_tree())
    throw Failure(printable(root->native()) + " has no work tree, where .keysiftignore would be");
  return root.value_or(path);
}

}  // namespace

int run_allow(const Options& options) {
  const auto entry = entry_of(options.allow);
  const auto file = folder_for(options.paths.front()) / kIgnoreFile;
  const auto name = printable(file.native());
  const auto before = read_if_there(file, kMaxAllowingFile).value_or("");
  const auto entries = IgnoreList(before, name).entries();
  const bool is_there = std::any_of(entries.begin(), entries.end(),
                                    [&](const IgnoreEntry& each) { return each.what == entry.what; });
  write_file(file, with_entry(before, name, entry), Access::usual);
  std::cout << (is_there ? "Replaced" : "Added") << " the entry of " << entry.what << " in " << name
            << "; commit this file.\n";
  return 0;
}

}  // namespace keysift
