// A scan that is stopped tells what it found, and that it is incomplete.
#include "base/stop.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "audit/audit.h"
#include "base/file.h"
#include "cli/keysift.h"
#include "rule/rule_file.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

// keysift, reading from a pipe whose other end stays open.
class Waiting {
 public:
  Waiting(std::vector<std::string> arguments, const std::filesystem::path& folder) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    std::array<int, 2> errors{};
    REQUIRE((pipe2(input.data(), O_CLOEXEC) == 0 && pipe2(output.data(), O_CLOEXEC) == 0 &&
             pipe2(errors.data(), O_CLOEXEC) == 0));
    arguments.insert(arguments.begin(), keysift_binary());
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = fork();
    if (child_ == 0) {
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      dup2(errors[1], STDERR_FILENO);
      if (chdir(folder.c_str()) == 0) execv(argv[0], argv.data());
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    close(errors[1]);
    in_ = UniqueFd(input[1]);
    out_ = UniqueFd(output[0]);
    err_ = UniqueFd(errors[0]);
  }

  void write(std::string_view bytes) { write_all(in_.get(), bytes, "the pipe"); }

  // Until it has read all that was written and waits for more.
  void wait_until_idle() const {
    std::string state;
    do {
      usleep(1000);
      const auto stat = file_bytes("/proc/" + std::to_string(child_) + "/stat");
      state = stat.substr(stat.rfind(')') + 2, 1);
    } while (state != "S" || unread() > 0);
  }

  void signal(int number) const { kill(child_, number); }

  // Reads what it prints, and returns how it ended, as waitpid() tells.
  int finish() {
    out = read_all(out_.get(), "standard output");
    err = read_all(err_.get(), "standard error");
    int status = 0;
    waitpid(child_, &status, 0);
    return status;
  }

  std::string out;
  std::string err;

 private:
  int unread() const {
    int count = 0;
    REQUIRE(ioctl(in_.get(), FIONREAD, &count) == 0);
    return count;
  }

  pid_t child_ = -1;
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd err_;
};

bool ended_by(int status, int signal) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }

TEST_CASE("a signal ends a scan, which tells what it found") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto [signal, name] =
      GENERATE(table<int, std::string>({{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}}));
  Waiting keysift({"files", "-", "--format", "json", "--report", "csv=report.csv"}, dir.path());
  keysift.write("KEY=" + key + "\n");
  keysift.wait_until_idle();
  keysift.signal(signal);
  CHECK(ended_by(keysift.finish(), signal));
  const auto report = json::parse(keysift.out);
  CHECK(places(report) ==
        std::vector<Place>{{"<stdin>", 1, 5, 5 + key.size(), "openai-project-key", "stdin"}});
  CHECK(errors_of(report) == Errors{{".", "stopped by " + name + "; the rest was not searched"}});
  CHECK(report.at("summary").at("skipped") == json{{"stopped", 1}});
  CHECK(keysift.err.empty());
  CHECK(contains(file_bytes(dir.path() / "report.csv"), "<stdin>"));
}

TEST_CASE("a signal ends a scan that waits for a list of commits") {
  TestRepo repo;
  repo.write("a", "a");
  repo.commit_all("a");
  Waiting listening({"history", "--commits", "-", "--format", "json"}, repo.path());
  listening.wait_until_idle();
  listening.signal(SIGINT);
  CHECK(ended_by(listening.finish(), SIGINT));
  CHECK(errors_of(json::parse(listening.out)) ==
        Errors{{".", "stopped by SIGINT; the rest was not searched"}});
}

TEST_CASE("when the time is up, what was found is told") {
  const TempDir dir;
  const auto key = openai_project_key();
  const auto [text, expected] =
      GENERATE_REF(table<std::string, int>({{"KEY=" + key + "\n", 1}, {"nothing\n", 3}}));
  Waiting keysift({"files", "-", "--timeout", "1s"}, dir.path());
  keysift.write(text);
  const int status = keysift.finish();
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == expected);
  const auto words = words_of_report(keysift.out);
  CHECK(contains(words, "the time was up (--timeout); the rest was not searched"));
  CHECK(contains(words, "incomplete: 1 thing was not searched (1 timeout)."));
  CHECK(contains(words, "sk-proj-****") == (expected == 1));
}

// What is told of a history whose scan is stopped as soon as anything is found.
Report stopped_when_found(const TestRepo& repo) {
  static const auto rules = built_in_rules();  // which the findings name
  const StopSignals signals(std::chrono::seconds(0));
  AuditOptions options;
  options.on_found = [](const Report&) { raise(SIGINT); };
  Progress progress(1);
  Audit audit(rules, std::move(options), progress);
  CHECK_THROWS_AS(audit.history(Repository::open(repo.path()), false), Stopped);
  audit.stop(Cause::stopped, "stopped");
  return audit.finish("shop");
}

TEST_CASE("what was found in a history is told by its object when the scan was stopped") {
  TestRepo repo;
  repo.write("a.txt", "KEY=" + openai_project_key() + "\n");
  repo.commit_all("a");
  const auto blob = repo.git({"rev-parse", "HEAD:a.txt"});
  const auto report = stopped_when_found(repo);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].place() == "blob " + blob);
  CHECK(report.findings[0].origin == Origin::history);
  CHECK_FALSE(report.findings[0].provenance.has_value());
  CHECK(report.errors == std::vector<ScanError>{{".", "stopped", Cause::stopped}});
}

TEST_CASE("what was found is told, too, when the scan was stopped while it was looked up where it stands") {
  TestRepo repo;
  const auto key = openai_project_key();
  repo.write(key, "nothing");
  repo.commit_all("a");
  // A name in the only tree, which is read last.
  const auto report = stopped_when_found(repo);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].location.path == key);
}

TEST_CASE("a scan that ends in time is whole") {
  const TempDir dir;
  dir.write("a", "nothing");
  const Scan result = scan({"files", ".", "--timeout", "1h"}, dir.path());
  CHECK(result.exit_code == 0);
  CHECK(result.report.at("summary").at("complete") == true);
}

}  // namespace
}  // namespace keysift::test
