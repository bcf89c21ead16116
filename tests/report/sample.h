// A report with one of everything, for the tests of the formats.
#pragma once
#include <string>
#include <vector>

#include "finding/report.h"
#include "report/format.h"

namespace keysift::test {

inline constexpr char kFirstCommit[] = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
inline constexpr char kSecondCommit[] = "2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e";
inline constexpr char kBlob[] = "3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f";

/// Two rules: "openai-project-key" (high, with a console) and "generic-token" (low, no provider and no
/// console).
std::vector<Rule> sample_rules();

/// A key of `rule` at line 12, column 15 of `path`, on one line; without provenance.
Finding sample_finding(const Rule& rule, const std::string& key, const std::string& path);

/// What is known of a blob that HEAD still has, introduced by kFirstCommit, in five refs and 14 commits.
Provenance sample_provenance();

/// A note, a file that git tracks, and one of which a line takes back that it is ignored.
std::vector<EnvFinding> sample_env();

/// A report of no findings, with a summary of what was looked at.
Report sample_report(const std::vector<Rule>& rules);

/// One with two keys: the first in two files and in the summary of the commit that removed it, the second in
/// a commit message and in base64; sample_env(), three doors, and an error.
Report leaky_report(const std::vector<Rule>& rules);

/// What render() hands on, all together.
std::string rendered(const Report& report, Format format, Style style = {});

}  // namespace keysift::test
