#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <set>
#include <system_error>
#include <thread>

#include "base/date.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/version.h"

namespace keysift {
namespace {

constexpr char kFooter[] =
    "Exit status: 0 nothing found; 1 findings; 2 the command, a rule or the configuration is wrong; 3 "
    "nothing found, but\n"
    "something was not searched.";

// What CLI11 reads, before it is checked.
struct RawOptions {
  Options options;
  std::string format;
  std::vector<std::string> reports;
  std::string min_confidence = "medium";
  std::string fail_on;
  std::string color = "auto";
  std::string since;
  std::vector<std::string> limits;
  std::string timeout;
};

std::string refuse_empty(const std::string& text) { return text.empty() ? "must not be empty" : ""; }

void add_rule_options(CLI::App& command, RawOptions& raw) {
  command.add_option("--rules", raw.options.rules, "Add the rules of a file, or of all *.toml in a folder")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  command.add_option("--rule", raw.options.rule_ids, "Use only the rule of this id (repeatable)")
      ->type_name("ID")
      ->allow_extra_args(false);
  command
      .add_option(
          "--config", raw.options.config,
          "Allow what this file lists; of gitleaks' format also take its rules (default: .keysift.toml, or "
          ".gitleaks.toml, in the root of what is scanned)")
      ->type_name("FILE");
}

void add_report_options(CLI::App& command, RawOptions& raw) {
  command.add_option("--format", raw.format, std::string("On standard output: ") + kFormatNames)
      ->type_name("FORMAT")
      ->check(refuse_empty);
  command.add_option("--report", raw.reports, "Also write a report to a file (repeatable)")
      ->type_name("FORMAT=FILE")
      ->allow_extra_args(false);
  command.add_option("--color", raw.color, "auto (default), always or never")->type_name("WHEN");
  command.add_flag("--reveal", raw.options.reveal, "Show secrets whole");
  command.add_flag("--quiet", raw.options.quiet, "Print no report; the exit status tells");
}

void add_scan_options(CLI::App& command, RawOptions& raw) {
  add_rule_options(command, raw);
  add_report_options(command, raw);
  command
      .add_option("--min-confidence", raw.min_confidence,
                  "Leave out findings less sure: low, medium (default) or high")
      ->type_name("LEVEL");
  command
      .add_option("--fail-on", raw.fail_on,
                  "Exit with 1 only for findings this sure: low (default), medium, high or none")
      ->type_name("LEVEL")
      ->check(refuse_empty);
  command
      .add_option(
          "--config-from", raw.options.config_from,
          "Read .keysift.toml and the ignore files from this commit, or none; keysift:allow does not count")
      ->type_name("REF|none")
      ->check(refuse_empty);
  command
      .add_option("--baseline", raw.options.baseline,
                  "Leave out findings that this baseline, or JSON report (of gitleaks, too), lists")
      ->type_name("FILE");
  command
      .add_option("--decode-depth", raw.options.decode_depth,
                  "Take off so many encodings (default: 4; 0: none)")
      ->type_name("N")
      ->check(CLI::Range(0U, 16U));
  command
      .add_option("--limit", raw.limits,
                  "Go further, or not so far; what is beyond is told (repeatable): " + limits_by_default())
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--timeout", raw.timeout, "Stop after this time and report what was found: 90s, 10m, 2h")
      ->type_name("TIME")
      ->check(refuse_empty);
  command.add_option("--threads", raw.options.threads, "Number of threads (default: one for each core)")
      ->type_name("N")
      ->check(CLI::Range(1U, 1024U));
}

void add_allow_options(CLI::App& allow, AllowRequest& request) {
  allow.add_option("fingerprint", request.fingerprint, "The finding's, as reports print it")
      ->type_name("FINGERPRINT")
      ->required();
  allow.add_option("--reason", request.reason, "Why it is no leak")->type_name("TEXT");
  allow.add_option("--until", request.until, "Allow it up to this day (UTC) only")
      ->type_name("YYYY-MM-DD")
      ->check(refuse_empty);
}

void add_range_options(CLI::App& history, RawOptions& raw) {
  auto* range =
      history
          .add_option("--range", raw.options.range.range,
                      "Only what the commits from A to B add; A...B: those that one of them has; ci: "
                      "those that this run of a CI system is about")
          ->type_name("A..B|ci")
          ->check(refuse_empty);
  auto* branch =
      history.add_option("--branch", raw.options.range.branch, "Only what the commits of a branch add")
          ->type_name("REF")
          ->check(refuse_empty)
          ->excludes(range);
  auto* since = history
                    .add_option("--since", raw.since,
                                "Only what commits of this date or later add: YYYY-MM-DD[THH:MM[:SS]]")
                    ->type_name("DATE")
                    ->check(refuse_empty);
  auto* max_commits =
      history
          .add_option("--max-commits", raw.options.range.max_commits, "Only what the newest N commits add")
          ->type_name("N")
          ->check(CLI::Range(std::size_t{1}, std::size_t{UINT32_MAX}));
  auto* commits =
      history
          .add_option(
              "--commits", raw.options.commits,
              "Only what the commits add that a file lists, as git rev-list prints; '-': standard input")
          ->type_name("FILE")
          ->check(refuse_empty);
  for (auto* other : {range, branch, since, max_commits}) commits->excludes(other);
}

void add_env_options(CLI::App& env, EnvRequest& request) {
  auto* fix = env.add_flag("--fix", request.fix, "Add the missing lines to .gitignore, .dockerignore ...");
  env.add_flag("--diff", request.diff, "Only show what --fix would add, as a patch");
  env.add_flag("--untrack", request.untrack, "With --fix: also git rm --cached what git should not track")
      ->needs(fix);
  env.add_flag_callback(
      "--no-history", [&request] { request.history = false; },
      "Do not look for files that were tracked once: faster");
  env.add_option("--generate", request.generate,
                 "Write FILE.example: the names and comments of a .env file, without its values")
      ->type_name("FILE")
      ->check(refuse_empty);
}

template <typename T>
T one_of(const std::string& option, const std::string& name,
         std::initializer_list<std::pair<const char*, T>> choices) {
  std::string known;
  for (const auto& [choice, value] : choices) {
    if (name == choice) return value;
    known += (known.empty() ? "" : ", ") + std::string(choice);
  }
  throw Failure(option + ": unknown value '" + printable(name) + "'; it takes one of: " + known);
}

Format checked_format(const std::string& option, const std::string& name) {
  if (const auto format = format_named(name)) return *format;
  throw Failure(option + ": unknown format '" + printable(name) + "'; there are " + kFormatNames);
}

ReportFile checked_report(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    throw Failure("--report: '" + printable(text) + "' is not FORMAT=FILE, such as json=report.json");
  }
  return {checked_format("--report", text.substr(0, equals)), text.substr(equals + 1)};
}

std::int64_t checked_date(const std::string& text) {
  if (const auto seconds = parse_date(text)) return *seconds;
  throw Failure("--since: '" + printable(text) +
                "' is no date; write 2024-05-01, 2024-05-01T12:30:00+02:00 or seconds since 1970");
}

std::chrono::seconds checked_timeout(std::string_view text) {
  const std::string_view all = text;
  constexpr std::pair<char, unsigned> kUnits[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
  unsigned unit = 1;
  for (const auto& [letter, seconds] : kUnits) {
    if (!text.ends_with(letter)) continue;
    text.remove_suffix(1);
    unit = seconds;
    break;
  }
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr unsigned kMost = 1'000'000;
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > kMost)
    throw Failure("--timeout: '" + printable(all) + "' is no time; write 90s, 10m or 2h");
  return std::chrono::seconds(std::uint64_t{value} * unit);
}

std::optional<Confidence> checked_fail_on(const std::string& text, Confidence least) {
  if (text.empty()) return Confidence::low;
  const auto level = one_of<std::optional<Confidence>>("--fail-on", text,
                                                       {{"low", Confidence::low},
                                                        {"medium", Confidence::medium},
                                                        {"high", Confidence::high},
                                                        {"none", std::nullopt}});
  if (!level || *level >= least) return level;
  throw Failure("--fail-on " + text + ": --min-confidence " + std::string(to_string(least)) +
                " leaves out such findings; give --min-confidence " + text + ", too");
}

// Throws Failure where two outputs would be one file. A device takes both, and so does a descriptor.
void check_apart(const Options& options) {
  std::set<std::filesystem::path> files;
  const auto add = [&](const std::filesystem::path& file) {
    std::error_code error;  // writing it tells what is wrong
    if (file.empty() || descriptor_named(file) || is_other(std::filesystem::status(file, error))) return;
    const auto folder =
        std::filesystem::weakly_canonical(std::filesystem::absolute(file, error).parent_path(), error);
    if (!error && !files.insert(folder / file.filename()).second)
      throw Failure(printable(file.native()) + " is named for two outputs; each needs a file of its own");
  };
  for (const auto& report : options.reports) add(report.file);
  add(options.write_baseline);
  add(options.write_replacements);
}

Options checked(RawOptions raw) {
  if (raw.format.empty()) raw.format = raw.options.command == Command::merge ? "json" : "text";
  raw.options.format = checked_format("--format", raw.format);
  for (const auto& report : raw.reports) raw.options.reports.push_back(checked_report(report));
  check_apart(raw.options);
  raw.options.min_confidence = one_of<Confidence>(
      "--min-confidence", raw.min_confidence,
      {{"low", Confidence::low}, {"medium", Confidence::medium}, {"high", Confidence::high}});
  raw.options.fail_on = checked_fail_on(raw.fail_on, raw.options.min_confidence);
  raw.options.color = one_of<Color>(
      "--color", raw.color, {{"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}});
  for (const auto& limit : raw.limits) set_limit(raw.options.limits, limit);
  if (!raw.timeout.empty()) raw.options.timeout = checked_timeout(raw.timeout);
  if (!raw.since.empty()) raw.options.range.since = checked_date(raw.since);
  if (!raw.options.input_name.empty() && raw.options.paths != std::vector<std::string>{"-"})
    throw Failure("--path names standard input; it goes with: keysift files - --path NAME");
  return std::move(raw.options);
}

// Git tells its hooks in GIT_DIR which repository they are for.
std::string default_path() {
  const char* git_dir = std::getenv("GIT_DIR");
  return git_dir == nullptr || *git_dir == '\0' ? "." : git_dir;
}

class CommandLine {
 public:
  CommandLine() {
    app_.name("keysift");
    app_.footer(kFooter);
    auto* verbose =
        app_.add_flag("--verbose", verbose_, "With --version: also what holds of its sandbox and build");
    verbose->needs(
        app_.set_version_flag("--version", [this] { return verbose_ ? version_in_full() : version_line(); }));
    app_.require_subcommand(1);
    raw_.options.threads = std::max(1U, std::thread::hardware_concurrency());
    add_scan_commands();
    add_allow_command();
    add_report_commands();
    add_rules_commands();
    add_hook_commands();
  }

  std::optional<Options> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& success) {
      app_.exit(success);
      return std::nullopt;
    } catch (const CLI::RequiredError&) {
      throw Failure(unknown_or_missing_command());
    } catch (const CLI::ParseError& error) {
      const auto* command =
          app_.get_subcommands().empty() ? "" : app_.get_subcommands().front()->get_name().c_str();
      throw Failure(printable(error.what()) + "; see: keysift " + command + (*command == '\0' ? "" : " ") +
                    "--help");
    }
    if (raw_.options.paths.empty()) raw_.options.paths = {path_};
    return checked(std::move(raw_));
  }

 private:
  CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                        Command command) {
    auto* added = parent.add_subcommand(name, description);
    added->callback([this, command] { raw_.options.command = command; });
    return added;
  }

  // CLI11 says that a command is missing, too, where an unknown one is given.
  std::string unknown_or_missing_command() const {
    const CLI::App* app = &app_;
    std::string name = "keysift";
    while (!app->get_subcommands().empty()) {
      app = app->get_subcommands().front();
      name += " " + app->get_name();
    }
    std::string known;
    for (const auto* each : app->get_subcommands(nullptr))
      known += (known.empty() ? "" : ", ") + each->get_name();
    if (known.empty()) return "an argument is missing; see: " + name + " --help";
    const auto rest = app_.remaining(true);
    if (rest.empty()) return "a command is missing; there are: " + known;
    const auto* kind = rest.front().starts_with('-') ? "option" : "command";
    return std::string("unknown ") + kind + " '" + printable(rest.front()) + "'; the commands are: " + known;
  }

  void add_scan_commands() {
    auto* scan = add_command(app_, "scan",
                             "Audit a repository (files, history, .env coverage), or a plain folder's files",
                             Command::scan);
    scan->add_option("path", path_, "Default: the current folder")->type_name("PATH")->default_str("");
    auto* files = add_command(app_, "files", "Search files only; '-' reads standard input", Command::files);
    files->add_option("paths", raw_.options.paths, "Files and folders")->type_name("PATH")->required();
    auto* history = add_command(app_, "history", "Search the history only", Command::history);
    history->add_option("repository", path_, "Default: the repository around the current folder")
        ->type_name("REPO");
    auto* staged = add_command(app_, "staged", "Search what the next commit adds", Command::staged);
    staged->add_option("repository", path_, "Default: the repository around the current folder")
        ->type_name("REPO");
    staged->add_flag("--whole-files", raw_.options.whole_files,
                     "Report all that is in staged files, not only what is new in them");
    auto* env = add_command(
        app_, "env", "Check that files with secrets stay out of commits, images and packages", Command::env);
    env->add_option("path", path_, "Default: the repository around the current folder")->type_name("PATH");
    add_env_options(*env, raw_.options.env);
    for (auto* command : {scan, files, history, staged, env}) add_scan_options(*command, raw_);
    for (auto* command : {scan, files, history, staged}) {
      command->add_flag("--explain", raw_.options.explain,
                        "Say on standard error why each match was kept or dropped");
      command
          ->add_option("--write-baseline", raw_.options.write_baseline,
                       "Write what is found to a file for --baseline")
          ->type_name("FILE")
          ->check(refuse_empty);
    }
    files
        ->add_option("--path", raw_.options.input_name,
                     "Treat standard input as the file of this name, from the repository's root on")
        ->type_name("NAME")
        ->check(refuse_empty);
    add_range_options(*history, raw_);
    for (auto* command : {scan, history}) {
      command
          ->add_option("--write-replacements", raw_.options.write_replacements,
                       "Write the keys that only the history has, whole, to a file for git filter-repo "
                       "--replace-text")
          ->type_name("FILE")
          ->check(refuse_empty);
      command
          ->add_option("--memory", raw_.options.memory_mib,
                       "Keep about so much of a history in memory at a time (default: 128)")
          ->type_name("MIB")
          ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20));
      command->add_flag("--reachable-only", raw_.options.reachable_only,
                        "Leave out findings that no ref reaches: amended, dropped, stashed away");
    }
    for (auto* command : {scan, files}) {
      command->add_flag("--ignored", raw_.options.ignored, "Also search files that git ignores");
    }
  }

  void add_allow_command() {
    auto* allow =
        add_command(app_, "allow", "Allow a finding: add its fingerprint to .keysiftignore", Command::allow);
    add_allow_options(*allow, raw_.options.allow);
    allow->add_option("path", path_, "Default: the repository around the current folder")->type_name("PATH");
  }

  void add_report_commands() {
    auto* report = add_command(app_, "report", "Turn a JSON report into another format; nothing is scanned",
                               Command::report);
    report->add_option("file", raw_.options.paths, "The JSON report; '-' reads standard input")
        ->type_name("FILE")
        ->required()
        ->expected(1);
    auto* merge =
        add_command(app_, "merge", "Join JSON reports of several repositories into one (default: in JSON)",
                    Command::merge);
    merge->add_option("files", raw_.options.paths, "The JSON reports")->type_name("FILE")->required();
    for (auto* command : {report, merge}) add_report_options(*command, raw_);
  }

  void add_rules_commands() {
    auto* rules = app_.add_subcommand("rules", "Look at the rules");
    rules->require_subcommand(1);
    auto* list = add_command(*rules, "list", "One line a rule", Command::rules_list);
    auto* show = add_command(*rules, "show", "All of one rule", Command::rules_show);
    show->add_option("id", raw_.options.paths, "The rule's id")->type_name("ID")->required()->expected(1);
    auto* test = add_command(*rules, "test", "Check every rule against its examples and counterexamples",
                             Command::rules_test);
    test->add_option("--profile", raw_.options.profile,
                     "Also scan a folder or repository, and say what each rule cost")
        ->type_name("PATH")
        ->check(refuse_empty);
    for (auto* command : {list, show, test}) add_rule_options(*command, raw_);
    auto* import = add_command(*rules, "import", "Print the rules of a gitleaks configuration as a rule file",
                               Command::rules_import);
    import->add_option("file", raw_.options.paths, "gitleaks' configuration")
        ->type_name("FILE")
        ->required()
        ->expected(1);
  }

  void add_hook_commands() {
    auto* hook = app_.add_subcommand("hook", "Have git run keysift");
    hook->require_subcommand(1);
    auto* install = add_command(*hook, "install", "Check each commit of this repository before it is made",
                                Command::hook_install);
    install->add_flag("--pre-push", raw_.options.hook.pre_push, "Check what is pushed, rather than commits");
    install->add_flag("--pre-receive", raw_.options.hook.pre_receive,
                      "On a server: check what is pushed to this repository");
    auto* remove = add_command(*hook, "remove", "Take keysift's hooks away, and put back those before them",
                               Command::hook_remove);
    for (auto* command : {install, remove})
      command->add_flag("--global", raw_.options.hook.global, "For all of your repositories");
  }

  CLI::App app_{"keysift finds leaked API keys in files and in git history."};
  RawOptions raw_;
  bool verbose_ = false;
  std::string path_ = default_path();
};

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace keysift
