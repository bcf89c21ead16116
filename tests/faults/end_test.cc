// Full disks, closed pipes, limits of the shell, SIGKILL: no half of a report, and never as if nothing were
// found.
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <random>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

// A folder with as many keys, one a line, in one file.
void write_keys(const TempDir& dir, unsigned count) {
  std::string text;
  for (unsigned seed = 1; seed <= count; ++seed) text += "KEY=" + openai_project_key(seed) + "\n";
  dir.write("keys.env", text);
}

// keysift in a shell that has set something up; "$@" are its words.
Outcome in_shell(const std::string& script, std::vector<std::string> arguments,
                 const std::filesystem::path& folder) {
  arguments.insert(arguments.begin(), {"sh", "-c", script, "sh", keysift_binary()});
  return run(arguments, folder, {}, clean_environment());
}

bool is_one_line(const std::string& words) {
  return words.starts_with("keysift: ") && lines_of(words).size() == 1 &&
         words.find("T3BlbkFJ") == std::string::npos;
}

TEST_CASE("a full disk") {
  const TempDir dir;
  write_keys(dir, 2);
  const auto format = GENERATE(as<std::string>{}, "json", "jsonl", "html", "sarif");
  const auto file = keysift({"files", "keys.env", "--quiet", "--report", format + "=/dev/full"}, dir.path());
  CHECK(file.exit_code == 2);
  CHECK(file.err == "keysift: cannot write /dev/full: No space left on device\n");
  const auto out = in_shell("exec \"$@\" >/dev/full", {"files", "keys.env", "--format", format}, dir.path());
  CHECK(out.exit_code == 2);
  CHECK(out.err == "keysift: cannot write the report to standard output\n");
}

TEST_CASE("a disk that becomes full leaves the old report as it was") {
  const TempDir dir;
  write_keys(dir, 2000);
  dir.write("disk/README", "");
  const auto outcome =
      run({"unshare", "--mount", "sh", "-c",
           "mount -t tmpfs -o size=64k tmpfs disk || exit 77\n"
           "echo old >disk/report\n\"$@\" --report json=disk/report\necho $?\ncat disk/report\nls disk",
           "sh", keysift_binary(), "files", "keys.env", "--quiet"},
          dir.path(), {}, clean_environment());
  if (outcome.out.empty()) {
    WARN("skipped: no file system can be mounted here");
    return;
  }
  CHECK(outcome.out == "2\nold\nreport\n");
  CHECK(outcome.err == "keysift: cannot write disk/report: No space left on device\n");
}

TEST_CASE("standard output that is closed early") {
  const TempDir dir;
  write_keys(dir, 2000);  // more than a pipe holds
  const auto format = GENERATE(as<std::string>{}, "text", "jsonl", "json");
  const auto status = [&](const std::string& before) {
    const auto outcome = in_shell("{ " + before + "\"$@\"; echo $? >status; } | true",
                                  {"files", "keys.env", "--format", format}, dir.path());
    return std::pair(file_bytes(dir.path() / "status"), outcome.err);
  };
  CHECK(status("") == std::pair<std::string, std::string>("141\n", ""));  // by SIGPIPE, as other programs
  CHECK(status("trap '' PIPE; ") ==
        std::pair<std::string, std::string>("2\n", "keysift: cannot write the report to standard output\n"));
}

