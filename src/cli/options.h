// The command line as plain values.
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "git/commit_range.h"
#include "report/format.h"
#include "rule/rule.h"

namespace keysift {

enum class Command {
  scan,
  files,
  history,
  staged,
  env,
  allow,
  report,
  merge,
  rules_list,
  rules_show,
  rules_test,
  rules_import,
  hook_install,
  hook_remove
};

/// `--config-from none`
inline constexpr std::string_view kNowhere = "none";

enum class Color { automatic, always, never };

/// `--report FORMAT=FILE`.
struct ReportFile {
  Format format = Format::text;
  std::filesystem::path file;
};

/// What `allow` is to write.
struct AllowRequest {
  std::string fingerprint;
  std::string reason;
  std::string until;  ///< empty: for good
};

/// What `hook install` and `hook remove` are asked for.
struct HookRequest {
  bool pre_push = false;
  bool pre_receive = false;  ///< without either: pre-commit
  bool global = false;       ///< for all repositories of the user
};

/// What `env` is asked for besides its report.
struct EnvRequest {
  bool fix = false;                ///< write the ignore rules that are missing
  bool diff = false;               ///< only show what that would write
  bool untrack = false;            ///< also take out of the index what should not be in it
  bool history = true;             ///< also tell what was tracked once
  std::filesystem::path generate;  ///< make an example of this .env file, and do nothing else; may be empty
};

struct Options {
  Command command = Command::scan;
  std::vector<std::string> paths;  ///< what to scan; for rules_show the rule's id; for allow where it is;
                                   ///< for report and merge the JSON reports
  Format format = Format::text;
  std::vector<ReportFile> reports;
  std::vector<std::filesystem::path> rules;
  std::vector<std::string> rule_ids;  ///< only these; empty: all
  Confidence min_confidence = Confidence::medium;
  std::optional<Confidence> fail_on =
      Confidence::low;  ///< what makes the exit status 1; nothing: no finding does
  std::filesystem::path baseline;
  std::filesystem::path write_baseline;
  std::filesystem::path write_replacements;  ///< for git-filter-repo; empty: none
  std::string input_name;                    ///< of standard input; empty: it has none
  AllowRequest allow;
  std::filesystem::path config;  ///< empty: .keysift.toml or .gitleaks.toml in the root of what is scanned
  std::string
      config_from;  ///< the revision whose files say what is allowed, or kNowhere; empty: the root's do
  Color color = Color::automatic;
  unsigned threads = 1;
  unsigned decode_depth = 4;     ///< of encodings in each other
  std::size_t memory_mib = 128;  ///< for a history's objects
  Limits limits;
  std::chrono::seconds timeout{0};  ///< zero: none
  RangeRequest range;               ///< its range may be "ci": what the CI system says (cli/ci_range.h)
  std::filesystem::path
      commits;  ///< a list of them, for RangeRequest::commits; "-": standard input; may be empty
  HookRequest hook;
  EnvRequest env;
  bool reachable_only = false;
  bool whole_files = false;  ///< of what is staged, not only what is new
  bool ignored = false;
  bool reveal = false;
  std::filesystem::path profile;  ///< of rules_test: what to scan to tell what the rules cost; may be empty
  bool explain = false;
  bool quiet = false;
};

/// Reads the command line. Nothing when it asked for help or the version, which have then been printed.
/// Throws Failure when it is wrong.
std::optional<Options> parse_options(int argc, const char* const* argv);

}  // namespace keysift
