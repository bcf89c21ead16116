// Files with secrets that commits have, or had.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "env/secret_files.h"
#include "finding/coverage.h"
#include "git/repository.h"
#include "git/tree_names.h"

namespace keysift {

/// Which files are asked for by what they are called: by their names, and, if that is not enough, by what
/// their blobs hold. Workers ask at the same time for names.
struct PastFileTests {
  NameTest name;  ///< whether a file of this name may be one; empty: none is asked for
  std::function<bool(std::string_view path)> path;
  std::function<bool(std::string_view name, std::string_view bytes)> contents;
};

/// A file that commits have, or had.
struct PastFile {
  std::string path;  ///< from the repository's root on; raw bytes
  Provenance provenance;
};

/// Asks for files with secrets. `files` outlive the tests.
PastFileTests past_file_tests(const SecretFiles& files);

/// What is to be told of such files, each once. What git tracks now is left out: coverage tells it as that.
/// When the index cannot be read, `problem` says why.
std::vector<EnvFinding> past_findings(const Repository& repository, std::vector<PastFile> files,
                                      std::string& problem);

}  // namespace keysift