TEST_CASE("limits of the shell") {
  TestRepo repo;
  for (unsigned i = 0; i < 20; ++i)
    repo.write("folder" + std::to_string(i) + "/a/b/c/.env", "KEY=" + openai_project_key(i) + "\n");
  repo.commit_all("keys");
  repo.git({"repack", "-a", "-d", "-q"});
  const TempDir out;
  const auto report = out.path() / "report";
  const std::vector<std::string> arguments = {
      "scan", ".", "--quiet", "--threads", "2", "--report", "json=" + report.native()};
  REQUIRE(keysift(arguments, repo.path()).exit_code == 1);
  const auto expected = file_bytes(report);
  // What there is to be done is done, or one line says why not; then the old report is still there.
  const auto check = [&](const std::string& limit) {
    std::ofstream(report) << "old";
    const auto outcome = in_shell(limit + " && exec \"$@\"", arguments, repo.path());
    INFO(limit << ": " << outcome.exit_code << " " << outcome.err);
    const auto now = file_bytes(report);
    if (outcome.exit_code == 2) {
      CHECK(is_one_line(outcome.err));
      CHECK(now == "old");
    } else {
      CHECK(outcome.exit_code == 1);
      CHECK((now == expected || !json::parse(now).at("errors").empty()));
    }
  };
  // With less of it, the program cannot be loaded.
  const auto least = [&](const std::string& limit, std::uint64_t most) {
    std::uint64_t too_little = 0;
    for (auto step = most / 2; step > 0; step /= 2) {
      const auto tried = limit + std::to_string(too_little + step) + " && exec \"$@\"";
      if (in_shell(tried, {"--version"}, repo.path()).exit_code != 0) too_little += step;
    }
    return too_little + 1;
  };
  SECTION("memory, in KiB") {
    const auto loaded = least("ulimit -v ", 1 << 20);
    for (std::uint64_t more = 128; more < (1 << 19); more += more / 8)
      check("ulimit -v " + std::to_string(loaded + more));
  }
  SECTION("open files") {
    const auto loaded = least("ulimit -n ", 64);
    for (std::uint64_t more = 0; more < 20; ++more) check("ulimit -n " + std::to_string(loaded + more));
  }
  SECTION("size of a file, in 512 bytes") {
    for (const auto* blocks : {"1", "8"}) check(std::string("ulimit -f ") + blocks);
  }
}

TEST_CASE("SIGKILL leaves the old files or the new ones") {
  const TempDir dir;
  write_keys(dir, 1500);
  const TempDir out;
  const auto report = out.path() / "report";
  const auto baseline = out.path() / "baseline";
  const std::vector<std::string> command = {keysift_binary(),   "files",          "keys.env",
                                            "--quiet",          "--report",       "json=" + report.native(),
                                            "--write-baseline", baseline.native()};
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  REQUIRE(run(command, dir.path(), {}, clean_environment()).exit_code == 0);
  const std::chrono::duration<double> whole = Clock::now() - begin;
  const auto new_report = file_bytes(report);
  const auto new_baseline = file_bytes(baseline);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> moment(0.0, 1.2 * whole.count());
  for (int i = 0; i < 100; ++i) {
    std::ofstream(report) << "old";
    std::ofstream(baseline) << "old";
    std::vector<std::string> killed = {"timeout", "--signal=KILL", std::to_string(moment(random))};
    killed.insert(killed.end(), command.begin(), command.end());
    const auto outcome = run(killed, dir.path(), {}, clean_environment());
    const auto report_now = file_bytes(report);
    const auto baseline_now = file_bytes(baseline);
    CHECK((report_now == "old" || report_now == new_report));
    CHECK((baseline_now == "old" || (baseline_now == new_baseline && report_now == new_report)));
    std::size_t beside = 0;
    for (const auto& entry : std::filesystem::directory_iterator(out.path())) {
      if (entry.path() == report || entry.path() == baseline) continue;
      ++beside;
      struct stat status {};
      REQUIRE(stat(entry.path().c_str(), &status) == 0);
      // A baseline holds no keys; it gets the mode that it is to have just before it is put in place.
      if (entry.path().filename().native().starts_with("report.")) CHECK((status.st_mode & 0777) == 0600);
      std::filesystem::remove(entry.path());
    }
    CHECK(beside <= 1);
    if (outcome.exit_code == 0) CHECK((beside == 0 && baseline_now == new_baseline));
  }
}

}  // namespace
}  // namespace keysift::test
