#include "env/reads.h"

#include <algorithm>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using References = std::vector<Reference>;

class Project {
 public:
  explicit Project(const std::vector<std::string>& files = {}) {
    for (const auto& file : files) dir_.write(file, "");
  }

  // "FILE at LINE".
  std::vector<std::string> read_by(const std::string& path, const std::string& bytes) const {
    CHECK(reads_.wants(path));
    References found;
    reads_.find(path, bytes, WorkTree(dir_.path()), found);
    std::vector<std::string> all;
    for (const auto& [file, by] : found) {
      CHECK(by.path == path);
      all.push_back(file + " at " + std::to_string(by.line));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  // The one file that `path` reads; "" if there is none.
  std::string one(const std::string& path, const std::string& bytes) const {
    const auto all = read_by(path, bytes);
    CHECK(all.size() <= 1);
    return all.empty() ? "" : all[0].substr(0, all[0].rfind(" at "));
  }

 private:
  TempDir dir_;
  Reads reads_ = Reads::built_in();
};

TEST_CASE("every way to name a file is known, and the usual file where none is named") {
  const Project project;
  const auto read = [&](const std::string& path, const std::string& bytes) {
    return project.one(path, bytes);
  };
  CHECK(read("a.py", "load_dotenv()\n# dotenv") == ".env");
  CHECK(read("a.py", "from dotenv import load_dotenv\nload_dotenv('conf/prod.txt')\n") == "conf/prod.txt");
  CHECK(read("a.py", "dotenv.load_dotenv(dotenv_path=\".env.prod\", override=True)") == ".env.prod");
  CHECK(read("a.py", "load_dotenv(BASE_DIR / \".env.dev\")  # dotenv") == ".env.dev");
  CHECK(read("a.py", "model_config = SettingsConfigDict(env_file='.env.api')") == ".env.api");
  CHECK(read("a.py", "environ.Env.read_env()") == ".env");
  CHECK(read("a.py", "config = Config(\".env\")") == ".env");
  CHECK(read("a.py", "key = st.secrets[\"KEY\"]") == ".streamlit/secrets.toml");
  CHECK(read("a.js", "require('dotenv').config()") == ".env");
  CHECK(read("a.ts", "dotenv.config({ override: true, path: './config/.env' });") == "config/.env");
  CHECK(read("a.mjs", "import 'dotenv/config'") == ".env");
  CHECK(read("a.js", "import { config } from 'dotenv';\nconfig({ path: '.env.test' });") == ".env.test");
  CHECK(read("a.mjs", "process.loadEnvFile()") == ".env");
  CHECK(read("a.mjs", "process.loadEnvFile('settings.local')") == "settings.local");
  CHECK(read("package.json", R"({"scripts": {"start": "node --env-file=.env.dev a.js"}})") == ".env.dev");
  CHECK(read("package.json", R"({"scripts": {"start": "env-cmd -f .env.x a.js"}})") == ".env.x");
  CHECK(read("package.json", R"({"scripts": {"start": "dotenv -e .env.y -- a"}})") == ".env.y");
  CHECK(read("run.sh", "docker run --env-file ./prod.env image\n") == "prod.env");
  CHECK(read("run.sh", "set -a; source .env; set +a\n") == ".env");
  CHECK(read("run.sh", ". ./conf/.env.ci\n") == "conf/.env.ci");
  CHECK(read("run.sh", "export $(grep -v '^#' .env | xargs)\n") == ".env");
  CHECK(read("Makefile", "-include .env\nexport\n") == ".env");
  CHECK(read("justfile", "set dotenv-load\n") == ".env");
  CHECK(read("justfile", "set dotenv-filename := \".env.just\"\n") == ".env.just");
  CHECK(read(".envrc", "dotenv_if_exists .env.dir\n") == ".env.dir");
  CHECK(read(".envrc", "dotenv\n") == ".env");
  CHECK(read("wrangler.toml", "name = \"x\"\n") == ".dev.vars");
  CHECK(read("a.rb", "Dotenv.load('.env.rb')") == ".env.rb");
  CHECK(read("Gemfile", "gem 'dotenv-rails'") == ".env");
  CHECK(read("a.php", "$d = Dotenv\\Dotenv::createImmutable(__DIR__);") == ".env");
  CHECK(read("a.go", "godotenv.Load(\"app.env\")") == "app.env");
  CHECK(read("a.go", "err := godotenv.Load()") == ".env");
  CHECK(read("a.rs", "dotenvy::dotenv().ok();") == ".env");
  CHECK(read("a.rs", "dotenvy::from_filename(\".env.rs\")?;") == ".env.rs");
  CHECK(read("A.java", "Dotenv dotenv = Dotenv.load();") == ".env");
  CHECK(read("A.cs", "DotNetEnv.Env.Load();") == ".env");
  CHECK(read("A.cs", "using DotNetEnv;\nEnv.Load(\"x.env\");") == "x.env");
}

TEST_CASE("lines are told, and each file once") {
  const Project project;
  CHECK(project.read_by("a.py",
                        "import dotenv\n\nload_dotenv()\nload_dotenv('x.env')\nload_dotenv('.env')\n") ==
        std::vector<std::string>{".env at 3", "x.env at 4"});
}

TEST_CASE("comments, and paths that are not known before the code runs, are left out") {
  const Project project;
  for (const char* line :
       {"# load_dotenv()", "  # load_dotenv('.env')", "load_dotenv(f'.env.{stage}')", "load_dotenv('~/.env')",
        "load_dotenv('/etc/app.env')", "load_dotenv('../.env')", "load_dotenv('name')", "reload_dotenv()"}) {
    INFO(line);
    CHECK(project.one("a.py", std::string(line) + "\n") == "");
  }
  CHECK(project.one("a.sh", "docker run --env-file $FILE --env-file \"${X}.env\" image\n") == "");
  CHECK(project.one("a.js", "// dotenv.config()\n") == "");
}

TEST_CASE(
    "a file is looked up in the reader's folder, in its project and in the root, or expected in the "
    "project") {
  const std::string code = "load_dotenv()  # dotenv\n";
  CHECK(Project({"api/pyproject.toml"}).one("api/app/a.py", code) == "api/.env");
  CHECK(Project({"api/pyproject.toml", ".env"}).one("api/app/a.py", code) == ".env");
  CHECK(Project({"api/pyproject.toml", "api/.env", ".env"}).one("api/app/a.py", code) == "api/.env");
  CHECK(Project({"api/app/.env", "api/.env"}).one("api/app/a.py", code) == "api/app/.env");
  CHECK(Project().one("api/app/a.py", code) == ".env");
  CHECK(Project({".env"}).one("api/package.json", R"({"a": "node --env-file=.env a.js"})") == "api/.env");
}

TEST_CASE("names of files that read none") {
  const auto reads = Reads::built_in();
  for (const char* path : {"a.c", "README.md", "py", "a.json", ".env", ""}) CHECK_FALSE(reads.wants(path));
}

}  // namespace
}  // namespace keysift::test
