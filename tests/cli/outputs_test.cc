// Where reports go.
#include "cli/outputs.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

/// Puts these before a command that root runs as nobody; nothing when we are not root.
std::vector<std::string> as_nobody() {
  if (geteuid() != 0) return {};
  return {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
}

/// A folder that everybody may use, with a leaky file.
struct Shop {
  Shop() {
    fs::permissions(dir.path(), fs::perms::all);
    dir.write("a.env", "KEY=" + openai_project_key() + "\n");
  }

  /// What `bash -c script`, run here as nobody, prints; `$KEYSIFT` is the binary.
  Outcome run_script(const std::string& script) const {
    auto command = as_nobody();
    command.insert(command.end(), {"bash", "-c", script});
    auto environment = clean_environment();
    environment["KEYSIFT"] = keysift_binary();
    return run(command, dir.path(), {}, environment);
  }

  TempDir dir;
};

// A path's first letters, where nobody may run what lies there.
bool nobody_can_run_it() {
  auto command = as_nobody();
  command.insert(command.end(), {keysift_binary(), "--version"});
  return run(command).exit_code == 0;
}

const std::string kFirstLine = "repository,fingerprint,rule,";

TEST_CASE("reports go to what is no regular file") {
  if (!nobody_can_run_it()) {
    WARN("skipped: the user nobody cannot run " << keysift_binary());
    return;
  }
  const Shop shop;
  const auto format = GENERATE(as<std::string>{}, "csv", "jsonl");
  const auto start = format == "csv" ? kFirstLine : std::string("{");
  INFO(format);

  SECTION("standard output, when that is a regular file") {
    const auto name = GENERATE(as<std::string>{}, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");
    const auto outcome = shop.run_script("echo before >out; $KEYSIFT files . --quiet --report " + format +
                                         "=" + name + " >>out; echo $?; cat out");
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with("1\nbefore\n" + start));
    CHECK(outcome.out.size() > 100);
  }
  SECTION("standard output, when that is a pipe") {
    const auto outcome =
        shop.run_script("$KEYSIFT files . --quiet --report " + format + "=/dev/stdout | cat");
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with(start));
  }
  SECTION("standard error") {
    const auto outcome = shop.run_script("$KEYSIFT files . --quiet --report " + format + "=/dev/stderr");
    CHECK(outcome.err.starts_with(start));
  }
  SECTION("another program, by process substitution") {
    const auto outcome =
        shop.run_script("$KEYSIFT files . --quiet --report " + format + "=>(cat >out); wait $!; cat out");
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with(start));
  }
  SECTION("a descriptor that was opened for it") {
    const auto outcome =
        shop.run_script("$KEYSIFT files . --quiet --report " + format + "=/dev/fd/7 7>out; cat out");
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with(start));
  }
  SECTION("a device") {
    const auto outcome =
        shop.run_script("$KEYSIFT files . --quiet --report " + format + "=/dev/null; echo $?");
    CHECK(outcome.err.empty());
    CHECK(outcome.out == "1\n");
    CHECK(fs::is_character_file("/dev/null"));
  }
  SECTION("a pipe with a name, also by a link") {
    const auto name = GENERATE(as<std::string>{}, "pipe", "link");
    const auto outcome =
        shop.run_script("mkfifo pipe; ln -s pipe link; cat pipe & $KEYSIFT files a.env --quiet --report " +
                        format + "=" + name + "; wait; stat -c %F pipe link");
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with(start));
    CHECK(outcome.out.ends_with("\nfifo\nsymbolic link\n"));
  }
}

TEST_CASE("a descriptor that is not open, or not for writing, is named") {
  const Shop shop;
  const auto number = GENERATE(as<std::string>{}, "8", "9");
  const auto outcome =
      shop.run_script("$KEYSIFT files . --quiet --report csv=/dev/fd/" + number + " 8<a.env 9>&-; echo $?");
  CHECK(outcome.err == "keysift: cannot write /dev/fd/" + number + ": Bad file descriptor\n");
  CHECK(outcome.out == "2\n");
}

TEST_CASE("a report replaces a link, and never writes to what the link leads to") {
  const TempDir dir;
  dir.write("repo/a.env", "KEY=" + openai_project_key() + "\n");
  dir.write("outside", "untouched\n");
  const auto format = GENERATE(as<std::string>{}, "csv", "jsonl");
  const auto target = GENERATE(as<std::string>{}, "../outside", "../new");
  fs::create_symlink(target, dir.path() / "repo/report");
  CHECK(
      keysift({"files", "a.env", "--quiet", "--report", format + "=report"}, dir.path() / "repo").exit_code ==
      1);
  CHECK(file_bytes(dir.path() / "outside") == "untouched\n");
  CHECK_FALSE(fs::exists(dir.path() / "new"));
  const auto report = dir.path() / "repo/report";
  CHECK(fs::is_regular_file(fs::symlink_status(report)));
  CHECK(fs::status(report).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(file_bytes(report).starts_with(format == "csv" ? kFirstLine : "{"));
}

}  // namespace
}  // namespace keysift::test
