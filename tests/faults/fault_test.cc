// Whatever call into the C library fails: keysift does not crash, loses nothing without a word, leaves no
// half of a report.
#include <fcntl.h>
#include <re2/re2.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "base/file.h"
#include "cli/keysift.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

constexpr std::string_view kOld = "an old report\n";
constexpr auto kReport = "report.json";

// Counts the calls of a run, in a file that the preloaded library maps.
class Counter {
 public:
  Counter() {
    dir_.write("calls", std::string(sizeof(std::uint64_t), '\0'));
    const UniqueFd file(open(path().c_str(), O_RDWR | O_CLOEXEC));
    void* memory = mmap(nullptr, sizeof *calls_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    REQUIRE(memory != MAP_FAILED);
    calls_ = static_cast<volatile std::uint64_t*>(memory);
  }
  ~Counter() { munmap(const_cast<std::uint64_t*>(calls_), sizeof *calls_); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  std::string path() const { return dir_.path() / "calls"; }
  std::uint64_t calls() const { return *calls_; }
  void reset() { *calls_ = 0; }

 private:
  TempDir dir_;
  volatile std::uint64_t* calls_ = nullptr;
};

// What a report tells to be leaked.
std::set<std::string> leaks_in(const json& report) {
  std::set<std::string> leaks;
  for (const auto& finding : report.at("findings")) leaks.insert(finding.at("fingerprint"));
  for (const auto& file : report.at("env"))
    if (file.at("problem")) leaks.insert(file.at("path"));
  return leaks;
}

// A repository with a pack and loose objects, an ignore file, a configuration, an archive, and something
// staged; and beside it a saved report.
class Stage {
 public:
  Stage() {
    repo_.write("early.env", "KEY=" + openai_project_key(1) + "\n");
    repo_.write(".gitignore", "*.log\n.env\n");
    repo_.commit_all("early");
    repo_.write("early.env", "KEY=\n");
    repo_.write("lib/late.txt", "key = '" + openai_project_key(2) + "'\n" + std::string(9000, 'x') + "\n");
    repo_.commit_all("late");
    repo_.git({"repack", "-a", "-d", "-q"});
    repo_.git({"remote", "add", "origin", "https://github.com/example/example.git"});
    repo_.write("bundle.zip", archive_of({{"in/side.env", "KEY=" + openai_project_key(3) + "\n"}}, "zip"));
    repo_.write("bundle.tgz",
                archive_of({{"in/side.txt", "KEY=" + openai_project_key(4) + "\n"}}, "gnutar", "gzip"));
    repo_.write("allowed.txt", "KEY=" + openai_project_key(5) + "\n");
    repo_.write(".keysift.toml", "[[allowlists]]\npaths = ['^allowed\\.txt$']\n");
    repo_.write("compose.yml", "services:\n  web:\n    build: .\n    env_file: .env\n");
    repo_.commit_all("loose");
    repo_.git({"tag", "-a", "-m", "a tag", "v1"});
    repo_.write("ignored.log", "KEY=" + openai_project_key(6) + "\n");
    repo_.write(".env", "KEY=" + openai_project_key(7) + "\n");
    repo_.write("staged.txt", "KEY=" + openai_project_key(8) + "\n");
    repo_.git({"add", "staged.txt"});
    repo_.write("unsure.txt", "KEY=" + openai_project_key(9) + "\n");
    const auto report = json::parse(keysift({"files", ".", "--format", "json"}, repo_.path()).out);
    for (const auto& finding : report.at("findings"))
      if (finding.at("location").at("path") == "unsure.txt")
        repo_.write(".keysiftignore", finding.at("fingerprint").get<std::string>() + " # an example\n");
    repo_.write("../" + repo_.path().filename().string() + "-saved.json", report.dump());
  }
  ~Stage() { std::filesystem::remove(saved()); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  const std::filesystem::path& path() const { return repo_.path(); }
  std::string saved() const { return repo_.path().native() + "-saved.json"; }

 private:
  TestRepo repo_;
};

class Trial {
 public:
  Trial(const Stage& stage, std::vector<std::string> arguments)
      : stage_(stage), arguments_(std::move(arguments)) {
    arguments_.insert(arguments_.end(), {"--quiet", "--report", "json=" + report_path()});
    undisturbed_ = run_with({});
    expected_ = file_bytes(report_path());
    REQUIRE(undisturbed_.err == "");
    REQUIRE(json::accept(expected_));
  }

  // How many calls of that kind an undisturbed run makes.
  std::uint64_t count(const std::string& fault) {
    attempt(fault, 0, false);
    return counter_.calls();
  }

  void attempt(const std::string& fault, std::uint64_t at, bool on) {
    std::ofstream(report_path()) << kOld;
    counter_.reset();
    auto environment = std::map<std::string, std::string>{{"LD_PRELOAD", KEYSIFT_SHIM},
                                                          {"FAULT", fault},
                                                          {"FAULT_AT", std::to_string(at)},
                                                          {"FAULT_CALLS", counter_.path()}};
    if (on) environment["FAULT_ON"] = "1";
    INFO(fault << (on ? " from call " : " at call ") << at << " of " << json(arguments_));
    check(run_with(environment), fault);
  }

  // The report is as good as none had failed.
  void check_whole(const std::string& fault) {
    attempt(fault, 1, true);
    INFO(fault);
    CHECK(counter_.calls() > 0);
    CHECK(file_bytes(report_path()) == expected_);
  }

 private:
  std::string report_path() const { return out_.path() / kReport; }

  Outcome run_with(std::map<std::string, std::string> environment) const {
    environment.merge(clean_environment());
    environment["SOURCE_DATE_EPOCH"] = "1800000000";
    auto command = arguments_;
    command.insert(command.begin(), keysift_binary());
    return run(command, stage_.path(), {}, environment);
  }

  void check(const Outcome& outcome, const std::string& fault) const {
    const auto report = file_bytes(report_path());
    INFO(outcome.err);
    CHECK(!contains(outcome.err, "T3BlbkFJ"));
    if (outcome.exit_code == 2) {
      CHECK((report == kOld || report == expected_));
      auto words = outcome.err;
      RE2::Replace(&words, "^Fatal Internal Error in libarchive: .*\n",
                   "");  // it says so before it calls exit()
      CHECK(words.starts_with("keysift: "));
      CHECK(lines_of(words).size() == 1);
    } else {
      const auto parsed = json::parse(report, nullptr, false);
      if (parsed.is_discarded()) {
        FAIL_CHECK("exit status " << outcome.exit_code << ", and no report");
      } else if (parsed.at("errors").empty()) {
        CHECK(outcome.exit_code == undisturbed_.exit_code);
        // A file that we may not read, or libgit2 believes is not there, is none: more may be told then.
        const auto whole = json::parse(expected_);
        if (fault == "open-refused" || fault == "status-error" || fault == "list-error") {
          CHECK(std::ranges::includes(leaks_in(parsed), leaks_in(whole)));
        } else if (report != expected_) {
          FAIL_CHECK(json::diff(whole, parsed).dump());
        }
      } else {
        CHECK((outcome.exit_code == 1 || outcome.exit_code == 3));
      }
    }
    CHECK(std::distance(std::filesystem::directory_iterator(out_.path()), {}) == 1);  // nothing beside it
  }

  const Stage& stage_;
  std::vector<std::string> arguments_;
  TempDir out_;
  Counter counter_;
  Outcome undisturbed_;
  std::string expected_;
};

std::vector<std::vector<std::string>> scenes(const Stage& stage) {
  return {
      {"files", ".", "--threads", "1"},       {"scan", ".", "--threads", "1"},
      {"history", ".", "--threads", "3"},     {"history", ".", "--range", "HEAD~1..HEAD", "--threads", "1"},
      {"staged", ".", "--threads", "1"},      {"report", stage.saved()},
      {"merge", stage.saved(), stage.saved()}};
}

// Some of the numbers from 1 to `all`, about `some` of them, each as likely as its neighbour; all if they are
// few.
std::vector<std::uint64_t> chosen(std::uint64_t all, std::uint64_t some, std::mt19937& random) {
  std::vector<std::uint64_t> numbers;
  const auto step = std::max<std::uint64_t>(1, all / some);
  for (std::uint64_t at = 1; at <= all; at += step) numbers.push_back(std::min(all, at + random() % step));
  return numbers;
}

void disturb(const std::string& fault, std::uint64_t some) {
  const Stage stage;
  std::mt19937 random(1);
  for (const auto& arguments : scenes(stage)) {
    Trial trial(stage, arguments);
    const auto calls = trial.count(fault);
    for (const bool on : {false, true})
      for (const auto at : chosen(calls, some, random)) trial.attempt(fault, at, on);
  }
}

constexpr std::uint64_t kSome = 15;

TEST_CASE("read fails") { disturb("read-error", kSome); }
TEST_CASE("write fails") {
  disturb("write-full", kSome);
  disturb("write-error", kSome);
}
TEST_CASE("close fails") { disturb("close-error", kSome); }
TEST_CASE("open fails") {
  disturb("open-many", kSome);
  disturb("open-refused", kSome);
}
TEST_CASE("stat fails") { disturb("status-error", kSome); }
TEST_CASE("readdir fails") { disturb("list-error", kSome); }
TEST_CASE("mmap fails") { disturb("map-error", kSome); }
TEST_CASE("rename fails") { disturb("rename-error", kSome); }
TEST_CASE("memory runs out") { disturb("memory", 3 * kSome); }
TEST_CASE("no thread can be started") { disturb("thread", kSome); }

TEST_CASE("an error of close() is one of the report") {
  const TempDir dir;
  dir.write("a", "KEY=" + openai_project_key() + "\n");
  const auto format = GENERATE(as<std::string>{}, "json", "jsonl");
  Counter counter;
  std::set<std::string> words;
  for (std::uint64_t at = 1; at == 1 || counter.calls() >= at - 1; ++at) {
    counter.reset();
    auto environment = clean_environment();
    environment.merge(std::map<std::string, std::string>{{"LD_PRELOAD", KEYSIFT_SHIM},
                                                         {"FAULT", "close-error"},
                                                         {"FAULT_AT", std::to_string(at)},
                                                         {"FAULT_CALLS", counter.path()}});
    const auto outcome =
        run({keysift_binary(), "files", "a", "--quiet", "--threads", "1", "--report", format + "=out"},
            dir.path(), {}, environment);
    if (outcome.exit_code == 2) words.insert(outcome.err);
  }
  CHECK(words == std::set<std::string>{"keysift: cannot write out: Input/output error\n"});
}

TEST_CASE("a pack or an index that becomes shorter while it is read ends the scan in words") {
  TestRepo repo;
  repo.write("a", "KEY=" + openai_project_key() + "\n");
  repo.commit_all("a");
  repo.git({"repack", "-a", "-d", "-q"});
  const TempDir copies;
  Counter counter;
  std::size_t lost = 0;
  for (std::uint64_t at = 1; at == 1 || counter.calls() >= at - 1; ++at) {
    counter.reset();
    const auto copy = copies.path() / std::to_string(at);
    std::filesystem::copy(repo.path(), copy, std::filesystem::copy_options::recursive);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(copy))
      std::filesystem::permissions(entry, std::filesystem::perms::owner_write,
                                   std::filesystem::perm_options::add);
    auto environment = clean_environment();
    environment.merge(std::map<std::string, std::string>{{"LD_PRELOAD", KEYSIFT_SHIM},
                                                         {"FAULT", "map-cut"},
                                                         {"FAULT_AT", std::to_string(at)},
                                                         {"FAULT_CALLS", counter.path()}});
    const auto outcome = run(
        {keysift_binary(), "scan", ".", "--quiet", "--report", "json=" + (copies.path() / "report").native()},
        copy, {}, environment);
    INFO(at << ": " << outcome.err);
    if (outcome.exit_code != 2) {
      CHECK(outcome.exit_code == 1);
      continue;
    }
    ++lost;
    CHECK(outcome.err ==
          "keysift: a pack or an index became shorter while it was read, or its disk has an error; nothing "
          "is reported; "
          "try again\n");
    std::filesystem::remove(copies.path() / "report");
  }
  CHECK(lost >= 2);  // the pack and its index
}

TEST_CASE("short and interrupted reads and writes change nothing") {
  const Stage stage;
  for (const auto& arguments : scenes(stage)) {
    Trial trial(stage, arguments);
    for (const auto* fault : {"read-short", "read-interrupted", "write-short", "write-interrupted"})
      trial.check_whole(fault);
  }
}

}  // namespace
}  // namespace keysift::test
