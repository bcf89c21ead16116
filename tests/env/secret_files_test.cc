#include "env/secret_files.h"

#include "base/failure.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

std::optional<std::string> nothing() { return std::nullopt; }

TEST_CASE("which names are those of files with secrets") {
  const auto files = SecretFiles::built_in();
  for (const char* path : {".env", "a/.env", "a/b/.env", ".env.local", "a/.env.production.local",
                           ".env.example.local", ".env.sample.bak", ".env.Example", ".env.\xff", "prod.env",
                           ".flaskenv", ".dev.vars", ".dev.vars.staging", ".streamlit/secrets.toml"}) {
    INFO(path);
    CHECK(files.is_named(path));
    CHECK(files.holds_secret(path, nothing));
  }
  for (const char* path : {"",
                           "env",
                           ".environment",
                           "x.env.local",
                           ".env/file",
                           ".ENV",
                           ".env.example",
                           ".env.sample",
                           ".env.template",
                           ".env.dist",
                           ".env.defaults",
                           "a/.env.local.example",
                           "example.env",
                           "sample.env",
                           ".env-local",
                           ".env~",
                           ".git/env",
                           ".en",
                           "secrets.toml.example",
                           "config.json"}) {
    INFO(path);
    CHECK_FALSE(files.is_named(path));
    CHECK_FALSE(files.holds_secret(path, nothing));
  }
}

TEST_CASE("where a name is not enough, the file has to hold a secret") {
  const auto files = SecretFiles::built_in();
  const auto holds = [&](std::string_view path, const std::string& bytes) {
    CHECK(files.is_named(path));
    CHECK_FALSE(files.holds_secret(path, nothing));
    return files.holds_secret(path, [&] { return std::optional(bytes); });
  };
  const std::string some = "h7Gk2pQz";
  CHECK(holds(".envrc", "export TOKEN=" + some + "\n"));
  CHECK_FALSE(holds(".envrc", "layout python\nexport PATH=$PWD/bin:$PATH\n"));
  CHECK(holds("api/appsettings.Production.json", R"({"Jwt": {"SigningSecret": ")" + some + "\"}}"));
  CHECK_FALSE(holds("appsettings.json", R"({"Logging": {"LogLevel": "Warning"}, "Secret": ""})"));
  CHECK(holds(".npmrc", "//registry.npmjs.org/:_authToken=" + some));
  CHECK_FALSE(holds(".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nengine-strict=true\n"));
  CHECK(holds(".pypirc", "[pypi]\nusername = a\npassword = " + some + "\n"));
  CHECK_FALSE(holds(".pypirc", "[pypi]\nusername = a\n"));
  CHECK(holds(".netrc", "machine example.com login a password " + some));
  CHECK(holds("credentials.json", R"({"client_secret": ")" + some + "\"}"));
  CHECK_FALSE(holds("credentials.json", R"({"type": "none"})"));
  CHECK(holds("service-account-prod.json", R"({"private_key": "x"})"));
  CHECK(holds("deploy/id_rsa",
              "-----BEGIN OPENSSH PRIVATE"
              " KEY-----\n"));
  CHECK_FALSE(holds("ca.pem", "-----BEGIN CERTIFICATE-----\n"));
}

TEST_CASE("a template tells which file it shows") {
  const auto files = SecretFiles::built_in();
  CHECK(files.shown_by(".env.example") == ".env");
  CHECK(files.shown_by("a/.env.local.sample") == "a/.env.local");
  CHECK(files.shown_by("a/example.env") == "a/.env");
  CHECK(files.shown_by("a/.example.env") == "a/.env");
  CHECK(files.shown_by(".env.j2") == ".env");
  CHECK(files.shown_by("b/secrets.toml.example") == "b/secrets.toml");
  CHECK(files.shown_by("notes.example") == std::nullopt);
  CHECK(files.shown_by(".env") == std::nullopt);
  CHECK(files.is_template(".env.example"));
  CHECK_FALSE(files.is_template("notes.example"));
}

TEST_CASE("a configuration adds files and templates") {
  auto files = SecretFiles::built_in();
  files.extend({"*.secret", "config/local.yaml", "deploy/**/vault.json"}, {"*.env.ci"});
  const auto moved = std::move(files);
  for (const char* path : {"x.secret", "a/x.secret", "config/local.yaml", "deploy/a/b/vault.json", ".env"}) {
    INFO(path);
    CHECK(moved.holds_secret(path, nothing));
  }
  CHECK_FALSE(moved.is_named("a/config/local.yaml"));
  CHECK_FALSE(moved.is_named("local.yaml"));
  CHECK(moved.is_template("a/test.env.ci"));
  CHECK_FALSE(moved.is_named(".env.ci"));
  CHECK(moved.shown_by(".env.ci") == std::nullopt);
}

TEST_CASE("a name alone tells whether a path may be one") {
  auto files = SecretFiles::built_in();
  files.extend({"config/local.yaml", "deploy/**"}, {});
  for (const char* name : {".env", "local.yaml", "prod.env", "id_rsa", "anything"}) {
    INFO(name);
    CHECK(files.may_be_named(name));
  }
  CHECK_FALSE(SecretFiles::built_in().may_be_named("anything"));
}

TEST_CASE("variables that front ends publish") {
  const auto files = SecretFiles::built_in();
  for (const char* name : {"NEXT_PUBLIC_KEY", "VITE_KEY", "REACT_APP_KEY"}) CHECK(files.is_published(name));
  for (const char* name : {"KEY", "MY_VITE_KEY", "vite_key"}) CHECK_FALSE(files.is_published(name));
  for (const char* value : {"https://example.com", "pk_live_1", "AIza1"}) CHECK(files.is_for_browsers(value));
  CHECK_FALSE(files.is_for_browsers("sk_live_1"));
}

}  // namespace
}  // namespace keysift::test
