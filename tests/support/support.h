// What several tests need: synthetic keys, folders that clean up after themselves, running programs.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace keysift::test {

/// Synthetic keys, each made from a seed. The same seed gives the same key.
std::string openai_project_key(unsigned seed = 1);
std::string openai_legacy_key(unsigned seed = 1);
std::string anthropic_api_key(unsigned seed = 1);

/// A new empty folder under the system's temporary folder; gone with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

  /// Writes `bytes` to `name` below this folder, making folders on the way.
  void write(const std::string& name, std::string_view bytes) const;

 private:
  std::filesystem::path path_;
};

/// Copies fixtures/`name` to the folder `into`: names that begin with "dot-" get their dot, those that begin
/// with "as-" lose that, and templates (rule/example.h) become keys, other ones in each file and the same in
/// every run.
void copy_fixture(const std::string& name, const std::filesystem::path& into);

/// What a program printed and how it ended.
struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Runs a program without a shell, with `input` on its standard input, in `folder`, with `environment` added
/// to ours (of which git's variables are left out). A program that a signal ended has the exit code 128 +
/// signal.
Outcome run(const std::vector<std::string>& command, const std::filesystem::path& folder = ".",
            std::string_view input = {}, const std::map<std::string, std::string>& environment = {});

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(const std::string& text);

/// What keeps a program that reads git's configuration from seeing that of the user: an empty home.
std::map<std::string, std::string> clean_environment();

/// A git repository made for a test: fixed author and dates, no configuration but its own.
class TestRepo {
 public:
  /// `init` are further arguments of `git init`.
  explicit TestRepo(const std::vector<std::string>& init = {});
  const std::filesystem::path& path() const { return dir_.path(); }
  void write(const std::string& name, std::string_view bytes) const { dir_.write(name, bytes); }

  /// Runs git here and returns its standard output less the last newline. Throws std::runtime_error, with
  /// git's own words, when git fails. Each call's commit date is a minute after that of the call before.
  std::string git(const std::vector<std::string>& arguments, std::string_view input = {});

  /// Adds everything and commits it; returns the commit's name.
  std::string commit_all(const std::string& message);

 private:
  TempDir dir_;
  int minute_ = 0;
};

}  // namespace keysift::test
