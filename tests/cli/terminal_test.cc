// What a person sees in a terminal, through Python's pty.
#include <algorithm>
#include <map>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

constexpr char kInTerminal[] = R"(
import fcntl, os, pty, struct, sys, termios
columns, command = int(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.execv(command[0], command)
while True:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    sys.stdout.buffer.write(read.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
)";

struct Terminal {
  Terminal() {
    dir.write("a b.py", "key = '" + openai_project_key(1) + "'\n");
    environment["TERM"] = "xterm-256color";
  }
  Outcome scan(unsigned columns, std::vector<std::string> more = {}) const {
    std::vector<std::string> command{"/usr/bin/python3", "-c",    kInTerminal, std::to_string(columns),
                                     keysift_binary(),   "files", "."};
    command.insert(command.end(), more.begin(), more.end());
    return run(command, dir.path(), {}, environment);
  }
  TempDir dir;
  std::map<std::string, std::string> environment = clean_environment();
};

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (const auto& line : lines_of(text))
    if (!contains(line, "keysift allow")) most = std::max(most, line.size());  // a command is not broken
  return most;
}

}  // namespace

TEST_CASE("the text is as wide as the terminal") {
  Terminal terminal;
  for (const unsigned columns : {40U, 80U, 200U}) {
    const auto shown = terminal.scan(columns, {"--color", "never"});
    INFO(shown.out << shown.err);
    CHECK(shown.exit_code == 1);
    CHECK(widest(shown.out) <= columns);
    CHECK(widest(shown.out) > columns * 3 / 5);
  }
}

TEST_CASE("colours in a terminal, unless somebody does not want them") {
  Terminal terminal;
  CHECK(contains(terminal.scan(80).out, "\x1b[31mhigh confidence\x1b[0m"));
  CHECK_FALSE(contains(terminal.scan(80, {"--color", "never"}).out, "\x1b["));
  terminal.environment["NO_COLOR"] = "1";
  CHECK_FALSE(contains(terminal.scan(80).out, "\x1b["));
  CHECK(contains(terminal.scan(80, {"--color", "always"}).out, "\x1b["));
  terminal.environment.erase("NO_COLOR");
  terminal.environment["TERM"] = "dumb";
  CHECK_FALSE(contains(terminal.scan(80).out, "\x1b"));
}

TEST_CASE("links in terminals that are known to have them") {
  Terminal terminal;
  const auto begin = "\x1b]8;;file://", end = "/a%20b.py\x1b\\a b.py:1:8\x1b]8;;\x1b\\";
  CHECK_FALSE(contains(terminal.scan(80).out, begin));
  for (const auto& [name, value] :
       {std::pair("TERM_PROGRAM", "vscode"), {"VTE_VERSION", "6800"}, {"TERM", "xterm-kitty"}}) {
    Terminal other;
    other.environment[name] = value;
    const auto shown = other.scan(80).out;
    CHECK(contains(shown, begin));
    CHECK(contains(shown, other.dir.path().native() + end));
  }
  terminal.environment["VTE_VERSION"] = "4801";
  CHECK_FALSE(contains(terminal.scan(80).out, begin));
}

TEST_CASE("a file gets no links, whatever the terminal has") {
  Terminal terminal;
  terminal.environment["TERM_PROGRAM"] = "vscode";
  CHECK(contains(terminal.scan(80, {"--report", "text=report.txt"}).out, "\x1b]8;;"));
  const auto written = file_bytes(terminal.dir.path() / "report.txt");
  CHECK(contains(written, "a b.py:1:8"));
  CHECK_FALSE(contains(written, "\x1b"));
}

}  // namespace keysift::test
