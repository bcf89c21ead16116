// Running the built binary and reading what it says.
#pragma once
#include <compare>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/support.h"

namespace keysift::test {

/// The binary.
std::string keysift_binary();

/// Runs keysift in `folder`, out of sight of the user's git configuration.
Outcome keysift(const std::vector<std::string>& arguments, const std::filesystem::path& folder = ".",
                std::string_view input = {});

/// keysift's JSON report and how it ended.
struct Scan {
  int exit_code = -1;
  nlohmann::json report;
};

/// Runs keysift with `--format json` and parses what it prints. Throws, with its standard error, when that is
/// no JSON.
Scan scan(std::vector<std::string> arguments, const std::filesystem::path& folder = ".",
          std::string_view input = {});

/// Whether `part` stands anywhere in `text`.
bool contains(std::string_view text, std::string_view part);

/// `text` in base64, in lines of `width` digits, or all in one.
std::string base64(std::string_view text, unsigned width = 0);

/// What a text report says, without how long the scan took and without the breaks within paragraphs.
std::string words_of_report(const std::string& text);

/// The path and the message of each of a report's errors.
using Errors = std::vector<std::pair<std::string, std::string>>;
Errors errors_of(const nlohmann::json& report);

/// What a file holds; nothing if there is none.
std::string file_bytes(const std::filesystem::path& path);

/// Where a finding stands, and what it is.
struct Place {
  std::string path;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::uint64_t end_column = 0;
  std::string rule;
  std::string origin = "worktree";

  auto operator<=>(const Place&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Place& place);

/// The places of a report's findings, sorted.
std::vector<Place> places(const nlohmann::json& report);

/// "path:line by" for each allowed finding, then "path:line" for each finding.
std::vector<std::string> allowed_and_found(const nlohmann::json& report);

/// The findings of `key` in a report.
std::vector<nlohmann::json> findings_of(const nlohmann::json& report, std::string_view key);

/// The one finding of `key` in a report. Throws when there is none, or more than one.
nlohmann::json finding_of(const nlohmann::json& report, std::string_view key);

/// Puts these before a command that runs as root, and root too is refused what a file's mode forbids. Nothing
/// when we are not root; throws when we are and it cannot be done.
std::vector<std::string> without_privileges();

}  // namespace keysift::test
